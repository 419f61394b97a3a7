package lanewise.run;

import java.util.Arrays;
import lanewise.kernel.Kernel;

/**
 * Tensors cut into tiles of {@link Kernel#TILE} elements, and tiles gathered into items, the unit of
 * work: a large tensor gives an item for each tile, many small tensors share one. Depends on the
 * tensors' sizes alone, never on the number of workers.
 */
final class Tiles {

    private final int[] tensorOf;
    private final long[] from;
    private final int[] length;
    private final int[] firstOfItem;
    private final int[] firstOfTensor;

    private Tiles(int[] tensorOf, long[] from, int[] length, int[] firstOfItem, int[] firstOfTensor) {
        this.tensorOf = tensorOf;
        this.from = from;
        this.length = length;
        this.firstOfItem = firstOfItem;
        this.firstOfTensor = firstOfTensor;
    }

    static Tiles of(long... sizes) {
        int[] firstOfTensor = new int[sizes.length + 1];
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            long tiles = Math.ceilDiv(sizes[tensor], (long) Kernel.TILE);
            firstOfTensor[tensor + 1] = Math.toIntExact(firstOfTensor[tensor] + tiles);
        }
        int count = firstOfTensor[sizes.length];
        int[] tensorOf = new int[count];
        long[] from = new long[count];
        int[] length = new int[count];
        int[] firstOfItem = new int[count + 1];
        int items = 0;
        int elements = Kernel.TILE;
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            for (int tile = firstOfTensor[tensor]; tile < firstOfTensor[tensor + 1]; tile++) {
                tensorOf[tile] = tensor;
                from[tile] = (long) (tile - firstOfTensor[tensor]) * Kernel.TILE;
                length[tile] = (int) Math.min(Kernel.TILE, sizes[tensor] - from[tile]);
                if (elements + length[tile] > Kernel.TILE) {
                    firstOfItem[items++] = tile;
                    elements = 0;
                }
                elements += length[tile];
            }
        }
        firstOfItem[items] = count;
        return new Tiles(tensorOf, from, length, Arrays.copyOf(firstOfItem, items + 1), firstOfTensor);
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

    long from(int tile) {
        return from[tile];
    }

    int length(int tile) {
        return length[tile];
    }
}
