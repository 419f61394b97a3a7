package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.buffer.Tensor;
import lanewise.conformance.ExtraCases;
import lanewise.program.Average;
import lanewise.program.Program;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A training that was stopped, copied elsewhere and gone on with has the bits of one that was not. */
class ResumeTest {

    private static final int STEPS = 6;

    /** Where float and int stop to count, and double does not. */
    private static final List<Long> STARTS = List.of(0L, (1L << 24) - 3, (1L << 31) - 3);

    static Stream<Arguments> rulesAndStarts() {
        return Rules.names().stream().flatMap(name -> STARTS.stream().map(start -> Arguments.of(name, start)));
    }

    private static Optimizer optimizer(Model model, Rule rule, int threads) {
        model.parameters.all().forEach(Parameter::gradient);
        return Optimizer.builder(model.parameters, rule)
                .learningRate(Schedule.cosine(0.1, 0.01, STEPS))
                .clipGlobalNorm(1)
                .threads(threads)
                .build();
    }

    /** Takes a step; the first parameter takes part in two of three. */
    private static void step(Model model, Optimizer optimizer, Rule rule, int number) {
        model.gradients(number);
        Parameter sparse = model.parameters.get("a.weight");
        Tensor gradient = sparse.gradient();
        if (number % 3 == 1) {
            sparse.removeGradient();
        }
        if (!rule.hessianUpdate().equals(Program.empty()) && number % 2 == 0) {
            optimizer.updateHessian();
        }
        optimizer.step();
        sparse.setGradient(gradient);
    }

    @ParameterizedTest
    @MethodSource("rulesAndStarts")
    void aTrainingGoesOnWithTheSameBitsWhereverItWasStopped(String name, long start) {
        Rule rule = Rules.all().get(name);
        try (Model whole = Model.small();
                Optimizer uninterrupted = optimizer(whole, rule, 1)) {
            uninterrupted.setSteps(start);
            for (int stop = 0; stop < STEPS; stop++) {
                try (Model copy = Model.small();
                        Optimizer resumed = optimizer(copy, rule, 1 + stop % 3)) {
                    Checkpoint.copy(whole.parameters, uninterrupted, copy.parameters, resumed);
                    step(whole, uninterrupted, rule, stop);
                    step(copy, resumed, rule, stop);
                    Bits.assertSame(Bits.of(whole.parameters, uninterrupted), Bits.of(copy.parameters, resumed));
                    assertEquals(uninterrupted.steps("a.weight"), resumed.steps("a.weight"));
                }
            }
            assertEquals(start + STEPS, uninterrupted.steps());
            assertEquals(start + STEPS - 2, uninterrupted.steps("a.weight"));
            assertEquals(start + STEPS, uninterrupted.steps("b.bias"));
        }
    }

    @ParameterizedTest
    @MethodSource("averages")
    void anAverageGoesOnToo(Average average) {
        try (Model whole = Model.small();
                Model copy = Model.small();
                Optimizer uninterrupted = averaging(whole, average);
                Optimizer resumed = averaging(copy, average)) {
            IntStream.range(0, STEPS).forEach(number -> step(whole, uninterrupted, new Sgd(), number));
            Checkpoint.copy(whole.parameters, uninterrupted, copy.parameters, resumed);
            step(whole, uninterrupted, new Sgd(), STEPS);
            step(copy, resumed, new Sgd(), STEPS);
            uninterrupted.eval();
            resumed.eval();
            Bits.assertSame(Bits.of(whole.parameters, uninterrupted), Bits.of(copy.parameters, resumed));
        }
    }

    static List<Average> averages() {
        return ExtraCases.averages();
    }

    private static Optimizer averaging(Model model, Average average) {
        model.parameters.all().forEach(Parameter::gradient);
        return Optimizer.builder(model.parameters, new Sgd().momentum(0.9))
                .average(average)
                .build();
    }

    @Test
    void theNumberOfStepsCounts() {
        try (Model model = Model.small();
                Model late = Model.small();
                Optimizer first = optimizer(model, new AdamW(), 1);
                Optimizer later = optimizer(late, new AdamW(), 1)) {
            later.setSteps(10);
            step(model, first, new AdamW(), 0);
            step(late, later, new AdamW(), 0);
            assertTrue(Bits.of(model.parameters, first).differsFrom(Bits.of(late.parameters, later)));
            assertEquals(11, later.report().step());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 53})
    void refusesNumbersThatNoTrainingReaches(long steps) {
        try (Model model = Model.small();
                Optimizer optimizer = optimizer(model, new Adam(), 1)) {
            String allowed = steps < 0 ? "at least 0" : "at most 2^53 - 1";
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> optimizer.setSteps(steps));
            assertEquals("steps must be " + allowed + ", got " + steps, e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> optimizer.setSteps("b.bias", steps));
            assertEquals(0, optimizer.steps());
            assertEquals(0, optimizer.steps("b.bias"));
        }
    }

    @Test
    void refusesToSetTheStepsOfAParameterThatIsNotThere() {
        try (Model model = Model.small();
                Optimizer optimizer = optimizer(model, new Adam(), 1)) {
            assertThrows(IllegalArgumentException.class, () -> optimizer.setSteps("c.bias", 1));
            assertThrows(IllegalArgumentException.class, () -> optimizer.steps("c.bias"));
            assertThrows(IllegalArgumentException.class, () -> optimizer.states("c.bias"));
        }
    }

    @Test
    void refusesToSetStepsBetweenMicroBatches() {
        try (Model model = Model.small()) {
            model.parameters.all().forEach(Parameter::gradient);
            try (Optimizer optimizer = Optimizer.builder(model.parameters, new Adam())
                    .accumulate(3)
                    .build()) {
                optimizer.step();
                IllegalStateException e = assertThrows(IllegalStateException.class, () -> optimizer.setSteps(5));
                assertEquals(
                        "the number of steps must be set between steps, but 1 micro-batches of 3 are summed; finish the"
                                + " step first",
                        e.getMessage());
            }
        }
    }

    @Test
    void refusesToSetStepsWhileEvaluationWeightsAreInPlace() {
        try (Model model = Model.small();
                Optimizer optimizer = averaging(model, Average.ema(0.9))) {
            optimizer.step();
            optimizer.eval();
            assertThrows(IllegalStateException.class, () -> optimizer.setSteps(5));
        }
    }
}
