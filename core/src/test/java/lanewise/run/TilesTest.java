package lanewise.run;

import static lanewise.kernel.Kernel.TILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.kernel.Kernel;
import lanewise.kernel.ScalarBackend;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TilesTest {

    /** A tile as a person would write it down. */
    private record Tile(int tensor, long from, int length) {}

    private static List<Tile> list(Tiles tiles) {
        List<Tile> list = new ArrayList<>();
        for (int tile = 0; tile < tiles.count(); tile++) {
            list.add(new Tile(tiles.tensorOf(tile), tiles.from(tile), tiles.length(tile)));
        }
        return list;
    }

    private static List<Integer> itemStarts(Tiles tiles) {
        List<Integer> starts = new ArrayList<>();
        for (int item = 0; item <= tiles.items(); item++) {
            starts.add(tiles.firstOfItem(item));
        }
        return starts;
    }

    @Test
    void tensorsAreCutAtWholeTiles() {
        Tiles tiles = Tiles.of(1, 0, TILE, TILE + 1, 5);
        assertEquals(
                List.of(
                        new Tile(0, 0, 1),
                        new Tile(2, 0, TILE),
                        new Tile(3, 0, TILE),
                        new Tile(3, TILE, 1),
                        new Tile(4, 0, 5)),
                list(tiles));
        assertEquals(List.of(0, 1, 2, 3, 5), itemStarts(tiles));
        assertEquals(0, tiles.firstOfTensor(0));
        assertEquals(1, tiles.firstOfTensor(1));
        assertEquals(1, tiles.firstOfTensor(2));
        assertEquals(2, tiles.firstOfTensor(3));
        assertEquals(4, tiles.firstOfTensor(4));
        assertEquals(5, tiles.firstOfTensor(5));
    }

    @Test
    void nothingToDoIsNoItem() {
        assertEquals(0, Tiles.of().items());
        assertEquals(0, Tiles.of(0, 0, 0).items());
        assertEquals(0, Tiles.of(0, 0, 0).count());
    }

    /** Sizes with many empty and small tensors, some around a tile, some of many tiles. */
    private static long[] sizes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] sizes = new long[random.nextInt(60)];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = switch (random.nextInt(5)) {
                case 0 -> 0;
                case 1 -> random.nextInt(1, 100);
                case 2 -> TILE * random.nextLong(1, 4) + random.nextInt(-1, 2);
                case 3 -> random.nextInt(TILE);
                default -> random.nextInt(10 * TILE);
            };
        }
        return sizes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everyElementIsInOneTileAndEveryTileInOneItem(long seed) {
        long[] sizes = sizes(seed);
        Tiles tiles = Tiles.of(sizes);
        int tile = 0;
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            assertEquals(tile, tiles.firstOfTensor(tensor));
            for (long from = 0; from < sizes[tensor]; from += TILE) {
                assertEquals(tensor, tiles.tensorOf(tile));
                assertEquals(from, tiles.from(tile));
                assertEquals(Math.min(TILE, sizes[tensor] - from), tiles.length(tile));
                tile++;
            }
        }
        assertEquals(tile, tiles.count());
        assertEquals(tile, tiles.firstOfTensor(sizes.length));
        assertEquals(0, tiles.items() == 0 ? 0 : tiles.firstOfItem(0));
        assertEquals(tiles.count(), tiles.firstOfItem(tiles.items()));
        for (int item = 0; item < tiles.items(); item++) {
            assertTrue(tiles.firstOfItem(item) < tiles.firstOfItem(item + 1), "an item has work");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anItemIsAsFullAsItsNeighboursAllow(long seed) {
        Tiles tiles = Tiles.of(sizes(seed));
        for (int item = 0; item < tiles.items(); item++) {
            int elements = 0;
            for (int tile = tiles.firstOfItem(item); tile < tiles.firstOfItem(item + 1); tile++) {
                elements += tiles.length(tile);
            }
            assertTrue(elements <= TILE, "no item is more than a tile's work");
            if (item + 1 < tiles.items()) {
                assertTrue(
                        elements + tiles.length(tiles.firstOfItem(item + 1)) > TILE, "the next tile had no room in it");
            }
        }
    }

    @Test
    void manySmallTensorsShareItems() {
        long[] tiny = new long[2000];
        Arrays.fill(tiny, 3);
        assertEquals(1, Tiles.of(tiny).items());
        long[] small = new long[2000];
        Arrays.fill(small, 100);
        // 81 tensors of 100 fit into a tile of 8192.
        assertEquals(Math.ceilDiv(2000, TILE / 100), Tiles.of(small).items());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void howATensorIsCutDependsOnItsSizeAlone(long seed) {
        long[] sizes = sizes(seed);
        Tiles among = Tiles.of(sizes);
        assertEquals(list(among), list(Tiles.of(sizes)));
        assertEquals(itemStarts(among), itemStarts(Tiles.of(sizes)));
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            Tiles alone = Tiles.of(sizes[tensor]);
            int first = among.firstOfTensor(tensor);
            assertEquals(alone.count(), among.firstOfTensor(tensor + 1) - first);
            for (int tile = 0; tile < alone.count(); tile++) {
                assertEquals(alone.from(tile), among.from(first + tile));
                assertEquals(alone.length(tile), among.length(first + tile));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 31) - 1, 1L << 31, (1L << 31) + 1, (1L << 32) + 5, (1L << 33) - 7})
    void tensorsOverTwoToThe31AreCutWithoutOverflow(long size) {
        Tiles tiles = Tiles.of(3, size, 4);
        long expected = 0;
        for (int tile = tiles.firstOfTensor(1); tile < tiles.firstOfTensor(2); tile++) {
            assertEquals(1, tiles.tensorOf(tile));
            assertEquals(expected, tiles.from(tile));
            assertTrue(tiles.length(tile) > 0 && tiles.length(tile) <= TILE);
            expected += tiles.length(tile);
        }
        assertEquals(size, expected);
        assertEquals(Math.ceilDiv(size, (long) TILE) + 2, tiles.count());
    }

    /** A file with a hole in it gives 8 GiB of addresses and takes up two pages. */
    @Test
    void aKernelReachesTheEndOfATensorOverTwoToThe31(@TempDir Path directory) throws IOException {
        long size = (1L << 31) + TILE + 13;
        Tiles tiles = Tiles.of(size);
        int last = tiles.count() - 1;
        try (Arena arena = Arena.ofShared();
                FileChannel file = FileChannel.open(
                        directory.resolve("hole"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.SPARSE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            MemorySegment memory = file.map(FileChannel.MapMode.READ_WRITE, 0, size * Float.BYTES, arena);
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, size - 1, 7);
            Code addOne = new Code(
                    1,
                    1,
                    List.of(
                            new Code.Node.Load(0),
                            new Code.Node.Scalar(0),
                            new Code.Node.Compute(Op.ADD, List.of(0, 1))),
                    List.of(new Code.Store(0, 2)),
                    List.of());
            Kernel kernel = new ScalarBackend().compile(addOne, 1);
            Scratch scratch = new Scratch();
            scratch.reserve(1, 1, 0, false);
            kernel.run(
                    new MemorySegment[] {memory},
                    new long[] {tiles.from(last)},
                    tiles.length(last),
                    new float[] {1},
                    new double[0],
                    0,
                    scratch);
            // Small integers are exact in fp32.
            assertEquals(8f, memory.getAtIndex(ValueLayout.JAVA_FLOAT, size - 1));
            assertEquals(1f, memory.getAtIndex(ValueLayout.JAVA_FLOAT, tiles.from(last)));
            assertEquals(0f, memory.getAtIndex(ValueLayout.JAVA_FLOAT, tiles.from(last) - 1));
            assertEquals(0f, memory.getAtIndex(ValueLayout.JAVA_FLOAT, 0));
        }
    }
}
