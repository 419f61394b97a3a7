package lanewise.kernel;

/** The operations on floats that bytecode and {@link Math} lack. Called by emitted code. */
public final class ScalarOps {

    private static final float LARGEST_SUBNORMAL = Math.nextDown(Float.MIN_NORMAL);

    private ScalarOps() {}

    /**
     * Takes out subnormals.
     *
     * @param x any value
     * @return +0 where |x| &lt; 2<sup>−126</sup>, else x
     */
    public static float flush(float x) {
        // C2 vectorises no loop with a choice in it. The sign of what |x| has above the largest subnormal is 1, 0 or
        // NaN; adding +0 makes −0 to +0 and leaves the rest.
        return x * Math.signum(Math.max(Math.abs(x) - LARGEST_SUBNORMAL, 0f)) + 0f;
    }

    /** Flushes the first elements of an array. */
    static void flush(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = flush(x[i]);
        }
    }

    /**
     * One value or the other.
     *
     * @param condition decides; NaN means no
     * @param yes the value where the condition is above 0
     * @param no the value elsewhere
     * @return the choice
     */
    public static float select(float condition, float yes, float no) {
        return condition > 0 ? yes : no;
    }
}
