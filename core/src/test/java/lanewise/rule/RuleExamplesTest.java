package lanewise.rule;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import lanewise.Optimizer;
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
                RuleExamples::lamb);
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
}
