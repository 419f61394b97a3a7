package lanewise.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import lanewise.Footprint;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.program.Shape;
import lanewise.program.Traffic;
import lanewise.rule.Rule;

/** What rules take of memory for a model in other precisions than fp32. */
final class MixTable {
    private static final int DIGITS = 4;

    /** Those to choose from: bf16 alone loses small updates, and fp16 takes what bf16 does. */
    private static final List<Mix> SHOWN = Arrays.stream(Mix.values())
            .filter(mix -> mix != Mix.PLAIN_BF16 && mix != Mix.FP16_MASTER)
            .toList();

    /** Each shape of the model, and how often it occurs: what a tensor takes does not depend on its neighbours. */
    private final Map<Shape, Integer> counts = new LinkedHashMap<>();

    private final Map<Shape, long[]> shapes = new LinkedHashMap<>();

    MixTable(Collection<long[]> model) {
        for (long[] axes : model) {
            Shape shape = Shape.of(axes);
            shapes.put(shape, axes);
            counts.merge(shape, 1, Integer::sum);
        }
    }

    /**
     * What a rule takes in a mix.
     *
     * @param mix the mix
     * @param taken bytes of all tensors; nothing if it is impossible
     * @param moved bytes that a step reads and writes, for each parameter
     */
    private record Row(Mix mix, Optional<Footprint> taken, double moved) {
        String per(Function<Footprint, Long> bytes) {
            return taken.map(found -> few((double) bytes.apply(found) / found.parameters()))
                    .orElse("–");
        }

        String moving() {
            return taken.isEmpty() ? "–" : few(moved);
        }

        String total() {
            return taken.map(found -> Units.bytes(found.total())).orElse("impossible");
        }
    }

    /** All mixes of one rule. */
    String of(String name, Rule rule) {
        Set<String> objections = new LinkedHashSet<>();
        List<Row> rows = SHOWN.stream().map(mix -> row(rule, mix, objections)).toList();
        return "%s, bytes for each parameter; state is with the master or the rest bits, moved is what a step reads and writes:%n%n"
                        .formatted(name)
                + new Table<Row>()
                        .column("precision", Kind.TEXT, row -> row.mix.key())
                        .column("what is kept", Kind.TEXT, row -> row.mix.toString())
                        .column("weights", Kind.NUMBER, row -> row.per(Footprint::parameterBytes))
                        .column("gradients", Kind.NUMBER, row -> row.per(Footprint::gradientBytes))
                        .column("state", Kind.NUMBER, row -> row.per(Footprint::stateBytes))
                        .column("total", Kind.NUMBER, row -> row.per(Footprint::total))
                        .column("moved", Kind.NUMBER, Row::moving)
                        .column("model", Kind.NUMBER, Row::total)
                        .text(rows)
                + System.lineSeparator()
                + lines(objections);
    }

    /** All rules in all mixes, in few words. */
    String of(Map<String, Rule> rules) {
        Set<String> objections = new LinkedHashSet<>();
        Map<String, Map<Mix, Row>> rows = new LinkedHashMap<>();
        rules.forEach((name, rule) -> {
            Map<Mix, Row> row = new LinkedHashMap<>();
            SHOWN.forEach(mix -> row.put(mix, row(rule, mix, objections)));
            rows.put(name, row);
        });
        Table<Map.Entry<String, Map<Mix, Row>>> table =
                new Table<Map.Entry<String, Map<Mix, Row>>>().column("rule", Kind.TEXT, Map.Entry::getKey);
        for (Mix mix : SHOWN) {
            table.column(mix.key(), Kind.NUMBER, entry -> {
                Row row = Objects.requireNonNull(entry.getValue().get(mix));
                return row.taken.isEmpty() ? "impossible" : row.per(Footprint::total) + " / " + row.moving();
            });
        }
        return "Bytes for each parameter: weights, gradients and state / what a step reads and writes, by precision:%n%n"
                        .formatted()
                + table.text(List.copyOf(rows.entrySet()))
                + System.lineSeparator()
                + lines(objections)
                + System.lineSeparator()
                + new Table<Mix>()
                        .column("precision", Kind.TEXT, Mix::key)
                        .column("what is kept", Kind.TEXT, Mix::toString)
                        .text(SHOWN)
                + "%n%nlanewise memory --rule adamw tells weights, gradients and state apart.%n".formatted();
    }

    private static String lines(Set<String> objections) {
        return objections.stream()
                .map(line -> System.lineSeparator() + line + System.lineSeparator())
                .collect(Collectors.joining());
    }

    private Row row(Rule rule, Mix mix, Set<String> objections) {
        Map<Rule, Long> moved = new HashMap<>();
        Footprint sum = new Footprint(0, 0, 0, 0);
        double bytes = 0;
        for (Map.Entry<Shape, Integer> entry : counts.entrySet()) {
            Rule form = rule.forShape(entry.getKey());
            long[] axes = Objects.requireNonNull(shapes.get(entry.getKey()));
            Optional<String> objection = moved.containsKey(form) ? Optional.empty() : mix.objection(form);
            if (objection.isPresent()) {
                objections.add(mix.key() + " is impossible for tensors such as "
                        + Arrays.stream(axes).mapToObj(Long::toString).collect(Collectors.joining("x")) + ": "
                        + objection.get() + ".");
                return new Row(mix, Optional.empty(), 0);
            }
            Footprint one = mix.footprint(rule, List.of(axes));
            for (int i = 0; i < entry.getValue(); i++) {
                sum = sum.plus(one);
            }
            long each = moved.computeIfAbsent(
                    form,
                    _ -> Traffic.of(form.program().phases(mix.storages(form))).bytes());
            bytes += (double) each * one.parameters() * entry.getValue();
        }
        return new Row(mix, Optional.of(sum), bytes / sum.parameters());
    }

    /** A few digits, such as 2 or 0.0004883. */
    static String few(double number) {
        return BigDecimal.valueOf(number)
                .round(new MathContext(DIGITS))
                .stripTrailingZeros()
                .toPlainString();
    }
}
