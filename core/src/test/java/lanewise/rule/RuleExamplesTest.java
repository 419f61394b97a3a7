package lanewise.rule;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RuleExamplesTest {

    static List<Function<Parameters, Optimizer>> examples() {
        return List.of(
                RuleExamples::sgd,
                RuleExamples::adagrad,
                RuleExamples::rmsprop,
                RuleExamples::adadelta,
                RuleExamples::adam,
                RuleExamples::adamw,
                RuleExamples::adamax,
                RuleExamples::nadam,
                RuleExamples::radam,
                RuleExamples::lion,
                RuleExamples::signum,
                RuleExamples::lars,
                RuleExamples::lamb,
                RuleExamples::adafactor);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleGoesDownABowl(Function<Parameters, Optimizer> example) {
        try (Parameters parameters = new Parameters()) {
            Tensor weight = parameters.add("w", 20).value().fill(1);
            parameters.add("w.bias", 3).value().fill(-1);
            try (Optimizer optimizer = example.apply(parameters)) {
                for (int step = 0; step < 100; step++) {
                    parameters
                            .all()
                            .forEach(parameter -> parameter
                                    .gradient()
                                    .copyFrom(parameter.value().toArray()));
                    optimizer.step();
                }
            }
            assertTrue(weight.get(0) < 1 && weight.get(0) > -1, "from 1 towards 0, now " + weight.get(0));
        }
    }

    static List<BiFunction<Parameters, RuleExamples.Model, Float>> loops() {
        return List.of(RuleExamples::sophia, RuleExamples::scheduleFreeSgd, RuleExamples::scheduleFreeAdamW);
    }

    @ParameterizedTest
    @MethodSource("loops")
    void everyExampleWithItsOwnLoopGoesDownABowl(BiFunction<Parameters, RuleExamples.Model, Float> loop) {
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", 20).value().fill(1);
            Bowl bowl = new Bowl(parameters);
            float first = bowl.loss();
            float last = loop.apply(parameters, bowl);
            assertTrue(last < 0.5f * first, "from " + first + " to " + last);
        }
    }

    /** The loss ½·‖θ‖², whose curvature is 1. */
    private record Bowl(Parameters parameters) implements RuleExamples.Model {
        @Override
        public int samples() {
            return 25;
        }

        @Override
        public void backward() {
            parameters
                    .all()
                    .forEach(parameter ->
                            parameter.gradient().copyFrom(parameter.value().toArray()));
        }

        /** One whose square times the samples is the curvature. */
        @Override
        public void backwardOfSampledLabels() {
            parameters.all().forEach(parameter -> parameter.gradient().fill(0.2f));
        }

        @Override
        public float loss() {
            float sum = 0;
            for (Parameter parameter : parameters.all()) {
                for (float x : parameter.value().toArray()) {
                    sum += x * x / 2;
                }
            }
            return sum;
        }
    }
}
