package lanewise.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each operation makes of numbers, alike in both precisions. */
class OpTest {

    @ParameterizedTest
    @CsvSource({
        "ADD, 3, 2, 0, 5",
        "SUBTRACT, 3, 2, 0, 1",
        "MULTIPLY, 3, 2, 0, 6",
        "DIVIDE, 3, 2, 0, 1.5",
        "DIVIDE, 1, 0, 0, Infinity",
        "MAX, 3, 2, 0, 3",
        "MAX, -0.0, 0, 0, 0",
        "MAX, 3, NaN, 0, NaN",
        "MIN, 3, 2, 0, 2",
        "MIN, 0, -0.0, 0, -0.0",
        "MIN, NaN, 3, 0, NaN",
        "NEGATE, 3, 0, 0, -3",
        "NEGATE, 0, 0, 0, -0.0",
        "ABS, -3, 0, 0, 3",
        "SQRT, 9, 0, 0, 3",
        "SQRT, -1, 0, 0, NaN",
        "SIGN, -3, 0, 0, -1",
        "SIGN, -0.0, 0, 0, -0.0",
        "SIGN, NaN, 0, 0, NaN",
        "FLUSH, 3, 0, 0, 3",
        "FLUSH, NaN, 0, 0, NaN",
        "FLUSH, 0x1p-126, 0, 0, 0x1p-126",
        "FLUSH, -0x1p-126, 0, 0, -0x1p-126",
        "FLUSH, 0x1.fffffcp-127, 0, 0, 0",
        "FLUSH, -0x1.fffffcp-127, 0, 0, 0",
        "SELECT, 0x1p-149, 2, 3, 2",
        "SELECT, 0, 2, 3, 3",
        "SELECT, -1, 2, 3, 3",
        "SELECT, NaN, 2, 3, 3"
    })
    void theResultIsTheSameInBothPrecisions(Op op, double a, double b, double c, double result) {
        assertEquals(result, op.apply(a, b, c));
        assertEquals((float) result, op.apply((float) a, (float) b, (float) c));
    }

    @Test
    void aPowerIsForScalars() {
        assertEquals(8, Op.POWER.apply(2.0, 3.0, 0));
        assertEquals(
                "a power of elements is not in the language",
                assertThrows(IllegalStateException.class, () -> Op.POWER.apply(2f, 3f, 0f))
                        .getMessage());
    }

    @Test
    void anExpressionWorksOutItsOperandsInOrder() {
        Clock clock = new FixedClock(1);
        List<Expr> numbers = List.of(Expr.constant(7), Expr.constant(5), Expr.constant(3));
        assertEquals(2, numbers.get(0).minus(numbers.get(1)).evaluate(clock));
        assertEquals(-7, numbers.get(0).negate().evaluate(clock));
        assertEquals(
                5, Expr.select(numbers.get(0), numbers.get(1), numbers.get(2)).evaluate(clock));
        assertEquals(
                3,
                Expr.select(numbers.get(0).negate(), numbers.get(1), numbers.get(2))
                        .evaluate(clock));
    }
}
