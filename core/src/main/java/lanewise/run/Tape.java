package lanewise.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Op;
import org.jspecify.annotations.Nullable;

/**
 * A scalar, operation after operation: what is shared within it is computed once, as the oracle does it and {@link
 * Expr#evaluate} does not. Allocates nothing.
 */
final class Tape {

    private final List<Expr> order = new ArrayList<>();
    private final @Nullable Op[] ops;
    private final int[][] operands;
    private final double[] values;

    Tape(Expr scalar) {
        Map<Expr, Integer> places = new HashMap<>();
        place(scalar, places);
        int length = order.size();
        ops = new Op[length];
        operands = new int[length][3];
        values = new double[length];
        for (int i = 0; i < length; i++) {
            if (order.get(i) instanceof Expr.Apply apply) {
                ops[i] = apply.op();
                for (int k = 0; k < apply.op().arity(); k++) {
                    operands[i][k] = places.getOrDefault(apply.operands().get(k), 0);
                }
            }
        }
    }

    private void place(Expr expr, Map<Expr, Integer> places) {
        if (places.containsKey(expr)) {
            return;
        }
        if (expr instanceof Expr.Apply apply) {
            apply.operands().forEach(operand -> place(operand, places));
        }
        places.put(expr, order.size());
        order.add(expr);
    }

    double evaluate(Clock clock) {
        double value = 0;
        for (int i = 0; i < values.length; i++) {
            Op op = ops[i];
            int[] x = operands[i];
            value = op == null ? order.get(i).evaluate(clock) : op.apply(values[x[0]], values[x[1]], values[x[2]]);
            values[i] = value;
        }
        return value;
    }
}
