package lanewise.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
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
 */
public final class Oracle<T> {

    /**
     * A tensor that takes part in a step.
     *
     * @param <T> the numbers
     * @param program what happens to it
     * @param shape its shape
     * @param clock its step
     * @param values the values of each slot, changed in place
     * @param tensorStates the states of which it has one value, changed in place
     */
    public record Member<T>(
            Program program, Shape shape, Clock clock, Map<Slot, List<T>> values, Map<Slot, Double> tensorStates) {

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

    private final Arithmetic<T> arithmetic;

    /**
     * An oracle over a number type.
     *
     * @param arithmetic its operations
     */
    public Oracle(Arithmetic<T> arithmetic) {
        this.arithmetic = arithmetic;
    }

    /**
     * One step of all tensors that have a gradient.
     *
     * @param members the tensors, in order
     */
    public void step(List<Member<T>> members) {
        Step step = new Step(members);
        List<Runnable> writes = new ArrayList<>();
        for (Member<T> member : members) {
            for (Program.Statement statement : member.program().statements()) {
                if (statement instanceof Program.Statement.Set(Slot slot, Expr value)) {
                    if (slot.extent() == Extent.TENSOR) {
                        double scalar = step.scalar(value, member, 0);
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
    public double observe(Expr scalar, List<Member<T>> members) {
        return new Step(members).scalar(scalar, members.getFirst(), 0);
    }

    private final class Step {

        private final List<Member<T>> members;
        private final Map<List<Object>, Double> scalarSums = new HashMap<>();
        private final Map<List<Object>, List<T>> arraySums = new HashMap<>();

        Step(List<Member<T>> members) {
            this.members = members;
        }

        List<T> all(Expr expr, Member<T> member, Extent domain) {
            IntFunction<T> each = each(expr, member, domain);
            List<T> values = new ArrayList<>();
            for (int i = 0; i < member.count(domain); i++) {
                values.add(each.apply(i));
            }
            return values;
        }

        /** The values of an expression as a function of the element, row or column. */
        IntFunction<T> each(Expr expr, Member<T> member, Extent domain) {
            Extent extent = expr.extent();
            if (extent == Extent.MATRIX) {
                List<T> values = new ArrayList<>();
                for (int matrix = 0; matrix < member.count(extent); matrix++) {
                    values.add(arithmetic.of(scalar(expr, member, matrix)));
                }
                return i -> values.get(member.indexIn(extent, domain, i));
            }
            if (extent.isScalar()) {
                T value = arithmetic.of(scalar(expr, member, 0));
                return _ -> value;
            }
            if (extent != domain) {
                IntFunction<T> wider = each(expr, member, extent);
                return i -> wider.apply(member.indexIn(extent, domain, i));
            }
            return switch (expr) {
                case Expr.Apply(Op op, List<Expr> x) -> {
                    IntFunction<T> a = each(x.get(0), member, domain);
                    IntFunction<T> b = op.arity() > 1 ? each(x.get(1), member, domain) : a;
                    IntFunction<T> c = op.arity() > 2 ? each(x.get(2), member, domain) : a;
                    yield switch (op.arity()) {
                        case 1 -> i -> unary(op, a.apply(i));
                        case 2 -> i -> binary(op, a.apply(i), b.apply(i));
                        default -> i -> arithmetic.apply(op, a.apply(i), b.apply(i), c.apply(i));
                    };
                }
                case Expr.Sum sum -> arraySum(sum, member)::get;
                case Expr.Read(Slot slot) ->
                    Objects.requireNonNull(member.values().get(slot))::get;
                case Expr.Constant _, Expr.Scalar _ -> throw new AssertionError("a scalar: " + expr);
            };
        }

        private T unary(Op op, T a) {
            return arithmetic.apply(op, a, a, a);
        }

        private T binary(Op op, T a, T b) {
            return arithmetic.apply(op, a, b, a);
        }

        double scalar(Expr expr, Member<T> member, int matrix) {
            return switch (expr) {
                case Expr.Sum sum -> scalarSum(sum, member, matrix);
                case Expr.Apply(Op op, List<Expr> x) ->
                    op.apply(
                            scalar(x.get(0), member, matrix),
                            op.arity() > 1 ? scalar(x.get(1), member, matrix) : 0,
                            op.arity() > 2 ? scalar(x.get(2), member, matrix) : 0);
                case Expr.Read(Slot slot) ->
                    Objects.requireNonNull(member.tensorStates().get(slot));
                case Expr.Constant _, Expr.Scalar _ -> expr.evaluate(member.clock());
            };
        }

        // ---------------------------------------------------------------------------------- sums

        private double scalarSum(Expr.Sum sum, Member<T> member, int matrix) {
            List<Object> key = sum.over() == Extent.ALL ? List.of(sum) : List.of(sum, members.indexOf(member), matrix);
            Double known = scalarSums.get(key);
            if (known != null) {
                return known;
            }
            double total = 0;
            if (sum.over() == Extent.MATRIX) {
                Extent extent = sum.term().extent();
                int length = extent == Extent.ROW ? member.rows() : member.columns();
                total = inTiles(each(sum.term(), member, extent), matrix * length, length);
            } else {
                for (Member<T> tensor : sum.over() == Extent.ALL ? members : List.of(member)) {
                    if (tensor.has(sum)) {
                        total += overElements(sum.term(), tensor);
                    }
                }
            }
            scalarSums.put(key, total);
            return total;
        }

        /** Tiles in order, or if the program is by rows, blocks in order. */
        private double overElements(Expr term, Member<T> tensor) {
            IntFunction<T> element = each(term, tensor, Extent.ELEMENT);
            if (!tensor.program().isByRows()) {
                return inTiles(element, 0, tensor.count(Extent.ELEMENT));
            }
            double total = 0;
            int columns = tensor.columns();
            for (Block block : blocks(tensor)) {
                double sum = 0;
                for (int row = block.firstRow; row < block.endRow; row++) {
                    sum += inLanes(element, row * columns + block.firstColumn, block.endColumn - block.firstColumn);
                }
                total += sum;
            }
            return total;
        }

        /** Rows: in double, block by block. Columns: in fp32 down a block, blocks in double. Then rounded. */
        private List<T> arraySum(Expr.Sum sum, Member<T> member) {
            return arraySums.computeIfAbsent(List.of(sum, members.indexOf(member)), _ -> {
                IntFunction<T> element = each(sum.term(), member, Extent.ELEMENT);
                List<Double> totals = new ArrayList<>(Collections.nCopies(member.count(sum.over()), 0.0));
                int columns = member.columns();
                for (Block block : blocks(member)) {
                    if (sum.over() == Extent.ROW) {
                        for (int row = block.firstRow; row < block.endRow; row++) {
                            int first = row * columns + block.firstColumn;
                            double part = inLanes(element, first, block.endColumn - block.firstColumn);
                            totals.set(row, totals.get(row) + part);
                        }
                    } else {
                        for (int column = block.firstColumn; column < block.endColumn; column++) {
                            T part = arithmetic.of(0);
                            for (int row = block.firstRow; row < block.endRow; row++) {
                                part = binary(Op.ADD, part, element.apply(row * columns + column));
                            }
                            int index =
                                    member.indexIn(Extent.COLUMN, Extent.ELEMENT, block.firstRow * columns + column);
                            totals.set(index, totals.get(index) + arithmetic.toDouble(part));
                        }
                    }
                }
                return totals.stream().map(arithmetic::of).toList();
            });
        }

        private double inTiles(IntFunction<T> term, int from, int length) {
            double total = 0;
            for (int start = 0; start < length; start += Kernel.TILE) {
                total += inLanes(term, from + start, Math.min(Kernel.TILE, length - start));
            }
            return total;
        }

        /** Sixteen lanes, folded in double. */
        private double inLanes(IntFunction<T> term, int from, int length) {
            List<T> lanes = new ArrayList<>(Collections.nCopies(Scratch.LANES, arithmetic.of(0)));
            for (int i = 0; i < length; i++) {
                int lane = i % Scratch.LANES;
                lanes.set(lane, binary(Op.ADD, lanes.get(lane), term.apply(from + i)));
            }
            double sum = 0;
            for (T lane : lanes) {
                sum += arithmetic.toDouble(lane);
            }
            return sum;
        }
    }

    private record Block(int firstRow, int endRow, int firstColumn, int endColumn) {}

    /** The blocks of each matrix, those of the same rows side by side. */
    private static List<Block> blocks(Member<?> member) {
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
