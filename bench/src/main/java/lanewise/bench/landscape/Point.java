package lanewise.bench.landscape;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A place on a landscape.
 *
 * @param x how far right
 * @param y how far up
 */
public record Point(double x, double y) {
    private static final int DIGITS = 3;

    /**
     * For tables.
     *
     * @return both coordinates with three digits after the point
     */
    public String rounded() {
        return "(" + fixed(x).toPlainString() + ", " + fixed(y).toPlainString() + ")";
    }

    /** Exactly as it is, such as {@code (-1.2, 1)}. */
    @Override
    public String toString() {
        return "(" + exact(x) + ", " + exact(y) + ")";
    }

    private static BigDecimal fixed(double coordinate) {
        return BigDecimal.valueOf(coordinate).setScale(DIGITS, RoundingMode.HALF_EVEN);
    }

    private static String exact(double coordinate) {
        return Double.isFinite(coordinate)
                ? BigDecimal.valueOf(coordinate).stripTrailingZeros().toPlainString()
                : Double.toString(coordinate);
    }
}
