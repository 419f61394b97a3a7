package lanewise.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanewise.program.Expr;

/** The sums over all tensors of a plan. Equal ones are one, across groups. */
final class AllSums {

    private final List<Expr.Sum> sums = new ArrayList<>();
    private double[] values = {};

    int indexOf(Expr.Sum sum) {
        int index = sums.indexOf(sum);
        if (index < 0) {
            index = sums.size();
            sums.add(sum);
            values = Arrays.copyOf(values, sums.size());
        }
        return index;
    }

    void clear() {
        Arrays.fill(values, 0);
    }

    void add(int index, double value) {
        values[index] += value;
    }

    double value(int index) {
        return values[index];
    }
}
