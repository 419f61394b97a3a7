package lanewise.program;

/**
 * How a tensor's elements are seen: as a batch of matrices, row-major. The last axis counts the columns, the one before
 * it the rows, and the others the matrices; of one axis it is a single row.
 *
 * @param axes the number of axes
 * @param matrices the product of all axes but the last two
 * @param rows the rows of each matrix
 * @param columns the columns of each matrix
 */
public record Shape(int axes, long matrices, long rows, long columns) {

    /**
     * The shape of a tensor.
     *
     * @param lengths of the axes, each at least 0
     * @return the shape
     */
    public static Shape of(long... lengths) {
        int axes = lengths.length;
        long matrices = 1;
        for (int axis = 0; axis < axes - 2; axis++) {
            matrices *= lengths[axis];
        }
        return new Shape(axes, matrices, axes < 2 ? 1 : lengths[axes - 2], axes < 1 ? 1 : lengths[axes - 1]);
    }

    /**
     * The number of elements.
     *
     * @return at least 0
     */
    public long size() {
        return values(Extent.ELEMENT);
    }

    /**
     * How many values there are of an extent.
     *
     * @param extent what has a value of its own
     * @return at least 0
     */
    public long values(Extent extent) {
        return switch (extent) {
            case ALL, TENSOR -> 1;
            case MATRIX -> matrices;
            case ROW -> matrices * rows;
            case COLUMN -> matrices * columns;
            case ELEMENT -> matrices * rows * columns;
        };
    }
}
