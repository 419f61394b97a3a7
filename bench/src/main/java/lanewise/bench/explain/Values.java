package lanewise.bench.explain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Formula;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;
import org.jspecify.annotations.Nullable;

/**
 * The values of one pass: which of them get a variable, and what it is called. A value without one is nested into the
 * expression that uses it.
 */
final class Values {
    /** Longer expressions are cut in two. */
    private static final int LONGEST_EXPRESSION = 76;

    private final Program program;
    private final Code code;
    private final boolean writes;
    private final Names names;
    private final Expr[] exprs;

    /** By node; null for what is nested. */
    private final @Nullable String[] variables;

    /** The variables that hold a slot's new value. */
    private final Map<Integer, Slot> assigned = new HashMap<>();

    private final Map<Integer, String> formulas = new HashMap<>();
    private final Map<Integer, String> ofSigns = new HashMap<>();
    private final List<String> sums = new ArrayList<>();

    /**
     * Names the values.
     *
     * @param program the pass is of
     * @param phase the pass
     * @param arrays what the passes leave for each other
     * @param slots what slots are called
     * @param scalars what scalars are called
     * @param names gives the others
     */
    Values(
            Program program,
            Phase phase,
            ScratchArrays arrays,
            Map<Slot, String> slots,
            Map<Expr, String> scalars,
            Names names) {
        this.program = program;
        this.names = names;
        code = phase.code();
        writes = phase.writes();
        exprs = arrays.expressions(
                        phase, array -> Slot.state(slots.getOrDefault(array, array.symbol()), array.extent()))
                .toArray(Expr[]::new);
        variables = new String[exprs.length];
        for (int node = 0; node < exprs.length; node++) {
            switch (code.nodes().get(node)) {
                case Code.Node.Load(int stream) ->
                    variables[node] = slots.get(phase.streams().get(stream));
                case Code.Node.Scalar(int index) ->
                    variables[node] = scalars.get(phase.scalars().get(index));
                case Code.Node.Compute _ -> {}
            }
        }
        nameArrays(phase, arrays, slots);
        nameStatements(slots);
        nameShared();
        nameSums();
        cutLongOnes();
        writeFormulas();
    }

    // ------------------------------------------------------------------------------------- queries

    int count() {
        return exprs.length;
    }

    Code.Node node(int node) {
        return code.nodes().get(node);
    }

    /** The operation of a value, null for loads and scalars. */
    @Nullable
    Op op(int node) {
        return node(node) instanceof Code.Node.Compute compute ? compute.op() : null;
    }

    List<Integer> operands(int node) {
        return node(node) instanceof Code.Node.Compute compute ? compute.operands() : List.of();
    }

    boolean computed(int node) {
        return op(node) != null;
    }

    /** What a value is called, null if it is nested. */
    @Nullable
    String variable(int node) {
        return variables[node];
    }

    /** What a computed variable computes, as a line of a formula. */
    String formula(int node) {
        return String.valueOf(formulas.get(node));
    }

    /** What ±1 is called on the way to a sign. */
    String plusOrMinusOne(int node) {
        return ofSigns.computeIfAbsent(node, _ -> names.fresh("plusOrMinusOne"));
    }

    /** What a sum is called; its lanes are that and "Lanes", its accumulators that and the first lane of each. */
    String sum(int sum) {
        return sums.get(sum);
    }

    // -------------------------------------------------------------------------------------- naming

    /** Gives a computed value a name unless it has one. */
    private void name(int node, String wish) {
        if (node >= 0 && computed(node) && variables[node] == null) {
            variables[node] = names.fresh(wish);
        }
    }

    /** What an array holds is called the same where it is computed. */
    private void nameArrays(Phase phase, ScratchArrays arrays, Map<Slot, String> slots) {
        List<Expr> known = List.of(exprs);
        arrays.held().forEach((array, value) -> {
            int node = known.indexOf(value);
            if (node >= 0 && computed(node) && variables[node] == null && slots.containsKey(array)) {
                variables[node] = slots.get(array);
            }
        });
        for (Code.Store store : code.stores()) {
            Slot slot = phase.streams().get(store.stream());
            if (ScratchArrays.isAddedTo(phase, slot)) {
                name(store.value(), "new" + Names.capitalized(slots.getOrDefault(slot, "sums")));
            }
        }
    }

    private void nameStatements(Map<Slot, String> slots) {
        List<Expr> known = List.of(exprs);
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Let(String name, Expr value)) {
                name(known.indexOf(value), Names.spelled(name, "part"));
            }
        }
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Set(Slot slot, Expr value)) {
                int node = known.indexOf(unflushed(value));
                if (node >= 0 && computed(node)) {
                    assigned.putIfAbsent(node, slot);
                    name(node, "new" + Names.capitalized(slots.getOrDefault(slot, "value")));
                }
            }
        }
    }

    /** The flush acts on what is stored; what is computed on with is the value before it. */
    static Expr unflushed(Expr value) {
        return value instanceof Expr.Apply apply && apply.op() == Op.FLUSH
                ? apply.operands().getFirst()
                : value;
    }

    /** What is used more than once is computed once, in a variable. So are signs and divisors, for the reader. */
    private void nameShared() {
        int[] uses = new int[exprs.length];
        for (int node = 0; node < exprs.length; node++) {
            for (int operand : operands(node)) {
                // Vectors are flushed, and given a sign, with a look at their magnitude.
                uses[operand] += op(node) == Op.FLUSH || op(node) == Op.SIGN ? 2 : 1;
            }
        }
        code.stores().forEach(store -> uses[store.value()]++);
        code.sums().forEach(term -> uses[term]++);
        for (int node = 0; node < exprs.length; node++) {
            if (computed(node) && (op(node) == Op.SIGN || uses[node] > 1)) {
                name(node, wish(node));
            }
            if (op(node) == Op.DIVIDE && operands(operands(node).get(1)).size() == 2) {
                name(operands(node).get(1), "denominator");
            }
        }
    }

    /** Collects the slots that a value is computed from. */
    private void collectSlots(int node, Set<Slot> slots) {
        if (exprs[node] instanceof Expr.Read(Slot slot)) {
            slots.add(slot);
        }
        operands(node).forEach(operand -> collectSlots(operand, slots));
    }

    /** Whether it is made of the gradient, or of that and θ as coupled decay has it, and not a square or a quotient. */
    private boolean isGradient(int node) {
        Set<Slot> slots = new HashSet<>();
        collectSlots(node, slots);
        boolean gradient = slots.remove(Slot.GRADIENT) || slots.remove(Extras.ACCUMULATED);
        List<Integer> x = operands(node);
        return gradient
                && Set.of(Slot.PARAMETER).containsAll(slots)
                && (x.size() < 2 || !x.get(0).equals(x.get(1)))
                && Set.of(Op.ADD, Op.MULTIPLY, Op.NEGATE, Op.MIN).contains(op(node));
    }

    /** A name after the operation, and the operand if that has a name. */
    private String wish(int node) {
        List<Integer> x = operands(node);
        String a = variables[x.getFirst()];
        String b = x.size() > 1 ? variables[x.get(1)] : null;
        return switch (op(node)) {
            case ADD -> isGradient(node) ? "adjustedG" : "total";
            case SUBTRACT -> "difference";
            case MULTIPLY -> {
                boolean scaled = node(x.getFirst()) instanceof Code.Node.Scalar;
                if (a != null && b != null && (scaled || a.equals(b))) {
                    yield scaled ? "scaled" + Names.capitalized(b) : a + "Squared";
                }
                yield isGradient(node) ? "adjustedG" : "product";
            }
            case DIVIDE -> "ratio";
            case MAX -> "larger";
            case MIN -> isGradient(node) ? "adjustedG" : "smaller";
            case NEGATE -> isGradient(node) ? "adjustedG" : "negative";
            case ABS -> "magnitude";
            case SQRT -> "root";
            case SIGN -> a == null ? "direction" : "signOf" + Names.capitalized(a);
            case FLUSH -> "flushed";
            case SELECT -> "choice";
            case POWER -> throw new AssertionError("a power of elements");
            case null -> throw new AssertionError("a load or scalar has a name");
        };
    }

    private void nameSums() {
        for (int term : code.sums()) {
            List<Integer> x = operands(term);
            boolean square = op(term) == Op.MULTIPLY && x.get(0).equals(x.get(1));
            String of = variables[square ? x.getFirst() : term];
            List<String> endings = new ArrayList<>(List.of("Lanes"));
            for (int lane = 0; lane < Scratch.LANES; lane += 4) {
                endings.add(Integer.toString(lane));
            }
            sums.add(names.fresh(of == null ? "terms" : square ? of + "Squares" : of + "Terms", endings));
        }
    }

    /** Cuts where both parts are about equally long, until no expression is too long to read. */
    private void cutLongOnes() {
        Spelling spelling = new Spelling(this);
        for (int root = exprs.length - 1; root >= 0; root--) {
            if (!computed(root) || op(root) == Op.SIGN || (variables[root] == null && !isResult(root))) {
                continue;
            }
            int length = spelling.vector(root, true).length();
            while (length > LONGEST_EXPRESSION) {
                List<Integer> nested = new ArrayList<>();
                collectNested(root, nested);
                if (nested.isEmpty()) {
                    break;
                }
                int half = length / 2;
                int cut = Collections.min(
                        nested, (a, b) -> Integer.compare(distance(spelling, a, half), distance(spelling, b, half)));
                name(cut, wish(cut));
                length = spelling.vector(root, true).length();
            }
        }
    }

    private static int distance(Spelling spelling, int node, int half) {
        return Math.abs(spelling.vector(node, false).length() - half);
    }

    private boolean isResult(int node) {
        return code.sums().contains(node) || code.stores().stream().anyMatch(store -> store.value() == node);
    }

    private void collectNested(int node, List<Integer> nested) {
        for (int operand : operands(node)) {
            if (variables[operand] == null) {
                nested.add(operand);
                collectNested(operand, nested);
            }
        }
    }

    private boolean isComputed(List<Expr> known, Expr value) {
        int node = known.indexOf(unflushed(value));
        return node >= 0 && computed(node);
    }

    /** The program whose statements are the variables, printed. */
    private void writeFormulas() {
        List<Expr> known = List.of(exprs);
        List<Program.Statement> statements = new ArrayList<>(program.statements().stream()
                .filter(statement -> switch (statement) {
                            case Program.Statement.Let let -> let.value().extent() != Extent.ELEMENT;
                            case Program.Statement.Set set -> set.slot().extent() != Extent.ELEMENT;
                            case Program.Statement.Observe _ -> false;
                        }
                        && !isComputed(known, statement.value()))
                .toList());
        int first = statements.size();
        List<Integer> nodes = new ArrayList<>();
        for (int node = 0; node < exprs.length; node++) {
            String variable = variables[node];
            if (variable != null && computed(node)) {
                Slot slot = assigned.get(node);
                statements.add(
                        writes && slot != null
                                ? new Program.Statement.Set(slot, exprs[node])
                                : new Program.Statement.Let(variable, exprs[node]));
                nodes.add(node);
            }
        }
        List<String> lines = Formula.of(new Program(statements));
        for (int i = 0; i < nodes.size(); i++) {
            formulas.put(nodes.get(i), lines.get(first + i));
        }
    }
}
