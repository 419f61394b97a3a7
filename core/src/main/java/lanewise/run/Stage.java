package lanewise.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import lanewise.kernel.Kernel;
import lanewise.kernel.Scratch;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Slot;
import org.jspecify.annotations.Nullable;

/**
 * A tensor in a phase. A tile is carried out line by line: all elements of a tensor are one line unless its program is
 * by rows.
 */
final class Stage {

    final Operand operand;
    final Binding.Bound bound;
    final Grid grid;
    final MemorySegment[] planes;
    final float[] scalars;

    /**
     * Tiles that a kernel takes at a time if it has no sums. More would gain nothing, and the first call after a kernel has
     * been compiled may still be carried out by the code from before, a hundred times as slow.
     */
    private static final int MOST_TILES = 4;

    private final Kernel kernel;
    private final StreamKind[] kinds;

    /** One line, the same scalars and one start for all streams. */
    private final boolean isFlat;

    /** How far each stream moves on from line to line. */
    private final long[] strides;

    /** For a scalar that differs by row the memory of its values, for one that differs by matrix its values. */
    private final @Nullable MemorySegment[] ofRows;

    private final float @Nullable [][] ofMatrices;

    /** For each sum over rows, by line and strip. */
    private final double @Nullable [][] rowSums;

    private final @Nullable MemorySegment[] rowArrays;

    private final Columns[] columns;

    /** What the number of a stream's first element follows from. */
    private enum StreamKind {
        /** As many values as the lines have together. */
        OWN,
        /** The columns of each matrix. */
        OF_COLUMNS,
        /** Sums over columns, for each row of blocks. */
        COLUMN_SUMS
    }

    /** Sums over columns, and where they go. */
    private static final class Columns {
        final MemorySegment parts;
        final MemorySegment array;
        final double[] totals;

        Columns(MemorySegment parts, MemorySegment array, int count) {
            this.parts = parts;
            this.array = array;
            totals = new double[count];
        }
    }

    Stage(Operand operand, int phaseNumber, Kernel kernel, Grid grid) {
        this.operand = operand;
        this.kernel = kernel;
        this.grid = grid;
        bound = operand.binding.bound.get(phaseNumber);
        Phase phase = bound.phase;
        List<Slot> slots = phase.streams();
        planes = slots.stream().map(operand::planes).flatMap(List::stream).toArray(MemorySegment[]::new);
        kinds = slots.stream().map(slot -> kind(phase, slot)).toArray(StreamKind[]::new);
        strides = Stream.of(kinds)
                .mapToLong(kind -> kind == StreamKind.OWN ? grid.length() : 0)
                .toArray();
        columns = phase.arrays().entrySet().stream()
                .filter(entry -> entry.getKey().over() == Extent.COLUMN)
                .map(Map.Entry::getValue)
                .map(array -> columns(phase.code().firstPlane(slots.indexOf(array)), array))
                .toArray(Columns[]::new);
        isFlat = grid.lines() == 1 && kinds.length > 0 && columns.length == 0 && !bound.differsByLine;
        scalars = new float[bound.scalars.length];
        ofRows = new MemorySegment[scalars.length];
        ofMatrices = new float[scalars.length][];
        for (int i = 0; i < scalars.length; i++) {
            if (bound.scalars[i] instanceof Expr.Read(Slot slot)) {
                ofRows[i] = operand.memory(slot);
            } else if (bound.scalars[i].extent() == Extent.MATRIX) {
                ofMatrices[i] = new float[(int) operand.shape.matrices()];
            }
        }
        rowSums = new double[bound.sums.length][];
        rowArrays = new MemorySegment[rowSums.length];
        for (int i = 0; i < rowSums.length; i++) {
            if (bound.over[i] == Extent.ROW) {
                rowSums[i] = new double[Math.toIntExact(grid.lines() * grid.strips())];
                rowArrays[i] = operand.memory(
                        Objects.requireNonNull(phase.arrays().get(phase.sums().get(i))));
            }
        }
    }

    private static StreamKind kind(Phase phase, Slot slot) {
        if (phase.domain() == Extent.ELEMENT && slot.extent() == Extent.COLUMN) {
            return phase.arrays().containsValue(slot) ? StreamKind.COLUMN_SUMS : StreamKind.OF_COLUMNS;
        }
        return StreamKind.OWN;
    }

    /** The code adds to the parts; their sums go to the array. */
    private Columns columns(int plane, Slot array) {
        planes[plane] = operand.floats(grid.blockRows() * grid.length());
        return new Columns(planes[plane], operand.memory(array), Math.toIntExact(grid.length()));
    }

    int temporaries() {
        return kernel.temporaries();
    }

    void rebind(Slot slot, MemorySegment memory) {
        int stream = bound.phase.streams().indexOf(slot);
        if (stream >= 0) {
            planes[bound.phase.code().firstPlane(stream)] = memory;
        }
    }

    void evaluateScalars(long step) {
        Binding binding = operand.binding;
        binding.at(operand, step);
        for (int i = 0; i < scalars.length; i++) {
            Tape tape = bound.tapes[i];
            float[] values = ofMatrices[i];
            if (tape == null) {
                continue;
            }
            if (values == null) {
                scalars[i] = (float) tape.evaluate(binding.clock);
                continue;
            }
            for (int matrix = 0; matrix < values.length; matrix++) {
                binding.at(matrix);
                values[matrix] = (float) tape.evaluate(binding.clock);
            }
        }
    }

    /**
     * Carries out a tile, or as many as one run of the kernel can take.
     *
     * @param end behind the last tile that may be carried out
     * @return the first tile that has not been
     */
    int run(Tiles tiles, int tile, int end, double[] sums, int at, Scratch scratch) {
        if (!isFlat) {
            runByLines(tiles, tile, sums, at, scratch);
            return tile + 1;
        }
        int next = bound.sums.length > 0 ? tile + 1 : Math.min(end, tile + MOST_TILES);
        long from = tiles.from(tile);
        int length = (int) (tiles.from(next - 1) + tiles.length(next - 1) - from);
        long[] starts = scratch.starts();
        Arrays.fill(starts, 0, kinds.length, from);
        kernel.run(planes, starts, length, scalars, sums, at, scratch);
        keepRowSums(0, (int) (from / grid.blockLength()), sums, at);
        return next;
    }

    private void runByLines(Tiles tiles, int tile, double[] sums, int at, Scratch scratch) {
        long first = tiles.firstLine(tile);
        long from = tiles.from(tile);
        int length = tiles.length(tile);
        // A tile lies in one matrix and in one row of blocks.
        int matrix = (int) grid.matrixOf(first);
        int strip = (int) (from / grid.blockLength());
        long[] starts = starts(first, from, scratch.starts());
        float[] scalarsOfLine = bound.differsByLine ? scalarsOfMatrix(matrix, scratch.scalars()) : scalars;
        clearColumnSums(first, from, length);
        Arrays.fill(sums, at, at + bound.sums.length, 0);
        for (long line = first; line < first + tiles.lines(tile); line++) {
            setScalarsOfRow(line, scalarsOfLine);
            kernel.run(planes, starts, length, scalarsOfLine, scratch.sums(), 0, scratch);
            keepRowSums(line, strip, scratch.sums(), 0);
            for (int i = 0; i < bound.sums.length; i++) {
                sums[at + i] += scratch.sums()[i];
            }
            for (int stream = 0; stream < kinds.length; stream++) {
                starts[stream] += strides[stream];
            }
        }
    }

    /** Where each stream starts for the first line of a tile. */
    private long[] starts(long line, long from, long[] starts) {
        for (int stream = 0; stream < kinds.length; stream++) {
            long lineOfStream = switch (kinds[stream]) {
                case OWN -> line;
                case OF_COLUMNS -> grid.matrixOf(line);
                case COLUMN_SUMS -> grid.blockRowOf(line);
            };
            starts[stream] = lineOfStream * grid.length() + from;
        }
        return starts;
    }

    private float[] scalarsOfMatrix(int matrix, float[] ofLine) {
        for (int i = 0; i < scalars.length; i++) {
            float[] matrices = ofMatrices[i];
            ofLine[i] = matrices == null ? scalars[i] : matrices[matrix];
        }
        return ofLine;
    }

    private void setScalarsOfRow(long line, float[] ofLine) {
        for (int i = 0; i < ofRows.length; i++) {
            MemorySegment rows = ofRows[i];
            if (rows != null) {
                ofLine[i] = rows.getAtIndex(ValueLayout.JAVA_FLOAT, line);
            }
        }
    }

    private void keepRowSums(long line, int strip, double[] sums, int at) {
        for (int i = 0; i < rowSums.length; i++) {
            double[] kept = rowSums[i];
            if (kept != null) {
                kept[(int) (line * grid.strips()) + strip] = sums[at + i];
            }
        }
    }

    private void clearColumnSums(long firstLine, long from, int length) {
        for (Columns sums : columns) {
            long start = grid.blockRowOf(firstLine) * grid.length() + from;
            for (long i = start; i < start + length; i++) {
                sums.parts.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0);
            }
        }
    }

    /** Adds the strips of each row in order. */
    void addUpRows(int sum) {
        double[] parts = rowSums[sum];
        MemorySegment array = rowArrays[sum];
        if (parts == null || array == null) {
            return;
        }
        int strips = (int) grid.strips();
        for (int line = 0; line < grid.lines(); line++) {
            double total = 0;
            for (int strip = 0; strip < strips; strip++) {
                total += parts[line * strips + strip];
            }
            array.setAtIndex(ValueLayout.JAVA_FLOAT, line, (float) total);
        }
    }

    /** Adds the blocks of each column from the top down. */
    void addUpColumns() {
        for (Columns sums : columns) {
            int length = sums.totals.length;
            for (long matrix = 0; matrix < grid.matrixOf(grid.lines()); matrix++) {
                Arrays.fill(sums.totals, 0);
                for (long block = matrix * grid.blocksDown(); block < (matrix + 1) * grid.blocksDown(); block++) {
                    for (int i = 0; i < length; i++) {
                        sums.totals[i] += sums.parts.getAtIndex(ValueLayout.JAVA_FLOAT, block * length + i);
                    }
                }
                for (int i = 0; i < length; i++) {
                    sums.array.setAtIndex(ValueLayout.JAVA_FLOAT, matrix * length + i, (float) sums.totals[i]);
                }
            }
        }
    }
}
