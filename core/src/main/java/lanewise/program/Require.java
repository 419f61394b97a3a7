package lanewise.program;

/**
 * The checks of hyper-parameters, with one wording for all: name, allowed range, value got. NaN is
 * in no range.
 */
public final class Require {

    private Require() {}

    /**
     * A decay rate: at least 0 and below 1.
     *
     * @param name what the message calls it
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code beta1 must be in [0, 1), got 1.0}
     */
    public static double decayRate(String name, double value) {
        return check(value >= 0 && value < 1, name, "in [0, 1)", value);
    }

    /**
     * A share that is not nothing: above 0 and at most 1.
     *
     * @param name what the message calls it
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code beta must be in (0, 1], got 0.0}
     */
    public static double share(String name, double value) {
        return check(value > 0 && value <= 1, name, "in (0, 1]", value);
    }

    /**
     * A finite number of at least {@code minimum}.
     *
     * @param name what the message calls it
     * @param minimum the least value allowed
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code epsilon must be finite and at least 0, got -1.0}
     */
    public static double atLeast(String name, double minimum, double value) {
        return check(
                value >= minimum && value <= Double.MAX_VALUE, name, "finite and at least " + shortest(minimum), value);
    }

    /**
     * A finite number of at most {@code maximum}.
     *
     * @param name what the message calls it
     * @param maximum the largest value allowed
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code beta2Decay must be finite and at most 0, got 0.8}
     */
    public static double atMost(String name, double maximum, double value) {
        return check(
                value <= maximum && value >= -Double.MAX_VALUE, name, "finite and at most " + shortest(maximum), value);
    }

    /**
     * A finite number above zero.
     *
     * @param name what the message calls it
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code maxNorm must be finite and above 0, got 0.0}
     */
    public static double positive(String name, double value) {
        return check(value > 0 && value <= Double.MAX_VALUE, name, "finite and above 0", value);
    }

    /**
     * A number above zero, infinity included.
     *
     * @param name what the message calls it
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code maxTrust must be above 0, got NaN}
     */
    public static double aboveZero(String name, double value) {
        return check(value > 0, name, "above 0", value);
    }

    /**
     * A finite number.
     *
     * @param name what the message calls it
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code initial must be finite, got NaN}
     */
    public static double finite(String name, double value) {
        return check(Double.isFinite(value), name, "finite", value);
    }

    /**
     * A whole number of at least {@code minimum}.
     *
     * @param name what the message calls it
     * @param minimum the least value allowed
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code threads must be at least 1, got 0}
     */
    public static int atLeast(String name, int minimum, int value) {
        return (int) atLeast(name, (long) minimum, (long) value);
    }

    /**
     * A whole number of at least {@code minimum}, such as a count of steps.
     *
     * @param name what the message calls it
     * @param minimum the least value allowed
     * @param value the value to check
     * @return the value
     * @throws IllegalArgumentException {@code totalSteps must be at least 1, got 0}
     */
    public static long atLeast(String name, long minimum, long value) {
        if (value < minimum) {
            throw new IllegalArgumentException(name + " must be at least " + minimum + ", got " + value);
        }
        return value;
    }

    private static String shortest(double x) {
        return x == Math.rint(x) ? Long.toString((long) x) : Double.toString(x);
    }

    private static double check(boolean good, String name, String allowed, double value) {
        if (!good) {
            throw new IllegalArgumentException(name + " must be " + allowed + ", got " + value);
        }
        return value;
    }
}
