package lanewise.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The scales that the values of blocks share. They lie behind the values, which are filled up to whole blocks. Called by
 * emitted code.
 */
public final class BlockScale {

    /** So that the largest value is not rounded to infinity when it comes back. */
    private static final float MOST = Math.nextDown(Float.MAX_VALUE / 1.875f);

    private BlockScale() {}

    /**
     * Where the scales begin.
     *
     * @param segment the memory of a tensor
     * @return bytes from its start
     */
    public static long offset(MemorySegment segment) {
        return segment.byteSize() / DType.BLOCK_BYTES * DType.BLOCK;
    }

    private static long offset(MemorySegment segment, long element) {
        return offset(segment) + element / DType.BLOCK * Float.BYTES;
    }

    /**
     * The scale of an element's block.
     *
     * @param segment the memory of a tensor
     * @param element the number of an element
     * @return the scale
     */
    public static float get(MemorySegment segment, long element) {
        return segment.get(ValueLayout.JAVA_FLOAT, offset(segment, element));
    }

    /**
     * Sets the scale of an element's block.
     *
     * @param segment the memory of a tensor
     * @param element the number of an element
     * @param scale the scale
     */
    public static void set(MemorySegment segment, long element, float scale) {
        segment.set(ValueLayout.JAVA_FLOAT, offset(segment, element), scale);
    }

    /**
     * The largest magnitude of values.
     *
     * @param values some
     * @param from the first
     * @param end behind the last of all; a block is looked at, or what there is of it
     * @return the largest, NaN if there is one
     */
    public static float largest(float[] values, int from, int end) {
        float largest = 0;
        for (int i = from; i < Math.min(end, from + DType.BLOCK); i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    /**
     * Sets a block to zero, NaN and infinities too, which no factor would.
     *
     * @param values new values
     * @param from the block's first
     */
    public static void clear(float[] values, int from) {
        Arrays.fill(values, from, from + DType.BLOCK, 0f);
    }

    /**
     * The scale of new values.
     *
     * @param largest their largest magnitude, NaN if there is one
     * @param top see {@link DType#top}
     * @return 0 for a block without normal numbers, NaN for one with an infinity or NaN
     */
    public static float scale(float largest, float top) {
        return !Float.isFinite(largest) ? Float.NaN : largest < Float.MIN_NORMAL ? 0 : Math.min(largest / top, MOST);
    }

    /**
     * What new values are multiplied by before they are encoded.
     *
     * @param largest their largest magnitude, NaN if there is one
     * @param top see {@link DType#top}
     * @return the inverse of the scale, or a little less; 0 if all of them are taken for zeros
     */
    public static float inverse(float largest, float top) {
        // Rounded down, so that the largest value does not round up out of the codes.
        return !Float.isFinite(largest) || largest < Float.MIN_NORMAL ? 0 : Math.nextDown(top / largest);
    }

    /**
     * Sets the scale of an element's block to that of new values.
     *
     * @param segment the memory of a tensor
     * @param element the number of an element
     * @param largest the largest magnitude of the values, NaN if there is one
     * @param top see {@link DType#top}
     * @return what the values are to be multiplied by before they are encoded
     */
    public static float renew(MemorySegment segment, long element, float largest, float top) {
        set(segment, element, scale(largest, top));
        return inverse(largest, top);
    }

    /**
     * What is encoded of a value.
     *
     * @param value the value
     * @param inverse what {@link #renew} gave
     * @return the value divided by the scale
     */
    public static float scaled(float value, float inverse) {
        return inverse == 0 ? 0 : value * inverse;
    }
}
