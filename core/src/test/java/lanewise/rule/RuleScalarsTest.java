package lanewise.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanewise.program.Clock;
import lanewise.program.Formula;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scalars of a step that a rule works out by a law of its own, to the precision of a double. */
class RuleScalarsTest {

    private record At(long step) implements Clock {
        @Override
        public double learningRate() {
            return 1;
        }

        @Override
        public double weightDecay() {
            return 0;
        }

        @Override
        public double gradientScale() {
            return 1;
        }

        @Override
        public long elements() {
            return 1;
        }
    }

    /** The scalar of this formula that the program's last pass is given. */
    private static double scalar(Program program, String formula, long step) {
        return program.phases().getLast().scalars().stream()
                .filter(scalar -> Formula.of(scalar).equals(formula))
                .findFirst()
                .orElseThrow()
                .evaluate(new At(step));
    }

    /** Π as the paper has it, multiplied up step by step; here it is a series in closed form. */
    @ParameterizedTest
    @CsvSource({"0.9, 4e-3", "0.999, 4e-3", "0.9, 0", "0.5, 1", "0.9, 50", "0, 4e-3"})
    void nadamsProductOfMomentumsIsThatOfItsFactors(double beta1, double momentumDecay) {
        Program program =
                new NAdam().betas(beta1, 0.999).momentumDecay(momentumDecay).program();
        double product = 1;
        for (int step = 1; step <= 200; step++) {
            double now = beta1 * (1 - 0.5 * StrictMath.pow(0.96, step * momentumDecay));
            double next = beta1 * (1 - 0.5 * StrictMath.pow(0.96, (step + 1) * momentumDecay));
            product *= now;
            String at = "step " + step;
            assertClose((1 - now) / (1 - product), scalar(program, "η·(1−μₜ)/(1−Πₜ)", step), at);
            assertClose(next / (1 - product * next), scalar(program, "ημₜ₊₁/(1−Πₜ₊₁)", step), at);
        }
    }

    private static void assertClose(double expected, double got, String message) {
        assertEquals(expected, got, 1e-13 * expected, message);
    }

    @Test
    void sgdTakesTheFirstGradientWithoutDampening() {
        Program program = new Sgd().momentum(0.9).dampening(0.25).program();
        assertEquals(1, scalar(program, "(1−τ)", 1));
        assertEquals(0.75, scalar(program, "(1−τ)", 2));
        assertEquals(0.75, scalar(program, "(1−τ)", 1000));
    }

    @Test
    void scheduleFreesRateGrowsInALineForTheStepsOfItsWarmup() {
        Program program = new ScheduleFreeSgd().warmup(4).program();
        double[] rates = {0.25, 0.5, 0.75, 1, 1};
        for (int step = 1; step <= rates.length; step++) {
            assertEquals(rates[step - 1], scalar(program, "η·min(1,t/T)", step));
        }
        assertEquals(1, scalar(new ScheduleFreeSgd().program(), "η·min(1,t/T)", 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 10, 1000, 1_000_000})
    void adafactorsDecayRateGrowsWithThePowerOfTheStep(long step) {
        Program program = new Adafactor().program();
        assertEquals(1 - StrictMath.pow(step, -0.8), scalar(program, "β̂₂", step), 1e-14);
        assertEquals(1 - 1.0 / step, scalar(new Adafactor().beta2Decay(-1).program(), "β̂₂", step), 1e-14);
    }

    @Test
    void adafactorTakesMatricesApartThatAreLongEnoughBothWays() {
        Adafactor rule = new Adafactor().minFactored(16);
        assertEquals(rule, rule.forShape(Shape.of(1000)));
        assertEquals(rule, rule.forShape(Shape.of(15, 16)));
        assertEquals(rule, rule.forShape(Shape.of(16, 15)));
        List<Slot> apart = List.of(Adafactor.ROW_MEAN_SQUARE, Adafactor.COLUMN_MEAN_SQUARE);
        assertEquals(apart, rule.forShape(Shape.of(16, 16)).program().states());
        assertEquals(apart, rule.forShape(Shape.of(2, 1000, 16)).program().states());
        assertEquals(apart, new Adafactor().forShape(Shape.of(1, 1)).program().states());
    }

    @Test
    void adafactorWithoutBoundsNeedsNoPassForNorms() {
        Adafactor rule = new Adafactor().scaleParameter(false);
        assertEquals(2, rule.program().phases().size(), "RMS(u) first");
        assertEquals(
                1,
                rule.clipThreshold(Double.POSITIVE_INFINITY).program().phases().size());
    }

    @Test
    void sophiasGammaCountsTheSamples() {
        assertEquals(0.04, Sophia.g(1).gamma());
        assertEquals(1, Sophia.g(25).gamma());
        assertEquals(1, Sophia.h().gamma());
    }
}
