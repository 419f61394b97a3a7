package lanewise.bench.golden;

import java.util.Locale;

/**
 * A place where a run strays from what was recorded.
 *
 * @param scaled by how much, relative to the largest magnitude so far
 * @param where step, tensor and element
 * @param expected the recorded value
 * @param actual ours
 */
record Deviation(double scaled, String where, double expected, double actual) {
    static final Deviation NONE = new Deviation(0, "nowhere", 0, 0);

    private static final double EPSILON = 0x1p-23;

    double eps32() {
        return scaled / EPSILON;
    }

    static double scaled(double eps32) {
        return eps32 * EPSILON;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.3g (%.3g eps32) at %s: recorded %s, got %s", scaled, eps32(), where, expected, actual);
    }
}
