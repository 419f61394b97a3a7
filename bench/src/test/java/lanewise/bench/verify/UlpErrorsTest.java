package lanewise.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import lanewise.bench.RuleCatalog;
import lanewise.program.Expr;
import lanewise.program.Op;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import org.apache.commons.math3.dfp.Dfp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UlpErrorsTest {

    /** One operation on the parameter and the gradient. */
    record OneOperation(BinaryOperator<Expr> operation) implements Rule {
        @Override
        public Program program() {
            return Program.empty()
                    .set(Slot.PARAMETER, operation.apply(Expr.read(Slot.PARAMETER), Expr.read(Slot.GRADIENT)));
        }
    }

    private static UlpErrors of(BinaryOperator<Expr> operation) {
        RuleCatalog.Entry entry = new RuleCatalog.Entry("one", "one operation", () -> new OneOperation(operation));
        return UlpErrors.of(Variant.of(entry, List.of()), 1);
    }

    @Test
    void oneOperationIsOffByHalfAUnitAtMost() {
        for (UlpErrors errors : List.of(of(Expr::plus), of(Expr::minus), of(Expr::times), of(Expr::over))) {
            assertTrue(errors.most() > 0.3 && errors.most() <= 0.5, () -> errors.most() + " at " + errors.where());
            assertTrue(errors.mean() > 0.05 && errors.mean() < 0.4, () -> "mean " + errors.mean());
            assertEquals(1, errors.shares()[0], "all are in the first bin");
        }
    }

    @Test
    void exactOperationsAreNotOff() {
        UlpErrors errors = of(Expr::max);
        assertEquals(0, errors.most());
        assertEquals(0, errors.mean());
        assertEquals(67 * 7, errors.count());
    }

    /** 1 + x − 1 keeps of x what is left below 1. */
    @Test
    void cancellationIsSeenAndPlaced() {
        Expr one = Expr.constant(1);
        UlpErrors errors = of((theta, _) -> theta.plus(one).minus(one));
        assertTrue(errors.most() > 100, () -> "most " + errors.most());
        assertTrue(errors.where().matches("θ\\[\\d+] at step \\d+"), errors::where);
        assertEquals(1, Arrays.stream(errors.shares()).sum(), 1e-12);
    }

    @ParameterizedTest
    @EnumSource(Op.class)
    void fiftyDigitsAgreeWithDouble(Op op) {
        FiftyDigits digits = new FiftyDigits();
        double[][] operands = {{0.75, 0.5, 3}, {2, 3.25, -1}, {1e-40, 2, 7}, {0, 5, 8}, {6, 0.125, 1}};
        for (double[] x : operands) {
            Dfp exact = digits.apply(op, digits.scalar(x[0]), digits.scalar(x[1]), digits.scalar(x[2]));
            double expected = op.apply(x[0], x[1], x[2]);
            assertEquals(expected, exact.toDouble(), Math.abs(expected) * 1e-14, op + " of " + Arrays.toString(x));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SIGN, -0.25, -1",
        "ABS, -0.25, 0.25",
        "NEGATE, 0.25, -0.25",
        "FLUSH, -1e-39, 0",
        "FLUSH, -2e-38, -2e-38"
    })
    void fiftyDigitsKnowNegativeNumbers(Op op, double x, double expected) {
        FiftyDigits digits = new FiftyDigits();
        Dfp a = digits.scalar(x);
        assertEquals(expected, digits.apply(op, a, a, a).toDouble(), Math.abs(expected) * 1e-15);
    }

    @Test
    void fiftyDigitsAreMoreThanADoubleHas() {
        FiftyDigits digits = new FiftyDigits();
        Dfp third = digits.apply(Op.DIVIDE, digits.scalar(1), digits.scalar(3), digits.scalar(0));
        assertTrue(third.toString().startsWith("0.3333333333333333333333333333333333333333333333333"), third::toString);
        Dfp power = digits.apply(Op.POWER, digits.scalar(0.5), digits.scalar(100), digits.scalar(0));
        assertEquals(0x1p-100, power.toDouble());
    }
}
