package lanewise.run;

import lanewise.kernel.Kernel;
import lanewise.program.Extent;
import lanewise.program.Shape;

/**
 * The values that a pass runs over, as lines of equal length, and the blocks that they are cut into.
 *
 * @param lines the number of lines
 * @param length the values of a line
 * @param linesOfMatrix how many lines a matrix has; no block reaches from one matrix into the next
 * @param blockLines the most lines of a block
 * @param blockLength the most values that a block takes of a line
 */
record Grid(long lines, long length, long linesOfMatrix, int blockLines, int blockLength) {

    /** No values at all. */
    static final Grid NONE = new Grid(0, 0, 1, 1, 1);

    /** All elements as one line. */
    static Grid flat(long size) {
        return new Grid(1, size, 1, 1, Kernel.TILE);
    }

    /** The lines of a pass of a program that is by rows: the rows, or for each matrix its rows or its columns. */
    static Grid byRows(Extent domain, Shape shape) {
        return switch (domain) {
            case ELEMENT ->
                new Grid(
                        shape.values(Extent.ROW),
                        shape.columns(),
                        Math.max(shape.rows(), 1),
                        Kernel.BLOCK_ROWS,
                        Kernel.BLOCK_COLUMNS);
            case ROW -> new Grid(shape.matrices(), shape.rows(), 1, 1, Kernel.TILE);
            case COLUMN -> new Grid(shape.matrices(), shape.columns(), 1, 1, Kernel.TILE);
            case ALL, TENSOR, MATRIX -> throw new IllegalArgumentException("no pass runs over " + domain);
        };
    }

    /** The blocks side by side. */
    long strips() {
        return Math.ceilDiv(length, (long) blockLength);
    }

    /** The blocks one below the other in a matrix. */
    long blocksDown() {
        return Math.ceilDiv(linesOfMatrix, (long) blockLines);
    }

    long matrixOf(long line) {
        return line / linesOfMatrix;
    }

    /** The number of a line's blocks among all that are one below the other. */
    long blockRowOf(long line) {
        return matrixOf(line) * blocksDown() + line % linesOfMatrix / blockLines;
    }

    long blockRows() {
        return lines / linesOfMatrix * blocksDown();
    }

    long blocks() {
        return blockRows() * strips();
    }
}
