package lanewise.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Op;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;

/**
 * The meaning of a program, straight from its expressions: no lowering, no tiles in memory, no
 * threads, any number type. Slow, and short enough to be checked against the papers by eye.
 *
 * @param <T> the numbers that elements are computed in
 * @param <S> the numbers that scalars and sums are computed in
 */
public final class Oracle<T, S> {

    /**
     * A tensor that takes part in a step.
     *
     * @param <T> the numbers of elements
     * @param <S> the numbers of scalars
     * @param program what happens to it
     * @param shape its shape
     * @param clock its step
     * @param values the values of each slot, changed in place
     * @param tensorStates the states of which it has one value, changed in place
     */
    public record Member<T, S>(
            Program program, Shape shape, Clock clock, Map<Slot, List<T>> values, Map<Slot, S> tensorStates) {

        int rows() {
            return (int) shape.rows();
        }

        int columns() {
            return (int) shape.columns();
        }

        /** How many values an expression has in this tensor. */
        int count(Extent extent) {
            return (int) shape.values(extent);
        }

        /** The matrix, row or column that a row, column or element is in. */
        int indexIn(Extent wider, Extent narrower, int i) {
            return switch (wider) {
                case ALL, TENSOR -> 0;
                case MATRIX -> i / (count(narrower) / count(Extent.MATRIX));
                case ROW -> i / columns();
                case COLUMN -> i / (rows() * columns()) * columns() + i % columns();
                case ELEMENT -> i;
            };
        }

        boolean has(Expr.Sum sum) {
            return program.phases().stream().anyMatch(phase -> phase.sums().contains(sum));
        }
    }

    private final Arithmetic<T, S> arithmetic;

    /**
     * An oracle over a number type.
     *
     * @param arithmetic its operations
     */
    public Oracle(Arithmetic<T, S> arithmetic) {
        this.arithmetic = arithmetic;
    }

    /**
     * One step of all tensors that have a gradient.
     *
     * @param members the tensors, in order
     */
    public void step(List<Member<T, S>> members) {
        Step step = new Step(members);
        List<Runnable> writes = new ArrayList<>();
        for (Member<T, S> member : members) {
            for (Program.Statement statement : member.program().statements()) {
                if (statement instanceof Program.Statement.Set(Slot slot, Expr value)) {
                    if (slot.extent() == Extent.TENSOR) {
                        S scalar = step.scalar(value, member, 0);
                        writes.add(() -> member.tensorStates().put(slot, scalar));
                    } else {
                        List<T> values = step.all(value, member, slot.extent());
                        writes.add(() -> member.values().put(slot, values));
                    }
                }
            }
        }
        writes.forEach(Runnable::run);
    }

    /**
     * A scalar in the step that {@link #step} would do.
     *
     * @param scalar the same for all tensors
     * @param members the tensors, in order
     * @return its value
     */
    public S observe(Expr scalar, List<Member<T, S>> members) {
        return new Step(members).scalar(scalar, members.getFirst(), 0);
    }

    private final class Step {

        private final List<Member<T, S>> members;
        private final Map<List<Object>, S> scalars = new HashMap<>();
        private final Map<List<Object>, List<T>> values = new HashMap<>();

        Step(List<Member<T, S>> members) {
            this.members = members;
        }

        /** The values that an assignment gives a slot. */
        List<T> all(Expr expr, Member<T, S> member, Extent domain) {
            return list(member.count(domain), in(domain, expr, member));
        }

        private List<T> list(int count, IntFunction<T> each) {
            return IntStream.range(0, count).mapToObj(each).collect(Collectors.toCollection(ArrayList::new));
        }

        /** An expression as a function of the element, row or column that it is used for. */
        private IntFunction<T> in(Extent domain, Expr expr, Member<T, S> member) {
            Extent extent = expr.extent();
            List<T> values = values(expr, member);
            return extent == domain ? values::get : i -> values.get(member.indexIn(extent, domain, i));
        }

        /** The values of an expression, one for each that it differs by; worked out once. */
        private List<T> values(Expr expr, Member<T, S> member) {
            List<Object> key = List.of(expr, members.indexOf(member));
            List<T> known = values.get(key);
            if (known != null) {
                return known;
            }
            Extent extent = expr.extent();
            int count = member.count(extent);
            List<T> list;
            if (extent.isScalar()) {
                list = list(count, matrix -> arithmetic.round(scalar(expr, member, matrix)));
            } else {
                list = switch (expr) {
                    case Expr.Apply apply -> list(count, applied(apply, member));
                    case Expr.Sum sum -> arraySum(sum, member);
                    case Expr.Read(Slot slot) ->
                        Objects.requireNonNull(member.values().get(slot));
                    case Expr.Constant _, Expr.Scalar _ -> throw new AssertionError("a scalar: " + expr);
                };
            }
            values.put(key, list);
            return list;
        }

        private IntFunction<T> applied(Expr.Apply apply, Member<T, S> member) {
            Op op = apply.op();
            IntFunction<T> a = in(apply.extent(), apply.operands().getFirst(), member);
            IntFunction<T> b =
                    op.arity() > 1 ? in(apply.extent(), apply.operands().get(1), member) : a;
            IntFunction<T> c =
                    op.arity() > 2 ? in(apply.extent(), apply.operands().get(2), member) : a;
            return i -> arithmetic.apply(op, a.apply(i), b.apply(i), c.apply(i));
        }

        private T add(T a, T b) {
            return arithmetic.apply(Op.ADD, a, b, b);
        }

        private S plus(S a, S b) {
            return arithmetic.applyToScalars(Op.ADD, a, b, b);
        }

        private S zero() {
            return arithmetic.scalar(0);
        }

        /** The value of a scalar; what is made of others is worked out once. */
        S scalar(Expr expr, Member<T, S> member, int matrix) {
            boolean ofAll = expr instanceof Expr.Sum(var _, Extent over) && over == Extent.ALL;
            List<Object> key = ofAll ? List.of(expr) : List.of(expr, members.indexOf(member), matrix);
            S known = scalars.get(key);
            if (known == null) {
                known = switch (expr) {
                    case Expr.Sum sum -> sum(sum, member, matrix);
                    case Expr.Apply apply -> {
                        Op op = apply.op();
                        List<Expr> x = apply.operands();
                        S a = scalar(x.getFirst(), member, matrix);
                        S b = op.arity() > 1 ? scalar(x.get(1), member, matrix) : a;
                        S c = op.arity() > 2 ? scalar(x.get(2), member, matrix) : a;
                        yield arithmetic.applyToScalars(op, a, b, c);
                    }
                    case Expr.Read(Slot slot) ->
                        Objects.requireNonNull(member.tensorStates().get(slot));
                    case Expr.Constant _, Expr.Scalar _ -> arithmetic.scalar(expr.evaluate(member.clock()));
                };
                scalars.put(key, known);
            }
            return known;
        }

        // ---------------------------------------------------------------------------------- sums

        private S sum(Expr.Sum sum, Member<T, S> member, int matrix) {
            S total = zero();
            if (sum.over() == Extent.MATRIX) {
                Extent extent = sum.term().extent();
                int length = extent == Extent.ROW ? member.rows() : member.columns();
                total = inTiles(in(extent, sum.term(), member), matrix * length, length);
            } else {
                for (Member<T, S> tensor : sum.over() == Extent.ALL ? members : List.of(member)) {
                    if (tensor.has(sum)) {
                        total = plus(total, overElements(sum.term(), tensor));
                    }
                }
            }
            return total;
        }

        /** Tiles in order, or if the program is by rows, blocks in order. */
        private S overElements(Expr term, Member<T, S> tensor) {
            IntFunction<T> element = in(Extent.ELEMENT, term, tensor);
            if (!tensor.program().isByRows()) {
                return inTiles(element, 0, tensor.count(Extent.ELEMENT));
            }
            S total = zero();
            int columns = tensor.columns();
            for (Block block : blocks(tensor)) {
                S sum = zero();
                for (int row = block.firstRow; row < block.endRow; row++) {
                    int first = row * columns + block.firstColumn;
                    sum = plus(sum, inLanes(element, first, block.endColumn - block.firstColumn));
                }
                total = plus(total, sum);
            }
            return total;
        }

        /** Rows: as scalars, block by block. Columns: as elements down a block, blocks as scalars. Then rounded. */
        private List<T> arraySum(Expr.Sum sum, Member<T, S> member) {
            IntFunction<T> element = in(Extent.ELEMENT, sum.term(), member);
            List<S> totals = new ArrayList<>(Collections.nCopies(member.count(sum.over()), zero()));
            int columns = member.columns();
            for (Block block : blocks(member)) {
                if (sum.over() == Extent.ROW) {
                    for (int row = block.firstRow; row < block.endRow; row++) {
                        int first = row * columns + block.firstColumn;
                        S part = inLanes(element, first, block.endColumn - block.firstColumn);
                        totals.set(row, plus(totals.get(row), part));
                    }
                } else {
                    for (int column = block.firstColumn; column < block.endColumn; column++) {
                        T part = arithmetic.round(zero());
                        for (int row = block.firstRow; row < block.endRow; row++) {
                            part = add(part, element.apply(row * columns + column));
                        }
                        int index = member.indexIn(Extent.COLUMN, Extent.ELEMENT, block.firstRow * columns + column);
                        totals.set(index, plus(totals.get(index), arithmetic.widen(part)));
                    }
                }
            }
            return totals.stream().map(arithmetic::round).toList();
        }

        private S inTiles(IntFunction<T> term, int from, int length) {
            S total = zero();
            for (int start = 0; start < length; start += Kernel.TILE) {
                total = plus(total, inLanes(term, from + start, Math.min(Kernel.TILE, length - start)));
            }
            return total;
        }

        /** Sixteen lanes, folded in order. */
        private S inLanes(IntFunction<T> term, int from, int length) {
            List<T> lanes = new ArrayList<>(Collections.nCopies(Scratch.LANES, arithmetic.round(zero())));
            for (int i = 0; i < length; i++) {
                int lane = i % Scratch.LANES;
                lanes.set(lane, add(lanes.get(lane), term.apply(from + i)));
            }
            S sum = zero();
            for (T lane : lanes) {
                sum = plus(sum, arithmetic.widen(lane));
            }
            return sum;
        }
    }

    private record Block(int firstRow, int endRow, int firstColumn, int endColumn) {}

    /** The blocks of each matrix, those of the same rows side by side. */
    private static List<Block> blocks(Member<?, ?> member) {
        List<Block> blocks = new ArrayList<>();
        int rows = member.rows();
        int columns = member.columns();
        for (int matrix = 0; matrix < member.count(Extent.MATRIX); matrix++) {
            for (int row = 0; row < rows; row += Kernel.BLOCK_ROWS) {
                for (int column = 0; column < columns; column += Kernel.BLOCK_COLUMNS) {
                    blocks.add(new Block(
                            matrix * rows + row,
                            matrix * rows + Math.min(row + Kernel.BLOCK_ROWS, rows),
                            column,
                            Math.min(column + Kernel.BLOCK_COLUMNS, columns)));
                }
            }
        }
        return blocks;
    }
}
