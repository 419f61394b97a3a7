package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.List;
import java.util.function.UnaryOperator;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The worked numbers of the specification, 1 to 7, as printed there. Number 8 is a schedule:
 * {@link lanewise.schedule.ScheduleTest}.
 */
class WorkedNumbersTest {

    /** One weight. */
    private static final class Weight implements AutoCloseable {

        private final Parameters parameters = new Parameters();
        private final Parameter weight = parameters.add("w", 1);
        private final Optimizer optimizer;

        Weight(double first, Rule rule, UnaryOperator<Optimizer.Builder> options) {
            weight.value().fill((float) first);
            optimizer = options.apply(Optimizer.builder(parameters, rule)
                            .backend("scalar")
                            .threads(1))
                    .build();
        }

        Weight(double first, Rule rule, double learningRate) {
            this(first, rule, builder -> builder.learningRate(learningRate));
        }

        double value() {
            return weight.value().get(0);
        }

        double state(String symbol) {
            return optimizer.state("w", symbol).get(0);
        }

        void step(double gradient) {
            weight.gradient().fill((float) gradient);
            optimizer.step();
        }

        /** One step down the slope of (x−3)². */
        void stepDownTheParabola() {
            step(2 * (value() - 3));
        }

        @Override
        public void close() {
            optimizer.close();
            parameters.close();
        }
    }

    /**
     * Half a unit of the last digit printed; and four units in the last place of fp32, which is what a
     * few steps in single precision round off (the specification prints up to 8 digits, fp32 holds 7).
     */
    private static void assertPrinted(String printed, double got) {
        BigDecimal number = new BigDecimal(printed);
        double halfDigit = number.ulp().doubleValue() / 2;
        assertEquals(number.doubleValue(), got, halfDigit + 4 * Math.ulp(number.floatValue()), printed);
    }

    @Test
    void number1GradientDescentOnAParabola() {
        try (Weight x = new Weight(0, new Sgd(), 0.1)) {
            assertPrinted("0", x.value());
            for (String printed : List.of("0.6", "1.08", "1.464", "1.7712", "2.01696")) {
                x.stepDownTheParabola();
                assertPrinted(printed, x.value());
            }
        }
    }

    @Test
    void number1HalfLandsOnTheMinimumInOneStep() {
        try (Weight x = new Weight(0, new Sgd(), 0.5)) {
            x.stepDownTheParabola();
            // 0 − 0.5·(−6) is exact in binary.
            assertEquals(3.0, x.value());
        }
    }

    @Test
    void number1TooLargeARateClimbs() {
        try (Weight x = new Weight(0, new Sgd(), 1.1)) {
            for (String printed : List.of("9", "12.96", "18.6624")) {
                assertPrinted(printed, (x.value() - 3) * (x.value() - 3));
                x.stepDownTheParabola();
            }
        }
    }

    /** The gradient of the mean squared error of y = θx over some of (1,2) (2,4) (3,5) (4,8). */
    private static double gradient(double theta, int... numbers) {
        double[] y = {2, 4, 5, 8};
        double sum = 0;
        for (int x : numbers) {
            sum += 2 * x * (theta * x - y[x - 1]);
        }
        return sum / numbers.length;
    }

    @Test
    void number2LeastSquaresWithTheFullBatch() {
        try (Weight theta = new Weight(1, new Sgd(), 0.01)) {
            double full = gradient(1, 1, 2, 3, 4);
            assertPrinted("-13.5", full);
            theta.step(full);
            assertPrinted("1.135", theta.value());
        }
    }

    @Test
    void number2LeastSquaresInTwoBatches() {
        try (Weight theta = new Weight(1, new Sgd(), 0.01)) {
            assertPrinted("-7", gradient(1, 1, 3));
            theta.step(gradient(theta.value(), 1, 3));
            assertPrinted("1.07", theta.value());
            double fresh = gradient(theta.value(), 2, 4);
            assertPrinted("-18.6", fresh);
            theta.step(fresh);
            assertPrinted("1.256", theta.value());
        }
        try (Weight theta = new Weight(1.07, new Sgd(), 0.01)) {
            double stale = gradient(1, 2, 4);
            assertPrinted("-20", stale);
            theta.step(stale);
            assertPrinted("1.27", theta.value());
        }
    }

    @Test
    void number2TwoAccumulatedBatchesAreTheFullBatch() {
        try (Weight theta =
                new Weight(1, new Sgd(), builder -> builder.learningRate(0.01).accumulate(2))) {
            theta.step(gradient(1, 1, 3));
            assertPrinted("1", theta.value());
            theta.step(gradient(1, 2, 4));
            assertPrinted("1.135", theta.value());
        }
    }

    @Test
    void number2DescentEndsAtTheMinimiser() {
        try (Weight theta = new Weight(1, new Sgd(), 0.01)) {
            for (int step = 0; step < 200; step++) {
                theta.step(gradient(theta.value(), 1, 2, 3, 4));
            }
            assertPrinted("1.9", theta.value());
            // Each step leaves 0.85 of the distance, so after 200 only the last rounding of fp32 is left.
            assertEquals(57.0 / 30, theta.value(), 4 * Math.ulp(1.9f));
        }
    }

    @Test
    void number3MomentumOnAParabola() {
        List<String> positions = List.of("0.0600", "0.1728", "0.330864");
        // The specification prints the fifth as −22.554, with the digits after it cut off: it is −22.55462.
        List<String> velocities = List.of("-6", "-11.28", "-15.8064", "-19.564", "-22.5546");
        try (Weight x = new Weight(0, new Sgd().momentum(0.9), 0.01)) {
            for (int step = 0; step < velocities.size(); step++) {
                x.stepDownTheParabola();
                assertPrinted(velocities.get(step), x.state("v"));
                if (step < positions.size()) {
                    assertPrinted(positions.get(step), x.value());
                }
            }
        }
        try (Weight x = new Weight(0, new Sgd(), 0.01)) {
            for (String printed : List.of("0.06", "0.1188", "0.1764", "0.2329", "0.2882")) {
                x.stepDownTheParabola();
                assertPrinted(printed, x.value());
            }
        }
    }

    /** Steps with these gradients; the effective rate is what the weight moved by for a unit of gradient. */
    private static void assertEffectiveRates(
            Weight weight, double[] gradients, List<String> sums, List<String> effectiveRates) {
        for (int step = 0; step < gradients.length; step++) {
            double before = weight.value();
            weight.step(gradients[step]);
            assertPrinted(sums.get(step), weight.state("s"));
            assertPrinted(effectiveRates.get(step), (before - weight.value()) / gradients[step]);
        }
    }

    private static final double[] GRADIENTS = {3.0, 2.5, 2.8, 3.1};

    @Test
    void number4AdaGradsRatesFall() {
        try (Weight weight = new Weight(0, new AdaGrad(), 0.1)) {
            assertEffectiveRates(
                    weight,
                    GRADIENTS,
                    List.of("9", "15.25", "23.09", "32.70"),
                    List.of("0.0333", "0.0256", "0.0208", "0.0175"));
        }
    }

    @Test
    void number4AdaGradKeepsALargeRateForWhatIsSeldomTouched() {
        try (Weight weight = new Weight(0, new AdaGrad(), 0.1)) {
            for (int step = 0; step < 3; step++) {
                weight.step(0);
                // 0 / (√0 + ε) is 0.
                assertEquals(0.0, weight.value());
            }
            weight.step(5);
            assertPrinted("0.0200", -weight.value() / 5);
        }
    }

    @Test
    void number5RmsPropsRatesSettle() {
        try (Weight weight = new Weight(0, new RmsProp().alpha(0.9), 0.1)) {
            assertEffectiveRates(
                    weight,
                    GRADIENTS,
                    List.of("0.9", "1.435", "2.0755", "2.82895"),
                    List.of("0.1054", "0.0835", "0.0694", "0.0595"));
        }
    }

    @Test
    void number6AdamsMeansAndSecondStep() {
        double[] gradients = {4, -1, 3};
        List<String> means = List.of("0.4", "0.26", "0.534");
        List<String> meanSquares = List.of("0.016", "0.016984", "0.025967016");
        try (Weight weight = new Weight(0, new Adam(), 1e-3)) {
            double first = 0;
            for (int step = 0; step < gradients.length; step++) {
                double before = weight.value();
                weight.step(gradients[step]);
                assertPrinted(means.get(step), weight.state("m"));
                assertPrinted(meanSquares.get(step), weight.state("v"));
                if (step == 0) {
                    first = before - weight.value();
                } else if (step == 1) {
                    assertPrinted("0.000469", before - weight.value());
                }
            }
            // ε is 2.5e-9 of √v̂ = 4; fp32 rounds in each of the five operations.
            assertEquals(1e-3, first, 5 * Math.ulp(1e-3f));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {4, 1e-3, -250, 1e6, -1e10})
    void number6AdamsFirstStepIsTheRateWhateverTheGradient(double gradient) {
        try (Weight weight = new Weight(0, new Adam(), 1e-3)) {
            weight.step(gradient);
            // ε is 1e-5 of the smallest of these gradients; fp32 rounds off less than 1e-6.
            assertEquals(-Math.signum(gradient) * 1e-3, weight.value(), 1e-3 * 1.1e-5);
        }
    }

    /** The step from θ = 5 with g = 2, all averages settled and the mean square at 4. */
    private static double settledStep(Rule rule, double weightDecay) {
        int settled = 20_000;
        try (Weight weight = new Weight(
                5, rule, builder -> builder.weightDecay(weightDecay).learningRate(step -> step < settled ? 0 : 1e-3))) {
            for (int step = 0; step < settled; step++) {
                weight.step(2);
            }
            // Without a rate nothing moves, nor decays.
            assertEquals(5.0, weight.value());
            weight.optimizer.state("w", "v").fill(4);
            weight.step(2);
            return weight.value() - 5;
        }
    }

    @Test
    void number7AdamHalvesTheDecayThatAdamWTakesWhole() {
        double l2 = settledStep(new Adam(), 0.1) - settledStep(new Adam(), 0);
        double decoupled = settledStep(new AdamW(), 0.1) - settledStep(new AdamW(), 0);
        assertPrinted("0.005", -100 * l2 / 5);
        assertPrinted("0.01", -100 * decoupled / 5);
        // θ = 5 is known to 5e-7, 0.2 % of a step of 2.5e-4; one step changes v by 0.06 %.
        assertEquals(2, decoupled / l2, 2 * 0.005);
    }
}
