package lanewise.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import lanewise.rule.Rule;

/**
 * Changes the components of a rule by name, such as {@code momentum=0.9} or, within a rule inside a rule, {@code
 * sgd.momentum=0.9}. Rules are records, so a new rule or option needs nothing here.
 */
public final class RuleSettings {
    private RuleSettings() {}

    /**
     * A rule with some components changed. All change together, so that checks among them see the whole.
     *
     * @param rule a record
     * @param settings each {@code name=value}
     * @return the changed rule
     * @throws IllegalArgumentException if there is no such component, or it takes no such value
     */
    public static Rule with(Rule rule, List<String> settings) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--set takes name=value, got " + setting + "; " + allowed(rule));
            }
            String name = setting.substring(0, equals).strip();
            if (values.put(name, setting.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException(name + " must be set once, got a second value");
            }
        }
        Object changed = changed(rule, rule, "", values);
        if (!values.isEmpty()) {
            String name = values.keySet().iterator().next();
            throw new IllegalArgumentException(name(rule) + " has no component " + name + " to set; " + allowed(rule));
        }
        return (Rule) changed;
    }

    /**
     * The components of a rule and their values.
     *
     * @param rule a record
     * @return such as {@code beta1=0.9, beta2=0.999}; empty if there are none
     */
    public static String of(Rule rule) {
        StringJoiner text = new StringJoiner(", ");
        leaves(rule, "").forEach((name, value) -> text.add(name + "=" + value));
        return text.toString();
    }

    /**
     * The components of a rule, those of a rule inside it by names such as {@code sgd.momentum}.
     *
     * @param rule a record
     * @return their values, by name
     */
    public static Map<String, Object> components(Rule rule) {
        return leaves(rule, "");
    }

    /** Takes out of the values those that it has found a place for. */
    private static Object changed(Rule rule, Object record, String prefix, Map<String, String> values) {
        boolean touched = values.keySet().stream().anyMatch(name -> name.startsWith(prefix));
        if (!touched || !(record instanceof Record)) {
            return record;
        }
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = prefix + components[i].getName();
            Object is = value(components[i], record);
            String text = values.remove(name);
            arguments[i] = text == null
                    ? changed(rule, is, name + ".", values)
                    : parsed(rule, name, components[i].getType(), text);
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return record.getClass().getConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                throw wrong;
            }
            throw new IllegalStateException(name(record) + " can't be made", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name(record) + " must be a public record to be set", e);
        }
    }

    private static Object parsed(Rule rule, String name, Class<?> type, String text) {
        try {
            if (type == double.class) {
                return Double.valueOf(text);
            }
            if (type == int.class) {
                return Integer.valueOf(text);
            }
            if (type == long.class) {
                return Long.valueOf(text);
            }
        } catch (NumberFormatException _) {
            throw wrong(name, type, text);
        }
        if (type == boolean.class) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(name, type, text);
            };
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> constant.toString().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> wrong(name, type, text));
        }
        throw new IllegalArgumentException(name + " can't be set as a whole; " + allowed(rule));
    }

    private static IllegalArgumentException wrong(String name, Class<?> type, String text) {
        return new IllegalArgumentException(name + " must be " + kind(type) + ", got " + text);
    }

    private static String kind(Class<?> type) {
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == double.class) {
            return "a number (double)";
        }
        if (type == int.class || type == long.class) {
            return "a whole number (" + type + ")";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        }
        return "a " + type.getSimpleName();
    }

    /** The sentence that ends an error. */
    private static String allowed(Rule rule) {
        List<String> names = new ArrayList<>();
        leaves(rule, "").forEach((name, value) -> names.add(name + ", " + kind(unboxed(value))));
        return names.isEmpty() ? name(rule) + " has none" : "there are " + String.join("; ", names);
    }

    private static Map<String, Object> leaves(Object record, String prefix) {
        Map<String, Object> leaves = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = value(component, record);
            String name = prefix + component.getName();
            if (value instanceof Record) {
                leaves.putAll(leaves(value, name + "."));
            } else {
                leaves.put(name, value);
            }
        }
        return leaves;
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name(record) + " must be a public record to be read", e);
        }
    }

    private static Class<?> unboxed(Object value) {
        return switch (value) {
            case Double _ -> double.class;
            case Integer _ -> int.class;
            case Long _ -> long.class;
            case Boolean _ -> boolean.class;
            case Enum<?> constant -> constant.getDeclaringClass();
            default -> value.getClass();
        };
    }

    private static String name(Object record) {
        return record.getClass().getSimpleName();
    }
}
