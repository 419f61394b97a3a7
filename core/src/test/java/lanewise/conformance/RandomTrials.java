package lanewise.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import lanewise.kernel.Kernel;
import lanewise.program.Code;
import lanewise.program.Formula;
import lanewise.program.Program;

/**
 * Random programs held against the oracle. {@code -Dlanewise.random.seed=1000} draws others than those of every build,
 * and {@code -Pthorough} many.
 */
public final class RandomTrials {

    /** One in so many programs is tried on long tensors. */
    private static final int FULL = 20;

    /**
     * A way to run programs.
     *
     * @param name backend and lanes
     * @param kernels the kernel of a code
     * @param threads number of workers
     */
    public record Way(String name, Function<Code, Kernel> kernels, int threads) {}

    private RandomTrials() {}

    /**
     * The seeds of a test run.
     *
     * @param count how many there are by default
     * @return that many, or if thorough ten times as many
     */
    public static LongStream seeds(int count) {
        long first = Long.getLong("lanewise.random.seed", 1);
        return LongStream.range(first, first + (Boolean.getBoolean("lanewise.thorough") ? 10L * count : count));
    }

    /**
     * Fails with a small program if kernels and oracle disagree on the program of a seed.
     *
     * @param seed of the program and of the data
     * @param ways how to run it
     */
    public static void assertMatchesOracle(long seed, List<Way> ways) {
        Program program = RandomProgram.of(seed);
        Trial.Size size = seed % FULL == 0 ? Trial.Size.FULL : Trial.Size.SMALL;
        Trial trial = new Trial(program, seed, size);
        for (Way way : ways) {
            if (failure(trial, way).isPresent()) {
                Program smallest = Shrinker.smallest(
                        program,
                        smaller -> failure(new Trial(smaller, seed, size), way).isPresent());
                fail(String.join(
                        "\n  ",
                        "the program of seed " + seed + " on " + way.name() + " with " + way.threads()
                                + " threads, shrunk to",
                        String.join("\n  ", Formula.of(smallest)),
                        failure(new Trial(smallest, seed, size), way).orElseThrow()));
            }
        }
    }

    /** What went wrong, if anything did; a program that can't be run is as wrong as wrong bits. */
    private static Optional<String> failure(Trial trial, Way way) {
        try {
            return trial.mismatch(way.kernels(), way.threads()).map(Mismatch::toString);
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("failed with " + e);
        }
    }
}
