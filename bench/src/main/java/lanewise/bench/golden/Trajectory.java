package lanewise.bench.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a run leaves behind.
 *
 * @param values after each step, by step, then tensor
 * @param evaluated the weights to evaluate with after each step; empty if they are not followed
 * @param norms of the gradients by step; NaN where nothing asked for it
 */
record Trajectory(List<List<double[]>> values, List<List<double[]>> evaluated, List<Double> norms) {
    /** A run that has not begun. */
    Trajectory() {
        this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    boolean hasBitsOf(Trajectory other) {
        return bits().equals(other.bits());
    }

    /** One pattern for all NaNs, since which one comes out is not defined. */
    private List<Long> bits() {
        List<Long> bits = new ArrayList<>();
        norms.forEach(norm -> bits.add(Double.doubleToLongBits(norm)));
        for (List<List<double[]>> steps : List.of(values, evaluated)) {
            steps.stream()
                    .flatMap(List::stream)
                    .flatMapToDouble(Arrays::stream)
                    .mapToLong(Double::doubleToLongBits)
                    .forEach(bits::add);
        }
        return bits;
    }
}
