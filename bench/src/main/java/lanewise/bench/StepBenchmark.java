package lanewise.bench;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.StepReport;
import lanewise.buffer.Tensor;
import lanewise.rule.AdamW;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One AdamW step over one tensor: as the engine emits it, as one would write it by hand, and the roof, a loop with the
 * same loads and stores that only adds.
 *
 * <p>{@code lanewise jmh StepBenchmark} runs all of it in some minutes; {@code lanewise jmh StepBenchmark.emitted -p
 * size=4096 -p backend=simd -p lanes=4,8,16 -p threads=1} the widths at one size. Each fork gets the launcher's modules
 * and the variable {@code LANEWISE_JAVA_OPTS}.
 *
 * <p><b>What to expect.</b> A step moves 28 bytes for each element, so 28 · size / time is the bandwidth. From a
 * million elements on, emitted, by hand and roof take the same time: that of the memory, 20 to 24 GB/s a core from
 * DRAM. 4,096 elements lie in the L1 and L2 caches; emitted and by hand take about 0.45 ns an element there, bound by
 * divide and square root, and the roof half of that. The scalar backend takes 2 to 3 times as long in cache. A tensor
 * of one tile, 8,192 elements, is stepped by the calling thread alone, so threads make no difference there.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmark {
    private static final double LEARNING_RATE = 1e-3;

    /** How many steps must agree before any is timed. */
    private static final int CHECKED_STEPS = 3;

    private static final String WEIGHTS = "weights";

    @Param({"4096", "65536", "1048576", "16777216"})
    long size = 4096;

    /** Made by JMH. */
    public StepBenchmark() {}

    /** The step that the engine emits. */
    @Benchmark
    public StepReport emitted(Engine engine) {
        return engine.optimizer.step();
    }

    /** The same by hand. */
    @Benchmark
    public void handWritten(Peer peer) {
        peer.step();
    }

    /** The same loads and stores, and only additions. */
    @Benchmark
    public void roof(Peer peer) {
        HandWrittenAdamW.onlyAdd(
                peer.theta.segment(), peer.gradient.segment(), peer.mean.segment(), peer.meanSquare.segment());
    }

    /** The engine with the options asked for. */
    @State(Scope.Benchmark)
    public static class Engine {
        @Param({"simd", "scalar"})
        String backend = "simd";

        /** 4, 8 or 16; 0 leaves it to the dispatcher. */
        @Param("0")
        int lanes;

        @Param({"1", "2"})
        int threads = 1;

        private Parameters parameters;
        private Optimizer optimizer;

        /** Made by JMH. */
        public Engine() {}

        /** Refuses to time a wrong answer. */
        @Setup(Level.Trial)
        public void setUp(StepBenchmark benchmark) throws InterruptedException {
            parameters = parameters(benchmark.size);
            Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW())
                    .learningRate(LEARNING_RATE)
                    .backend(backend)
                    .threads(threads);
            optimizer = (lanes == 0 ? builder : builder.lanes(lanes)).build();
            if (!optimizer.warmUp()) {
                throw new IllegalStateException("the engine gave a vector kernel up; its warning says why");
            }
            for (int step = 0; step < CHECKED_STEPS; step++) {
                optimizer.step();
            }
            requireRight(
                    benchmark.size,
                    parameters.get(WEIGHTS).value(),
                    optimizer.state(WEIGHTS, "m"),
                    optimizer.state(WEIGHTS, "v"));
        }

        /** Frees the memory. */
        @TearDown(Level.Trial)
        public void tearDown() {
            optimizer.close();
            parameters.close();
        }
    }

    /** The hand-written kernel's tensors. */
    @State(Scope.Benchmark)
    public static class Peer {
        private Arena arena;
        private Tensor theta;
        private Tensor gradient;
        private Tensor mean;
        private Tensor meanSquare;
        /** The number of the last step. */
        long step;

        /** Made by JMH. */
        public Peer() {}

        /** Refuses to time a wrong answer. */
        @Setup(Level.Trial)
        public void setUp(StepBenchmark benchmark) {
            arena = Arena.ofShared();
            // Staggered as the engine's are.
            List<long[]> shape = List.<long[]>of(new long[] {benchmark.size});
            theta = Tensor.allocateTogether(arena, 0, shape).getFirst();
            gradient = Tensor.allocateTogether(arena, 1, shape).getFirst();
            mean = Tensor.allocateTogether(arena, 2, shape).getFirst();
            meanSquare = Tensor.allocateTogether(arena, 3, shape).getFirst();
            fill(theta, gradient);
            for (int i = 0; i < CHECKED_STEPS; i++) {
                step();
            }
            requireRight(benchmark.size, theta, mean, meanSquare);
        }

        void step() {
            HandWrittenAdamW.step(
                    theta.segment(), gradient.segment(), mean.segment(), meanSquare.segment(), LEARNING_RATE, ++step);
        }

        /** Frees the memory. */
        @TearDown(Level.Trial)
        public void tearDown() {
            arena.close();
        }
    }

    private static Parameters parameters(long size) {
        Parameters parameters = new Parameters();
        Parameter weights = parameters.add(WEIGHTS, size);
        fill(weights.value(), weights.gradient());
        return parameters;
    }

    /** The same numbers for everyone. */
    private static void fill(Tensor theta, Tensor gradient) {
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < theta.size(); i++) {
            theta.set(i, (float) random.nextDouble(-1, 1));
            gradient.set(i, (float) random.nextDouble(-0.01, 0.01));
        }
    }

    /** Holds what {@link #CHECKED_STEPS} steps gave against the scalar backend. */
    private static void requireRight(long size, Tensor theta, Tensor mean, Tensor meanSquare) {
        try (Parameters parameters = parameters(size);
                Optimizer scalar = Optimizer.builder(parameters, new AdamW())
                        .learningRate(LEARNING_RATE)
                        .backend("scalar")
                        .build()) {
            for (int step = 0; step < CHECKED_STEPS; step++) {
                scalar.step();
            }
            requireSameBits("θ", theta, parameters.get(WEIGHTS).value());
            requireSameBits("m", mean, scalar.state(WEIGHTS, "m"));
            requireSameBits("v", meanSquare, scalar.state(WEIGHTS, "v"));
        }
    }

    private static void requireSameBits(String what, Tensor got, Tensor expected) {
        for (long i = 0; i < expected.size(); i++) {
            int gotBits = Float.floatToRawIntBits(got.get(i));
            int expectedBits = Float.floatToRawIntBits(expected.get(i));
            if (gotBits != expectedBits) {
                throw new IllegalStateException("not timed, since it is wrong: %s[%d] is 0x%08x, and 0x%08x on scalar"
                        .formatted(what, i, gotBits, expectedBits));
            }
        }
    }
}
