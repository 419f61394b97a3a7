package lanewise.bench.speed;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import lanewise.kernel.Backends;
import lanewise.kernel.Kernel;
import lanewise.kernel.Kernels;
import lanewise.kernel.Scratch;
import lanewise.program.Code;

/**
 * The roof: for each pass of a rule a flat loop of vectors with the same loads and stores, which adds up what it loads and
 * does nothing else. No tiles, no engine: each thread takes its share in one go.
 */
public final class RoofEngine implements Engine {
    /** Found as a service. */
    public RoofEngine() {}

    @Override
    public String name() {
        return Contestant.ROOF.key();
    }

    @Override
    public boolean isOptimizer() {
        return false;
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients)
            throws Exception {
        Backends.Choice choice = Backends.choose(null, null);
        Kernels kernels = new Kernels(choice.backend(), choice.lanes());
        Stepper loops = Loops.roofs(
                workload,
                parameters,
                gradients,
                (code, streams, scalars, arena) -> loop(kernels.of(code), code, streams, workload.threads()));
        if (!kernels.awaitWarm()) {
            loops.close();
            throw new IllegalStateException("the roof's vector kernel was given up; a warning says why");
        }
        return loops;
    }

    private static Loops.Loop loop(Kernel kernel, Code code, List<MemorySegment> streams, int members) {
        MemorySegment[] segments = streams.toArray(MemorySegment[]::new);
        long[][] starts = new long[members][code.streams()];
        double[][] sums = new double[members][code.sums().size()];
        Scratch[] scratch = new Scratch[members];
        for (int member = 0; member < members; member++) {
            scratch[member] = new Scratch();
            scratch[member].reserve(code);
        }
        float[] none = {};
        int most = code.sums().isEmpty() ? 1 << 30 : Kernel.TILE;
        return (member, from, to) -> {
            for (long at = from; at < to; at += most) {
                Arrays.fill(starts[member], at);
                int length = (int) Math.min(most, to - at);
                kernel.run(segments, starts[member], length, none, sums[member], 0, scratch[member]);
            }
        };
    }
}
