package lanewise.bench.verify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Stream;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleSettings;
import lanewise.program.Extras;
import lanewise.program.Formula;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.rule.Rule;

/**
 * A rule with options. The options that change what is computed are found by trying, so a new rule or option needs
 * nothing here.
 *
 * @param entry the rule in the catalog
 * @param settings what differs from its defaults, each {@code name=value}
 * @param rule the rule with the settings
 */
record Variant(RuleCatalog.Entry entry, List<String> settings, Rule rule) {
    /** For numbers: none, some, the neutral one, much, and no bound. */
    private static final List<String> DOUBLES = List.of("0", "0.5", "1", "10", "Infinity");

    private static final List<String> WHOLES = List.of("0", "1", "5", Long.toString(Long.MAX_VALUE));

    /** Where a rule may differ by shape, this is a shape that it does so for. */
    private static final Shape MATRIX = Shape.of(9, 13);

    static Variant of(RuleCatalog.Entry entry, List<String> settings) {
        Rule defaults = entry.defaults().get();
        return new Variant(entry, settings, settings.isEmpty() ? defaults : RuleSettings.with(defaults, settings));
    }

    /** The defaults, then with each option alone that changes the program, then if wanted with all of them combined. */
    static List<Variant> all(RuleCatalog.Entry entry, boolean combined) {
        Variant defaults = of(entry, List.of());
        List<Variant> found = new ArrayList<>(List.of(defaults));
        Set<Object> known = new HashSet<>(Set.of(defaults.structure()));
        Queue<Variant> left = new ArrayDeque<>(found);
        while (!left.isEmpty()) {
            Variant from = left.remove();
            from.changedOnce().filter(changed -> known.add(changed.structure())).forEach(changed -> {
                found.add(changed);
                if (combined) {
                    left.add(changed);
                }
            });
        }
        return found;
    }

    /** In papers' words, with what is set. */
    String name() {
        return settings.isEmpty() ? entry.name() : entry.name() + ", " + String.join(", ", settings);
    }

    /** The forms of the rule: as for vectors, and as for matrices if that is another. */
    List<Rule> forms() {
        return Stream.of(rule, rule.forShape(MATRIX)).distinct().toList();
    }

    /** What two variants have in common that differ in numbers only. */
    private Object structure() {
        List<Object> structure = new ArrayList<>();
        for (Rule form : forms()) {
            for (Program program : List.of(form.program(), form.evaluation(), form.hessianUpdate())) {
                Program extended = Extras.DEFAULT.applyTo(program);
                structure.add(Formula.of(extended));
                extended.phases().forEach(phase -> structure.add(phase.code()));
            }
        }
        return structure;
    }

    private Stream<Variant> changedOnce() {
        List<Variant> changed = new ArrayList<>();
        RuleSettings.components(rule).forEach((name, value) -> {
            boolean set = settings.stream().anyMatch(setting -> setting.startsWith(name + "="));
            if (!set) {
                candidates(value)
                        .flatMap(other -> with(name + "=" + other).stream())
                        .forEach(changed::add);
            }
        });
        return changed.stream();
    }

    private static Stream<String> candidates(Object value) {
        return switch (value) {
            case Boolean flag -> Stream.of(Boolean.toString(!flag));
            case Double _ -> DOUBLES.stream();
            case Integer _, Long _ -> WHOLES.stream();
            case Enum<?> constant ->
                Arrays.stream(constant.getDeclaringClass().getEnumConstants()).map(Object::toString);
            default -> Stream.empty();
        };
    }

    /** Nothing if the rule has no such combination. */
    private Optional<Variant> with(String setting) {
        try {
            return Optional.of(of(
                    entry, Stream.concat(settings.stream(), Stream.of(setting)).toList()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
