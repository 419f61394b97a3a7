package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.rule.Adam;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the Javadoc of each recipe says, seen from outside. */
class RecipesTest {

    private static final Set<String> ALL = Set.of(
            "embed.weight",
            "pos_embed",
            "block.norm.weight",
            "block.norm.bias",
            "block.linear.weight",
            "block.linear.bias");

    private static final Set<String> FEW_AXES = Set.of("block.norm.weight", "block.norm.bias", "block.linear.bias");

    private static final Set<String> FEW_AXES_AND_POSITIONS =
            Set.of("block.norm.weight", "block.norm.bias", "block.linear.bias", "pos_embed");

    /**
     * A recipe for 100 steps, 10 of them warm-up where it has one.
     *
     * @param clip the bound on the norm, NaN for none
     * @param spared what does not decay
     * @param decay what a first step at rate 1 takes from a weight of 1 without a gradient
     * @param rates by the step
     */
    record Case(
            String name,
            Function<Parameters, Optimizer.Builder> recipe,
            double clip,
            Set<String> spared,
            double decay,
            Map<Integer, Double> rates) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> recipes() {
        return Stream.of(
                new Case(
                        "llmPretraining",
                        parameters -> Recipes.llmPretraining(parameters, 100, 10),
                        1,
                        FEW_AXES,
                        0.1,
                        Map.of(0, 0.0, 5, 1.5e-4, 10, 3e-4, 55, 1.65e-4, 100, 3e-5)),
                new Case(
                        "memoryBoundLlm",
                        parameters -> Recipes.memoryBoundLlm(parameters, 25),
                        Double.NaN,
                        ALL,
                        0,
                        Map.of(0, 1e-2, 24, 1e-2, 25, 1e-2, 100, 5e-3)),
                new Case(
                        "fineTuning",
                        parameters -> Recipes.fineTuning(parameters, 100),
                        1,
                        FEW_AXES,
                        0.01,
                        Map.of(0, 0.0, 5, 1e-5, 10, 2e-5, 55, 1e-5, 100, 0.0)),
                new Case(
                        "convNet",
                        parameters -> Recipes.convNet(parameters, 512, 100, 10),
                        Double.NaN,
                        FEW_AXES,
                        1.9e-4, // The velocity is λ, and Nesterov's step 1 + μ times as long.
                        Map.of(0, 0.0, 5, 0.1, 10, 0.2, 55, 0.1, 100, 0.0)),
                new Case(
                        "visionTransformer",
                        parameters -> Recipes.visionTransformer(parameters, 512, 100, 10),
                        1,
                        FEW_AXES_AND_POSITIONS,
                        0.05,
                        Map.of(0, 0.0, 5, 2.5e-4, 10, 5e-4, 55, 2.5e-4, 100, 0.0)),
                new Case("gan", Recipes::gan, Double.NaN, ALL, 0, Map.of(0, 2e-4, 100, 2e-4)),
                new Case(
                        "diffusion",
                        parameters -> Recipes.diffusion(parameters, 10),
                        1,
                        ALL,
                        0,
                        Map.of(0, 0.0, 5, 5e-5, 10, 1e-4, 100, 1e-4)),
                new Case(
                        "ppo",
                        parameters -> Recipes.ppo(parameters, 100),
                        0.5,
                        ALL,
                        0,
                        Map.of(0, 3e-4, 50, 1.5e-4, 100, 0.0)),
                new Case(
                        "largeBatchTransformer",
                        parameters -> Recipes.largeBatchTransformer(parameters, 8192, 100, 10),
                        1,
                        FEW_AXES,
                        1, // ‖θ‖/‖λθ‖ · λθ
                        Map.of(0, 0.0, 5, 1.25e-3, 10, 2.5e-3, 55, 1.25e-3, 100, 0.0)),
                new Case(
                        "largeBatchConvNet",
                        parameters -> Recipes.largeBatchConvNet(parameters, 16_384, 100, 10),
                        Double.NaN,
                        FEW_AXES,
                        1e-4,
                        Map.of(0, 0.0, 5, 12.5, 10, 25.0, 55, 6.25, 100, 0.0)));
    }

    /** A transformer of one block and half a linear layer, all weights 1, all gradients 0. */
    private static Parameters transformer() {
        Parameters parameters = new Parameters();
        parameters.add("embed.weight", 8, 4);
        parameters.add("pos_embed", 1, 5, 4);
        parameters.add("block.norm.weight", 4);
        parameters.add("block.norm.bias", 4);
        parameters.add("block.linear.weight", 4, 4);
        parameters.add("block.linear.bias", 4);
        parameters.all().forEach(parameter -> parameter.value().fill(1));
        return parameters;
    }

    private static Optimizer build(Optimizer.Builder builder) {
        return builder.backend("scalar").threads(1).build();
    }

    @Test
    void everyRecipeIsInTheTable() {
        assertEquals(names(), recipes().map(Case::name).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** All recipes that there are. */
    static Set<String> names() {
        return Arrays.stream(Recipes.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void ratesAreAsTheScheduleSays(Case wanted) {
        try (Parameters parameters = transformer();
                Optimizer optimizer = build(wanted.recipe().apply(parameters))) {
            for (int step = 0; step <= 100; step++) {
                double rate = optimizer.step().learningRate();
                if (wanted.rates().containsKey(step)) {
                    double expected = wanted.rates().get(step);
                    assertEquals(expected, rate, 1e-12 * expected, "the rate of step " + step);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void whatIsSparedDoesNotDecayAndTheRestDoes(Case wanted) {
        try (Parameters parameters = transformer();
                Optimizer optimizer = build(wanted.recipe().apply(parameters).learningRate(0.5))) {
            optimizer.step();
            for (Parameter parameter : parameters.all()) {
                float weight = parameter.value().get(0);
                if (wanted.spared().contains(parameter.name())) {
                    assertEquals(1, weight, parameter.name());
                } else {
                    assertEquals(1 - 0.5 * wanted.decay(), weight, 1e-7, parameter.name());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void gradientsAreClippedAsItSays(Case wanted) {
        try (Parameters parameters = transformer();
                Optimizer optimizer = build(wanted.recipe().apply(parameters))) {
            parameters.all().forEach(parameter -> parameter.gradient().fill(1));
            // 80 elements.
            double expected = wanted.clip() / (Math.sqrt(80) + 1e-6);
            assertEquals(expected, optimizer.step().clipCoefficient(), 1e-7);
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void aModelNeedsNothingToSpareAndNothingElse(Case wanted) {
        try (Parameters matrices = new Parameters();
                Parameters vectors = new Parameters()) {
            matrices.add("w", 3, 4);
            vectors.add("b", 4);
            try (Optimizer ofMatrices = build(wanted.recipe().apply(matrices));
                    Optimizer ofVectors = build(wanted.recipe().apply(vectors))) {
                assertEquals(List.of("default"), ofMatrices.step().groups());
                String only = wanted.decay() == 0 ? "default" : Recipes.SPARED;
                assertEquals(List.of(only), ofVectors.step().groups());
            }
        }
    }

    @Test
    void decayRatesOfTheStatesAreAsTheySay() {
        // Small, so that no recipe clips it.
        float g = 1e-3f;
        assertState(g, Recipes::gan, "m", 0.5 * g);
        assertState(g, Recipes::gan, "v", 1e-3 * g * g);
        assertState(g, parameters -> Recipes.llmPretraining(parameters, 10, 1), "m", 0.1 * g);
        assertState(g, parameters -> Recipes.llmPretraining(parameters, 10, 1), "v", 0.05 * g * g);
        assertState(g, parameters -> Recipes.memoryBoundLlm(parameters, 10), "R", g * g);
        assertState(g, parameters -> Recipes.diffusion(parameters, 0), "θ̄", -1e-4);
        assertState(g, parameters -> Recipes.ppo(parameters, 10), "m", 0.1 * g);
    }

    private static void assertState(
            float g, Function<Parameters, Optimizer.Builder> recipe, String symbol, double expected) {
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", 2, 2).gradient().fill(g);
            try (Optimizer optimizer = build(recipe.apply(parameters))) {
                optimizer.step();
                assertEquals(expected, optimizer.state("w", symbol).get(0), 1e-4 * Math.abs(expected), symbol);
            }
        }
    }

    // ---------------------------------------------------------------------------- changed afterwards

    @Test
    void everythingCanBeChangedAfterwards() {
        try (Parameters parameters = transformer()) {
            // @start region="recipe"
            Optimizer.Builder builder = Recipes.fineTuning(parameters, 10_000)
                    .weightDecay(0.1)
                    .clipGlobalNorm(0.5)
                    .group("embed.*", group -> group.rateFactor(0.1));
            // @end
            try (Optimizer optimizer = build(builder)) {
                parameters.all().forEach(parameter -> parameter.gradient().fill(1));
                StepReport report = optimizer.step();
                assertEquals(List.of("default", Recipes.SPARED, "embed.*"), report.groups());
                assertEquals(0.5 / Math.sqrt(80), report.clipCoefficient(), 1e-6);
            }
            try (Optimizer optimizer = build(Recipes.fineTuning(parameters, 10)
                    .rule(new Adam())
                    .weightDecay(0.5)
                    .learningRate(1))) {
                parameters.all().forEach(parameter -> parameter.value().fill(1));
                parameters.all().forEach(parameter -> parameter.gradient().fill(0));
                optimizer.step();
                // Adam's own decay is L2, so its first step is the rate.
                assertEquals(0, parameters.get("block.linear.weight").value().get(0), 1e-6);
                assertEquals(1, parameters.get("block.linear.bias").value().get(0));
            }
        }
    }

    @Test
    void theExamplesOfTheJavadocRun() {
        try (Parameters parameters = transformer();
                Parameters generator = transformer();
                Parameters discriminator = transformer()) {
            int batchSize = 256;
            int stepsPerEpoch = 2;
            // @start region="steps"
            Optimizer.Builder builder = Recipes.convNet(parameters, batchSize, 90L * stepsPerEpoch, 5L * stepsPerEpoch)
                    .learningRate(Schedule.multiStep(0.1 * batchSize / 256, 0.1, 30, 60, 80)
                            .perEpoch(stepsPerEpoch));
            // @end
            // @start region="ttur"
            Optimizer.Builder slow =
                    Recipes.gan(generator).rule(new Adam().betas(0, 0.9)).learningRate(1e-4);
            Optimizer.Builder fast =
                    Recipes.gan(discriminator).rule(new Adam().betas(0, 0.9)).learningRate(4e-4);
            // @end
            try (Optimizer steps = build(builder);
                    Optimizer a = build(slow);
                    Optimizer b = build(fast)) {
                for (int step = 0; step < 60; step++) {
                    assertEquals(0.1, steps.step().learningRate());
                }
                assertEquals(0.01, steps.step().learningRate(), 1e-17);
                assertEquals(1e-4, a.step().learningRate());
                assertEquals(4e-4, b.step().learningRate());
            }
        }
    }

    // --------------------------------------------------------------------------------------- errors

    @Test
    void aNumberOutOfRangeIsNamedWithItsRangeAndItsValue() {
        try (Parameters parameters = transformer()) {
            assertRefused(
                    "warmupSteps must be at least 0 and below totalSteps, 100, got 100",
                    () -> Recipes.llmPretraining(parameters, 100, 100));
            assertRefused("constantSteps must be at least 1, got 0", () -> Recipes.memoryBoundLlm(parameters, 0));
            assertRefused(
                    "warmupSteps must be at least 0 and below totalSteps, 5, got 6",
                    () -> Recipes.largeBatchTransformer(parameters, 512, 5, 6));
            assertRefused(
                    "warmupSteps must be at least 0 and below totalSteps, 5, got 6",
                    () -> Recipes.largeBatchConvNet(parameters, 512, 5, 6));
            assertRefused("warmupSteps must be at least 0, got -1", () -> Recipes.diffusion(parameters, -1));
            assertRefused("totalSteps must be at least 1, got 0", () -> Recipes.llmPretraining(parameters, 0, 0));
            assertRefused("totalSteps must be at least 1, got 0", () -> Recipes.fineTuning(parameters, 0));
            assertRefused("totalSteps must be at least 1, got -3", () -> Recipes.ppo(parameters, -3));
            assertRefused("batchSize must be at least 1, got 0", () -> Recipes.convNet(parameters, 0, 100, 10));
            assertRefused(
                    "batchSize must be at least 1, got -1", () -> Recipes.visionTransformer(parameters, -1, 100, 10));
            assertRefused(
                    "batchSize must be at least 1, got 0", () -> Recipes.largeBatchTransformer(parameters, 0, 100, 10));
            assertRefused(
                    "batchSize must be at least 1, got 0", () -> Recipes.largeBatchConvNet(parameters, 0, 100, 10));
        }
    }

    @Test
    void aGroupThatTakesASparedParameterIsRefused() {
        try (Parameters parameters = transformer()) {
            Optimizer.Builder builder =
                    Recipes.llmPretraining(parameters, 100, 10).group("*.linear.*", group -> group.learningRate(1));
            String message =
                    assertThrows(IllegalArgumentException.class, builder::build).getMessage();
            assertTrue(message.contains("block.linear.bias is in spared and in *.linear.*"), message);
        }
    }

    private static void assertRefused(String message, Executable input) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, input).getMessage());
    }
}
