package lanewise.bench.explain;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleSettings;
import lanewise.dtype.DType;
import lanewise.program.Average;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Formula;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.program.Traffic;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import org.jspecify.annotations.Nullable;

/** A rule with its extras, section by section. */
final class Explanation {
    private static final int WIDTH = 100;

    /** The most characters of a cell before it is broken, with those around it. */
    private static final int WIDE = 76, NARROW = 23, SLIM = 12, PADDING = 2;

    private static final long BYTES = DType.FLOAT32.bytes();
    private static final long DOUBLE_BYTES = DType.FLOAT64.bytes();
    private static final Pattern MARKED = Pattern.compile("\\P{M}\\p{M}");
    private static final int PRIVATE_USE = 0xE000;
    private static final char NO_BREAK = '\u00a0';

    private final RuleCatalog.Entry entry;
    private final Rule rule;
    private final WeightDecay decay;
    private final StepAlone clock;
    private final int microBatches;

    /** Whose program it is; null if it is the same for all and the caller named none. */
    private final @Nullable Axes axes;

    private final boolean differsByShape;
    private final Shown shown;
    private final String backend;
    private final int lanes;
    private final Program program;
    private final Program evaluation;
    private final Program hessianUpdate;
    private final List<Phase> phases;
    private final KernelSource source;

    /** One step of a run, as far as it is known from its number and the tensor's shape. */
    private record StepAlone(
            long step,
            double learningRate,
            double weightDecay,
            double gradientScale,
            @Nullable Shape shape) implements Clock {
        private Shape known() {
            return Objects.requireNonNull(shape, "differs by tensor");
        }

        @Override
        public long elements() {
            return known().size();
        }

        @Override
        public long rows() {
            return known().rows();
        }

        @Override
        public long columns() {
            return known().columns();
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
     * @param named the tensor whose program is shown, null for none in particular
     * @param shown which of the rule's programs
     * @param backend simd or scalar
     * @param lanes of the kernel, 1 for scalar
     * @throws IllegalArgumentException if the rule has no such program
     */
    Explanation(
            RuleCatalog.Entry entry,
            Rule rule,
            WeightDecay decay,
            Extras extras,
            double learningRate,
            int microBatches,
            long step,
            @Nullable Axes named,
            Shown shown,
            String backend,
            int lanes) {
        this.entry = entry;
        this.rule = rule;
        this.decay = decay;
        this.microBatches = microBatches;
        this.shown = shown;
        this.backend = backend;
        this.lanes = lanes;
        differsByShape = !rule.forShape(Axes.MATRIX.shape()).equals(rule);
        axes = named == null && differsByShape ? Axes.MATRIX : named;
        Shape shape = axes == null ? null : axes.shape();
        clock = new StepAlone(step, learningRate, decay.rate(), 1.0 / microBatches, shape);
        evaluation = extras.evaluation(rule.evaluation());
        hessianUpdate = rule.hessianUpdate().equals(Program.empty())
                ? Program.empty()
                : extras.ofHessian().applyTo(rule.hessianUpdate());
        program = switch (shown) {
            case STEP ->
                withClippedGradient(
                        extras,
                        shape == null ? rule.program() : rule.forShape(shape).program());
            case HESSIAN -> hessianUpdate;
            case EVALUATION -> evaluation;
        };
        if (program.equals(Program.empty())) {
            throw new IllegalArgumentException(entry.name()
                    + (shown == Shown.HESSIAN
                            ? " has no use for an estimate of the Hessian; --program hessian is for Sophia"
                            : " evaluates with the weights that it trains; --program evaluation is for Schedule-Free"
                                    + " rules and for --average"));
        }
        phases = program.phases();
        source = new KernelSource(entry.name() + shown.suffix(), entry.description(), program, lanes);
    }

    /** A clipped gradient is long, and may be in many places: it gets a name. */
    private static Program withClippedGradient(Extras extras, Program rule) {
        Program program = extras.applyTo(rule);
        if (extras.clipValue().isEmpty() && extras.clipNorm().isEmpty()) {
            return program;
        }
        Slot probe = Slot.state("ĝ");
        Program gradient = extras.applyTo(Program.empty().set(probe, Expr.read(Slot.GRADIENT)));
        List<Program.Statement> statements = new ArrayList<>();
        statements.add(new Program.Statement.Let(
                probe.symbol(),
                Values.unflushed(gradient.statements().getFirst().value())));
        statements.addAll(program.statements());
        return new Program(statements);
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
        if (axes != null && differsByShape) {
            wrapped(out, "Shown for " + axes + "; the rule's program differs by shape: see --shape.");
        }
        formula(out);
        if (shown == Shown.STEP) {
            besideTheStep(out);
        }
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
        heading(
                out,
                "Formula"
                        + switch (shown) {
                            case STEP -> "";
                            case HESSIAN -> " of Optimizer.updateHessian()";
                            case EVALUATION -> " of Optimizer.eval()";
                        });
        List<String> lines = Formula.of(program);
        lines.forEach(out::println);
        Letters letters = new Letters(String.join("\n", lines));
        program.statements().forEach(statement -> letters.add(statement.value()));
        if (phases.stream().anyMatch(phase -> phase.streams().contains(Slot.PARAMETER))) {
            letters.slots.addFirst("θ is the parameter");
        }
        out.println();
        wrapped(out, "where " + letters);
    }

    /** What the letters of a formula mean. */
    private final class Letters {
        private final String text;
        private final LinkedHashSet<String> slots = new LinkedHashSet<>();
        private final Set<String> clocks = new LinkedHashSet<>();
        private final Set<String> laws = new LinkedHashSet<>();
        private final Set<String> constants = new LinkedHashSet<>();
        private final Set<Expr> seen = new HashSet<>();

        Letters(String text) {
            this.text = text;
        }

        void add(Expr expr) {
            if (!seen.add(expr)) {
                return;
            }
            switch (expr) {
                case Expr.Constant(String name, double value) -> {
                    // A plain number is its own name.
                    if (!name.matches("-?[0-9].*")) {
                        constants.add(name + " = " + number(value));
                    }
                }
                case Expr.Scalar scalar -> add(scalar);
                case Expr.Read(Slot slot) -> {
                    if (slot.equals(Slot.GRADIENT)) {
                        slots.add(shown == Shown.HESSIAN ? "g is the estimate" : "g its gradient");
                    } else if (slot.equals(Extras.ACCUMULATED)) {
                        slots.add("Σg the sum of its gradients");
                    } else if (slot.equals(Average.AVERAGE)) {
                        slots.add("θ̄ its average");
                    }
                }
                case Expr.Sum sum -> add(sum.term());
                case Expr.Apply apply -> apply.operands().forEach(this::add);
            }
        }

        private void add(Expr.Scalar scalar) {
            String name = scalar.name();
            switch (name) {
                case "η" -> clocks.add("η the learning rate");
                case "λ" -> clocks.add("λ the weight decay");
                case "t" -> clocks.add("t the step's number");
                case "s" -> clocks.add("s the scale of the gradient");
                case "n" -> addUnlessInMean(name, "n the number of elements of the tensor");
                case "rows" -> addUnlessInMean(name, "rows the number of rows");
                case "columns" -> addUnlessInMean(name, "columns the number of columns");
                default -> {
                    if (scalar.extent() == Extent.ALL) {
                        laws.add("%s = %s at step %d".formatted(name, number(scalar.evaluate(clock)), clock.step()));
                    }
                }
            }
        }

        private void addUnlessInMean(String name, String meaning) {
            if (Pattern.compile("(?<!\\p{L})" + name + "(?!\\p{L})")
                    .matcher(text)
                    .find()) {
                clocks.add(meaning);
            }
        }

        @Override
        public String toString() {
            List<String> all = new ArrayList<>(slots);
            all.addAll(clocks);
            if (text.contains("RMS(")) {
                all.add("RMS the root of the mean square");
            }
            if (text.contains("meanⱼ(") || text.contains("meanᵢ(")) {
                all.add("i counts rows and j columns");
            }
            if (text.contains("clip(")) {
                all.add("clip(x, ±c) is min(max(x, −c), c)");
            }
            all.addAll(constants);
            all.addAll(laws);
            return String.join(", ", all);
        }
    }

    private static String number(double value) {
        return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }

    // ------------------------------------------------------------------------------ beside the step

    private static final Slot TRAINED = Slot.state("θ trained");

    private void besideTheStep(PrintWriter out) {
        if (!hessianUpdate.equals(Program.empty())) {
            heading(out, "Optimizer.updateHessian()");
            Formula.of(hessianUpdate).forEach(out::println);
            out.println();
            wrapped(
                    out,
                    ("g is then what the caller put in the gradient's place. Moves %d bytes per parameter; see"
                                    + " --program hessian.")
                            .formatted(traffic(hessianUpdate).bytes()));
        }
        if (!evaluation.equals(Program.empty())) {
            heading(out, "Optimizer.eval()");
            Formula.of(evaluation).forEach(out::println);
            out.println();
            wrapped(out, keeping() + " See --program evaluation.");
        }
    }

    /** The optimizer keeps the trained weights in the same pass. */
    private String keeping() {
        return ("Moves %d bytes per parameter, %d of them to keep the trained θ, which takes %d bytes per parameter"
                        + " until train() brings it back.")
                .formatted(
                        traffic(evaluation.set(TRAINED, Expr.read(Slot.PARAMETER)))
                                .bytes(),
                        BYTES,
                        BYTES);
    }

    private static Traffic traffic(Program program) {
        return Traffic.of(program.phases());
    }

    // -------------------------------------------------------------------------------------- memory

    private void memory(PrintWriter out) {
        heading(out, "Memory, in bytes per parameter (fp32)");
        Set<Slot> slots = new LinkedHashSet<>();
        if (shown == Shown.STEP) {
            slots.addAll(List.of(Slot.PARAMETER, Slot.GRADIENT));
        } else {
            phases.forEach(phase -> slots.addAll(phase.streams()));
        }
        slots.addAll(program.states());
        List<String[]> rows = new ArrayList<>();
        for (Slot slot : slots) {
            Traffic traffic = Traffic.of(phases, slot::equals);
            String[] role = switch (slot.role()) {
                case PARAMETER -> new String[] {"the parameter", "yours"};
                case GRADIENT -> new String[] {shown == Shown.HESSIAN ? "the estimate" : "its gradient", "yours"};
                case STATE -> new String[] {"state, kept from step to step", number(slot.initial())};
                case SCRATCH -> throw new AssertionError("not in a program");
            };
            rows.add(new String[] {
                slot.symbol(), role[0], role[1], kept(slot), bytes(traffic.bytesRead()), bytes(traffic.bytesWritten())
            });
        }
        Traffic all = Traffic.of(phases);
        rows.add(new String[] {
            "all",
            "",
            "",
            Long.toString(
                    BYTES * slots.stream().filter(Explanation::isOfElements).count()),
            bytes(all.bytesRead()),
            bytes(all.bytesWritten())
        });
        String each = shown == Shown.STEP ? " a step" : "";
        out.println(table(
                rows,
                i -> i > 2,
                _ -> WIDE,
                "slot",
                "what it is",
                "first value",
                "kept",
                "read" + each,
                "written" + each));
        out.println();
        wrapped(out, movement(all));
    }

    private static boolean isOfElements(Slot slot) {
        return slot.extent() == Extent.ELEMENT;
    }

    private static String kept(Slot slot) {
        return switch (slot.extent()) {
            case ROW -> BYTES + " a row";
            case COLUMN -> BYTES + " a column";
            case TENSOR -> DOUBLE_BYTES + " a tensor";
            default -> Long.toString(BYTES);
        };
    }

    private String movement(Traffic all) {
        return switch (shown) {
            case STEP -> "A step moves %d bytes per parameter; %s".formatted(all.bytes(), state());
            case HESSIAN -> "A Hessian update moves %d bytes per parameter.".formatted(all.bytes());
            case EVALUATION -> keeping();
        };
    }

    private String state() {
        List<String> state = new ArrayList<>();
        List<Slot> states = program.states();
        long ofElements =
                BYTES * states.stream().filter(Explanation::isOfElements).count();
        if (ofElements > 0 || states.isEmpty()) {
            state.add(Long.toString(ofElements));
        }
        addOf(Extent.ROW, "row", state);
        addOf(Extent.COLUMN, "column", state);
        addOf(Extent.TENSOR, "tensor", state);
        StringBuilder text = new StringBuilder("the state takes " + enumerated(state) + ".");
        if (program.isByRows()) {
            text.append(" Values of rows and columns stay in a cache and are not counted as moved.");
        }
        if (axes != null) {
            text.append(ofShape(axes));
        }
        if (microBatches > 1) {
            text.append(" Each of the %d micro-batches of a step moves %d more, for Σg ← Σg + g."
                    .formatted(microBatches, traffic(Extras.accumulation()).bytes()));
        }
        return text.toString();
    }

    private static String enumerated(List<String> items) {
        int last = items.size() - 1;
        return last == 0 ? items.getFirst() : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }

    private void addOf(Extent extent, String what, List<String> state) {
        long slots = program.states().stream()
                .filter(slot -> slot.extent() == extent)
                .count();
        if (slots > 0) {
            state.add("%d a %s".formatted(slots * (extent == Extent.TENSOR ? DOUBLE_BYTES : BYTES), what));
        }
    }

    /** What all that comes to. */
    private String ofShape(Axes tensor) {
        Shape shape = tensor.shape();
        long values = 0;
        long bytes = 0;
        for (Slot slot : program.states()) {
            long ofSlot = shape.values(slot.extent());
            values += ofSlot;
            bytes += ofSlot * (slot.extent() == Extent.TENSOR ? DOUBLE_BYTES : BYTES);
        }
        return " Of %s the state is %,d values in %,d bytes: %s bytes per parameter."
                .formatted(tensor, values, bytes, significant((double) bytes / shape.size()));
    }

    /** Three digits are enough for a share. */
    private static String significant(double value) {
        return number(new BigDecimal(value).round(new MathContext(3)).doubleValue());
    }

    private static String bytes(long bytes) {
        return bytes == 0 ? "–" : Long.toString(bytes);
    }

    private static String table(List<String[]> rows, IntPredicate right, IntUnaryOperator widest, String... headers) {
        Column[] columns = IntStream.range(0, headers.length)
                .mapToObj(i -> {
                    HorizontalAlign align = right.test(i) ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
                    return new Column()
                            .header(headers[i])
                            .headerAlign(align)
                            .dataAlign(align)
                            .maxWidth(widest.applyAsInt(i));
                })
                .toArray(Column[]::new);
        // A letter and its hat are two characters in one place: while columns are measured, one stands for both.
        List<String> marked = new ArrayList<>();
        Object[][] cells = rows.stream()
                .map(row -> Arrays.stream(row)
                        .map(cell -> MARKED.matcher(cell).replaceAll(match -> standIn(match.group(), marked)))
                        .toArray())
                .toArray(Object[][]::new);
        String table = AsciiTable.builder()
                .border(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER)
                .data(columns, cells)
                .asString()
                .replace(NO_BREAK, ' ');
        for (String letter : marked) {
            table = table.replace(standIn(letter, marked), letter);
        }
        return table;
    }

    /** The width of a table but for a column and its padding. */
    private static int widthWithout(int column, List<String[]> rows, String... headers) {
        return IntStream.range(0, headers.length)
                .map(i -> {
                    int longest = Stream.concat(
                                    Stream.of(headers[i]), rows.stream().map(row -> row[i]))
                            .mapToInt(String::length)
                            .max()
                            .orElseThrow();
                    // A line stands between columns.
                    return (i == column ? 0 : longest + PADDING) + (i == 0 ? 0 : 1);
                })
                .sum();
    }

    private static String standIn(String letter, List<String> marked) {
        if (!marked.contains(letter)) {
            marked.add(letter);
        }
        return Character.toString(PRIVATE_USE + marked.indexOf(letter));
    }

    // -------------------------------------------------------------------------------------- passes

    private void passes(PrintWriter out) {
        boolean byRows = program.isByRows();
        long ofElements = phases.stream()
                .filter(phase -> phase.domain() == Extent.ELEMENT)
                .count();
        heading(
                out,
                (ofElements == 1 ? "One pass over memory" : ofElements + " passes over memory")
                        + (ofElements == phases.size()
                                ? ""
                                : ", %d over rows and columns".formatted(phases.size() - ofElements)));
        List<String[]> rows = new ArrayList<>();
        for (int pass = 0; pass < phases.size(); pass++) {
            Phase phase = phases.get(pass);
            Traffic traffic = Traffic.of(List.of(phase));
            List<String> row = new ArrayList<>(List.of(Integer.toString(pass + 1)));
            if (byRows) {
                row.add(runsOver(phase));
            }
            row.add(joined(read(phase)));
            row.add(joined(written(phase)));
            row.add(KernelSource.sums(phase).stream()
                    .map(source::meaning)
                    .map(Explanation::unbroken)
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("–"));
            row.add(bytes(traffic.bytes()));
            rows.add(row.toArray(String[]::new));
        }
        out.println(
                byRows
                        ? table(
                                rows,
                                i -> i == 5,
                                i -> i == 1 ? SLIM : NARROW,
                                "pass",
                                "runs over",
                                "reads",
                                "writes",
                                "adds up",
                                "bytes")
                        : table(
                                rows,
                                i -> i == 4,
                                _ -> WIDE,
                                "pass",
                                "reads",
                                "writes",
                                "adds up",
                                "bytes per parameter"));
        if (phases.size() == 1) {
            return;
        }
        out.println();
        int writing = (int) phases.stream().filter(phase -> !phase.writes()).count() + 1;
        wrapped(
                out,
                "What is added up must be known before it is used, hence more than one pass; nothing is written before"
                        + (byRows
                                ? " pass %d but arrays of rows and columns that passes leave for each other. Bytes are"
                                                .formatted(writing)
                                        + " per parameter."
                                : " the last."));
        if (byRows) {
            arrays(out);
        }
    }

    private static String runsOver(Phase phase) {
        return switch (phase.domain()) {
            case ROW -> "rows";
            case COLUMN -> "columns";
            default -> "elements, row by row";
        };
    }

    private static String joined(List<String> symbols) {
        boolean letters = symbols.stream().noneMatch(symbol -> symbol.contains(" "));
        return symbols.isEmpty()
                ? "–"
                : symbols.stream().map(Explanation::unbroken).collect(Collectors.joining(letters ? " " : ", "));
    }

    /** Lines are broken between formulas while these are short. */
    private static String unbroken(String formula) {
        return formula.length() > NARROW - PADDING ? formula : formula.replace(' ', NO_BREAK);
    }

    /** What differs by row comes as a scalar. */
    private List<String> read(Phase phase) {
        List<Slot> slots = new ArrayList<>();
        for (int stream = 0; stream < phase.streams().size(); stream++) {
            Slot slot = phase.streams().get(stream);
            if (phase.code().loads(stream) && !ScratchArrays.isAddedTo(phase, slot)) {
                slots.add(slot);
            }
        }
        for (Expr scalar : phase.scalars()) {
            if (scalar instanceof Expr.Read(Slot slot) && KernelSource.isOfRow(scalar)) {
                slots.add(slot);
            }
        }
        return slots.stream().map(source::symbol).toList();
    }

    /** Sums over columns are in a column of their own. */
    private List<String> written(Phase phase) {
        List<String> symbols = new ArrayList<>();
        for (int stream = 0; stream < phase.streams().size(); stream++) {
            Slot slot = phase.streams().get(stream);
            if (phase.code().stores(stream) && !ScratchArrays.isAddedTo(phase, slot)) {
                symbols.add(source.symbol(slot));
            }
        }
        return symbols;
    }

    private void arrays(PrintWriter out) {
        Map<Slot, Expr> held = source.arrays().held();
        if (held.isEmpty()) {
            return;
        }
        out.println();
        wrapped(
                out,
                "Between passes: "
                        + held.keySet().stream()
                                .map(array -> "%s of each %s from pass %d"
                                        .formatted(
                                                source.symbol(array),
                                                array.extent() == Extent.ROW ? "row" : "column",
                                                source.arrays().writer(array) + 1))
                                .collect(Collectors.joining("; "))
                        + ".");
    }

    // ------------------------------------------------------------------------------------- scalars

    private void scalars(PrintWriter out) {
        heading(out, "Scalars at step " + clock.step());
        Set<Expr> used = new LinkedHashSet<>();
        phases.forEach(phase -> used.addAll(phase.scalars()));
        List<String[]> rows = new ArrayList<>();
        // What the formula gives a name to is worth a line, though no kernel may take it.
        for (Program.Statement statement : program.statements()) {
            String name = switch (statement) {
                case Program.Statement.Let let -> let.name() + " = ";
                case Program.Statement.Set(Slot slot, Expr _) -> slot.symbol() + " ← ";
                case Program.Statement.Observe _ -> "";
            };
            Expr value = statement.value();
            boolean ofTensor = !(statement instanceof Program.Statement.Set(Slot slot, Expr _))
                    || slot.extent().isScalar();
            if (!name.isEmpty() && ofTensor && value.extent().isScalar() && !used.contains(value)) {
                rows.add(row("–", name + source.formula(value), value, false));
            }
        }
        used.forEach(scalar -> rows.add(row(source.name(scalar), source.formula(scalar), scalar, true)));
        if (rows.isEmpty()) {
            out.println("None.");
            return;
        }
        String[] headers = {"name below", "formula", "in double", "in fp32", "its bits"};
        int formulas = Math.max(NARROW, WIDTH - widthWithout(1, rows, headers));
        out.println(table(rows, _ -> false, i -> i == 1 ? formulas : WIDE, headers));
        out.println();
        boolean ofRows = used.stream().anyMatch(KernelSource::isOfRow);
        wrapped(
                out,
                "Each is computed in double from the number of the step"
                        + (used.stream().allMatch(scalar -> unknown(scalar).isEmpty()) ? "" : ", sums and states,")
                        + " and rounded once, so a resumed run goes on with the same bits."
                        + (ofRows ? " What differs by row was computed in fp32 by an earlier pass." : ""));
    }

    private String[] row(String name, String formula, Expr scalar, boolean rounded) {
        Optional<String> unknown = unknown(scalar);
        if (unknown.isPresent()) {
            return new String[] {name, formula, unknown.get(), "", ""};
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

    /** Why a scalar has no value here; empty if it has one. */
    private Optional<String> unknown(Expr scalar) {
        String reach = switch (scalar.extent()) {
            case ROW -> ", by row";
            case MATRIX -> ", by matrix";
            case TENSOR -> ", by tensor";
            default -> "";
        };
        int pass = lastSum(scalar);
        if (pass > 0) {
            return Optional.of("after pass " + pass + reach);
        }
        if (reads(scalar)) {
            return Optional.of("from the state" + reach);
        }
        return scalar.extent() == Extent.ALL || axes != null ? Optional.empty() : Optional.of("differs by tensor");
    }

    private static boolean reads(Expr scalar) {
        return scalar instanceof Expr.Read
                || (scalar instanceof Expr.Apply apply
                        && apply.operands().stream().anyMatch(Explanation::reads));
    }

    /** The pass that yields the last sum or array of a scalar, from 1; 0 if it needs none. */
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
            case Expr.Read(Slot slot) -> source.arrays().writer(slot) + 1;
            case Expr.Constant _, Expr.Scalar _ -> 0;
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
