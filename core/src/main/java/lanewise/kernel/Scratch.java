package lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import lanewise.dtype.DType;
import lanewise.program.Code;

/**
 * Working memory of one worker: chunks for the scalar kernels, lanes for sums. Grows before the
 * first step, never in one.
 *
 * <p>A sum is added in {@value #LANES} virtual lanes whatever the width of the machine: element i of
 * a tile goes to lane i mod {@value #LANES}, in fp32; then the lanes are folded in index order, in
 * double.
 */
public final class Scratch {

    /** The number of virtual lanes of a sum. */
    public static final int LANES = 16;

    /** So that no two temporaries have the same offset in a page, which would slow both down (4-KiB aliasing). */
    private static final long STAGGER = 9 * 64;

    /** Blocks that a vector kernel takes into the first-level cache at a time. */
    public static final int BLOCKS = 8;

    /** Elements that a scalar kernel takes into the first-level cache at a time; whole lane groups. */
    static final int CHUNK = 1024;

    private float[][] chunks = {};
    private float[][] lanes = {};

    /** The bits of a chunk's planes. */
    private final int[][] raw = new int[2][CHUNK];

    private long[] starts = {};
    private float[] scalars = {};
    private MemorySegment[] temporaries = {};
    private Frame[] frames = {};
    private float[][] fresh = {};
    private final float[] inverses = new float[BLOCKS];

    @SuppressWarnings("UnusedVariable") // Written so that C2 does not leave out what leads to it.
    private int touched;

    private int depth;
    private int used;
    private double[] sums = {};

    /**
     * Makes room for a code.
     *
     * @param streams its number of streams, or if it is run in parts one that no part has more of
     * @param scalarCount its number of scalars
     * @param sumCount its number of sums
     * @param blocked whether some of its values share scales
     */
    public void reserve(int streams, int scalarCount, int sumCount, boolean blocked) {
        chunks = grown(chunks, streams + sumCount, CHUNK);
        lanes = grown(lanes, sumCount, LANES);
        starts = Arrays.copyOf(starts, Math.max(starts.length, streams));
        scalars = Arrays.copyOf(scalars, Math.max(scalars.length, scalarCount));
        if (blocked) {
            fresh = grown(fresh, streams, BLOCKS * DType.BLOCK);
        }
        sums = Arrays.copyOf(sums, Math.max(sums.length, sumCount));
    }

    /**
     * Makes room for a code that is run in one part.
     *
     * @param code the code
     */
    public void reserve(Code code) {
        reserve(code.planes(), code.scalars(), code.sums().size(), code.isBlocked());
    }

    /**
     * Makes room for a code that is run in parts.
     *
     * @param planes the number of planes of the whole
     * @param count what {@link Kernel#temporaries} says
     * @param arena whose memory lives at least as long as this
     */
    public void reserveTemporaries(int planes, int count, Arena arena) {
        if (count == 0) {
            return;
        }
        temporaries = new MemorySegment[count];
        long bytes = (long) Kernel.TILE * Float.BYTES + STAGGER;
        MemorySegment block = arena.allocate(count * bytes, 64);
        for (int i = 0; i < count; i++) {
            temporaries[i] = block.asSlice(i * bytes, bytes);
        }
        // Each part that is split again asks for at least one.
        frames = new Frame[count];
        for (int i = 0; i < count; i++) {
            frames[i] = new Frame(planes + count);
        }
    }

    /**
     * What the streams and the planes of a part of a code are: those of the whole by their numbers, temporaries from −1
     * downwards.
     */
    static final class Route {
        private final int[] streams;
        private final int[] planes;

        Route(List<Integer> streams, List<Integer> planes) {
            this.streams = streams.stream().mapToInt(Integer::intValue).toArray();
            this.planes = planes.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** The memory of a part of a code. */
    final class Frame {
        private final MemorySegment[] planes;
        private final long[] starts;
        private int first;
        private int count;

        private Frame(int most) {
            planes = new MemorySegment[most];
            starts = new long[most];
        }

        /**
         * Takes it from that of the whole, or from the temporaries.
         *
         * @param done elements of the whole that have been run
         */
        void bind(Route route, MemorySegment[] whole, long[] wholeStarts, int done) {
            for (int i = 0; i < route.planes.length; i++) {
                int plane = route.planes[i];
                planes[i] = plane < 0 ? temporaries[first - 1 - plane] : whole[plane];
            }
            for (int i = 0; i < route.streams.length; i++) {
                int stream = route.streams[i];
                starts[i] = stream < 0 ? 0 : wholeStarts[stream] + done;
            }
        }

        MemorySegment[] planes() {
            return planes;
        }

        long[] starts() {
            return starts;
        }
    }

    /** Before a step: one that was broken off has left its codes unfinished. */
    public void reset() {
        depth = 0;
        used = 0;
    }

    /** Begins to run a code in parts that hand over so many values. */
    Frame push(int count) {
        Frame frame = frames[depth++];
        frame.first = used;
        frame.count = count;
        used += count;
        return frame;
    }

    /** Ends what {@link #push} began. */
    void pop() {
        used -= frames[--depth].count;
    }

    private static float[][] grown(float[][] old, int count, int length) {
        if (old.length >= count) {
            return old;
        }
        float[][] grown = Arrays.copyOf(old, count);
        for (int i = old.length; i < count; i++) {
            grown[i] = new float[length];
        }
        return grown;
    }

    /**
     * Room for the starts of a code's streams.
     *
     * @return an array at least that long
     */
    public long[] starts() {
        return starts;
    }

    /**
     * Room for the scalars of a line.
     *
     * @return an array at least as long as a code has scalars
     */
    public float[] scalars() {
        return scalars;
    }

    /**
     * Room for the sums of a line.
     *
     * @return an array at least as long as a code has sums
     */
    public double[] sums() {
        return sums;
    }

    float[][] chunks() {
        return chunks;
    }

    /**
     * Room for the new values of some blocks of a stream.
     *
     * @param stream the number of a stream
     * @return an array for {@value #BLOCKS} blocks
     */
    public float[] fresh(int stream) {
        return fresh[stream];
    }

    /**
     * Room for what the values of some blocks are multiplied by before they are encoded.
     *
     * @return an array for {@value #BLOCKS} blocks
     */
    public float[] inverses() {
        return inverses;
    }

    /**
     * Takes what was loaded for the caches' sake, so that it is not left out as useless.
     *
     * @param bits any
     */
    public void touched(int bits) {
        touched = bits;
    }

    int[][] raw() {
        return raw;
    }

    /**
     * The lanes of a sum, as the last run left them.
     *
     * @param sum its number
     * @return {@value #LANES} partial sums
     */
    public float[] lanes(int sum) {
        return lanes[sum];
    }

    /**
     * The lanes of a sum, set to zero.
     *
     * @param sum its number
     * @return {@value #LANES} zeros
     */
    public float[] clearedLanes(int sum) {
        Arrays.fill(lanes[sum], 0f);
        return lanes[sum];
    }

    /** Adds the first {@code n} terms; the first goes to lane 0. */
    static void add(float[] terms, int n, float[] lanes) {
        int whole = n - n % LANES;
        for (int i = 0; i < whole; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                lanes[lane] += terms[i + lane];
            }
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += terms[i];
        }
    }

    /**
     * Folds lanes in index order.
     *
     * @param lanes the partial sums
     * @return their sum in double
     */
    public static double fold(float[] lanes) {
        double sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        return sum;
    }
}
