package lanewise;

import static lanewise.Bits.assertSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import lanewise.buffer.Tensor;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import lanewise.schedule.ReduceOnPlateau;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Schedules, threads, sizes, states and the end of life. More by topic: {@link GroupsTest}, {@link GradientsTest},
 * {@link AccumulationTest}, {@link NonFiniteTest}, {@link MemoryTest}, {@link StepReportTest}, {@link WholeTensorTest},
 * {@link BadInputTest}.
 */
class OptimizerTest {

    // --------------------------------------------------------------------------------- schedules

    @Test
    void theFirstStepUsesStepZeroOfTheSchedule() {
        List<Long> asked = new ArrayList<>();
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(step -> {
                            asked.add(step);
                            return 0.5 / (step + 1);
                        })
                        .build()) {
            assertEquals(List.of(), asked, "building asks for no rate");
            // The rate is handed through unchanged.
            assertEquals(0.5, optimizer.step().learningRate());
            assertEquals(0.25, optimizer.step().learningRate());
            assertEquals(0.5 / 3, optimizer.step().learningRate());
            assertEquals(List.of(0L, 1L, 2L), asked);
        }
    }

    @Test
    void aScheduleIsARateForEachStep() {
        Schedule schedule = Schedule.cosine(0.5, 0, 6).withWarmup(2);
        List<Double> rates = new ArrayList<>();
        try (Model model = Model.small();
                Optimizer optimizer =
                        model.builder(new Sgd()).learningRate(schedule).build()) {
            for (int step = 0; step < 10; step++) {
                rates.add(optimizer.step().learningRate());
            }
        }
        for (int step = 0; step < 10; step++) {
            assertEquals(schedule.at(step), rates.get(step));
        }
        assertEquals(0, rates.get(0));
        assertEquals(0.5, rates.get(2));
        assertEquals(0, rates.get(9));
    }

    @Test
    void aStepAtRateZeroMovesNoWeightButCounts() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).learningRate(0).build()) {
            Bits before = Bits.ofWeights(model.parameters);
            assertEquals(1, optimizer.step().step());
            assertSame(before, Bits.ofWeights(model.parameters));
            // β₁·0 + (1−β₁)·g with 1−β₁ rounded once.
            assertEquals(
                    (float) (1 - 0.9) * model.gradient("a.bias").get(2),
                    optimizer.state("a.bias", "m").get(2));
        }
    }

    @Test
    void reduceOnPlateauCutsTheRateOfTheStepsAfterAnObservation() {
        ReduceOnPlateau plateau =
                ReduceOnPlateau.lowerIsBetter(1).withFactor(0.5).withPatience(1);
        try (Model model = new Model().with("w", 1);
                Optimizer optimizer =
                        model.builder(new Sgd()).learningRate(plateau).build()) {
            model.value("w").fill(0);
            model.gradient("w").fill(1);
            double[] metrics = {3, 2, 2, 2, 2, 2};
            float[] weights = new float[metrics.length];
            for (int epoch = 0; epoch < metrics.length; epoch++) {
                optimizer.step();
                plateau.observe(metrics[epoch]);
                weights[epoch] = model.value("w").get(0);
            }
            // Patience 1: the second bad observation in a row cuts. Halves are exact.
            assertArrayEquals(new float[] {-1, -2, -3, -4, -4.5f, -5f}, weights);
            assertEquals(0.25, optimizer.step().learningRate());
        }
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void withoutARateTheRulesOwnDefaultIsUsed(String name) {
        Rule rule = Rules.all().get(name);
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(rule).build()) {
            assertEquals(rule.learningRate(), optimizer.step().learningRate());
        }
    }

    // ----------------------------------------------------------------------------------- threads

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void theBitsDoNotDependOnTheNumberOfThreads(int threads) {
        for (Rule rule : List.of(new AdamW(), new Sgd().momentum(0.9), new WholeTensorTest.Layerwise(0.1))) {
            assertSame(onThreads(rule, 1), onThreads(rule, threads));
        }
    }

    private static Bits onThreads(Rule rule, int threads) {
        try (Model model = Model.small().with("c.weight", 5, 8192).with("c.bias", 3);
                Optimizer optimizer = model.builder(rule)
                        .threads(threads)
                        .clipGlobalNorm(0.5)
                        .accumulate(2)
                        .build()) {
            assertEquals(threads, optimizer.threads());
            for (int step = 1; step <= 6; step++) {
                model.gradients(step);
                optimizer.step();
            }
            return Bits.of(model.parameters, optimizer);
        }
    }

    @Test
    void stepsMayBeTakenByOneThreadAfterAnother() throws InterruptedException {
        Bits expected = Model.run(new AdamW(), builder -> builder);
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            for (int step = 1; step <= 5; step++) {
                model.gradients(step);
                Thread thread = new Thread(optimizer::step);
                thread.start();
                thread.join();
            }
            assertSame(expected, Bits.of(model.parameters, optimizer));
        }
    }

    // ------------------------------------------------------------------------------------- sizes

    static List<String> elementWise() {
        return Rules.names().stream()
                .filter(name -> Rules.all().get(name).program().phases().size() == 1)
                .toList();
    }

    /** Two thousand small tensors move as one tensor of all their elements does. */
    @ParameterizedTest
    @MethodSource("elementWise")
    void manySmallTensorsMoveAsOneLargeOne(String name) {
        Rule rule = Rules.all().get(name);
        int count = 2000;
        SplittableRandom random = new SplittableRandom(1);
        int[] sizes = random.ints(count, 0, 9).toArray();
        int total = IntStream.of(sizes).sum();
        try (Model large = new Model().with("w", total);
                Model small = new Model()) {
            for (int i = 0; i < count; i++) {
                small.with("w" + i, sizes[i]);
            }
            copy(large.value("w"), small, Parameter::value);
            try (Optimizer ofLarge = large.builder(rule).build();
                    Optimizer ofSmall = small.builder(rule).build()) {
                for (int step = 1; step <= 2; step++) {
                    large.gradients(step);
                    copy(large.gradient("w"), small, Parameter::gradient);
                    ofLarge.step();
                    ofSmall.step();
                }
            }
            long from = 0;
            for (Parameter parameter : small.parameters.all()) {
                MemorySegment segment = parameter.value().segment();
                assertEquals(
                        -1,
                        segment.mismatch(large.value("w").segment().asSlice(from, segment.byteSize())),
                        parameter.name());
                from += segment.byteSize();
            }
        }
    }

    private static void copy(Tensor large, Model small, Function<Parameter, Tensor> tensor) {
        long from = 0;
        for (Parameter parameter : small.parameters.all()) {
            MemorySegment segment = tensor.apply(parameter).segment();
            segment.copyFrom(large.segment().asSlice(from, segment.byteSize()));
            from += segment.byteSize();
        }
    }

    @Test
    void emptyTensorsTakePartAndChangeNothing() {
        UnaryOperator<Optimizer.Builder> options = builder -> builder.clipGlobalNorm(0.5);
        Bits expected = Model.run(new AdamW(), options);
        try (Model model = new Model()
                        .with("nothing", 0)
                        .with("a.weight", 3, 7)
                        .with("no rows", 0, 5)
                        .with("a.bias", 7)
                        .with("b.weight", 8200)
                        .with("b.bias", 17)
                        .with("no columns", 5, 0);
                Optimizer optimizer = options.apply(model.builder(new AdamW())).build()) {
            for (int step = 1; step <= 5; step++) {
                model.gradients(step);
                optimizer.step();
            }
            Bits bits = Bits.of(model.parameters, optimizer);
            for (String name : List.of("a.weight", "a.bias", "b.weight", "b.bias")) {
                assertSame(expected.of(name), bits.of(name));
            }
            assertEquals(0, optimizer.state("no rows", "m").size());
        }
    }

    @Test
    void aModelOfNothingButEmptyTensorsTakesSteps() {
        try (Model model = new Model().with("a", 0).with("b", 3, 0);
                Optimizer optimizer = model.builder(new WholeTensorTest.Layerwise(0.1))
                        .clipGlobalNorm(1)
                        .onNonFinite(NonFinite.THROW)
                        .build()) {
            StepReport report = optimizer.step();
            assertEquals(1, report.step());
            assertEquals(0, report.bytesMoved());
            assertEquals(0.0, report.gradientNorm());
            assertEquals(0, optimizer.stateBytes());
        }
    }

    @Test
    void aTensorWithoutAxesIsASingleValue() {
        try (Model model = new Model().with("temperature");
                Optimizer optimizer = model.builder(new Sgd()).learningRate(0.5).build()) {
            assertEquals(1, model.value("temperature").size());
            model.value("temperature").set(0, 3);
            model.gradient("temperature").set(0, 1);
            optimizer.step();
            // 3 − 0.5 is exact.
            assertEquals(2.5f, model.value("temperature").get(0));
        }
    }

    // ------------------------------------------------------------------------------------ states

    @Test
    void aStateIsAViewWhoseChangesCount() {
        try (Model model = new Model().with("w", 2, 3);
                Optimizer optimizer =
                        model.builder(new Sgd().momentum(0.5)).learningRate(1).build()) {
            Tensor velocity = optimizer.state("w", "v");
            assertTrue(velocity.hasShapeOf(model.value("w")));
            model.value("w").fill(0);
            model.gradient("w").fill(1);
            velocity.set(4, 8);
            optimizer.step();
            // 0.5·8 + 1 = 5 and 0.5·0 + 1 = 1, exact.
            assertEquals(5f, velocity.get(4));
            assertEquals(-5f, model.value("w").get(4));
            assertEquals(1f, velocity.get(3));
            assertEquals(-1f, model.value("w").get(3));
        }
    }

    @Test
    void statesStartAtTheRulesFirstValue() {
        try (Model model = Model.small();
                Optimizer adaGrad = model.builder(new AdaGrad().initial(0.5)).build();
                Optimizer rmsProp = model.builder(
                                new RmsProp().initial(1).centered(true).momentum(0.9))
                        .build()) {
            for (float s : adaGrad.state("b.weight", "s").toArray()) {
                assertEquals(0.5f, s);
            }
            for (float s : rmsProp.state("b.bias", "s").toArray()) {
                assertEquals(1f, s);
            }
            for (float a : rmsProp.state("b.bias", "a").toArray()) {
                assertEquals(0f, a);
            }
        }
    }

    @Test
    void stateBytesAreThoseOfAllParameters() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Adam())
                        .group("*.bias", group -> group.rule(new Sgd()).weightDecay(0))
                        .build()) {
            assertEquals(2 * 4 * (21 + 8200), optimizer.stateBytes());
        }
    }

    @Test
    void dampeningSparesTheFirstStepOfEachParameter() {
        try (Model model = new Model().with("early", 1).with("late", 1);
                Optimizer optimizer =
                        model.builder(new Sgd().momentum(0.5).dampening(0.75)).build()) {
            model.gradient("early").fill(4);
            Tensor gradient = model.gradient("late").fill(4);
            model.get("late").removeGradient();
            optimizer.step();
            model.get("late").setGradient(gradient);
            optimizer.step();
            // v₁ = g, v₂ = 0.5·v₁ + 0.25·g; quarters are exact.
            assertEquals(3f, optimizer.state("early", "v").get(0));
            assertEquals(4f, optimizer.state("late", "v").get(0));
        }
    }

    @Test
    void subnormalStatesBecomeZeroUnlessTheyAreToBeKept() {
        assertEquals(0f, decayedFromTheSmallestNormal(builder -> builder));
        assertEquals(0f, decayedFromTheSmallestNormal(builder -> builder.flushSubnormals(true)));
        // 0.9 of the smallest normal number is subnormal.
        assertEquals(0.9f * Float.MIN_NORMAL, decayedFromTheSmallestNormal(builder -> builder.flushSubnormals(false)));
    }

    private static float decayedFromTheSmallestNormal(UnaryOperator<Optimizer.Builder> options) {
        try (Model model = new Model().with("w", 1);
                Optimizer optimizer = options.apply(model.builder(new Adam())).build()) {
            optimizer.state("w", "m").fill(Float.MIN_NORMAL);
            optimizer.step();
            return optimizer.state("w", "m").get(0);
        }
    }

    @Test
    void twoOptimizersMayTakeTurnsOverTheSameParameters() {
        try (Model model = new Model().with("w", 1);
                Optimizer one = model.builder(new Sgd()).learningRate(1).build();
                Optimizer other = model.builder(new Sgd()).learningRate(0.5).build()) {
            model.value("w").fill(0);
            model.gradient("w").fill(1);
            one.step();
            other.step();
            one.step();
            // Halves are exact.
            assertEquals(-2.5f, model.value("w").get(0));
        }
    }

    @Test
    void whatRunsIsTold() throws InterruptedException {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd()).build()) {
            assertEquals(new BackendInfo("scalar", 1, "as asked for"), optimizer.backend());
            assertTrue(optimizer.warmUp(), "the scalar kernels are what they are");
        }
    }

    // ------------------------------------------------------------------------------- end of life

    @Test
    void closingTwiceIsClosingOnce() {
        try (Model model = Model.small()) {
            Optimizer optimizer = model.builder(new AdamW()).build();
            optimizer.step();
            optimizer.close();
            optimizer.close();
        }
    }

    @Test
    void closingParametersTwiceIsClosingOnce() {
        Parameters parameters = new Parameters();
        parameters.add("w", 3);
        parameters.close();
        parameters.close();
    }

    @Test
    void closingFreesTheStateAndLeavesTheParameters() {
        try (Model model = Model.small().gradients(1)) {
            Tensor state;
            try (Optimizer optimizer = model.builder(new AdamW()).build()) {
                optimizer.step();
                state = optimizer.state("a.bias", "m");
            }
            assertFalse(state.segment().scope().isAlive());
            assertTrue(model.value("a.bias").segment().scope().isAlive());
            try (Optimizer next = model.builder(new Sgd()).build()) {
                assertEquals(1, next.step().step());
            }
        }
    }
}
