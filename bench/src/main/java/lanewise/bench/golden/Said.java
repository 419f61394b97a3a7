package lanewise.bench.golden;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Hyper-parameters as a file says them, under the names of any library. None is overlooked: each has to be asked for, or
 * be known to change nothing, or the file is {@link NotOffered}.
 */
final class Said {
    /** Where and how it was computed, which is no part of the rule. */
    private static final Set<String> CHANGES_NOTHING = Set.of(
            "foreach",
            "fused",
            "capturable",
            "differentiable",
            "device",
            "use_triton",
            "verbose",
            "print_change",
            "print_win_rate_every_n_steps",
            "error_if_nonfinite",
            "last_epoch",
            "name",
            "schedule");

    /** Read elsewhere: the rates stand step by step in {@code lr}. */
    private static final Set<String> ELSEWHERE = Set.of("lr", "learning_rate", "groups", "param_groups");

    private static final Pattern GROUP = Pattern.compile("group_?\\d+");

    /** Options that we do not have and that are off at 0, false or empty. */
    private static final Set<String> OFF_AT_ZERO = Set.of(
            "adam",
            "adanorm",
            "ams_bound",
            "amsgrad",
            "caution",
            "cautious",
            "centered",
            "clipnorm",
            "corrected_weight_decay",
            "dampening",
            "decay_at_z",
            "decay_offset",
            "decoupled_decay",
            "ema_overwrite_frequency",
            "eps_root",
            "fixed_decay",
            "inner_momentum",
            "maximize",
            "momentum",
            "nesterov",
            "stable_adamw",
            "use_ema",
            "use_gc",
            "weight_decay");

    private static final Map<String, String> REASONS = Map.of(
            "caution", "there is no cautious mask of updates",
            "cautious", "there is no cautious mask of updates",
            "corrected_weight_decay", "decay is not corrected by the first rate",
            "decay_offset", "the exponent of Adafactor's decay has no offset",
            "ema_overwrite_frequency", "weights are not overwritten by their average",
            "eps_root", "there is no second ε under the root",
            "gradient_accumulation_steps", "steps that only add up gradients are not followed",
            "inner_momentum", "Schedule-Free AdamW has no inner momentum",
            "loss_scale_factor", "a scaled loss is not followed",
            "weight_decay_mask", "masks of weight decay are not followed; groups are");

    private final JsonNode said;
    private final Set<String> asked = new HashSet<>();

    Said(Json said) {
        if (!said.node().isObject()) {
            throw said.wrong("an object of names and values");
        }
        this.said = said.node();
    }

    /** Whether there is a value other than null. */
    boolean has(String name) {
        JsonNode value = said.path(name);
        return !value.isMissingNode() && !value.isNull();
    }

    /** Whether the name stands there with null, which is not the same everywhere as not to stand there. */
    boolean isNull(String name) {
        return said.has(name) && said.get(name).isNull();
    }

    boolean isText(String name) {
        return said.path(name).isString();
    }

    /** The number under one of the names. */
    OptionalDouble optional(String... names) {
        OptionalDouble found = OptionalDouble.empty();
        for (String name : names) {
            asked.add(name);
            if (has(name)) {
                double value = numberOf(name, said.get(name));
                if (found.isPresent() && found.getAsDouble() != value) {
                    throw new NotOffered(String.join(" and ", names) + " must be the same, got " + found.getAsDouble()
                            + " and " + value);
                }
                found = OptionalDouble.of(value);
            }
        }
        return found;
    }

    double number(double otherwise, String... names) {
        return optional(names).orElse(otherwise);
    }

    double number(String... names) {
        return optional(names).orElseThrow(() -> missing(names));
    }

    long whole(long otherwise, String name) {
        return has(name) ? whole(name) : otherwise;
    }

    long whole(String name) {
        double value = number(name);
        if (value != Math.rint(value) || Math.abs(value) > 0x1p53) {
            throw new NotOffered(name + " must be a whole number, got " + value);
        }
        return (long) value;
    }

    private static double numberOf(String name, JsonNode value) {
        if (value.isNumber()) {
            return value.asDouble();
        }
        if (value.isBoolean() && !value.asBoolean()) {
            return 0;
        }
        if (value.isString()) {
            try {
                return switch (value.asString()) {
                    case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
                    case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
                    default -> Double.parseDouble(value.asString());
                };
            } catch (NumberFormatException _) {
                throw noNumber(name, value);
            }
        }
        throw noNumber(name, value);
    }

    private static NotOffered noNumber(String name, JsonNode value) {
        return new NotOffered(name + " must be a number, got " + value);
    }

    boolean flag(boolean otherwise, String... names) {
        boolean flag = otherwise;
        for (String name : names) {
            asked.add(name);
            if (has(name)) {
                JsonNode value = said.get(name);
                if (!value.isBoolean() && !value.isNumber()) {
                    throw new NotOffered(name + " must be true or false, got " + value);
                }
                flag = value.isBoolean() ? value.asBoolean() : value.asDouble() != 0;
            }
        }
        return flag;
    }

    String text(String otherwise, String name) {
        asked.add(name);
        if (!has(name)) {
            return otherwise;
        }
        if (!isText(name)) {
            throw new NotOffered(name + " must be a word, got " + said.get(name));
        }
        return said.get(name).asString();
    }

    List<Double> numbers(String name) {
        asked.add(name);
        if (!has(name)) {
            throw missing(name);
        }
        JsonNode array = said.get(name);
        if (!array.isArray()) {
            throw new NotOffered(name + " must be a list of numbers, got " + array);
        }
        return array.valueStream().map(value -> numberOf(name, value)).toList();
    }

    List<Long> wholes(String name) {
        List<Double> numbers = numbers(name);
        if (numbers.stream().anyMatch(number -> number != Math.rint(number))) {
            throw new NotOffered(name + " must be whole numbers, got " + numbers);
        }
        return numbers.stream().map(Double::longValue).toList();
    }

    /** The names and values of an object. */
    Map<String, JsonNode> object(String name) {
        asked.add(name);
        if (!has(name) || !said.get(name).isObject()) {
            throw new NotOffered(name + " must be an object, got " + said.path(name));
        }
        return Map.copyOf(
                said.get(name).propertyStream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    double beta1() {
        return part(0, "betas", "b1", "beta_1", "beta1");
    }

    double beta2() {
        return part(1, "betas", "b2", "beta_2", "beta2");
    }

    /** A part of a list, or what has a name of its own. */
    double part(int index, String list, String... names) {
        asked.add(list);
        JsonNode parts = said.path(list);
        if (!parts.isArray()) {
            // optax has one ε under the name of a list.
            return has(list) && list.equals("eps") && index == 0 ? numberOf(list, parts) : number(names);
        }
        if (parts.size() != 2) {
            throw new NotOffered(list + " must be two numbers, got " + parts);
        }
        JsonNode part = parts.get(index);
        if (part.isNull()) {
            throw new NotOffered(list + "[" + index + "] must be a number, got null");
        }
        return numberOf(list, part);
    }

    double epsilon() {
        return number("eps", "epsilon");
    }

    /** Marks names as asked for, where what they say changes nothing in the case at hand. */
    void skip(String... names) {
        asked.addAll(List.of(names));
    }

    private BrokenFile missing(String... names) {
        return new BrokenFile("the hyper-parameters must have " + (names.length == 1 ? "" : "one of ")
                + String.join(", ", names) + ", got " + said);
    }

    /** What nobody asked for must be off, or known to change nothing. */
    void requireAllAsked() {
        said.propertyStream().forEach(option -> requireAsked(option.getKey(), option.getValue()));
    }

    private void requireAsked(String name, JsonNode value) {
        if (value.isNull()
                || asked.contains(name)
                || CHANGES_NOTHING.contains(name)
                || ELSEWHERE.contains(name)
                || GROUP.matcher(name).matches()) {
            return;
        }
        boolean zero = (value.isBoolean() && !value.asBoolean())
                || (value.isNumber() && value.asDouble() == 0)
                || (value.isString() && value.asString().isEmpty());
        if (!zero || !OFF_AT_ZERO.contains(name)) {
            String reason = REASONS.get(name);
            throw new NotOffered(reason == null ? "there is no option " + name + " = " + value : reason);
        }
    }

    /** What the engine refuses is not offered, in its own words. */
    static <T> T offered(Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new NotOffered(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String toString() {
        return said.toString();
    }
}
