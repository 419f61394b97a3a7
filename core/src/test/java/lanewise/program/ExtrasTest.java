package lanewise.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import lanewise.conformance.ExtraCases;
import lanewise.rule.ScheduleFreeSgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What extras are asked for; what they do to a program is in FormulaTest and LoweringTest. */
class ExtrasTest {

    static Stream<RecordComponent> components() {
        return Arrays.stream(Extras.class.getRecordComponents());
    }

    @ParameterizedTest
    @MethodSource("components")
    void anOptionChangesWhatItNamesAndNothingElse(RecordComponent option) throws ReflectiveOperationException {
        Object value = other(option.getAccessor().invoke(Extras.DEFAULT));
        Object changed =
                Extras.class.getMethod(option.getName(), option.getType()).invoke(Extras.DEFAULT, value);
        for (RecordComponent component : Extras.class.getRecordComponents()) {
            Object expected = component.getName().equals(option.getName())
                    ? value
                    : component.getAccessor().invoke(Extras.DEFAULT);
            assertEquals(expected, component.getAccessor().invoke(changed), component.getName());
        }
    }

    private static Object other(Object value) {
        return switch (value) {
            case Boolean flag -> !flag;
            case Extras.Decay _ -> Extras.Decay.COUPLED;
            case OptionalDouble _ -> OptionalDouble.of(2);
            case Optional<?> _ -> Optional.of(Average.uniform());
            default -> throw new AssertionError("no other value of " + value);
        };
    }

    @Test
    void anEstimateOfTheHessianIsOfTheSameScaledLoss() {
        Extras everything = ExtraCases.all().get("everything");
        assertEquals(Extras.DEFAULT.maximize(true).scaled(true), everything.ofHessian());
        Extras other = everything.checkFinite(true).flushSubnormals(false);
        assertEquals(
                Extras.DEFAULT.maximize(true).scaled(true).checkFinite(true).flushSubnormals(false), other.ofHessian());
    }

    @Test
    void eitherTheRuleOrAnAverageSaysWhatIsEvaluated() {
        Program rules = new ScheduleFreeSgd().evaluation();
        Extras averaged = Extras.DEFAULT.average(Optional.of(Average.uniform()));
        assertEquals(rules, Extras.DEFAULT.evaluation(rules));
        assertEquals(Program.empty(), Extras.DEFAULT.evaluation(Program.empty()));
        assertEquals(List.of("θ ← t > 0 ? θ̄ : θ"), Formula.of(averaged.evaluation(Program.empty())));
        assertEquals(
                "a rule that evaluates with weights of its own must have no average beside, got " + Average.uniform()
                        + "; leave one of both out",
                assertThrows(IllegalArgumentException.class, () -> averaged.evaluation(rules))
                        .getMessage());
    }
}
