package lanewise.kernel;

import java.lang.foreign.MemorySegment;

/** Compiled code over a run of elements of one tensor. Any thread may run it. */
public interface Kernel {

    /**
     * The most elements that one sum takes in one call: a fixed tile, so that the order in which sums
     * are added depends on nothing but the tensor's size.
     */
    int TILE = 8192;

    /**
     * Runs the code over elements {@code from} to {@code from + length − 1} and allocates nothing.
     *
     * @param streams native segments, one for each stream of the code, of the tensor's whole length
     * @param from the first element, a multiple of {@link #TILE} if the code sums
     * @param length number of elements, at most {@link #TILE}
     * @param scalars the scalars of the code, each rounded once
     * @param sums where the sums of this run go, in {@code double}
     * @param at index of the first sum
     * @param scratch memory of the calling worker
     */
    void run(MemorySegment[] streams, long from, int length, float[] scalars, double[] sums, int at, Scratch scratch);
}
