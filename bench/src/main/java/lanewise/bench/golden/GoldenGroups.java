package lanewise.bench.golden;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a file says of its parameter groups, in words or as objects, in the hyper-parameters or else in the notes.
 *
 * <pre>
 * "group0": "W: lr 1e-2, wd 0.1"                        a hyper-parameter of its own
 * "group1": {"params": ["b", "z"], "weight_decay": 0}   the same as an object; also in a list param_groups
 * group0={W} lr 1e-2 wd 0.1; group1={b,z} lr 2e-2       in the notes
 * </pre>
 */
final class GoldenGroups {
    private static final String NAME = "[\\w./-]+";
    private static final String NUMBER = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";

    /** The number, the names, and the options up to what ends them. */
    private static final Pattern GROUP =
            Pattern.compile("group[ _]?(\\d{1,4})\\s*(?:[=:]\\s*[\\[{(]?|[\\[{(])\\s*(" + NAME + "(?:\\s*,\\s*" + NAME
                    + ")*)\\s*[\\]})]?\\s*:?\\s*((?:,?\\s*[a-z_]+\\s*[=:]?\\s*" + NUMBER + ")*)");

    private static final Pattern OPTION = Pattern.compile("([a-z_]+)\\s*[=:]?\\s*(" + NUMBER + ")");
    private static final Pattern KEY = Pattern.compile("group[ _]?(\\d{1,4})");

    /** What may stand between two groups, and behind the last. */
    private static final Pattern BETWEEN = Pattern.compile("[\\s;,.]*(?:and)?\\s*");

    private static final Pattern SAYS_GROUP = Pattern.compile("\\bgroup[ _]?\\d+\\s*[=:\\[{(]");

    /**
     * A group.
     *
     * @param tensors the names of its tensors
     * @param decay its weight decay, if it has one of its own
     */
    record Described(Set<String> tensors, OptionalDouble decay) {}

    private GoldenGroups() {}

    /** Whether a file speaks of groups at all. */
    static boolean areDescribed(Json file) {
        return objects(file).isPresent()
                || !saidTexts(file).isEmpty()
                || !notes(file).isEmpty();
    }

    /**
     * The groups in order; empty if the file speaks of none.
     *
     * @throws NotOffered if they can't be understood
     */
    static List<Described> of(Json file, Set<String> tensors) {
        List<Described> groups = objects(file).map(GoldenGroups::ofObjects).orElseGet(() -> {
            List<String> said = saidTexts(file);
            return said.isEmpty() ? ofTexts(notes(file), true) : ofTexts(said, false);
        });
        Set<String> seen = new HashSet<>();
        for (Described group : groups) {
            for (String tensor : group.tensors()) {
                if (!tensors.contains(tensor) || !seen.add(tensor)) {
                    throw new NotOffered("each tensor of " + tensors + " must be in one group, got " + groups);
                }
            }
        }
        if (!groups.isEmpty() && !seen.equals(tensors)) {
            throw new NotOffered("each tensor of " + tensors + " must be in one group, got " + groups);
        }
        return groups;
    }

    // ------------------------------------------------------------------------------------ objects

    private static Optional<List<JsonNode>> objects(Json file) {
        JsonNode said = file.get("hyperparameters").node();
        for (String key : List.of("groups", "param_groups")) {
            if (said.path(key).isArray()) {
                return Optional.of(said.get(key).valueStream().toList());
            }
        }
        List<JsonNode> groups = said.propertyStream()
                .filter(option -> KEY.matcher(option.getKey()).matches()
                        && option.getValue().isObject())
                .sorted((x, y) -> Integer.compare(number(x.getKey()), number(y.getKey())))
                .map(Map.Entry::getValue)
                .toList();
        return groups.isEmpty() ? Optional.empty() : Optional.of(groups);
    }

    private static int number(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    private static List<Described> ofObjects(List<JsonNode> objects) {
        List<Described> groups = new ArrayList<>();
        for (JsonNode object : objects) {
            Set<String> names = new HashSet<>();
            OptionalDouble decay = OptionalDouble.empty();
            for (var option : object.properties()) {
                JsonNode value = option.getValue();
                switch (option.getKey()) {
                    case "params", "tensors", "names" ->
                        value.valueStream().forEach(name -> names.add(name.asString()));
                    case "lr", "learning_rate", "name" -> {
                        // The rates are recorded, and names say nothing.
                    }
                    case "wd", "weight_decay" -> decay = OptionalDouble.of(number(object, value));
                    default ->
                        throw new NotOffered("a group has no option " + option.getKey() + " = " + value
                                + "; there are lr and weight_decay");
                }
            }
            if (names.isEmpty()) {
                throw new NotOffered("a group must list its tensors as params, tensors or names, got " + object);
            }
            groups.add(new Described(names, decay));
        }
        return groups;
    }

    private static double number(JsonNode object, JsonNode value) {
        if (!value.isNumber()) {
            throw new NotOffered("the weight decay of a group must be a number, got " + object);
        }
        return value.asDouble();
    }

    // -------------------------------------------------------------------------------------- texts

    private static List<String> saidTexts(Json file) {
        return file.get("hyperparameters")
                .node()
                .propertyStream()
                .filter(option -> KEY.matcher(option.getKey()).matches()
                        && option.getValue().isString())
                .sorted((x, y) -> Integer.compare(number(x.getKey()), number(y.getKey())))
                .map(option -> option.getKey() + "=" + option.getValue().asString())
                .toList();
    }

    /** The notes, if they speak of a group. */
    private static List<String> notes(Json file) {
        return file
                .find("notes")
                .map(Json::text)
                .filter(notes -> GROUP.matcher(notes).find())
                .stream()
                .toList();
    }

    private static List<Described> ofTexts(List<String> texts, boolean inNotes) {
        List<Described> groups = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (String text : texts) {
            Matcher matcher = GROUP.matcher(text);
            int end = -1;
            while (matcher.find()) {
                if (end >= 0) {
                    requireNoMore(text, end, matcher.start());
                }
                end = matcher.end();
                groups.add(new Described(
                        Set.copyOf(List.of(matcher.group(2).split("\\s*,\\s*", -1))), decay(text, matcher.group(3))));
                numbers.add(Integer.parseInt(matcher.group(1)));
            }
            if (end < 0 || !inNotes || text.substring(end).stripLeading().startsWith(",")) {
                requireNoMore(text, Math.max(end, 0), text.length());
            }
            if (SAYS_GROUP.matcher(text).region(Math.max(end, 0), text.length()).find()) {
                throw unclear(text);
            }
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.get(i) != numbers.getFirst() + i || numbers.getFirst() > 1) {
                throw new NotOffered("groups must be numbered one after the other, got " + numbers + " in " + texts);
            }
        }
        return groups;
    }

    private static void requireNoMore(String text, int from, int to) {
        if (!BETWEEN.matcher(text.substring(from, to)).matches()) {
            throw unclear(text);
        }
    }

    private static NotOffered unclear(String text) {
        return new NotOffered("groups must be told as group0={a,b} lr 1e-2 wd 0.1, got \"" + text + "\"");
    }

    private static OptionalDouble decay(String text, String options) {
        OptionalDouble decay = OptionalDouble.empty();
        for (String[] option : OPTION.matcher(options)
                .results()
                .map(found -> new String[] {found.group(1), found.group(2)})
                .toList()) {
            switch (option[0]) {
                case "lr", "rate", "learning_rate" -> {
                    // The rates are recorded.
                }
                case "wd", "weight_decay", "decay" -> decay = OptionalDouble.of(Double.parseDouble(option[1]));
                default -> throw new NotOffered("a group has no option " + option[0] + ", got " + text);
            }
        }
        return decay;
    }
}
