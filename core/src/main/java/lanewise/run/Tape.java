package lanewise.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Op;
import lanewise.program.Power;
import org.jspecify.annotations.Nullable;

/**
 * A scalar, operation after operation: what is shared within it is computed once, as the oracle does it and {@link
 * Expr#evaluate} does not, and what never changes is computed when the tape is made. Allocates nothing.
 */
final class Tape {

    private final List<Expr> order = new ArrayList<>();
    private final @Nullable Op[] ops;
    private final int[][] operands;
    private final double[] values;

    /** What comes before never changes. */
    private final int fixed;

    /** For a power of a base that never changes, the base's logarithm. */
    private final double[] logarithms;

    Tape(Expr scalar) {
        Map<Expr, Boolean> isFixed = new LinkedHashMap<>();
        walk(scalar, isFixed);
        isFixed.forEach((expr, never) -> order.addAll(never ? List.of(expr) : List.of()));
        fixed = order.size();
        isFixed.forEach((expr, never) -> order.addAll(never ? List.of() : List.of(expr)));
        Map<Expr, Integer> places = new HashMap<>();
        order.forEach(expr -> places.put(expr, places.size()));
        int length = order.size();
        ops = new Op[length];
        operands = new int[length][3];
        values = new double[length];
        logarithms = new double[length];
        for (int i = 0; i < length; i++) {
            if (order.get(i) instanceof Expr.Apply apply) {
                ops[i] = apply.op();
                for (int k = 0; k < apply.op().arity(); k++) {
                    operands[i][k] = places.getOrDefault(apply.operands().get(k), 0);
                }
            }
        }
        StepClock none = new StepClock();
        for (int i = 0; i < fixed; i++) {
            compute(i, none);
        }
        for (int i = fixed; i < length; i++) {
            if (ops[i] == Op.POWER && operands[i][0] < fixed) {
                logarithms[i] = StrictMath.log(values[operands[i][0]]);
            }
        }
    }

    /** Puts down what never changes and what does, operands first. */
    private static void walk(Expr expr, Map<Expr, Boolean> isFixed) {
        if (isFixed.containsKey(expr)) {
            return;
        }
        boolean fixed = expr instanceof Expr.Constant;
        if (expr instanceof Expr.Apply apply) {
            fixed = true;
            for (Expr operand : apply.operands()) {
                walk(operand, isFixed);
                fixed &= isFixed.getOrDefault(operand, false);
            }
        }
        isFixed.put(expr, fixed);
    }

    double evaluate(Clock clock) {
        for (int i = fixed; i < values.length; i++) {
            compute(i, clock);
        }
        return values[values.length - 1];
    }

    private void compute(int i, Clock clock) {
        Op op = ops[i];
        int[] x = operands[i];
        if (op == null) {
            values[i] = order.get(i).evaluate(clock);
        } else if (op == Op.POWER && x[0] < fixed && i >= fixed) {
            values[i] = Power.of(values[x[0]], values[x[1]], logarithms[i]);
        } else {
            values[i] = op.apply(values[x[0]], values[x[1]], values[x[2]]);
        }
    }
}
