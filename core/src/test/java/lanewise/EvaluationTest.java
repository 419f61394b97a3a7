package lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.program.Average;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The weights to evaluate with: averages and Schedule-Free's x, swapped in and out. */
class EvaluationTest {

    private static final int SIZE = 1003;

    /** A training of one parameter with gradients that differ from step to step. */
    static final class Training implements AutoCloseable {
        final Parameters parameters = new Parameters();
        final Parameter weight = parameters.add("w", SIZE);
        final Optimizer optimizer;
        private final Random random = new Random(7);

        Training(Rule rule, UnaryOperator<Optimizer.Builder> options) {
            for (int i = 0; i < SIZE; i++) {
                weight.value().set(i, (float) random.nextGaussian());
            }
            optimizer = options.apply(Optimizer.builder(parameters, rule).learningRate(0.1))
                    .build();
        }

        void step() {
            for (int i = 0; i < SIZE; i++) {
                weight.gradient().set(i, (float) random.nextGaussian());
            }
            optimizer.step();
        }

        float[] weights() {
            return weight.value().toArray();
        }

        @Override
        public void close() {
            optimizer.close();
            parameters.close();
        }
    }

    private static Training averaging(Average average) {
        return new Training(new Sgd().momentum(0.9), builder -> builder.average(average));
    }

    static Stream<Training> trainings() {
        return Stream.of(
                new Training(new ScheduleFreeSgd(), builder -> builder),
                new Training(new ScheduleFreeAdamW().warmup(3), builder -> builder.weightDecay(0.1)),
                averaging(Average.ema(0.9)),
                averaging(Average.uniform().from(2).every(2)));
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void aRoundTripBringsBackEveryBitAndChangesNothingLater(Training training) {
        try (training) {
            for (int step = 0; step < 4; step++) {
                training.step();
                float[] trained = training.weights();
                training.optimizer.eval();
                float[] evaluated = training.weights();
                assertFalse(step > 2 && Arrays.equals(trained, evaluated), "the weights must differ");
                training.optimizer.eval();
                assertArrayEquals(evaluated, training.weights());
                training.optimizer.train();
                assertArrayEquals(trained, training.weights());
                training.optimizer.train();
                assertArrayEquals(trained, training.weights());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void beforeTheFirstStepTheWeightsAreTheFirstOnes(Training training) {
        try (training) {
            float[] first = training.weights();
            training.optimizer.eval();
            assertArrayEquals(first, training.weights());
        }
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void noStepIsTakenFromTheWeightsToEvaluateWith(Training training) {
        try (training) {
            training.step();
            training.optimizer.eval();
            float[] evaluated = training.weights();
            assertEquals(
                    "a step needs the trained weights, but those of eval() are in place; call train() first",
                    assertThrows(IllegalStateException.class, training::step).getMessage());
            assertArrayEquals(evaluated, training.weights());
            training.optimizer.train();
            training.step();
        }
    }

    @Test
    void aRuleThatTrainsWhatItEvaluatesStaysAsItIs() {
        try (Training training = new Training(new AdamW(), builder -> builder)) {
            training.step();
            float[] trained = training.weights();
            training.optimizer.eval();
            assertArrayEquals(trained, training.weights());
        }
    }

    @Test
    void anAverageIsThatOfTheWeightsAfterEachStep() {
        try (Training training = averaging(Average.uniform())) {
            double[] sums = new double[SIZE];
            for (int step = 1; step <= 20; step++) {
                training.step();
                float[] weights = training.weights();
                for (int i = 0; i < SIZE; i++) {
                    sums[i] += weights[i];
                }
            }
            training.optimizer.eval();
            for (int i = 0; i < SIZE; i++) {
                assertEquals(sums[i] / 20, training.weights()[i], 1e-5);
            }
        }
    }

    @Test
    void theFirstUpdateCopies() {
        try (Training training = averaging(Average.ema(0.999).from(3))) {
            training.step();
            training.step();
            assertEquals(0, training.optimizer.state("w", "θ̄").get(0));
            training.step();
            assertArrayEquals(
                    training.weights(), training.optimizer.state("w", "θ̄").toArray());
            training.step();
            assertNotEquals(
                    training.weights()[0], training.optimizer.state("w", "θ̄").get(0));
        }
    }

    @Test
    void twoKindsOfAverageAreRefused() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new Training(new ScheduleFreeSgd(), builder -> builder.average(Average.uniform())));
        assertEquals(
                "a rule that evaluates with weights of its own must have no average beside, got " + Average.uniform()
                        + "; leave one of both out",
                e.getMessage());
    }

    @Test
    void theWeightsInPlaceStayWhenTheOptimizerIsClosed() {
        try (Training training = averaging(Average.ema(0.5))) {
            training.step();
            training.step();
            training.optimizer.eval();
            float[] evaluated = training.weights();
            training.optimizer.close();
            assertArrayEquals(evaluated, training.weights());
        }
    }

    /** W and η̂ are doubles: a float would stand still after 2²⁴ steps of the same rate. */
    @Test
    void statesOfAWholeTensorAreDoubles() {
        try (Training training = new Training(new ScheduleFreeSgd().warmup(2), builder -> builder)) {
            training.step();
            training.step();
            assertEquals(0.1, training.optimizer.state("w", "η̂").getDouble(0));
            double expected = 0.05 * 0.05 + 0.1 * 0.1;
            assertEquals(expected, training.optimizer.state("w", "W").getDouble(0), 1e-16);
            assertEquals(SIZE * 4L + 16, training.optimizer.stateBytes());
        }
    }

    /** A group that came in between would have no trained weights to go back to. */
    @Test
    void noGroupIsAddedWhileEvaluating() {
        try (Training training = averaging(Average.ema(0.9))) {
            training.step();
            training.optimizer.eval();
            training.parameters.add("new", 3);
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> training.optimizer.addGroup("new", _ -> {}));
            assertEquals(
                    "a new group needs the trained weights, but those of eval() are in place; call train() first",
                    e.getMessage());
            training.optimizer.train();
            training.optimizer.addGroup("new", _ -> {});
            training.step();
        }
    }

    @Test
    void whatLiesAsideIsInTheFootprint() {
        try (Training training = averaging(Average.ema(0.9))) {
            training.step();
            long before = training.optimizer.footprint().stateBytes();
            training.optimizer.eval();
            assertEquals(before + 4L * SIZE, training.optimizer.footprint().stateBytes());
            training.optimizer.train();
            assertEquals(before, training.optimizer.footprint().stateBytes());
        }
    }

    /** Each evaluates in its own way: as Schedule-Free, and as it is trained. */
    private record Mixed() implements Rule {
        @Override
        public Program program() {
            return new ScheduleFreeSgd().program();
        }

        @Override
        public Rule forShape(Shape shape) {
            return shape.axes() < 2 ? new Sgd() : new ScheduleFreeSgd();
        }
    }

    @Test
    void aRuleMayDifferByShapeInThisToo() {
        try (Parameters parameters = new Parameters()) {
            parameters.add("matrix", 3, 5).gradient().fill(1);
            parameters.add("vector", 5).gradient().fill(1);
            try (Optimizer optimizer =
                    Optimizer.builder(parameters, new Mixed()).learningRate(0.1).build()) {
                optimizer.step();
                optimizer.step();
                float matrix = parameters.get("matrix").value().get(0);
                float vector = parameters.get("vector").value().get(0);
                optimizer.eval();
                assertNotEquals(matrix, parameters.get("matrix").value().get(0));
                assertEquals(vector, parameters.get("vector").value().get(0));
                optimizer.train();
                assertEquals(matrix, parameters.get("matrix").value().get(0));
            }
        }
    }

    /** {@link Optimizer#train} brings back the parameter alone, so nothing else may change. */
    private record Meddling() implements Rule {
        @Override
        public Program program() {
            return new Sgd().momentum(0.9).program();
        }

        @Override
        public Program evaluation() {
            return Program.empty().set(Sgd.VELOCITY, Expr.read(Slot.PARAMETER));
        }
    }

    @Test
    void anEvaluationSetsTheParameterAlone() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new Training(new Meddling(), builder -> builder));
        assertEquals("evaluation() of Meddling[] must set the parameter alone, got an assignment of v", e.getMessage());
    }
}
