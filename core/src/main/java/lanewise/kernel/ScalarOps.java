package lanewise.kernel;

/** The operations on floats that bytecode and {@link Math} lack. Called by emitted code. */
public final class ScalarOps {

    private ScalarOps() {}

    /**
     * Takes out subnormals.
     *
     * @param x any value
     * @return +0 where |x| &lt; 2<sup>−126</sup>, else x
     */
    public static float flush(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? 0f : x;
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
