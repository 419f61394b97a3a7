package lanewise;

import static lanewise.Bits.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import lanewise.buffer.Tensor;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several calls of step() that make one step with the mean of their gradients. */
class AccumulationTest {

    /** Steps with the mean of k batches, the mean taken by hand: summed in fp32, times 1/k rounded once. */
    private static Bits byHand(
            Rule rule, int k, int steps, Map<Integer, Set<String>> missing, UnaryOperator<Optimizer.Builder> options) {
        try (Model model = Model.small();
                Optimizer optimizer = options.apply(model.builder(rule)).build()) {
            Map<String, Tensor> gradients = new HashMap<>();
            model.parameters.all().forEach(parameter -> gradients.put(parameter.name(), parameter.gradient()));
            int batch = 0;
            for (int step = 1; step <= steps; step++) {
                Map<String, float[]> sums = new HashMap<>();
                for (int micro = 0; micro < k; micro++) {
                    batch++;
                    for (Parameter parameter : model.parameters.all()) {
                        String name = parameter.name();
                        if (missing.getOrDefault(batch, Set.of()).contains(name)) {
                            continue;
                        }
                        Model.fill(gradients.get(name), name, batch);
                        float[] sum = sums.computeIfAbsent(
                                name, _ -> new float[(int) parameter.value().size()]);
                        for (int i = 0; i < sum.length; i++) {
                            sum[i] += gradients.get(name).get(i);
                        }
                    }
                }
                for (Parameter parameter : model.parameters.all()) {
                    float[] sum = sums.get(parameter.name());
                    if (sum == null) {
                        parameter.removeGradient();
                        continue;
                    }
                    parameter.setGradient(gradients.get(parameter.name()));
                    for (int i = 0; i < sum.length; i++) {
                        parameter.gradient().set(i, (float) (1.0 / k) * sum[i]);
                    }
                }
                optimizer.step();
            }
            return Bits.of(model.parameters, optimizer);
        }
    }

    private static Bits accumulated(
            Rule rule, int k, int steps, Map<Integer, Set<String>> missing, UnaryOperator<Optimizer.Builder> options) {
        try (Model model = Model.small();
                Optimizer optimizer =
                        options.apply(model.builder(rule)).accumulate(k).build()) {
            Map<String, Tensor> gradients = new HashMap<>();
            model.parameters.all().forEach(parameter -> gradients.put(parameter.name(), parameter.gradient()));
            for (int batch = 1; batch <= k * steps; batch++) {
                for (Parameter parameter : model.parameters.all()) {
                    if (missing.getOrDefault(batch, Set.of()).contains(parameter.name())) {
                        parameter.removeGradient();
                    } else {
                        parameter.setGradient(gradients.get(parameter.name()));
                    }
                }
                model.gradients(batch);
                Bits before = Bits.ofWeights(model.parameters);
                StepReport report = optimizer.step();
                assertEquals(batch % k != 0, report.accumulating());
                assertEquals(batch / k, report.step());
                if (report.accumulating()) {
                    assertSame(before, Bits.ofWeights(model.parameters));
                }
            }
            Bits bits = Bits.of(model.parameters, optimizer);
            bits.byName().keySet().removeIf(name -> name.startsWith("Σg"));
            return bits;
        }
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void threeBatchesAreOneStepWithTheirMean(String name) {
        Rule rule = Rules.all().get(name);
        assertSame(
                byHand(rule, 3, 4, Map.of(), builder -> builder),
                accumulated(rule, 3, 4, Map.of(), builder -> builder));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void anyNumberOfBatchesMakesAStep(int k) {
        UnaryOperator<Optimizer.Builder> schedule =
                builder -> builder.learningRate(Schedule.exponential(0.1, 0.9)).maximize(true);
        assertSame(byHand(new AdamW(), k, 3, Map.of(), schedule), accumulated(new AdamW(), k, 3, Map.of(), schedule));
    }

    /** a.bias misses some batches of a step, b.weight a whole step, and the first or last batch of others. */
    private static final Map<Integer, Set<String>> MISSING = Map.of(
            1, Set.of("a.bias"),
            3, Set.of("b.weight"),
            4, Set.of("b.weight", "a.bias"),
            5, Set.of("b.weight"),
            6, Set.of("b.weight"),
            9, Set.of("a.weight", "b.bias"));

    @Test
    void aTensorMayHaveGradientsInSomeOfTheBatchesOnly() {
        assertSame(
                byHand(new AdamW(), 3, 4, MISSING, builder -> builder),
                accumulated(new AdamW(), 3, 4, MISSING, builder -> builder));
    }

    @ParameterizedTest
    @CsvSource({"2, 0.5", "4, 3"})
    void clippingActsOnTheMean(int k, double bound) {
        try (Model model = new Model().with("w", 2);
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(1)
                        .clipGlobalNorm(bound)
                        .accumulate(k)
                        .build()) {
            model.value("w").fill(0);
            model.gradient("w").copyFrom(3, 4);
            for (int batch = 0; batch < k; batch++) {
                optimizer.step();
            }
            StepReport report = optimizer.report();
            // k·3/k and k·4/k are exact for these k, and so is the norm.
            assertEquals(5.0, report.gradientNorm());
            assertEquals(bound / (5 + 1e-6), report.clipCoefficient());
            assertEquals((float) -(3 * bound / 5), model.value("w").get(0), 1e-5f, "1e-6 in the coefficient's divisor");
        }
    }

    @Test
    void theGradientScaleComesOnTopOfTheMean() {
        try (Model model = new Model().with("w", 1);
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(1)
                        .gradientScale(0.5)
                        .accumulate(2)
                        .build()) {
            model.value("w").fill(0);
            model.gradient("w").fill(3);
            optimizer.step();
            model.gradient("w").fill(5);
            optimizer.step();
            // (3 + 5)/2 · 0.5, exact.
            assertEquals(-2f, model.value("w").get(0));
        }
    }

    @Test
    void theScheduleCountsStepsNotBatches() {
        List<Long> asked = new ArrayList<>();
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new Sgd())
                        .accumulate(3)
                        .learningRate(step -> {
                            asked.add(step);
                            return 0.1;
                        })
                        .build()) {
            for (int batch = 0; batch < 9; batch++) {
                optimizer.step();
            }
            assertEquals(Set.of(0L, 1L, 2L), Set.copyOf(asked));
            assertEquals(3, optimizer.report().step());
        }
    }

    @Test
    void theTrafficOfABatchIsTheSumsAndOfAStepIsBoth() {
        try (Model model = new Model().with("w", 100);
                Optimizer optimizer = model.builder(new AdamW()).accumulate(2).build()) {
            assertEquals(12 * 100, optimizer.step().bytesMoved(), "Σg read and written, g read");
            assertEquals((12 + 32) * 100, optimizer.step().bytesMoved(), "AdamW with Σg read and cleared in g's place");
            assertEquals(12 * 100, optimizer.step().bytesMoved());
        }
    }

    @Test
    void theSumIsAStateOfFourBytes() {
        try (Model model = new Model().with("w", 100);
                Optimizer plain = model.builder(new AdamW()).build();
                Optimizer accumulating =
                        model.builder(new AdamW()).accumulate(2).build()) {
            assertEquals(800, plain.stateBytes());
            assertEquals(1200, accumulating.stateBytes());
            model.gradients(1);
            accumulating.step();
            // 0 + g is g.
            assertEquals(
                    model.gradient("w").get(50), accumulating.state("w", "Σg").get(50));
            accumulating.step();
            assertEquals(0f, accumulating.state("w", "Σg").get(50));
        }
    }

    @Test
    void aScheduleThatFailsAtTheLastBatchChangesNothing() {
        try (Model model = new Model().with("w", 3).gradients(1);
                Model sound = new Model().with("w", 3).gradients(1)) {
            boolean[] broken = {true};
            try (Optimizer optimizer = model.builder(new AdamW())
                            .accumulate(2)
                            .learningRate(step -> broken[0] ? Double.NaN : 0.1)
                            .build();
                    Optimizer ofSound = sound.builder(new AdamW())
                            .accumulate(2)
                            .learningRate(0.1)
                            .build()) {
                optimizer.step();
                Bits before = Bits.of(model.parameters, optimizer);
                assertThrows(IllegalStateException.class, optimizer::step);
                assertSame(before, Bits.of(model.parameters, optimizer));
                broken[0] = false;
                assertFalse(optimizer.step().accumulating(), "the second batch is still to come");
                ofSound.step();
                ofSound.step();
                assertSame(Bits.of(sound.parameters, ofSound), Bits.of(model.parameters, optimizer));
                assertTrue(optimizer.step().accumulating());
            }
        }
    }
}
