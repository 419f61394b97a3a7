package lanewise.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import lanewise.program.Power;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CurveTest {
    static Stream<Curve> curves() {
        return Stream.of(
                Curve.linear(),
                Curve.cosine(),
                Curve.oneMinusSqrt(),
                Curve.cosine().raisedTo(2),
                Curve.linear().raisedTo(0.5));
    }

    @ParameterizedTest
    @MethodSource("curves")
    void climbsFromZeroToOneWithoutAStepBack(Curve curve) {
        assertEquals(0, curve.at(0));
        assertEquals(1, curve.at(1));
        for (int i = 1; i <= 1000; i++) {
            assertTrue(curve.at((i - 1) / 1000.0) < curve.at(i / 1000.0), "at " + i + "/1000");
        }
    }

    @Test
    void cosineIsTheCosineOfStrictMath() {
        for (int i = 0; i <= 10_000; i++) {
            double x = i / 10_000.0;
            assertEquals(
                    (1 - StrictMath.cos(StrictMath.PI * x)) / 2, Curve.cosine().at(x), 4e-16, "at " + x);
        }
        assertEquals(0.5, Curve.cosine().at(0.5));
    }

    @Test
    void cosineAndOneMinusSqrtDoNotCancelNearTheBottom() {
        double x = 1e-12;
        double quarterSquare = StrictMath.PI * StrictMath.PI / 4 * x * x;
        assertEquals(quarterSquare, Curve.cosine().at(x), 1e-15 * quarterSquare);
        assertEquals(x / 2, Curve.oneMinusSqrt().at(x), 1e-12 * x);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-300, 0.1, 0.5, 0.999_999, 1, 1.5})
    void powersAreThoseOfStrictMath(double base) {
        double[] exponents = {0, 0.25, 0.5, 1, 2, 2.5, 3, 17, 63, 64, 65, 700, 12_345.678, 1e9, 0x1p62};
        for (double exponent : exponents) {
            double expected = StrictMath.pow(base, exponent);
            double bound = expected == 0 || expected > Double.MAX_VALUE
                    ? 0
                    : expected * (Math.abs(StrictMath.log(expected)) * 0x1p-52 + 0x1p-47);
            assertEquals(expected, Power.of(base, exponent), bound, base + "^" + exponent);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 10, 9.765625e-4",
        "2, 3, 8",
        "0.25, 2, 0.0625",
        "3, 33, 5559060566555523",
        "2, 64, 18446744073709551616"
    })
    void wholePowersOfFewDigitsAreExact(double base, double exponent, double expected) {
        assertEquals(expected, Power.of(base, exponent));
    }
}
