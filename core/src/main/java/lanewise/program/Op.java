package lanewise.program;

/**
 * The operations of the language. Each rounds once and follows IEEE 754 and {@link Math} for the
 * special values; NaN goes in, NaN comes out. (Which of the many NaN bit patterns comes out is not
 * defined, by IEEE 754 nor here.)
 */
public enum Op {
    /** a + b. */
    ADD(2),
    /** a − b. */
    SUBTRACT(2),
    /** a · b. */
    MULTIPLY(2),
    /** a / b. */
    DIVIDE(2),
    /** The larger, as {@link Math#max(float, float)}: NaN if either is, +0 above −0. */
    MAX(2),
    /** The smaller, as {@link Math#min(float, float)}: NaN if either is, −0 below +0. */
    MIN(2),
    /** −a. */
    NEGATE(1),
    /** |a|. */
    ABS(1),
    /** √a, correctly rounded. */
    SQRT(1),
    /** −1, ±0, 1, or NaN, as {@link Math#signum(float)}: a NaN never turns into a step of ±η. */
    SIGN(1),
    /** +0 where |a| &lt; 2<sup>−126</sup>, else a: takes subnormals out of a state. */
    FLUSH(1),
    /** b where a &gt; 0, else c (also where a is NaN). */
    SELECT(3),
    /** a to the power b, both at least 0; in scalars only, as {@link Power#of}. */
    POWER(2);

    private final int arity;

    Op(int arity) {
        this.arity = arity;
    }

    /**
     * The number of operands.
     *
     * @return 1, 2 or 3
     */
    public int arity() {
        return arity;
    }

    /**
     * The operation in double precision, for the scalars of a step.
     *
     * @param a first operand
     * @param b second operand, any value if there is none
     * @param c third operand, any value if there is none
     * @return the result
     */
    public double apply(double a, double b, double c) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case NEGATE -> -a;
            case ABS -> Math.abs(a);
            case SQRT -> Math.sqrt(a);
            case SIGN -> Math.signum(a);
            case FLUSH -> Math.abs(a) < Float.MIN_NORMAL ? 0 : a;
            case SELECT -> a > 0 ? b : c;
            case POWER -> Power.of(a, b);
        };
    }

    /**
     * The operation in single precision, for elements.
     *
     * @param a first operand
     * @param b second operand, any value if there is none
     * @param c third operand, any value if there is none
     * @return the result
     * @throws IllegalStateException for {@link #POWER}, which is for scalars
     */
    public float apply(float a, float b, float c) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case NEGATE -> -a;
            case ABS -> Math.abs(a);
            case SQRT -> (float) Math.sqrt(a);
            case SIGN -> Math.signum(a);
            case FLUSH -> Math.abs(a) < Float.MIN_NORMAL ? 0 : a;
            case SELECT -> a > 0 ? b : c;
            case POWER -> throw new IllegalStateException("a power of elements is not in the language");
        };
    }
}
