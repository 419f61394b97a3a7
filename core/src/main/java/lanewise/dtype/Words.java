package lanewise.dtype;

/**
 * Operations on words of 32 bits, which the {@linkplain DType dtypes} are spelled in: computed by one who computes,
 * emitted by one who emits. What a word means, bits or a number, is the operation's to say.
 *
 * @param <W> stands for a word
 */
public interface Words<W> {

    /** A word that is always the same. */
    W constant(int bits);

    /** Bits that are set in both. */
    W and(W a, W b);

    /** Bits that are set in one of both. */
    W or(W a, W b);

    /** Bits that differ. */
    W xor(W a, W b);

    /** The sum of two integers. */
    W add(W a, W b);

    /** The low 32 bits of the product of two integers. */
    W multiply(W a, W b);

    /** Shifted towards the high bits, zeros behind. */
    W shiftLeft(W a, int bits);

    /** Shifted towards the low bits, zeros before. */
    W shiftRight(W a, int bits);

    /** The larger of two signed integers. */
    W max(W a, W b);

    /** The sum of two fp32 numbers. */
    W plus(W a, W b);

    /** The difference of two fp32 numbers. */
    W minus(W a, W b);

    /** One word or the other: {@code a < b ? yes : no}, both signed integers. */
    W ifLess(W a, W b, W yes, W no);

    /** One word or the other: yes where a is an fp32 NaN. */
    W ifNaN(W a, W yes, W no);

    /** The number of the element in its tensor, modulo 2<sup>32</sup>. */
    W index();

    /**
     * The key of a step and a tensor, spread over a word.
     *
     * @param key a whole number below 2<sup>24</sup>
     * @return the word
     */
    static int keyOf(float key) {
        return ((int) key) * 0x9E3779B9;
    }

    /** What makes the random words of a step and a tensor differ from those of others. */
    W key();

    /**
     * A word that depends on the element, the step, the tensor and the seed alone: whatever the width, the threads and
     * the tiles. Its upper 16 bits are the good ones.
     *
     * @return two rounds of the hash "lowbias32", the last shift left out
     * @see <a href="https://nullprogram.com/blog/2018/07/31/">Wellons: Prospecting for Hash Functions (2018)</a>
     */
    default W random() {
        W x = multiply(xor(index(), key()), constant(0x7FEB352D));
        return multiply(xor(x, shiftRight(x, 15)), constant(0x846CA68B));
    }
}
