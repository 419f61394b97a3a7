package lanewise.bench.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Formula;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Scalars;
import lanewise.program.Slot;

/**
 * A program's kernels as Java source: what a person would have written to get the bytecode that the emitters write.
 * Each operation of the code stands for one of the source, with the same operands on the same sides, so the bits are
 * the same; only what the emitters keep in locals is here nested into expressions, where nothing needs it twice.
 *
 * <p>The emitters work on {@link Code}, which has no names. This starts from the {@link Phase} around it, which knows
 * the expressions that the code came from: {@link Values} names them, {@link Spelling} spells them and {@link
 * PassSource} puts the loops around them.
 */
final class KernelSource {
    /** Names that loops and helpers use. */
    private static final Set<String> TAKEN = Set.of(
            "from",
            "fromColumn",
            "fromSum",
            "length",
            "scalars",
            "i",
            "n",
            "whole",
            "start",
            "offset",
            "columnOffset",
            "sumOffset",
            "at",
            "columnAt",
            "sumAt");

    private final String name;
    private final String description;
    private final Program program;
    private final int lanes;
    private final List<Phase> phases;
    private final ScratchArrays arrays;
    private final Names names = new Names(TAKEN);
    private final Map<Slot, String> slots = new HashMap<>();
    private final Map<Expr, String> scalars = new HashMap<>();

    /**
     * The source of a program.
     *
     * @param name of the rule
     * @param description of the rule
     * @param program the program
     * @param lanes 4, 8 or 16, or 1 for the scalar backend's loop
     */
    KernelSource(String name, String description, Program program, int lanes) {
        this.name = name;
        this.description = description;
        this.program = program;
        this.lanes = lanes;
        phases = program.phases();
        arrays = new ScratchArrays(phases);
        List<Slot> all = phases.stream()
                .flatMap(phase -> Stream.concat(phase.streams().stream(), slotsOfRows(phase)))
                .distinct()
                .toList();
        // An array may be called after a state.
        all.stream()
                .filter(slot -> slot.role() != Slot.Role.SCRATCH)
                .forEach(slot -> name(slot, Names.spelled(slot.symbol(), "state")));
        all.stream().filter(slot -> slot.role() == Slot.Role.SCRATCH).forEach(slot -> name(slot, wish(slot)));
        for (Phase phase : phases) {
            for (Expr scalar : phase.scalars()) {
                scalars.computeIfAbsent(
                        scalar,
                        _ -> isOfRow(scalar) ? slots.get(((Expr.Read) scalar).slot()) : names.fresh(wish(scalar)));
            }
        }
    }

    /** Whether a pass over elements takes the scalar anew for each row. */
    static boolean isOfRow(Expr scalar) {
        return scalar.extent() == Extent.ROW;
    }

    private static Stream<Slot> slotsOfRows(Phase phase) {
        return phase.scalars().stream().filter(KernelSource::isOfRow).map(scalar -> ((Expr.Read) scalar).slot());
    }

    /**
     * The name of the class.
     *
     * @return such as AdamWStep
     */
    String className() {
        return Names.capitalized(name.replaceAll("\\W", "")) + "Step";
    }

    /**
     * The whole file.
     *
     * @return a class with a method for each pass
     */
    String text() {
        JavaText text = new JavaText();
        writeHead(text);
        for (int pass = 0; pass < phases.size(); pass++) {
            if (pass > 0 || lanes > 1 || uses(Op.FLUSH)) {
                text.line("");
            }
            Values values = new Values(program, phases.get(pass), arrays, slots, scalars, names.within());
            new PassSource(this, pass, lanes, values, text).write();
        }
        writeHelpers(text);
        return text.close().toString();
    }

    // --------------------------------------------------------------------------------------- names

    List<Phase> phases() {
        return phases;
    }

    boolean isByRows() {
        return program.isByRows();
    }

    /**
     * What the source calls a scalar.
     *
     * @param scalar one of a phase of the program
     * @return a Java name
     */
    String name(Expr scalar) {
        return String.valueOf(scalars.get(scalar));
    }

    /**
     * What the source calls the memory of a slot.
     *
     * @param slot one of a phase of the program
     * @return a Java name
     */
    String stream(Slot slot) {
        return slots.get(slot) + memory();
    }

    private String memory() {
        return lanes == 1 ? "Chunk" : "Segment";
    }

    private void name(Slot slot, String wish) {
        slots.put(slot, names.fresh(wish, List.of(memory())));
    }

    /** What the passes leave for each other. */
    ScratchArrays arrays() {
        return arrays;
    }

    /**
     * What formulas call a slot.
     *
     * @param slot of a phase
     * @return its symbol, or what it holds if it is an array between passes
     */
    String symbol(Slot slot) {
        Expr value = arrays.held().get(slot);
        return value == null
                ? slot.symbol()
                : assigned(value).map(state -> "new " + state.symbol()).orElseGet(() -> formula(value));
    }

    /** The state that a value becomes. */
    private Optional<Slot> assigned(Expr value) {
        return program.statements().stream()
                .filter(statement -> statement instanceof Program.Statement.Set(Slot _, Expr assigned)
                        && Values.unflushed(assigned).equals(value))
                .map(statement -> ((Program.Statement.Set) statement).slot())
                .findFirst();
    }

    /**
     * A formula in the names that the program gives to parts of it, where the program has it.
     *
     * @param expr any scalar or sum of the program
     * @return its text
     */
    String formula(Expr expr) {
        Expr unfolded = arrays.unfolded(expr);
        List<Program.Statement> before = new ArrayList<>();
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Observe) {
                continue;
            }
            if (contains(statement.value(), unfolded, new HashSet<>())) {
                return formula(before, unfolded);
            }
            before.add(statement);
        }
        // Only observed: after the statements, but of the values before them.
        before.removeIf(Program.Statement.Set.class::isInstance);
        return formula(before, unfolded);
    }

    private static String formula(List<Program.Statement> before, Expr expr) {
        return Formula.of(new Program(before).let("", expr)).getLast().substring(" = ".length());
    }

    private static boolean contains(Expr expr, Expr part, Set<Expr> seen) {
        if (expr.equals(part)) {
            return true;
        }
        if (!seen.add(expr)) {
            return false;
        }
        return switch (expr) {
            case Expr.Sum sum -> contains(sum.term(), part, seen);
            case Expr.Apply apply -> apply.operands().stream().anyMatch(x -> contains(x, part, seen));
            case Expr.Read _, Expr.Constant _, Expr.Scalar _ -> false;
        };
    }

    /**
     * A sum's formula and its reach.
     *
     * @param sum one of the program
     * @return its text
     */
    String meaning(Expr.Sum sum) {
        return formula(sum)
                + switch (sum.over()) {
                    case ALL -> " over all tensors";
                    case TENSOR -> " over the tensor";
                    case MATRIX -> " over each matrix";
                    case ROW -> " of each row";
                    case COLUMN -> " of each column";
                    case ELEMENT -> throw new AssertionError("no sum");
                };
    }

    /**
     * What a pass adds up, sums of rows and columns too.
     *
     * @param phase the pass
     * @return empty for most passes
     */
    static List<Expr.Sum> sums(Phase phase) {
        List<Expr.Sum> sums = new ArrayList<>(phase.sums());
        for (Slot slot : phase.streams()) {
            phase.arrays().forEach((sum, array) -> {
                if (array.equals(slot)) {
                    sums.add(sum);
                }
            });
        }
        return sums;
    }

    private String wish(Slot array) {
        Expr value = arrays.unfolded(Expr.read(array));
        boolean ofRows = array.extent() == Extent.ROW;
        if (value instanceof Expr.Sum) {
            return ofRows ? "rowSums" : "columnSums";
        }
        return assigned(value)
                .map(state -> "new" + Names.capitalized(slots.getOrDefault(state, "value")))
                .orElseGet(() -> Names.spelled(formula(value), ofRows ? "rowFactor" : "columnFactor"));
    }

    private String wish(Expr scalar) {
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Let(String letter, Expr value) && value.equals(scalar)) {
                return Names.spelled(letter, "scalar");
            }
        }
        String role = "factor";
        if (has(scalar, part -> part.equals(Scalars.LEARNING_RATE))) {
            role = "rate";
        } else if (has(scalar, Expr.Sum.class::isInstance)) {
            role = "scale";
        } else if (has(scalar, part -> part instanceof Expr.Apply apply && apply.op() == Op.POWER)) {
            role = "correction";
        }
        return Names.spelled(formula(scalar), role);
    }

    private static boolean has(Expr expr, Predicate<Expr> what) {
        return what.test(expr)
                || (expr instanceof Expr.Apply apply
                        && apply.operands().stream().anyMatch(x -> has(x, what)));
    }

    // --------------------------------------------------------------------------------------- frame

    /** Whether an operation is in one of the passes. */
    private boolean uses(Op op) {
        return phases.stream()
                .flatMap(phase -> phase.code().nodes().stream())
                .anyMatch(node -> node instanceof Code.Node.Compute compute && compute.op() == op);
    }

    private void writeHead(JavaText text) {
        if (lanes > 1) {
            text.line("import static java.lang.foreign.ValueLayout.JAVA_FLOAT;");
            if (uses(Op.SIGN) || uses(Op.SELECT)) {
                text.line("import static jdk.incubator.vector.VectorOperators.GT;");
            }
            if (uses(Op.FLUSH)) {
                text.line("import static jdk.incubator.vector.VectorOperators.LT;");
            }
            text.lines("""

                    import java.lang.foreign.MemorySegment;
                    import java.nio.ByteOrder;
                    import jdk.incubator.vector.FloatVector;
                    import jdk.incubator.vector.VectorSpecies;

                    """);
        }
        String width =
                lanes == 1 ? "element by element" : "%d lanes at a time (%d bits)".formatted(lanes, lanes * Float.SIZE);
        text.line("/**").paragraph(" * ", name + ", " + width + ": " + description + ".");
        text.line(" *").line(" * <pre>");
        Formula.of(program).forEach(line -> text.line(" * " + line));
        text.line(" * </pre>").line(" *");
        text.paragraph(
                " * ",
                lanes == 1
                        ? "<p>The loop of Lanewise's scalar backend. C2 vectorises a loop over arrays by itself, so"
                                + " each tensor is taken to a small array chunk by chunk, and what was written is"
                                + " copied back."
                        : "<p>Each operation rounds once, in this order: no FMA, nothing regrouped. So every width, and"
                                + " the tail, gives the same bits.");
        if (lanes > 1) {
            text.line(" *");
            text.paragraph(
                    " * ",
                    "<p>What runs does the same operations in the same order, and differs in its loops: a long one is cut"
                            + " in two, a short one with sums takes several rows of lanes at a time, and a sum's lanes stay in"
                            + " their array.");
        }
        if (program.isByRows()) {
            text.line(" *");
            text.paragraph(
                    " * ",
                    "<p>A matrix is taken row by row: what differs by row is a scalar of the call, what differs by"
                            + " column an array that is read again for each row.");
        }
        text.line(" *");
        text.line(" * <p>Compile with: javac " + (lanes == 1 ? "" : "--add-modules jdk.incubator.vector ") + className()
                + ".java");
        text.line(" */").open("final class " + className() + " {");
        if (lanes > 1) {
            text.line("private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_" + lanes * Float.SIZE
                    + ";");
            text.line("private static final ByteOrder ORDER = ByteOrder.nativeOrder();");
            if (uses(Op.SIGN)) {
                text.line("private static final int SIGN_BIT = Integer.MIN_VALUE;");
                text.line("private static final int ONE_BITS = Float.floatToRawIntBits(1f);");
            }
        }
        if (uses(Op.FLUSH)) {
            text.line("private static final float LARGEST_SUBNORMAL = Math.nextDown(Float.MIN_NORMAL);");
        }
    }

    private void writeHelpers(JavaText text) {
        if (uses(Op.FLUSH)) {
            text.lines("""

                    /** +0 where |x| < 2⁻¹²⁶, else x. Has no branch, since C2 vectorises no loop with one in it. */
                    private static float flush(float x) {
                        return x * Math.signum(Math.max(Math.abs(x) - LARGEST_SUBNORMAL, 0f)) + 0f;
                    }
                    """);
        }
        if (lanes > 1 && phases.stream().anyMatch(phase -> !phase.sums().isEmpty())) {
            text.lines("""

                    /** Adds up the lanes in index order, in double. */
                    private static double fold(float[] lanes) {
                        double sum = 0;
                        for (float lane : lanes) {
                            sum += lane;
                        }
                        return sum;
                    }
                    """);
        }
    }
}
