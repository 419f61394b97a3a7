package lanewise.program;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;

/**
 * An update rule, stated once: what each slot becomes in a step.
 *
 * <pre>{@code
 * Program.empty()
 *         .set(MEAN, m)
 *         .set(Slot.PARAMETER, theta.minus(Scalars.LEARNING_RATE.times(m)))
 * }</pre>
 *
 * <p>All assignments happen together at the end of the step: a {@code read} sees the old value,
 * whatever the order of the statements. Programs are values; every method returns a new one.
 *
 * @param statements the statements in the order in which the formula is printed
 */
public record Program(List<Statement> statements) {

    /** A part of a program. */
    public sealed interface Statement {

        /** What is computed. */
        Expr value();

        /** Gives a name to a value, for the printed formula. */
        record Let(String name, Expr value) implements Statement {}

        /** A slot's new value. */
        record Set(Slot slot, Expr value) implements Statement {}

        /** Shows a scalar to the caller in the report of the step. */
        record Observe(String name, Expr value) implements Statement {}
    }

    /**
     * Checks the statements.
     *
     * @throws IllegalArgumentException if a slot is set twice or to a value that differs by more than its own values do,
     *     the gradient is set, two slots share a symbol, or something that differs by element is observed
     */
    public Program {
        statements = List.copyOf(statements);
        Set<Slot> set = new LinkedHashSet<>();
        for (Statement statement : statements) {
            switch (statement) {
                case Statement.Set(Slot slot, Expr value) -> {
                    if (value.extent().and(slot.extent()) != slot.extent()) {
                        throw new IllegalArgumentException(slot.symbol() + " has one value for each " + slot.extent()
                                + " and must be set to such a value, got one for each " + value.extent() + ": "
                                + Formula.of(value));
                    }
                    if (slot.role() == Slot.Role.GRADIENT) {
                        throw new IllegalArgumentException("the gradient is the caller's; a program must not set it");
                    }
                    if (!set.add(slot)) {
                        throw new IllegalArgumentException(slot.symbol() + " must be set once, got a second value");
                    }
                }
                case Statement.Observe(String name, Expr value) -> {
                    if (value.extent() != Extent.ALL) {
                        throw new IllegalArgumentException(
                                name + " must be one value for the step to be observed, got " + Formula.of(value));
                    }
                }
                case Statement.Let _ -> {}
            }
        }
        Set<String> symbols = new LinkedHashSet<>();
        for (Slot slot : slots(statements)) {
            boolean known = slot.role() == Slot.Role.STATE || slot.equals(Slot.PARAMETER) || slot.equals(Slot.GRADIENT);
            if (!known) {
                throw new IllegalArgumentException(
                        "a program has one parameter θ and one gradient g, got a slot " + slot.symbol() + " of role "
                                + slot.role() + "; use Slot.PARAMETER or Slot.GRADIENT, or make it a state");
            }
            if (!symbols.add(slot.symbol())) {
                throw new IllegalArgumentException(
                        "the symbols of a program's slots must differ, got two slots " + slot.symbol());
            }
        }
    }

    /**
     * The program that changes nothing.
     *
     * @return a program without statements
     */
    public static Program empty() {
        return new Program(List.of());
    }

    /**
     * Names a value in the printed formula.
     *
     * @param name the name
     * @param value the value
     * @return this program and the name
     */
    public Program let(String name, Expr value) {
        return with(new Statement.Let(name, value));
    }

    /**
     * Gives a slot its new value.
     *
     * @param slot the slot, not the gradient
     * @param value what it becomes
     * @return this program and the assignment
     * @throws IllegalArgumentException if the slot is the gradient or is already set
     */
    public Program set(Slot slot, Expr value) {
        return with(new Statement.Set(slot, value));
    }

    /**
     * Shows a scalar to the caller.
     *
     * @param name its name in the report
     * @param value the scalar, one for all tensors
     * @return this program and the observation
     */
    public Program observe(String name, Expr value) {
        return with(new Statement.Observe(name, value));
    }

    private Program with(Statement statement) {
        List<Statement> all = new ArrayList<>(statements);
        all.add(statement);
        return new Program(all);
    }

    /** What a slot becomes; its old value if it is not set. */
    Expr newValue(Slot slot) {
        return statements.stream()
                .filter(statement ->
                        statement instanceof Statement.Set set && set.slot().equals(slot))
                .map(Statement::value)
                .findFirst()
                .orElse(Expr.read(slot));
    }

    /**
     * This program with every expression rewritten.
     *
     * @param change see {@link Expr#rewrite}
     * @return the rewritten program
     */
    public Program rewrite(UnaryOperator<Expr> change) {
        Map<Expr, Expr> done = new HashMap<>();
        return map(statement -> {
            Expr value = statement.value().rewrite(change, done);
            return switch (statement) {
                case Statement.Let let -> new Statement.Let(let.name(), value);
                case Statement.Set set -> new Statement.Set(set.slot(), value);
                case Statement.Observe observe -> new Statement.Observe(observe.name(), value);
            };
        });
    }

    /**
     * This program with the new values of the slots of one role changed, those of the whole tensor left out.
     *
     * @param role which slots
     * @param change from the new value to the one in its place
     * @return the changed program
     */
    Program mapSets(Slot.Role role, UnaryOperator<Expr> change) {
        return map(statement -> statement instanceof Statement.Set(Slot slot, Expr value)
                        && slot.role() == role
                        && !slot.extent().isScalar()
                ? new Statement.Set(slot, change.apply(value))
                : statement);
    }

    private Program map(UnaryOperator<Statement> change) {
        return new Program(statements.stream().map(change).toList());
    }

    /**
     * The states that this program keeps, in the order in which they are first named.
     *
     * @return slots of role {@link Slot.Role#STATE}, set or read
     */
    public List<Slot> states() {
        return slots(statements).stream()
                .filter(slot -> slot.role() == Slot.Role.STATE)
                .toList();
    }

    private static Set<Slot> slots(List<Statement> statements) {
        Set<Slot> slots = new LinkedHashSet<>();
        Set<Expr> seen = new HashSet<>();
        for (Statement statement : statements) {
            if (statement instanceof Statement.Set(Slot slot, Expr _)) {
                slots.add(slot);
            }
            visit(statement.value(), seen, expr -> {
                if (expr instanceof Expr.Read(Slot slot)) {
                    slots.add(slot);
                }
            });
        }
        return slots;
    }

    /** Shows an expression and its parts, each once. No recursion: a loop may have built a chain deeper than the stack. */
    private static void visit(Expr whole, Set<Expr> seen, Consumer<Expr> visitor) {
        Deque<Expr> left = new ArrayDeque<>(List.of(whole));
        while (!left.isEmpty()) {
            Expr expr = left.pop();
            if (!seen.add(expr)) {
                continue;
            }
            visitor.accept(expr);
            switch (expr) {
                case Expr.Sum sum -> left.push(sum.term());
                case Expr.Apply apply -> apply.operands().reversed().forEach(left::push);
                case Expr.Read _, Expr.Constant _, Expr.Scalar _ -> {}
            }
        }
    }

    /**
     * The states that are never below 0 if they start so: those of which that can be seen from what they are set to.
     *
     * @param programs all that set states of a tensor
     * @return mean squares, sums of magnitudes and their like
     */
    public static Set<Slot> nonNegativeStates(List<Program> programs) {
        Set<Slot> states = new LinkedHashSet<>();
        programs.forEach(program ->
                program.states().stream().filter(slot -> slot.initial() >= 0).forEach(states::add));
        boolean changed = true;
        while (changed) {
            Map<Expr, Boolean> known = new HashMap<>();
            changed = programs.stream()
                            .flatMap(program -> program.statements.stream())
                            .filter(statement -> statement instanceof Statement.Set(Slot slot, Expr value)
                                    && states.contains(slot)
                                    && !isNonNegative(value, states, known))
                            .map(statement -> ((Statement.Set) statement).slot())
                            .filter(states::remove)
                            .count()
                    > 0;
        }
        return states;
    }

    private static boolean isNonNegative(Expr expr, Set<Slot> states, Map<Expr, Boolean> known) {
        Boolean found = known.get(expr);
        if (found == null) {
            found = switch (expr) {
                case Expr.Read(Slot slot) -> states.contains(slot);
                case Expr.Constant(var _, double value) -> value >= 0;
                case Expr.Scalar _, Expr.Sum _ -> false;
                case Expr.Apply apply -> isNonNegative(apply, each -> isNonNegative(each, states, known));
            };
            known.put(expr, found);
        }
        return found;
    }

    private static boolean isNonNegative(Expr.Apply apply, Predicate<Expr> operand) {
        List<Expr> x = apply.operands();
        return switch (apply.op()) {
            case ABS, SQRT -> true;
            case ADD, DIVIDE, MIN, FLUSH, POWER -> x.stream().allMatch(operand);
            case MULTIPLY -> x.get(0).equals(x.get(1)) || x.stream().allMatch(operand);
            case MAX -> x.stream().anyMatch(operand);
            case SELECT -> operand.test(x.get(1)) && operand.test(x.get(2));
            // One less a decay rate.
            case SUBTRACT ->
                x.get(0) instanceof Expr.Constant(var _, double a)
                        && x.get(1) instanceof Expr.Constant(var _, double b)
                        && a >= b;
            case NEGATE, SIGN -> false;
        };
    }

    /**
     * Whether tensors are taken by rows and columns, since something differs by row or by column alone.
     *
     * @return false for most rules
     */
    public boolean isByRows() {
        Set<Extent> extents = EnumSet.noneOf(Extent.class);
        Set<Expr> seen = new HashSet<>();
        statements.forEach(statement -> visit(statement.value(), seen, expr -> extents.add(expr.extent())));
        states().forEach(slot -> extents.add(slot.extent()));
        return extents.contains(Extent.ROW) || extents.contains(Extent.COLUMN) || extents.contains(Extent.MATRIX);
    }

    /**
     * The passes over memory that carry out this program: those that work out sums and values of rows and columns, in
     * the order in which they need each other, then those that write. Nothing but {@link Slot.Role#SCRATCH} is written
     * before.
     *
     * @return in order; none if nothing is set
     */
    public List<Phase> phases() {
        return phases(_ -> Storage.FLOAT32);
    }

    /**
     * The same over values that are not all kept in fp32.
     *
     * @param storages how those of a slot are kept
     * @return in order; none if nothing is set
     * @throws IllegalArgumentException if values of a program {@linkplain #isByRows by rows} share scales
     */
    public List<Phase> phases(Function<Slot, Storage> storages) {
        List<Phase> phases = Lowering.phases(this, storages);
        if (isByRows() && phases.stream().anyMatch(phase -> phase.code().isBlocked())) {
            throw new IllegalArgumentException("8-bit states lie in blocks of " + DType.BLOCK
                    + " values whatever the rows, and this program is by rows; keep its states in bf16, fp16 or fp32");
        }
        return phases;
    }
}
