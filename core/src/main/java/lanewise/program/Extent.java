package lanewise.program;

/**
 * How far one value of an expression reaches, from the widest to the narrowest. An operation reaches
 * as far as the narrowest of its operands; one of a row and a column is of elements.
 *
 * <p>{@link Shape} says what the rows, columns and matrices of a tensor are.
 */
public enum Extent {
    /** One value for all tensors of a group that are at the same step: a rate, a bias correction, a global norm. */
    ALL,
    /** One value for a tensor: its norm, its trust ratio. */
    TENSOR,
    /** One value for each matrix of a tensor. */
    MATRIX,
    /** One value for each row. */
    ROW,
    /** One value for each column. */
    COLUMN,
    /** One value for each element. */
    ELEMENT;

    /**
     * Whether values are computed in double once for many elements; the others are fp32 and lie in arrays.
     *
     * @return true up to {@link #MATRIX}
     */
    public boolean isScalar() {
        return compareTo(ROW) < 0;
    }

    /** The narrower of two extents. */
    Extent and(Extent other) {
        if (this == other || other.isScalar() || isScalar()) {
            return compareTo(other) >= 0 ? this : other;
        }
        return ELEMENT;
    }
}
