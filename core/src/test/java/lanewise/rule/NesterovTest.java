package lanewise.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The textbook takes the gradient at a point ahead, {@code v ← μ·v − η·∇f(θ+μ·v); θ ← θ + v}. PyTorch's restatement
 * keeps the point ahead itself, φ = θ + μ·v, so that the gradient is taken where the weights are. While η is constant
 * both are one sequence, by {@code v = −η·(PyTorch's v)}; here the two are run side by side.
 */
class NesterovTest {

    private static final int STEPS = 60;

    /** The loss ½·Σ curvature·(x−3)², steep in one direction and flat in others. */
    private static final double[] CURVATURE = {10, 3, 1, 0.3, 0.1};

    private static double slope(int i, double x) {
        return CURVATURE[i] * (x - 3);
    }

    /** The textbook's sequence in double, with the gradient of a loss that has the L2 penalty ½·λ·x² in it. */
    private static final class Textbook {
        final double[] theta = new double[CURVATURE.length];
        final double[] v = new double[CURVATURE.length];
        final double momentum;
        final double decay;

        Textbook(double momentum, double decay) {
            this.momentum = momentum;
            this.decay = decay;
        }

        double ahead(int i) {
            return theta[i] + momentum * v[i];
        }

        void step(double rate) {
            for (int i = 0; i < theta.length; i++) {
                double ahead = ahead(i);
                v[i] = momentum * v[i] - rate * (slope(i, ahead) + decay * ahead);
                theta[i] += v[i];
            }
        }
    }

    /** The largest distance in {@value #STEPS} steps between the engine's weights and the textbook's point ahead. */
    private static double distance(Sgd rule, double decay, Schedule rate) {
        double largest = 0;
        Textbook textbook = new Textbook(rule.momentum(), decay);
        try (Parameters parameters = new Parameters()) {
            Tensor phi = parameters.add("w", CURVATURE.length).value();
            Tensor gradient = parameters.get("w").gradient();
            try (Optimizer optimizer = Optimizer.builder(parameters, rule)
                    .learningRate(rate)
                    .weightDecay(WeightDecay.coupled(decay))
                    .build()) {
                for (int step = 0; step < STEPS; step++) {
                    for (int i = 0; i < CURVATURE.length; i++) {
                        gradient.set(i, (float) slope(i, phi.get(i)));
                    }
                    optimizer.step();
                    textbook.step(rate.at(step));
                    for (int i = 0; i < CURVATURE.length; i++) {
                        largest = Math.max(largest, Math.abs(textbook.ahead(i) - phi.get(i)));
                    }
                }
            }
        }
        return largest;
    }

    /** The weights get to about 3, so a rounding is about 1e-7, and each step adds a few. */
    private static final double ROUNDING = 1e-5;

    @ParameterizedTest
    @CsvSource({"0.9, 0, 0.05", "0.5, 0, 0.1", "0.99, 0, 0.01", "0.9, 0.1, 0.05", "0.5, 0.5, 0.1"})
    void weightsAreTheTextbooksPointAheadAtEveryStep(double momentum, double decay, double rate) {
        Sgd rule = new Sgd().momentum(momentum).nesterov(true);
        assertEquals(0, distance(rule, decay, Schedule.constant(rate)), ROUNDING);
        assertEquals(0, distance(rule.rateInVelocity(true), decay, Schedule.constant(rate)), ROUNDING);
    }

    @Test
    void plainMomentumIsAnotherSequence() {
        assertTrue(distance(new Sgd().momentum(0.9), 0, Schedule.constant(0.05)) > 0.1);
    }

    /** PyTorch's v holds gradients, and a new rate acts on all of them; the textbook's holds steps already taken. */
    @ParameterizedTest
    @CsvSource({"0", "0.1"})
    void underAScheduleTheyPartUnlessTheRateIsInTheVelocity(double decay) {
        Schedule rate = Schedule.stepDecay(0.08, 0.5, 10);
        Sgd rule = new Sgd().momentum(0.9).nesterov(true);
        assertTrue(distance(rule, decay, rate) > 0.05);
        assertEquals(0, distance(rule.rateInVelocity(true), decay, rate), ROUNDING);
    }
}
