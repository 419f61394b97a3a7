package lanewise.bench.speed;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.kernel.Backends;
import lanewise.kernel.Kernel;
import lanewise.kernel.Kernels;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/**
 * The roof: for each pass of a rule a flat loop of vectors with the same loads and stores, which adds up what it loads and
 * does nothing else. No tiles, no engine: each thread takes its share in one go.
 */
public final class RoofEngine implements Engine {
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(() -> {
        Scratch own = new Scratch();
        own.reserve(0, 0, 1);
        return own;
    });

    /** Found as a service. */
    public RoofEngine() {}

    @Override
    public String name() {
        return Contestant.ROOF.key();
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        return null;
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
                (code, streams, scalars, arena) -> loop(kernels.of(code), code, streams));
        kernels.awaitWarm();
        return loops;
    }

    private Loops.Loop loop(Kernel kernel, Code code, List<MemorySegment> streams) {
        MemorySegment[] segments = streams.toArray(MemorySegment[]::new);
        ThreadLocal<long[]> starts = ThreadLocal.withInitial(() -> new long[code.streams()]);
        ThreadLocal<double[]> sums =
                ThreadLocal.withInitial(() -> new double[code.sums().size()]);
        return (from, to) -> {
            long[] first = starts.get();
            java.util.Arrays.fill(first, from);
            kernel.run(segments, first, (int) (to - from), new float[0], sums.get(), 0, requireNonNull(scratch.get()));
        };
    }
}
