package lanewise.bench.speed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.kernel.Backends;
import lanewise.kernel.Kernel;
import lanewise.kernel.Kernels;
import lanewise.kernel.Scratch;
import lanewise.program.Code;

/**
 * The roof: for each pass of a rule a flat loop of vectors with the same loads and stores, which adds up what it loads and
 * does nothing else. No tiles, no engine: each thread takes its share in one go. Where elements are narrower than a float,
 * floats of as many bytes are added: planes of different widths advance side by side, each by its own bytes, a stretch
 * after the other.
 */
public final class RoofEngine implements Engine {
    /**
     * Floats of a stretch. The streams of a plane start as far from each other: so far from whole pages that what one
     * stores is not taken for what another loads, and whole blocks of 256 bytes.
     */
    private static final int STRETCH = 5376 / Float.BYTES;

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
            throw new IllegalStateException("the roof's vector kernel was given up");
        }
        return loops;
    }

    private static Loops.Loop loop(Kernel kernel, Code code, List<Loops.Stream> streams, int members) {
        MemorySegment[] segments = streams.stream().map(Loops.Stream::memory).toArray(MemorySegment[]::new);
        Loops.Stream[] ofCode = streams.toArray(Loops.Stream[]::new);
        long[][] starts = new long[members][code.streams()];
        double[][] sums = new double[members][code.sums().size()];
        Scratch[] scratch = new Scratch[members];
        for (int member = 0; member < members; member++) {
            scratch[member] = new Scratch();
            scratch[member].reserve(code);
        }
        float[] none = {};
        int narrowest = streams.stream()
                .mapToInt(stream -> stream.dtype().bytes())
                .min()
                .orElse(Float.BYTES);
        int most = narrowest < Float.BYTES
                ? STRETCH * Float.BYTES / narrowest
                : code.sums().isEmpty() ? 1 << 30 : Kernel.TILE;
        return (member, from, to) -> {
            for (long at = from; at < to; at += most) {
                // Of the last elements of a tensor three may be left out.
                int length = (int) (Math.min(most, to - at) * narrowest / Float.BYTES);
                for (int i = 0; i < ofCode.length; i++) {
                    starts[member][i] = ofCode[i].floatOf(at) + (long) ofCode[i].part() * length;
                }
                kernel.run(segments, starts[member], length, none, sums[member], 0, scratch[member]);
            }
        };
    }
}
