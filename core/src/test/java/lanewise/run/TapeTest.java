package lanewise.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanewise.program.Expr;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Scalars;
import lanewise.program.Shape;
import lanewise.rule.Rules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TapeTest {

    private static StepClock clock(long step) {
        StepClock clock = new StepClock();
        clock.set(0.01, 0.1, 0.25);
        clock.tensor(step, Shape.of(5, 7), 0);
        return clock;
    }

    private static boolean isKnownFromTheClock(Expr scalar) {
        return switch (scalar) {
            case Expr.Apply apply -> apply.operands().stream().allMatch(TapeTest::isKnownFromTheClock);
            case Expr.Read _, Expr.Sum _ -> false;
            case Expr.Constant _, Expr.Scalar _ -> true;
        };
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void hasTheBitsOfTheExpression(String name) {
        for (Phase phase : Rules.all().get(name).program().phases()) {
            List<Expr> scalars = phase.scalars().stream()
                    .filter(TapeTest::isKnownFromTheClock)
                    .toList();
            for (Expr scalar : scalars) {
                Tape tape = new Tape(scalar);
                for (long step : new long[] {1, 2, 1000, 1L << 31}) {
                    assertEquals(scalar.evaluate(clock(step)), tape.evaluate(clock(step)), scalar::toString);
                }
            }
        }
    }

    @Test
    void raisesWhatNeverChanges() {
        Expr root = new Expr.Apply(Op.POWER, List.of(Expr.constant(2), Expr.constant(0.5)));
        assertEquals(root.evaluate(clock(1)), new Tape(root).evaluate(clock(1)));
        Expr power = new Expr.Apply(Op.POWER, List.of(Expr.constant(0.9), Scalars.STEP));
        Tape tape = new Tape(power.plus(root));
        for (long step : new long[] {1, 64, 65, 1000}) {
            assertEquals(power.evaluate(clock(step)) + root.evaluate(clock(step)), tape.evaluate(clock(step)));
        }
    }

    /** As a tree it has 2⁶⁰ leaves. */
    @Test
    void computesWhatIsSharedOnce() {
        Expr x = Scalars.LEARNING_RATE;
        for (int i = 0; i < 60; i++) {
            x = x.plus(x);
        }
        assertEquals(0x1p60 * 0.01, new Tape(x).evaluate(clock(1)));
    }

    @Test
    void takesEachOperandInItsPlace() {
        Expr two = Expr.constant(2);
        Expr three = Expr.constant(3);
        assertEquals(-1, new Tape(two.minus(three)).evaluate(clock(1)));
        assertEquals(8, new Tape(two.pow(three)).evaluate(clock(1)));
        assertEquals(3, new Tape(Expr.select(two.negate(), two, three)).evaluate(clock(1)));
        assertEquals(2, new Tape(two).evaluate(clock(1)));
    }
}
