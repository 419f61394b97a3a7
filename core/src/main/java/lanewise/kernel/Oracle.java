package lanewise.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Op;
import lanewise.program.Program;
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
     * @param clock its step
     * @param values the elements of each slot, changed in place
     */
    public record Member<T>(Program program, Clock clock, Map<Slot, List<T>> values) {
        int size() {
            return values.get(Slot.PARAMETER).size();
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
                    IntFunction<T> element = step.element(value, member);
                    List<T> values = new ArrayList<>();
                    for (int i = 0; i < member.size(); i++) {
                        values.add(element.apply(i));
                    }
                    writes.add(() -> member.values().put(slot, values));
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
        return new Step(members).scalar(scalar, members.getFirst());
    }

    private final class Step {

        private final List<Member<T>> members;
        private final Map<List<Object>, Double> sums = new HashMap<>();

        Step(List<Member<T>> members) {
            this.members = members;
        }

        /** The value of an expression as a function of the element. */
        IntFunction<T> element(Expr expr, Member<T> member) {
            if (expr.extent() != Extent.ELEMENT) {
                T value = arithmetic.of(scalar(expr, member));
                return _ -> value;
            }
            if (expr instanceof Expr.Apply(Op op, List<Expr> x)) {
                IntFunction<T> a = element(x.get(0), member);
                IntFunction<T> b = op.arity() > 1 ? element(x.get(1), member) : a;
                IntFunction<T> c = op.arity() > 2 ? element(x.get(2), member) : a;
                return switch (op.arity()) {
                    case 1 -> i -> unary(op, a.apply(i));
                    case 2 -> i -> binary(op, a.apply(i), b.apply(i));
                    default -> i -> arithmetic.apply(op, a.apply(i), b.apply(i), c.apply(i));
                };
            }
            return member.values().get(((Expr.Read) expr).slot())::get;
        }

        private T unary(Op op, T a) {
            return arithmetic.apply(op, a, a, a);
        }

        private T binary(Op op, T a, T b) {
            return arithmetic.apply(op, a, b, a);
        }

        double scalar(Expr expr, Member<T> member) {
            return switch (expr) {
                case Expr.Sum sum -> sum(sum, member);
                case Expr.Apply(Op op, List<Expr> x) ->
                    op.apply(
                            scalar(x.get(0), member),
                            op.arity() > 1 ? scalar(x.get(1), member) : 0,
                            op.arity() > 2 ? scalar(x.get(2), member) : 0);
                case Expr.Constant _, Expr.Scalar _, Expr.Read _ -> expr.evaluate(member.clock());
            };
        }

        double sum(Expr.Sum sum, Member<T> member) {
            List<Object> key = sum.over() == Extent.ALL ? List.of(sum) : List.of(sum, members.indexOf(member));
            Double known = sums.get(key);
            if (known != null) {
                return known;
            }
            double total = 0;
            for (Member<T> tensor : sum.over() == Extent.ALL ? members : List.of(member)) {
                if (tensor.has(sum)) {
                    total += sumOver(sum.term(), tensor);
                }
            }
            sums.put(key, total);
            return total;
        }

        /** Sixteen lanes in tiles, lanes folded in double, tiles added in order. */
        double sumOver(Expr term, Member<T> tensor) {
            IntFunction<T> element = element(term, tensor);
            double total = 0;
            for (int start = 0; start < tensor.size(); start += Kernel.TILE) {
                List<T> lanes = new ArrayList<>();
                for (int lane = 0; lane < Scratch.LANES; lane++) {
                    lanes.add(arithmetic.of(0));
                }
                int end = Math.min(start + Kernel.TILE, tensor.size());
                for (int i = start; i < end; i++) {
                    int lane = i % Scratch.LANES;
                    T sum = lanes.get(lane);
                    lanes.set(lane, arithmetic.apply(Op.ADD, sum, element.apply(i), sum));
                }
                double tile = 0;
                for (T lane : lanes) {
                    tile += arithmetic.toDouble(lane);
                }
                total += tile;
            }
            return total;
        }
    }
}
