package lanewise.bench.explain;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleSettings;
import lanewise.buffer.DType;
import lanewise.program.Clock;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Formula;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.program.Traffic;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;

/** A rule with its extras, section by section. */
final class Explanation {
    private static final int WIDTH = 100;
    private static final long BYTES = DType.FLOAT32.bytes();

    private final RuleCatalog.Entry entry;
    private final Rule rule;
    private final WeightDecay decay;
    private final StepAlone clock;
    private final int microBatches;
    private final String backend;
    private final int lanes;
    private final Program program;
    private final List<Phase> phases;
    private final KernelSource source;

    /** One step of a run that is known from its number alone. */
    private record StepAlone(long step, double learningRate, double weightDecay, double gradientScale)
            implements Clock {
        @Override
        public long elements() {
            throw new IllegalStateException("the number of elements differs by tensor");
        }
    }

    /**
     * Puts the program together.
     *
     * @param entry the rule's name
     * @param rule the rule, its options set
     * @param decay of the weights
     * @param extras around the rule
     * @param learningRate η
     * @param microBatches how many make a step
     * @param step whose scalars are shown
     * @param backend simd or scalar
     * @param lanes of the kernel, 1 for scalar
     */
    Explanation(
            RuleCatalog.Entry entry,
            Rule rule,
            WeightDecay decay,
            Extras extras,
            double learningRate,
            int microBatches,
            long step,
            String backend,
            int lanes) {
        this.entry = entry;
        this.rule = rule;
        this.decay = decay;
        this.microBatches = microBatches;
        this.backend = backend;
        this.lanes = lanes;
        clock = new StepAlone(step, learningRate, decay.rate(), 1.0 / microBatches);
        program = extras.applyTo(rule.program());
        phases = program.phases();
        source = new KernelSource(entry.name(), entry.description(), program, lanes);
    }

    /** The kernel alone. */
    KernelSource source() {
        return source;
    }

    /**
     * Prints all sections.
     *
     * @param out where to
     * @param bytecode whether the emitted class is shown too
     */
    void print(PrintWriter out, boolean bytecode) {
        out.println(entry.name() + ": " + entry.description());
        wrapped(out, options());
        formula(out);
        memory(out);
        passes(out);
        scalars(out);
        kernel(out);
        if (bytecode) {
            bytecode(out);
        }
    }

    private static void heading(PrintWriter out, String text) {
        out.println();
        out.println("── " + text + " " + "─".repeat(Math.max(0, WIDTH - text.length() - 4)));
        out.println();
    }

    private static void wrapped(PrintWriter out, String text) {
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        out.println(line);
    }

    private String options() {
        String settings = RuleSettings.of(rule);
        String rate = "learning rate " + number(clock.learningRate());
        String weights = decay.rate() == 0
                ? "no weight decay"
                : "weight decay " + number(decay.rate()) + " ("
                        + decay.where().name().toLowerCase(Locale.ROOT).replace('_', '-') + ")";
        return (settings.isEmpty() ? "" : settings + "; ") + rate + ", " + weights;
    }

    // ------------------------------------------------------------------------------------- formula

    private void formula(PrintWriter out) {
        heading(out, "Formula");
        Formula.of(program).forEach(out::println);
        Set<String> slots = new LinkedHashSet<>(List.of("θ is the parameter", "g its gradient"));
        Set<String> clocks = new LinkedHashSet<>();
        Set<String> constants = new LinkedHashSet<>();
        program.statements().forEach(statement -> letters(statement.value(), clocks, constants));
        slots.addAll(clocks);
        slots.addAll(constants);
        out.println();
        wrapped(out, "where " + String.join(", ", slots));
    }

    private static void letters(Expr expr, Set<String> clocks, Set<String> constants) {
        switch (expr) {
            case Expr.Constant(String name, double value) -> {
                // A plain number is its own name.
                if (!name.matches("-?[0-9].*")) {
                    constants.add(name + " = " + number(value));
                }
            }
            case Expr.Scalar(String name, Extent _, var _) ->
                clocks.addAll(
                        switch (name) {
                            case "η" -> Set.of("η the learning rate");
                            case "λ" -> Set.of("λ the weight decay");
                            case "t" -> Set.of("t the step's number");
                            case "s" -> Set.of("s the scale of the gradient");
                            case "n" -> Set.of("n the number of elements of the tensor");
                            default -> Set.of();
                        });
            case Expr.Sum sum -> letters(sum.term(), clocks, constants);
            case Expr.Apply apply -> apply.operands().forEach(operand -> letters(operand, clocks, constants));
            case Expr.Read _ -> {}
        }
    }

    private static String number(double value) {
        return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }

    // -------------------------------------------------------------------------------------- memory

    private void memory(PrintWriter out) {
        heading(out, "Memory, in bytes per parameter (fp32)");
        Set<Slot> slots = new LinkedHashSet<>(List.of(Slot.PARAMETER, Slot.GRADIENT));
        slots.addAll(program.states());
        List<String[]> rows = new ArrayList<>();
        for (Slot slot : slots) {
            Traffic traffic = Traffic.of(phases, other -> other.equals(slot) ? BYTES : 0);
            String[] role = switch (slot.role()) {
                case PARAMETER -> new String[] {"the parameter", "yours"};
                case GRADIENT -> new String[] {"its gradient", "yours"};
                case STATE -> new String[] {"state, kept from step to step", number(slot.initial())};
                case SCRATCH -> throw new AssertionError("not in a program");
            };
            rows.add(new String[] {
                slot.symbol(),
                role[0],
                role[1],
                Long.toString(BYTES),
                bytes(traffic.bytesRead()),
                bytes(traffic.bytesWritten())
            });
        }
        Traffic all = Traffic.of(phases, _ -> BYTES);
        rows.add(new String[] {
            "all", "", "", Long.toString(BYTES * slots.size()), bytes(all.bytesRead()), bytes(all.bytesWritten())
        });
        out.println(
                table(rows, i -> i > 2, "slot", "what it is", "first value", "kept", "read a step", "written a step"));
        out.println();
        String more = microBatches == 1
                ? ""
                : " Each of the %d micro-batches of a step moves %d more, for Σg ← Σg + g."
                        .formatted(
                                microBatches,
                                Traffic.of(Extras.accumulation().phases(), _ -> BYTES)
                                        .bytes());
        wrapped(
                out,
                "A step moves %d bytes per parameter; the state takes %d.%s"
                        .formatted(all.bytes(), BYTES * program.states().size(), more));
    }

    private static String bytes(long bytes) {
        return bytes == 0 ? "–" : Long.toString(bytes);
    }

    private static String table(List<String[]> rows, IntPredicate right, String... headers) {
        Column[] columns = IntStream.range(0, headers.length)
                .mapToObj(i -> {
                    HorizontalAlign align = right.test(i) ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
                    return new Column()
                            .header(headers[i])
                            .headerAlign(align)
                            .dataAlign(align)
                            .maxWidth(76);
                })
                .toArray(Column[]::new);
        return AsciiTable.builder()
                .border(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER)
                .data(columns, rows.toArray(Object[][]::new))
                .asString();
    }

    // -------------------------------------------------------------------------------------- passes

    private void passes(PrintWriter out) {
        heading(out, phases.size() == 1 ? "One pass over memory" : phases.size() + " passes over memory");
        List<String[]> rows = new ArrayList<>();
        for (int pass = 0; pass < phases.size(); pass++) {
            Phase phase = phases.get(pass);
            Code code = phase.code();
            Traffic traffic = Traffic.of(List.of(phase), _ -> BYTES);
            rows.add(new String[] {
                Integer.toString(pass + 1),
                slots(phase, code::loads),
                slots(phase, code::stores),
                phase.sums().isEmpty()
                        ? "–"
                        : phase.sums().stream().map(source::meaning).collect(Collectors.joining(", ")),
                Long.toString(traffic.bytes())
            });
        }
        out.println(table(rows, i -> i == 4, "pass", "reads", "writes", "adds up", "bytes per parameter"));
        if (phases.size() > 1) {
            out.println();
            wrapped(
                    out,
                    "What is added up must be known before it is used, hence more than one pass; nothing is"
                            + " written before the last.");
        }
    }

    private static String slots(Phase phase, IntPredicate used) {
        StringJoiner slots = new StringJoiner(" ").setEmptyValue("–");
        for (int stream = 0; stream < phase.streams().size(); stream++) {
            if (used.test(stream)) {
                slots.add(phase.streams().get(stream).symbol());
            }
        }
        return slots.toString();
    }

    // ------------------------------------------------------------------------------------- scalars

    private void scalars(PrintWriter out) {
        heading(out, "Scalars at step " + clock.step());
        Set<Expr> used = new LinkedHashSet<>();
        phases.forEach(phase -> used.addAll(phase.scalars()));
        List<String[]> rows = new ArrayList<>();
        // What the formula gives a name to is worth a line, though no kernel may take it.
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Let(String name, Expr value)
                    && value.extent() != Extent.ELEMENT
                    && !used.contains(value)) {
                rows.add(row("–", name + " = " + source.formula(value), value, false));
            }
        }
        used.forEach(scalar -> rows.add(row(source.name(scalar), source.formula(scalar), scalar, true)));
        if (rows.isEmpty()) {
            out.println("None.");
            return;
        }
        out.println(table(rows, i -> false, "name below", "formula", "in double", "rounded to fp32", "its bits"));
        out.println();
        wrapped(
                out,
                "Each is computed in double from the number of the step and rounded once, so a resumed run goes on"
                        + " with the same bits.");
    }

    private String[] row(String name, String formula, Expr scalar, boolean rounded) {
        int pass = lastSum(scalar);
        if (pass > 0 || scalar.extent() != Extent.ALL) {
            String when = pass > 0 ? "known after pass " + pass : "differs by tensor";
            return new String[] {name, formula, when, "", ""};
        }
        double value = scalar.evaluate(clock);
        float fp32 = (float) value;
        return new String[] {
            name,
            formula,
            Double.toString(value),
            rounded ? Float.toString(fp32) : "",
            rounded ? "0x%08x".formatted(Float.floatToRawIntBits(fp32)) : ""
        };
    }

    /** The pass that yields the last sum of a scalar, from 1; 0 if there is no sum in it. */
    private int lastSum(Expr scalar) {
        return switch (scalar) {
            case Expr.Sum sum ->
                1
                        + IntStream.range(0, phases.size())
                                .filter(pass -> phases.get(pass).sums().contains(sum))
                                .findFirst()
                                .orElseThrow();
            case Expr.Apply apply ->
                apply.operands().stream().mapToInt(this::lastSum).max().orElse(0);
            case Expr.Read _, Expr.Constant _, Expr.Scalar _ -> 0;
        };
    }

    // -------------------------------------------------------------------------------------- kernel

    private String width() {
        return lanes == 1 ? "scalar backend" : "%d lanes, %d bits".formatted(lanes, lanes * Float.SIZE);
    }

    private void kernel(PrintWriter out) {
        heading(out, "Kernel as Java source: " + width());
        out.print(source.text());
    }

    private void bytecode(PrintWriter out) {
        for (int pass = 0; pass < phases.size(); pass++) {
            heading(out, "Bytecode" + (phases.size() == 1 ? "" : " of pass " + (pass + 1)) + " as emitted: " + width());
            Bytecode emitted = Bytecode.of(phases.get(pass).code(), backend, lanes);
            wrapped(out, emitted.sizes() + ".");
            out.println();
            out.print(emitted.disassembly());
        }
    }
}
