package lanewise.kernel;

import java.lang.foreign.MemorySegment;

/** Compiled code over a run of elements of one tensor. Any thread may run it. */
public interface Kernel {

    /**
     * The most elements that one sum takes in one call: a fixed tile, so that the order in which sums
     * are added depends on nothing but the tensor's size.
     */
    int TILE = 8192;

    /** The most rows that are added up for one sum over a column: a fixed block, for the same reason. */
    int BLOCK_ROWS = 128;

    /** The most columns of such a block: their sums stay in the first-level cache. */
    int BLOCK_COLUMNS = 4096;

    /**
     * How many stretches of scratch memory a run needs.
     *
     * @return at least 0
     */
    default int temporaries() {
        return 0;
    }

    /**
     * Runs the code over {@code length} elements of each stream and allocates nothing.
     *
     * @param streams native segments, one for each plane of each stream of the code
     * @param starts for each stream the number of its first element, that of a block where there are blocks
     * @param length number of elements, at most {@link #TILE} if the code has sums, else at most 2<sup>30</sup>
     * @param scalars the scalars of the code, each rounded once
     * @param sums where the sums of this run go, in {@code double}
     * @param at index of the first sum
     * @param scratch memory of the calling worker
     */
    void run(
            MemorySegment[] streams,
            long[] starts,
            int length,
            float[] scalars,
            double[] sums,
            int at,
            Scratch scratch);
}
