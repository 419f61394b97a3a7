package lanewise;

import static lanewise.Bits.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients that are NaN or infinite: passed on, skipped, or thrown. */
class NonFiniteTest {

    static Stream<Arguments> bad() {
        return Stream.of(
                arguments(Float.NaN, "a.weight", 0),
                arguments(Float.NaN, "b.weight", 8199),
                arguments(Float.POSITIVE_INFINITY, "a.bias", 3),
                arguments(Float.NEGATIVE_INFINITY, "b.bias", 16));
    }

    /** Seven steps, of which some see a bad gradient if asked to; the good ones see the same either way. */
    private static Bits run(Rule rule, UnaryOperator<Optimizer.Builder> options, List<Integer> badBefore) {
        try (Model model = Model.small();
                Optimizer optimizer = options.apply(model.builder(rule).onNonFinite(NonFinite.SKIP))
                        .build()) {
            for (int step = 1; step <= 7; step++) {
                model.gradients(step);
                if (badBefore.contains(step)) {
                    float good = model.gradient("b.weight").get(8192);
                    model.gradient("b.weight").set(8192, Float.NaN);
                    Bits before = Bits.of(model.parameters, optimizer);
                    assertTrue(optimizer.step().skipped());
                    assertSame(before, Bits.of(model.parameters, optimizer));
                    assertEquals(step - 1, optimizer.report().step());
                    model.gradient("b.weight").set(8192, good);
                }
                assertFalse(optimizer.step().skipped());
                assertEquals(step, optimizer.report().step());
            }
            return Bits.of(model.parameters, optimizer);
        }
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void aRunGoesOnAsIfItHadNeverSeenTheSkippedSteps(String name) {
        Rule rule = Rules.all().get(name);
        UnaryOperator<Optimizer.Builder> schedule =
                builder -> builder.learningRate(step -> 0.1 / (step + 1)).weightDecay(0.1);
        assertSame(run(rule, schedule, List.of()), run(rule, schedule, List.of(1, 4, 7)));
    }

    /** What it sets is a number for each tensor, after all passes. */
    record NormOfGradients() implements Rule {
        private static final Slot NORM = Slot.state("n", Extent.TENSOR);

        @Override
        public Program program() {
            return Program.empty().set(NORM, Expr.read(Slot.GRADIENT).norm(Extent.TENSOR));
        }
    }

    @Test
    void aRuleThatSetsNothingButStatesOfTheTensorIsSkippedToo() {
        assertSame(
                run(new NormOfGradients(), builder -> builder, List.of()),
                run(new NormOfGradients(), builder -> builder, List.of(1, 4, 7)));
    }

    @Test
    void skippingGoesWithClipping() {
        UnaryOperator<Optimizer.Builder> clip =
                builder -> builder.clipGlobalNorm(0.5).clipValue(0.75);
        assertSame(run(new AdamW(), clip, List.of()), run(new AdamW(), clip, List.of(2, 3)));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void oneBadElementAnywhereSkipsTheStep(float value, String parameter, long index) {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer =
                        model.builder(new AdamW()).onNonFinite(NonFinite.SKIP).build()) {
            model.gradient(parameter).set(index, value);
            Bits before = Bits.of(model.parameters, optimizer);
            StepReport report = optimizer.step();
            assertTrue(report.skipped());
            assertEquals(0, report.step());
            assertFalse(Double.isFinite(report.gradientNorm()));
            assertSame(before, Bits.of(model.parameters, optimizer));
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void throwingNamesTheParameterAndTheIndexAndChangesNothing(float value, String parameter, long index) {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer =
                        model.builder(new AdamW()).onNonFinite(NonFinite.THROW).build()) {
            optimizer.step();
            model.gradient(parameter).set(index, value);
            Bits before = Bits.of(model.parameters, optimizer);
            assertEquals(
                    "the gradient of " + parameter + " must be finite, got " + value + " at index " + index
                            + "; nothing was changed: lower the learning rate, clip, or build with"
                            + " onNonFinite(NonFinite.SKIP)",
                    assertThrows(ArithmeticException.class, optimizer::step).getMessage());
            assertSame(before, Bits.of(model.parameters, optimizer));
            assertEquals(1, optimizer.report().step());
            model.gradients(2);
            assertEquals(2, optimizer.step().step());
        }
    }

    @Test
    void throwingNamesTheFirstOfSeveral() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer =
                        model.builder(new AdamW()).onNonFinite(NonFinite.THROW).build()) {
            model.gradient("b.bias").set(0, Float.NaN);
            model.gradient("a.bias").set(6, Float.NaN);
            model.gradient("a.bias").set(5, Float.NEGATIVE_INFINITY);
            String message =
                    assertThrows(ArithmeticException.class, optimizer::step).getMessage();
            assertTrue(message.startsWith("the gradient of a.bias must be finite, got -Infinity at index 5;"), message);
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void propagatingGoesOnAndSpoilsThatElementOnly(float value, String parameter, long index) {
        try (Model model = Model.small().gradients(1);
                Model clean = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).build();
                Optimizer ofClean = clean.builder(new AdamW()).build()) {
            model.gradient(parameter).set(index, value);
            assertFalse(optimizer.step().skipped());
            assertEquals(1, optimizer.report().step());
            ofClean.step();
            // ∞/√∞ is NaN too.
            assertTrue(Float.isNaN(model.value(parameter).get(index)));
            for (Parameter other : model.parameters.all()) {
                for (long i = 0; i < other.value().size(); i++) {
                    if (!other.name().equals(parameter) || i != index) {
                        assertEquals(
                                clean.value(other.name()).get(i), other.value().get(i));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SKIP", "THROW"})
    void finiteGradientsWhoseSquaresOverflowAreNoReasonToSkip(NonFinite policy) {
        try (Model model = Model.small().gradients(1);
                Model propagating = Model.small().gradients(1);
                Optimizer optimizer =
                        model.builder(new Sgd()).onNonFinite(policy).build();
                Optimizer ofPropagating = propagating.builder(new Sgd()).build()) {
            model.gradient("a.weight").set(2, 1e30f);
            propagating.gradient("a.weight").set(2, 1e30f);
            StepReport report = optimizer.step();
            assertEquals(Double.POSITIVE_INFINITY, report.gradientNorm());
            assertFalse(report.skipped());
            assertEquals(1, report.step());
            ofPropagating.step();
            assertSame(Bits.of(propagating.parameters, ofPropagating), Bits.of(model.parameters, optimizer));
        }
    }

    @Test
    void anInfiniteGradientIsNotFiniteThoughClippingByValueWouldHideIt() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new Sgd())
                        .clipValue(1)
                        .onNonFinite(NonFinite.SKIP)
                        .build()) {
            model.gradient("a.bias").set(3, Float.POSITIVE_INFINITY);
            Bits before = Bits.of(model.parameters, optimizer);
            assertTrue(optimizer.step().skipped());
            assertSame(before, Bits.of(model.parameters, optimizer));
        }
    }

    @Test
    void aGradientThatTakesNoPartMayBeBad() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer =
                        model.builder(new Sgd()).onNonFinite(NonFinite.THROW).build()) {
            model.gradient("a.bias").fill(Float.NaN);
            model.get("a.bias").removeGradient();
            assertFalse(optimizer.step().skipped());
        }
    }

    @Test
    void aSkippedStepAsksTheScheduleForTheSameStepAgain() {
        List<Long> asked = new ArrayList<>();
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(step -> {
                            asked.add(step);
                            return 0.1;
                        })
                        .onNonFinite(NonFinite.SKIP)
                        .build()) {
            optimizer.step();
            model.gradient("a.bias").set(0, Float.NaN);
            optimizer.step();
            optimizer.step();
            model.gradients(2);
            optimizer.step();
            optimizer.step();
            assertEquals(List.of(0L, 1L, 1L, 1L, 2L), asked);
        }
    }

    // ------------------------------------------------------------------------------ with accumulation

    /** Three steps of two batches each; before the second, a pair of batches of which one is bad. */
    private static Bits accumulated(Rule rule, NonFinite policy, int badBatch) {
        try (Model model = Model.small();
                Optimizer optimizer =
                        model.builder(rule).onNonFinite(policy).accumulate(2).build()) {
            for (int step = 1; step <= 3; step++) {
                if (step == 2 && badBatch > 0) {
                    for (int batch = 1; batch <= 2; batch++) {
                        model.gradients(100 + batch);
                        if (batch == badBatch) {
                            model.gradient("a.bias").set(3, Float.POSITIVE_INFINITY);
                        }
                        if (batch == 2 && policy == NonFinite.THROW) {
                            assertThrows(ArithmeticException.class, optimizer::step);
                        } else {
                            assertEquals(batch == 2, optimizer.step().skipped());
                        }
                    }
                    assertEquals(1, optimizer.report().step());
                }
                model.gradients(10 * step);
                assertTrue(optimizer.step().accumulating());
                model.gradients(10 * step + 1);
                assertFalse(optimizer.step().accumulating());
                assertEquals(step, optimizer.report().step());
            }
            return Bits.of(model.parameters, optimizer);
        }
    }

    static Stream<Arguments> accumulations() {
        return Rules.names().stream()
                .flatMap(name -> Stream.of(NonFinite.SKIP, NonFinite.THROW)
                        .flatMap(policy -> Stream.of(arguments(name, policy, 1), arguments(name, policy, 2))));
    }

    @ParameterizedTest
    @MethodSource("accumulations")
    void aBadBatchTakesItsWholeStepOutOfTheRun(String name, NonFinite policy, int badBatch) {
        Rule rule = Rules.all().get(name);
        assertSame(accumulated(rule, policy, 0), accumulated(rule, policy, badBatch));
    }
}
