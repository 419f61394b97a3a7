package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanewise.program.Average;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.Sophia;
import org.junit.jupiter.api.Test;

/** {@link Optimizer#updateHessian()}: what it takes in, what it leaves alone, what it refuses. */
class HessianTest {

    private static Optimizer.Builder builder(Parameters parameters, Rule rule) {
        parameters.add("w", 3).value().fill(1);
        parameters.get("w").gradient().fill(2);
        return Optimizer.builder(parameters, rule).learningRate(0.1);
    }

    @Test
    void anEstimateIsAveragedAndNothingElseMoves() {
        try (Parameters parameters = new Parameters();
                Optimizer optimizer = builder(parameters, Sophia.h().betas(0.9, 0.75))
                        .clipGlobalNorm(1e-3)
                        .average(Average.uniform())
                        .build()) {
            assertTrue(optimizer.updateHessian());
            assertEquals(0.5f, optimizer.state("w", "h").get(0));
            assertEquals(0, optimizer.state("w", "m").get(0));
            assertEquals(1, parameters.get("w").value().get(0));
            assertEquals(0, optimizer.report().step());
        }
    }

    @Test
    void sampledLabelsGiveAGradientThatIsSquared() {
        try (Parameters parameters = new Parameters();
                Optimizer optimizer =
                        builder(parameters, Sophia.g(8).betas(0.9, 0.75)).build()) {
            optimizer.updateHessian();
            assertEquals(1, optimizer.state("w", "h").get(0));
        }
    }

    /** The estimate comes from the same loss: its scale and its sign count, the number of micro-batches does not. */
    @Test
    void theScaleOfTheLossIsTakenOut() {
        try (Parameters parameters = new Parameters();
                Optimizer optimizer = builder(parameters, Sophia.h().betas(0.9, 0.75))
                        .gradientScale(0.25)
                        .accumulate(4)
                        .maximize(true)
                        .build()) {
            optimizer.updateHessian();
            assertEquals(-0.125f, optimizer.state("w", "h").get(0));
        }
    }

    @Test
    void anEstimateThatIsNotFiniteIsSkipped() {
        try (Parameters parameters = new Parameters();
                Optimizer optimizer = builder(parameters, Sophia.h())
                        .onNonFinite(NonFinite.SKIP)
                        .build()) {
            optimizer.updateHessian();
            float before = optimizer.state("w", "h").get(0);
            parameters.get("w").gradient().set(1, Float.NaN);
            assertFalse(optimizer.updateHessian());
            assertEquals(before, optimizer.state("w", "h").get(0));
        }
    }

    @Test
    void aStepClipsWhereTheCurvatureIsSmall() {
        try (Parameters parameters = new Parameters();
                Optimizer optimizer = builder(parameters, Sophia.h().clip(0.5).betas(0, 0))
                        .weightDecay(0)
                        .build()) {
            optimizer.step();
            assertEquals(0.95f, parameters.get("w").value().get(0));
            parameters.get("w").gradient().fill(8);
            optimizer.updateHessian();
            parameters.get("w").gradient().fill(2);
            optimizer.step();
            assertEquals(0.95f - 0.025f, parameters.get("w").value().get(0), 1e-7);
        }
    }

    @Test
    void aRuleWithoutUseForItSaysSo() {
        try (Parameters parameters = new Parameters();
                Optimizer optimizer = builder(parameters, new AdamW()).build()) {
            IllegalStateException e = assertThrows(IllegalStateException.class, optimizer::updateHessian);
            assertEquals(
                    "an estimate of the Hessian needs a rule that uses it, such as Sophia, got [" + new AdamW() + "]",
                    e.getMessage());
        }
    }

    /** The gradients of other rules are not looked at. */
    @Test
    void whatHasNoUseForItStaysOutOfIt() {
        try (Parameters parameters = new Parameters()) {
            Optimizer.Builder builder = builder(parameters, Sophia.h())
                    .onNonFinite(NonFinite.THROW)
                    .group("other", group -> group.rule(new AdamW()));
            parameters.add("other", 3).gradient().fill(Float.NaN);
            try (Optimizer optimizer = builder.build()) {
                assertTrue(optimizer.updateHessian());
                assertTrue(optimizer.state("w", "h").get(0) > 0);
                assertEquals(0, optimizer.state("other", "m").get(0));
            }
        }
    }
}
