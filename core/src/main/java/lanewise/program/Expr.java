package lanewise.program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An expression over slots and scalars. Expressions are values: they may be shared, compared and
 * rewritten, and a shared one is computed once.
 *
 * <pre>{@code
 * Expr g = Expr.read(Slot.GRADIENT);
 * Expr m = Expr.scalar("β₁", 0.9).times(Expr.read(MEAN)).plus(Expr.scalar("1−β₁", 0.1).times(g));
 * }</pre>
 *
 * <p>What does not depend on the element is a scalar: it is computed once a step in double
 * precision and rounded once. So {@code η.over(one.minus(β₁.pow(t))).times(m)} costs one
 * multiplication an element, and where a rule puts its brackets decides what is rounded.
 */
public sealed interface Expr {

    /** The value of a slot before the step. */
    record Read(Slot slot) implements Expr {}

    /** A named number. */
    record Constant(String name, double value) implements Expr {}

    /** A number that depends on the step or on the tensor, a pure function of the clock. */
    record Scalar(String name, Extent extent, ToDoubleFunction<Clock> value) implements Expr {}

    /**
     * The sum of a term over all elements of a tensor, of a row or a column, or of all tensors that have a gradient in
     * the step and whose program has the same sum; or of values of rows or columns over a matrix. Added in an order
     * that depends on the tensors' shapes alone.
     */
    record Sum(Expr term, Extent over) implements Expr {
        /**
         * Checks the extents.
         *
         * @throws IllegalArgumentException if the term does not differ by element, row or column, or the sum is to be
         *     over anything but what is allowed for it
         */
        public Sum {
            switch (term.extent()) {
                case ELEMENT -> {
                    if (over == Extent.ELEMENT || over == Extent.MATRIX) {
                        throw new IllegalArgumentException(
                                "a sum of elements must be over ROW, COLUMN, TENSOR or ALL, got " + over);
                    }
                }
                case ROW, COLUMN -> {
                    if (over != Extent.MATRIX) {
                        throw new IllegalArgumentException(
                                "a sum of values of rows or columns must be over MATRIX, got " + over);
                    }
                }
                case ALL, TENSOR, MATRIX ->
                    throw new IllegalArgumentException(
                            "a sum must be over values that differ by element, row or column, got " + Formula.of(term));
            }
        }
    }

    /**
     * An operation on other expressions. A value as the others; no record, since an expression whose parts are shared
     * is walked through as a tree unless it remembers what was found out about it.
     */
    final class Apply implements Expr {

        private final Op op;
        private final List<Expr> operands;
        private final Extent extent;
        private final int hash;

        /**
         * Checks the operands.
         *
         * @param op the operation
         * @param operands as many as it takes
         * @throws IllegalArgumentException if their number is not the operation's, or a power is
         *     asked of elements
         */
        public Apply(Op op, List<Expr> operands) {
            this.op = op;
            this.operands = List.copyOf(operands);
            if (operands.size() != op.arity()) {
                throw new IllegalArgumentException(op + " takes " + op.arity() + " operands, got " + operands.size());
            }
            extent = operands.stream().map(Expr::extent).reduce(Extent.ALL, Extent::and);
            if (op == Op.POWER && !extent.isScalar()) {
                throw new IllegalArgumentException(
                        "a power is for scalars, got one of elements; write squares and roots of elements"
                                + " with squared() and sqrt()");
            }
            // The name, since the hash of an enum differs from run to run.
            hash = 31 * op.name().hashCode() + this.operands.hashCode();
        }

        /**
         * What is done.
         *
         * @return the operation
         */
        public Op op() {
            return op;
        }

        /**
         * What it is done with.
         *
         * @return as many as the operation takes
         */
        public List<Expr> operands() {
            return operands;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || (other instanceof Apply apply
                            && hash == apply.hash
                            && op == apply.op
                            && operands.equals(apply.operands));
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public String toString() {
            return Formula.of(this);
        }
    }

    /**
     * The value of a slot before the step.
     *
     * @param slot the slot to read
     * @return its value
     */
    static Expr read(Slot slot) {
        return new Read(Objects.requireNonNull(slot, "slot"));
    }

    /**
     * A hyper-parameter.
     *
     * @param name its name in formulas
     * @param value its value
     * @return the scalar
     */
    static Expr scalar(String name, double value) {
        return new Constant(name, value);
    }

    /**
     * A scalar with a law of its own, where the operations of this interface do not reach.
     *
     * @param name its name in formulas
     * @param value a pure function of the clock
     * @return the scalar
     */
    static Expr scalar(String name, ToDoubleFunction<Clock> value) {
        return new Scalar(name, Extent.ALL, Objects.requireNonNull(value, "value"));
    }

    /**
     * A plain number.
     *
     * @param value the number
     * @return the scalar
     */
    static Expr constant(double value) {
        String name = value == (long) value ? Long.toString((long) value) : Double.toString(value);
        return new Constant(name.replace(".0E", "e").replace('E', 'e'), value);
    }

    /**
     * One value or the other: {@code condition > 0 ? yes : no}.
     *
     * @param condition decides; NaN means no
     * @param yes the value where the condition is above 0
     * @param no the value elsewhere
     * @return the choice
     */
    static Expr select(Expr condition, Expr yes, Expr no) {
        return new Apply(Op.SELECT, List.of(condition, yes, no));
    }

    /**
     * The extent of this expression's values.
     *
     * @return the narrowest extent of what it is made of
     */
    default Extent extent() {
        return switch (this) {
            case Read(Slot slot) -> slot.extent();
            case Constant _ -> Extent.ALL;
            case Scalar scalar -> scalar.extent();
            case Sum sum -> sum.over();
            case Apply apply -> apply.extent;
        };
    }

    /**
     * This expression with every part that the operator changes put in the place of the old one. The
     * operator is asked from the outside in, and not again about what it returned.
     *
     * @param change returns its argument, or what stands in its place
     * @return the rewritten expression
     */
    default Expr rewrite(UnaryOperator<Expr> change) {
        return rewrite(change, new HashMap<>());
    }

    /** The same, with what has been rewritten before; what is shared stays shared. */
    default Expr rewrite(UnaryOperator<Expr> change, Map<Expr, Expr> done) {
        Expr known = done.get(this);
        if (known != null) {
            return known;
        }
        Expr rewritten = change.apply(this);
        if (rewritten.equals(this)) {
            rewritten = switch (this) {
                case Sum sum -> new Sum(sum.term().rewrite(change, done), sum.over());
                case Apply apply ->
                    new Apply(
                            apply.op(),
                            apply.operands().stream()
                                    .map(x -> x.rewrite(change, done))
                                    .toList());
                case Read _, Constant _, Scalar _ -> this;
            };
        }
        done.put(this, rewritten);
        return rewritten;
    }

    /**
     * The value of a scalar in double precision. Allocates nothing.
     *
     * @param clock the step and the tensor
     * @return the value
     * @throws IllegalStateException if this is not a scalar, or a sum is still in it
     */
    default double evaluate(Clock clock) {
        return switch (this) {
            case Constant constant -> constant.value();
            case Scalar scalar -> scalar.value().applyAsDouble(clock);
            case Apply apply -> {
                Op op = apply.op;
                List<Expr> operands = apply.operands;
                int arity = op.arity();
                yield op.apply(
                        operands.get(0).evaluate(clock),
                        arity > 1 ? operands.get(1).evaluate(clock) : 0,
                        arity > 2 ? operands.get(2).evaluate(clock) : 0);
            }
            case Read _, Sum _ -> throw new IllegalStateException(Formula.of(this) + " is not known from the clock");
        };
    }

    /** this + x. */
    default Expr plus(Expr x) {
        return new Apply(Op.ADD, List.of(this, x));
    }

    /** this − x. */
    default Expr minus(Expr x) {
        return new Apply(Op.SUBTRACT, List.of(this, x));
    }

    /** this · x. */
    default Expr times(Expr x) {
        return new Apply(Op.MULTIPLY, List.of(this, x));
    }

    /** this / x. */
    default Expr over(Expr x) {
        return new Apply(Op.DIVIDE, List.of(this, x));
    }

    /** The larger of both. */
    default Expr max(Expr x) {
        return new Apply(Op.MAX, List.of(this, x));
    }

    /** The smaller of both. */
    default Expr min(Expr x) {
        return new Apply(Op.MIN, List.of(this, x));
    }

    /** this, but not beyond ±bound. */
    default Expr clamp(Expr bound) {
        return max(bound.negate()).min(bound);
    }

    /** −this. */
    default Expr negate() {
        return new Apply(Op.NEGATE, List.of(this));
    }

    /** |this|. */
    default Expr abs() {
        return new Apply(Op.ABS, List.of(this));
    }

    /** √this. */
    default Expr sqrt() {
        return new Apply(Op.SQRT, List.of(this));
    }

    /** this · this. */
    default Expr squared() {
        return times(this);
    }

    /** −1, 0 or 1; NaN stays NaN. */
    default Expr sign() {
        return new Apply(Op.SIGN, List.of(this));
    }

    /** this, subnormals replaced by 0. */
    default Expr flush() {
        return new Apply(Op.FLUSH, List.of(this));
    }

    /** this to the power x; both scalars. */
    default Expr pow(Expr x) {
        return new Apply(Op.POWER, List.of(this, x));
    }

    /** The sum of this over a row, a column, the tensor or all tensors; of values of rows or columns, over a matrix. */
    default Expr sum(Extent over) {
        return new Sum(this, over);
    }

    /** The Euclidean norm over the tensor or over all tensors: √Σ this². */
    default Expr norm(Extent over) {
        return squared().sum(over).sqrt();
    }
}
