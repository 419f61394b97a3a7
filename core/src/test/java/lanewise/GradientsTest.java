package lanewise;

import static lanewise.Bits.assertSame;
import static lanewise.Model.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.buffer.Tensor;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import lanewise.rule.WeightDecay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to gradients before the rule: scale, clipping, sign, decay; and parameters that have none. */
class GradientsTest {

    private static final double RATE = 0.01;

    private static UnaryOperator<Optimizer.Builder> rate(UnaryOperator<Optimizer.Builder> options) {
        return builder -> options.apply(builder.learningRate(RATE));
    }

    // ------------------------------------------------------------------------- scale, sign, decay

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void aGradientScaleIsOneMultiplicationBeforeTheRule(String name) {
        Rule rule = Rules.all().get(name);
        double scale = 1.0 / 3;
        assertSame(
                run(rule, builder -> builder, model -> model.changeGradients((g, _) -> (float) scale * g)),
                run(rule, builder -> builder.gradientScale(scale)));
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void maximizingIsDescentAlongTheNegatedGradients(String name) {
        Rule rule = Rules.all().get(name);
        assertSame(
                run(rule, builder -> builder, model -> model.changeGradients((g, _) -> -g)),
                run(rule, builder -> builder.maximize(true)));
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void coupledDecayIsAddedToTheGradient(String name) {
        Rule rule = Rules.all().get(name);
        float lambda = 0.1f;
        assertSame(
                run(
                        rule,
                        rate(builder -> builder.weightDecay(0)),
                        model -> model.changeGradients((g, theta) -> g + lambda * theta)),
                run(rule, rate(builder -> builder.weightDecay(WeightDecay.coupled(0.1)))));
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void decoupledDecayShrinksTheWeightsBeforeTheUpdate(String name) {
        Rule rule = Rules.all().get(name);
        float shrink = (float) (1 - RATE * 0.1);
        assertSame(
                run(
                        rule,
                        rate(builder -> builder.weightDecay(0)),
                        model -> model.changeWeights((_, theta) -> shrink * theta)),
                run(rule, rate(builder -> builder.weightDecay(WeightDecay.decoupled(0.1)))));
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void aPlainDecayRateTakesTheFormOfTheRule(String name) {
        Rule rule = Rules.all().get(name);
        WeightDecay named = rule.weightDecay().withRate(0.1);
        assertSame(run(rule, builder -> builder.weightDecay(named)), run(rule, builder -> builder.weightDecay(0.1)));
        boolean decoupled =
                Stream.of("AdamW", "Lion", "Signum", "signSGD", "Sophia").anyMatch(name::startsWith);
        boolean inRule = Stream.of("LARS", "LAMB", "Adafactor", "Schedule-Free").anyMatch(name::startsWith);
        assertEquals(
                decoupled ? WeightDecay.decoupled(0.1) : inRule ? WeightDecay.inRule(0.1) : WeightDecay.coupled(0.1),
                named);
    }

    /** Scale, then clipping by value, then sign, then decay: the order that the specification gives. */
    @Test
    void everythingTogetherActsInTheOrderOfTheSpecification() {
        float lambda = 0.1f;
        float bound = 0.25f;
        assertSame(
                run(
                        new Adam(),
                        builder -> builder,
                        model -> model.changeGradients(
                                (g, theta) -> -Math.clamp(0.5f * g, -bound, bound) + lambda * theta)),
                run(
                        new Adam(),
                        builder -> builder.gradientScale(0.5)
                                .clipValue(0.25)
                                .maximize(true)
                                .weightDecay(0.1)));
    }

    // ---------------------------------------------------------------------------------- clipping

    /** Whole numbers from −8 to 8: sums of their squares are exact in any order. */
    private static Model wholeNumbers(Model model) {
        model.changeGradients((g, _) -> Math.round(8 * g));
        return model;
    }

    private static double normByHand(Model model) {
        double sum = 0;
        for (Parameter parameter : model.parameters.all()) {
            for (float g : parameter.gradient().toArray()) {
                sum += (double) g * g;
            }
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1, 300, 1e6})
    void clippingByGlobalNormIsClippingByHand(double bound) {
        for (Rule rule : List.of(new Sgd().momentum(0.9), new AdamW())) {
            Bits expected = run(rule, builder -> builder, model -> {
                double coefficient = Math.min(1, bound / (normByHand(wholeNumbers(model)) + 1e-6));
                model.changeGradients((g, _) -> (float) coefficient * g);
            });
            assertSame(expected, run(rule, builder -> builder.clipGlobalNorm(bound), GradientsTest::wholeNumbers));
        }
    }

    @Test
    void theGlobalNormGoesOverAllGroups() {
        UnaryOperator<Optimizer.Builder> groups =
                builder -> builder.group("a.*", group -> group.rule(new Sgd()).learningRate(0.1))
                        .group(
                                "*.bias",
                                name -> name.equals("b.bias"),
                                group -> group.weightDecay(0.2).maximize(true));
        Bits expected = run(new AdamW(), groups, model -> {
            double coefficient = Math.min(1, 1 / (normByHand(wholeNumbers(model)) + 1e-6));
            model.changeGradients((g, _) -> (float) coefficient * g);
        });
        assertSame(
                expected,
                run(new AdamW(), builder -> groups.apply(builder).clipGlobalNorm(1), GradientsTest::wholeNumbers));
    }

    @Test
    void theNormAndTheCoefficientAreInTheReport() {
        try (Model model = wholeNumbers(Model.small().gradients(1));
                Optimizer optimizer =
                        model.builder(new Sgd()).clipGlobalNorm(10).build()) {
            StepReport report = optimizer.step();
            double norm = normByHand(model);
            assertTrue(norm > 10);
            // The sum is exact, and both take its root and quotient in double.
            assertEquals(norm, report.gradientNorm());
            assertEquals(10 / (norm + 1e-6), report.clipCoefficient());
            model.changeGradients((g, _) -> g / 1024);
            optimizer.step();
            assertEquals(norm / 1024, report.gradientNorm());
            assertEquals(1.0, report.clipCoefficient());
        }
    }

    @Test
    void theNormIsThatOfTheScaledGradients() {
        try (Model model = wholeNumbers(Model.small().gradients(1));
                Optimizer optimizer = model.builder(new Sgd())
                        .gradientScale(0.25)
                        .reportGradientNorm()
                        .build()) {
            // A scale of a power of two is exact.
            assertEquals(normByHand(model) / 4, optimizer.step().gradientNorm());
        }
    }

    @Test
    void aParameterWithoutAGradientIsNotInTheNorm() {
        try (Model model = wholeNumbers(Model.small().gradients(1));
                Optimizer optimizer =
                        model.builder(new Sgd()).reportGradientNorm().build()) {
            double all = optimizer.step().gradientNorm();
            double bias = 0;
            for (float g : model.gradient("b.bias").toArray()) {
                bias += (double) g * g;
            }
            model.get("b.bias").removeGradient();
            // Both sums of squares are exact.
            assertEquals(
                    Math.sqrt(Math.round(all * all) - bias), optimizer.step().gradientNorm());
        }
    }

    /** Contract 2: sixteen lanes of fp32 within tiles, lanes, tiles and tensors added in their order in double. */
    private static double squaresInTheOrderOfTheContract(Model model) {
        double total = 0;
        for (Parameter parameter : model.parameters.all()) {
            double ofTensor = 0;
            float[] g = parameter.gradient().toArray();
            for (int tile = 0; tile < g.length; tile += 8192) {
                float[] lanes = new float[16];
                for (int i = tile; i < Math.min(tile + 8192, g.length); i++) {
                    lanes[i % 16] += g[i] * g[i];
                }
                double ofTile = 0;
                for (float lane : lanes) {
                    ofTile += lane;
                }
                ofTensor += ofTile;
            }
            total += ofTensor;
        }
        return total;
    }

    /** Gradients from 1e-9 to 1e9, so that every other order of additions rounds to something else. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void sumsAreAddedInTheOrderOfTheContract(int threads) {
        try (Model model = Model.small().with("c.weight", 3 * 8192 + 5);
                Optimizer optimizer = model.builder(new Sgd())
                        .threads(threads)
                        .reportGradientNorm()
                        .build()) {
            for (int number = 1; number <= 5; number++) {
                int[] exponent = {number};
                model.gradients(number).changeGradients((g, _) -> {
                    exponent[0] = (exponent[0] * 37 + 11) % 19;
                    return g * (float) Math.pow(10, exponent[0] - 9);
                });
                // The same additions in the same order give the same bits.
                assertEquals(
                        Math.sqrt(squaresInTheOrderOfTheContract(model)),
                        optimizer.step().gradientNorm());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void clippingByValueIsClippingByHand(String name) {
        Rule rule = Rules.all().get(name);
        assertSame(
                run(rule, builder -> builder, model -> model.changeGradients((g, _) -> Math.clamp(g, -0.5f, 0.5f))),
                run(rule, builder -> builder.clipValue(0.5)));
    }

    @Test
    void valuesAreClippedBeforeTheNormIsTaken() {
        Bits expected = run(new AdamW(), builder -> builder, model -> {
            wholeNumbers(model).changeGradients((g, _) -> Math.clamp(g, -3f, 3f));
            double coefficient = Math.min(1, 2 / (normByHand(model) + 1e-6));
            model.changeGradients((g, _) -> (float) coefficient * g);
        });
        assertSame(
                expected,
                run(new AdamW(), builder -> builder.clipGlobalNorm(2).clipValue(3), GradientsTest::wholeNumbers));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.25", "-0.5, -0.25", "0.125, 0.125", "Infinity, 0.25", "-Infinity, -0.25", "-0.0, -0.0"})
    void clippingByValueBoundsTheMagnitude(float gradient, float clipped) {
        try (Model model = new Model().with("w", 1);
                Optimizer optimizer =
                        model.builder(new Sgd()).learningRate(1).clipValue(0.25).build()) {
            model.value("w").fill(0);
            model.gradient("w").fill(gradient);
            optimizer.step();
            // 0 − 1·x is exact.
            assertEquals(0 - clipped, model.value("w").get(0));
        }
    }

    @Test
    void aNaNIsNotClippedAway() {
        try (Model model = new Model().with("w", 1);
                Optimizer optimizer = model.builder(new Sgd()).clipValue(0.25).build()) {
            model.gradient("w").fill(Float.NaN);
            optimizer.step();
            assertTrue(Float.isNaN(model.value("w").get(0)));
        }
    }

    @Test
    void aNormOfZeroLeavesTheGradientsAlone() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd()).clipGlobalNorm(1).build()) {
            Bits before = Bits.ofWeights(model.parameters);
            StepReport report = optimizer.step();
            assertEquals(0.0, report.gradientNorm());
            assertEquals(1.0, report.clipCoefficient());
            assertSame(before, Bits.ofWeights(model.parameters));
        }
    }

    // ------------------------------------------------------------------------- missing gradients

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void aParameterWithoutAGradientIsPassedOverWhole(String name) {
        Rule rule = Rules.all().get(name);
        UnaryOperator<Optimizer.Builder> options = rate(builder -> builder.weightDecay(0.1));
        List<Integer> missing = List.of(1, 3, 4);
        try (Model model = Model.small();
                Model others = Model.small();
                Model own = Model.small();
                Optimizer optimizer = options.apply(model.builder(rule)).build();
                Optimizer ofOthers = options.apply(others.builder(rule)).build();
                Optimizer ofOwn = options.apply(own.builder(rule)).build()) {
            Parameter parameter = model.get("b.weight");
            Tensor gradient = parameter.gradient();
            for (int step = 1; step <= 7; step++) {
                if (missing.contains(step)) {
                    parameter.removeGradient();
                    assertFalse(parameter.hasGradient());
                } else {
                    parameter.setGradient(gradient);
                    own.gradients(step);
                    ofOwn.step();
                }
                Bits before = Bits.of(model.parameters, optimizer).of("b.weight");
                model.gradients(step);
                optimizer.step();
                others.gradients(step);
                ofOthers.step();
                if (missing.contains(step)) {
                    assertSame(before, Bits.of(model.parameters, optimizer).of("b.weight"));
                }
            }
            Bits bits = Bits.of(model.parameters, optimizer);
            // Its own step number stood still: it is where it would be had it never been asked.
            assertSame(Bits.of(own.parameters, ofOwn).of("b.weight"), bits.of("b.weight"));
            for (String other : List.of("a.weight", "a.bias", "b.bias")) {
                assertSame(Bits.of(others.parameters, ofOthers).of(other), bits.of(other));
            }
            assertEquals(7, optimizer.report().step());
        }
    }

    @Test
    void aGradientMayComeFromOtherMemoryInEveryStep() {
        Bits expected = run(new AdamW(), builder -> builder);
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            for (int step = 1; step <= 5; step++) {
                for (Parameter parameter : model.parameters.all()) {
                    parameter.setGradient(
                            Tensor.allocate(Arena.ofAuto(), parameter.value().shape()));
                }
                model.gradients(step);
                optimizer.step();
            }
            assertSame(expected, Bits.of(model.parameters, optimizer));
        }
    }

    @Test
    void zeroGradClearsAllGradientsAndNothingElse() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            optimizer.step();
            Bits before = Bits.of(model.parameters, optimizer);
            model.get("a.bias").removeGradient();
            optimizer.zeroGrad();
            assertSame(before, Bits.of(model.parameters, optimizer));
            for (String name : List.of("a.weight", "b.weight", "b.bias")) {
                for (float g : model.gradient(name).toArray()) {
                    assertEquals(0, Float.floatToRawIntBits(g), "+0");
                }
            }
        }
    }
}
