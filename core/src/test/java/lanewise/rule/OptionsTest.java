package lanewise.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import lanewise.program.Extras;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The methods that make a rule with another option, {@code new Adam().epsilon(1e-6)}: found by reflection, so that those
 * of a new rule are tested as well.
 */
class OptionsTest {

    static Stream<Arguments> options() {
        return Rules.all().values().stream()
                .map(Rule::getClass)
                .distinct()
                .flatMap(rule -> Arrays.stream(rule.getDeclaredMethods())
                        .filter(method -> method.getReturnType() == rule
                                && method.getParameterCount() > 0
                                && Modifier.isPublic(method.getModifiers())
                                && !Modifier.isStatic(method.getModifiers()))
                        .sorted(Comparator.comparing(Method::getName)) // Their own order differs from run to run.
                        .map(method -> arguments(rule.getSimpleName() + "." + method.getName(), rule, method)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void anOptionChangesWhatItNamesAndNothingElse(String name, Class<? extends Rule> type, Method option)
            throws ReflectiveOperationException {
        boolean taken = false;
        for (Rule rule : Rules.all().values()) {
            if (rule.getClass() != type) {
                continue;
            }
            Map<String, Object> components = components(rule);
            Object[] values = Arrays.stream(option.getParameters())
                    .map(parameter -> other(components.get(component(option, parameter))))
                    .toArray();
            Rule changed;
            try {
                changed = (Rule) option.invoke(rule, values);
            } catch (InvocationTargetException refused) {
                continue; // Such as Nesterov's form of plain descent.
            }
            taken = true;
            for (int i = 0; i < values.length; i++) {
                components.put(component(option, option.getParameters()[i]), values[i]);
            }
            assertNotEquals(rule, changed);
            assertEquals(components, components(changed));
        }
        assertTrue(taken, "a rule in Rules takes " + name);
    }

    /** What a user gets who asks for nothing, so not to be changed by accident. */
    @ParameterizedTest
    @CsvSource({
        "SGD, 1e-3, COUPLED, 0",
        "AdaGrad, 1e-2, COUPLED, 0",
        "RMSProp, 1e-2, COUPLED, 0",
        "Adadelta, 1, COUPLED, 0",
        "Adam, 1e-3, COUPLED, 0",
        "AdamW, 1e-3, DECOUPLED, 0.01",
        "Adamax, 2e-3, COUPLED, 0",
        "NAdam, 2e-3, COUPLED, 0",
        "RAdam, 1e-3, COUPLED, 0",
        "Lion, 1e-4, DECOUPLED, 0",
        "Signum, 1e-4, DECOUPLED, 0",
        "LARS, 1, IN_RULE, 0",
        "LAMB, 1e-3, IN_RULE, 0.01",
        "Adafactor, 1e-2, IN_RULE, 0",
        "Sophia-G, 1e-4, DECOUPLED, 0.1",
        "Schedule-Free SGD, 1, IN_RULE, 0",
        "Schedule-Free AdamW, 2.5e-3, IN_RULE, 0"
    })
    void aRuleHasARateAndADecayUnlessTold(String name, double rate, Extras.Decay where, double decay) {
        Rule rule = Objects.requireNonNull(Rules.all().get(name));
        assertEquals(rate, rule.learningRate());
        assertEquals(new WeightDecay(where, decay), rule.weightDecay());
    }

    /** One is named by the method, {@code epsilon(…)}, several are by the parameters, {@code betas(beta1, beta2)}. */
    private static String component(Method option, Parameter parameter) {
        return option.getParameterCount() == 1 ? option.getName() : parameter.getName();
    }

    private static Map<String, Object> components(Rule rule) throws ReflectiveOperationException {
        Map<String, Object> components = new LinkedHashMap<>();
        for (RecordComponent component : rule.getClass().getRecordComponents()) {
            components.put(component.getName(), component.getAccessor().invoke(rule));
        }
        return components;
    }

    /** Another value in the same range. */
    private static Object other(Object value) {
        return switch (value) {
            case Boolean flag -> !flag;
            case Long count -> count + 1;
            case Double number -> number == 0 || number.isInfinite() ? 0.5 : number / 2;
            case Sgd sgd -> sgd.momentum(sgd.momentum() / 2);
            default -> throw new AssertionError("no other value of " + value);
        };
    }
}
