package lanewise.run;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import lanewise.kernel.Kernel;

/**
 * Tensors cut into tiles, the blocks of their grids, and tiles gathered into items, the unit of work: a large tile is an
 * item, many small ones share one. Depends on the tensors' shapes alone, never on the number of workers.
 */
final class Tiles {

    private final int[] tensorOf;
    private final long[] firstLine;
    private final int[] lines;
    private final long[] from;
    private final int[] length;
    private final int[] firstOfItem;
    private final int[] firstOfTensor;

    private Tiles(
            int[] tensorOf,
            long[] firstLine,
            int[] lines,
            long[] from,
            int[] length,
            int[] firstOfItem,
            int[] firstOfTensor) {
        this.tensorOf = tensorOf;
        this.firstLine = firstLine;
        this.lines = lines;
        this.from = from;
        this.length = length;
        this.firstOfItem = firstOfItem;
        this.firstOfTensor = firstOfTensor;
    }

    /** Tensors whose elements are one line each. */
    static Tiles of(long... sizes) {
        return of(LongStream.of(sizes).mapToObj(Grid::flat).toList());
    }

    static Tiles of(List<Grid> grids) {
        int[] firstOfTensor = new int[grids.size() + 1];
        for (int tensor = 0; tensor < grids.size(); tensor++) {
            firstOfTensor[tensor + 1] =
                    Math.toIntExact(firstOfTensor[tensor] + grids.get(tensor).blocks());
        }
        int count = firstOfTensor[grids.size()];
        int[] tensorOf = new int[count];
        long[] firstLine = new long[count];
        int[] lines = new int[count];
        long[] from = new long[count];
        int[] length = new int[count];
        int[] firstOfItem = new int[count + 1];
        int items = 0;
        long elements = Kernel.TILE;
        for (int tensor = 0; tensor < grids.size(); tensor++) {
            Grid grid = grids.get(tensor);
            for (int tile = firstOfTensor[tensor]; tile < firstOfTensor[tensor + 1]; tile++) {
                int block = tile - firstOfTensor[tensor];
                long blockRow = block / grid.strips();
                long down = blockRow % grid.blocksDown() * grid.blockLines();
                tensorOf[tile] = tensor;
                firstLine[tile] = blockRow / grid.blocksDown() * grid.linesOfMatrix() + down;
                lines[tile] = (int) Math.min(grid.blockLines(), grid.linesOfMatrix() - down);
                from[tile] = block % grid.strips() * grid.blockLength();
                length[tile] = (int) Math.min(grid.blockLength(), grid.length() - from[tile]);
                long tileElements = (long) lines[tile] * length[tile];
                if (elements + tileElements > Kernel.TILE) {
                    firstOfItem[items++] = tile;
                    elements = 0;
                }
                elements += tileElements;
            }
        }
        firstOfItem[items] = count;
        return new Tiles(
                tensorOf, firstLine, lines, from, length, Arrays.copyOf(firstOfItem, items + 1), firstOfTensor);
    }

    int count() {
        return tensorOf.length;
    }

    int items() {
        return firstOfItem.length - 1;
    }

    int firstOfItem(int item) {
        return firstOfItem[item];
    }

    int firstOfTensor(int tensor) {
        return firstOfTensor[tensor];
    }

    int tensorOf(int tile) {
        return tensorOf[tile];
    }

    long firstLine(int tile) {
        return firstLine[tile];
    }

    int lines(int tile) {
        return lines[tile];
    }

    /** The first value of each line. */
    long from(int tile) {
        return from[tile];
    }

    /** How many values of each line. */
    int length(int tile) {
        return length[tile];
    }
}
