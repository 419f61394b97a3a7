package lanewise.program;

/**
 * How far one value of an expression reaches, from the widest to the narrowest. An operation reaches
 * as far as the narrowest of its operands.
 */
public enum Extent {
    /** One value for all tensors of a group that are at the same step: a rate, a bias correction, a global norm. */
    ALL,
    /** One value for a tensor: its norm, its trust ratio. */
    TENSOR,
    /** One value for each element. */
    ELEMENT;

    /** The narrower of two extents. */
    Extent and(Extent other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
