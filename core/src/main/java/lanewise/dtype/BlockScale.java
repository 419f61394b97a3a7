package lanewise.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The scale that the values of a block share. Called by emitted code. */
public final class BlockScale {

    /** So that the largest value is not rounded to infinity when it comes back. */
    private static final float MOST = Math.nextDown(Float.MAX_VALUE / 1.875f);

    private BlockScale() {}

    /**
     * Where the block of an element begins.
     *
     * @param element the number of an element
     * @return bytes from the start of the tensor
     */
    public static long start(long element) {
        return element / DType.BLOCK * DType.BLOCK_BYTES;
    }

    /**
     * Where an element lies.
     *
     * @param element the number of an element
     * @return bytes from the start of the tensor
     */
    public static long offset(long element) {
        return start(element) + element % DType.BLOCK;
    }

    /**
     * The scale of an element's block.
     *
     * @param segment the memory of a tensor
     * @param element the number of an element
     * @return the scale
     */
    public static float get(MemorySegment segment, long element) {
        return segment.get(ValueLayout.JAVA_FLOAT, start(element) + DType.BLOCK);
    }

    /**
     * Sets the scale of an element's block.
     *
     * @param segment the memory of a tensor
     * @param element the number of an element
     * @param scale the scale
     */
    public static void set(MemorySegment segment, long element, float scale) {
        segment.set(ValueLayout.JAVA_FLOAT, start(element) + DType.BLOCK, scale);
    }

    /**
     * What decoded values are multiplied by.
     *
     * @param largest the largest magnitude of the block, NaN if there is one
     * @param top see {@link DType#top}
     * @return the scale, 0 for a block without normal numbers, NaN for one with an infinity or NaN
     */
    public static float scale(float largest, float top) {
        return !Float.isFinite(largest) ? Float.NaN : largest < Float.MIN_NORMAL ? 0 : Math.min(largest / top, MOST);
    }

    /**
     * What values are multiplied by before they are encoded.
     *
     * @param largest the largest magnitude of the block, NaN if there is one
     * @param top see {@link DType#top}
     * @return the inverse of the scale, or 0
     */
    public static float inverse(float largest, float top) {
        return !Float.isFinite(largest) || largest < Float.MIN_NORMAL ? 0 : top / largest;
    }
}
