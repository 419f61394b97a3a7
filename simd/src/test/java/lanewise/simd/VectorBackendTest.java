package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorShape;
import lanewise.conformance.Mismatch;
import lanewise.conformance.Trial;
import lanewise.kernel.SplitTrial;
import lanewise.program.Program;
import lanewise.rule.Rules;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** These fail, and are never skipped, where the Vector API is missing. */
class VectorBackendTest {

    /** So short that most codes are split, many of them twice. */
    private static final int SHORT = 9;

    private static final Map<String, Program> PROGRAMS = Rules.programs();

    static Stream<String> programs() {
        return PROGRAMS.keySet().stream();
    }

    @BeforeAll
    static void sayWhichWidthsTheHardwareRuns() {
        int widest = VectorShape.largestShapeFor(float.class).vectorBitSize();
        IntStream.of(128, 256, 512)
                .forEach(bits -> System.out.println(
                        bits + "-bit kernels: " + (bits <= widest ? "run by this CPU" : "emulated by HotSpot")));
    }

    @Test
    void runsHere() {
        assertNull(new VectorBackend().unusableBecause());
    }

    @ParameterizedTest
    @MethodSource("programs")
    void everyWidthMatchesOracleBitForBit(String name) {
        Trial trial = new Trial(PROGRAMS.get(name), name.hashCode());
        VectorBackend backend = new VectorBackend();
        for (int lanes : new int[] {4, 8, 16}) {
            // 1, 2 and 3 threads: the cut into tiles and the bits are to be the same.
            int threads = lanes / 6 + 1;
            Optional<Mismatch> whole = trial.mismatch(code -> backend.compile(code, lanes), threads);
            assertEquals(Optional.empty(), whole, lanes + " lanes, " + name);
            Optional<Mismatch> split = trial.mismatch(
                    code -> SplitTrial.split(code, part -> part.length() > SHORT, part -> backend.compile(part, lanes)),
                    threads);
            assertEquals(Optional.empty(), split, lanes + " lanes, in loops of " + SHORT + ", " + name);
        }
    }
}
