package lanewise.simd;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import lanewise.conformance.RandomTrials;
import lanewise.conformance.RandomTrials.Way;
import lanewise.kernel.SplitTrial;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomVectorProgramsTest {

    private static final VectorBackend BACKEND = new VectorBackend();

    /** Longer than any rule's loop; with sums on four lanes, four times that is still less than HotSpot refuses. */
    private static final int LONG = 60;

    /** So short that most codes are split, many of them twice. */
    private static final int SHORT = 9;

    static LongStream seeds() {
        return RandomTrials.seeds(80);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyWidthMatchesOracleBitForBit(long seed) {
        List<Way> ways = new ArrayList<>();
        for (int lanes : new int[] {4, 8, 16}) {
            for (int longest : new int[] {LONG, SHORT}) {
                ways.add(new Way(
                        lanes + " lanes in loops of " + longest,
                        code -> SplitTrial.split(
                                code, part -> part.length() > longest, part -> BACKEND.compile(part, lanes)),
                        lanes / 6 + 1));
            }
        }
        RandomTrials.assertMatchesOracle(seed, ways);
    }
}
