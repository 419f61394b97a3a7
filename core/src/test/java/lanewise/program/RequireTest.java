package lanewise.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The ends of the ranges: the last value that is in, and the first that is out. */
class RequireTest {

    private static final double MAX = Double.MAX_VALUE;
    private static final double MIN = Double.MIN_VALUE;
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    static Stream<Arguments> ranges() {
        return Stream.of(
                range("in [0, 1)", x -> Require.decayRate("x", x), List.of(0.0, 0.5, Math.nextDown(1.0)), -MIN, 1),
                range("in (0, 1]", x -> Require.share("x", x), List.of(MIN, 0.5, 1.0), 0, Math.nextUp(1.0)),
                range(
                        "finite and at least 0",
                        x -> Require.atLeast("x", 0.0, x),
                        List.of(0.0, 1.0, MAX),
                        -MIN,
                        INFINITY),
                range(
                        "finite and at least 0.5",
                        x -> Require.atLeast("x", 0.5, x),
                        List.of(0.5, MAX),
                        Math.nextDown(0.5),
                        INFINITY),
                range("finite and at most 0", x -> Require.atMost("x", 0, x), List.of(-MAX, -1.0, 0.0), -INFINITY, MIN),
                range("finite and above 0", x -> Require.positive("x", x), List.of(MIN, 1.0, MAX), 0, INFINITY),
                range("above 0", x -> Require.aboveZero("x", x), List.of(MIN, 1.0, INFINITY), 0, -1),
                range("finite", x -> Require.finite("x", x), List.of(-MAX, 0.0, MAX), -INFINITY, INFINITY));
    }

    private static Arguments range(
            String allowed, DoubleUnaryOperator check, List<Double> in, double outBelow, double outAbove) {
        return arguments(allowed, check, in, List.of(outBelow, outAbove, NAN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ranges")
    void whatIsInTheRangeIsGivenBackAndTheRestRefused(
            String allowed, DoubleUnaryOperator check, List<Double> in, List<Double> out) {
        for (double x : in) {
            assertEquals(x, check.applyAsDouble(x));
        }
        for (double x : out) {
            assertEquals("x must be " + allowed + ", got " + x, refusal(() -> check.applyAsDouble(x)));
        }
    }

    @Test
    void wholeNumbersHaveALeastOneOnly() {
        assertEquals(3, Require.atLeast("n", 3, 3));
        assertEquals(Integer.MAX_VALUE, Require.atLeast("n", 3, Integer.MAX_VALUE));
        assertEquals("n must be at least 3, got 2", refusal(() -> Require.atLeast("n", 3, 2)));
        assertEquals(3, Require.atLeast("n", 3L, 3L));
        assertEquals(Long.MAX_VALUE, Require.atLeast("n", 3L, Long.MAX_VALUE));
        assertEquals("n must be at least 3, got 2", refusal(() -> Require.atLeast("n", 3L, 2L)));
    }

    private static String refusal(Executable check) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, check).getMessage());
    }
}
