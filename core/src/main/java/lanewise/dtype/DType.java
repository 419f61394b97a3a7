package lanewise.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How an element lies in memory. Kernels compute in fp32; what is stored is decoded when it is loaded and rounded when
 * it is stored, both spelled here, once for all backends.
 */
public enum DType {
    /** IEEE 754 binary32 in the machine's byte order. */
    FLOAT32("fp32", 4),

    /** IEEE 754 binary64; for states of which a whole tensor has one value. */
    FLOAT64("fp64", 8),

    /**
     * The upper half of an fp32 number, rounded to the nearest, ties to even; NaN stays NaN.
     *
     * <pre>
     * s eeeeeeee fffffff     (−1)ˢ · 2ᵉ⁻¹²⁷ · 1.f     8 significant bits, relative error at most 2⁻⁹
     * </pre>
     */
    BFLOAT16("bf16", 2) {
        @Override
        public <W> W decode(Words<W> words, W raw) {
            return words.shiftLeft(raw, 16);
        }

        @Override
        public <W> W encode(Words<W> words, W value) {
            return upperHalf(words, value, nearestEven(words, value, 16));
        }
    },

    /**
     * IEEE 754 binary16, rounded to the nearest, ties to even; from 65520 on infinity; NaN stays NaN.
     *
     * <pre>
     * s eeeee ffffffffff     (−1)ˢ · 2ᵉ⁻¹⁵ · 1.f, for e = 0 (−1)ˢ · 2⁻¹⁴ · 0.f, for e = 31 infinity and NaN
     * </pre>
     */
    FLOAT16("fp16", 2) {
        @Override
        public <W> W decode(Words<W> words, W raw) {
            W sign = words.shiftLeft(words.and(raw, words.constant(0x8000)), 16);
            W magnitude = words.shiftLeft(words.and(raw, words.constant(0x7FFF)), 13);
            W normal = words.add(magnitude, words.constant(112 << 23));
            W special = words.add(magnitude, words.constant(224 << 23));
            // Subnormal: the fraction behind a leading one, which is then taken away.
            W leading = words.constant(113 << 23);
            W subnormal = words.minus(words.add(magnitude, leading), leading);
            W finite = words.ifLess(magnitude, words.constant(1 << 23), subnormal, normal);
            return words.or(words.ifLess(magnitude, words.constant(31 << 23), finite, special), sign);
        }

        @Override
        public <W> W encode(Words<W> words, W value) {
            W sign = words.shiftRight(words.and(value, words.constant(0x80000000)), 16);
            W magnitude = words.and(value, words.constant(0x7FFFFFFF));
            // All that is 65536 or more comes out as infinity.
            W most = words.constant(143 << 23);
            W bounded = words.ifLess(magnitude, most, magnitude, most);
            W normal = words.shiftRight(words.add(nearestEven(words, bounded, 13), words.constant(-112 << 23)), 13);
            // Subnormal: added to ½, whose last bit has the weight of theirs, so that the addition rounds.
            W half = words.constant(126 << 23);
            W subnormal = words.add(words.plus(bounded, half), words.constant(-126 << 23));
            W finite = words.ifLess(bounded, words.constant(113 << 23), subnormal, normal);
            return words.ifNaN(value, words.constant(0x7E00), words.or(finite, sign));
        }
    },

    /**
     * The lower half of an fp32 number whose upper one is kept apart, to be added to it as a signed integer.
     */
    LOW16("low half of fp32", 2),

    /**
     * Eight bits with a sign, for first moments: 256 values share an fp32 scale, which lies behind the values of all
     * blocks.
     *
     * <pre>
     * s eeee fff     (−1)ˢ · (2ᵉ⁻¹⁵ · 1.f − 2⁻¹⁵) · scale        the largest is the block's largest magnitude
     * </pre>
     *
     * Dense near zero, which is itself exact. Rounded to the nearest: the relative error is at most 6.0 % down to a
     * thousandth of the block's largest magnitude, 2.3 % on average over the logarithms; below, the error is at most
     * 2<sup>−20</sup> of it. A block with a NaN or an infinity is all NaN.
     */
    BLOCK8("8-bit", 1) {
        @Override
        public <W> W decode(Words<W> words, W raw) {
            W least = words.constant(112 << 23);
            W magnitude = words.and(words.shiftLeft(raw, 20), words.constant(0x7F << 20));
            W sign = words.and(words.shiftLeft(raw, 24), words.constant(0x80000000));
            return words.or(words.minus(words.or(magnitude, least), least), sign);
        }

        @Override
        public <W> W encode(Words<W> words, W value) {
            W magnitude = words.plus(words.and(value, words.constant(0x7FFFFFFF)), words.constant(112 << 23));
            W code = words.shiftRight(nearest(words, magnitude, 20), 20);
            W sign = words.shiftRight(value, 24);
            return words.or(words.and(code, words.constant(0x7F)), words.and(sign, words.constant(0x80)));
        }

        @Override
        public float top() {
            return 1.875f - 0x1p-15f;
        }
    },

    /**
     * Eight bits without a sign, for second moments: 256 values share an fp32 scale, which lies behind the values of all
     * blocks.
     *
     * <pre>
     * eeeee fff      (2ᵉ⁻³¹ · 1.f − 2⁻³¹) · scale                 the largest is the block's largest value
     * </pre>
     *
     * Nothing becomes zero but in a block of zeros, since it is divided by: what is below the smallest code, zero and
     * negative numbers too, becomes that, 3e-11 of the block's largest value. Rounded up or down by chance, so that the mean
     * is right: a mean square of decay 0.999 changes by less than half a code in a step, and would stand still if it were
     * rounded to the nearest. The relative error is below 12.5 % down to 1e-8 of the largest value, half of that for the
     * nearest code. A block with a NaN or an infinity is all NaN.
     */
    UNSIGNED_BLOCK8("8-bit, at least 0", 1) {
        @Override
        public <W> W decode(Words<W> words, W raw) {
            W least = words.constant(96 << 23);
            return words.minus(words.or(words.shiftLeft(raw, 20), least), least);
        }

        @Override
        public <W> W encode(Words<W> words, W value) {
            W least = words.constant(96 << 23);
            W positive = words.max(value, words.constant((96 - 3) << 23));
            W chance = words.shiftRight(words.random(), 12);
            return words.shiftRight(words.add(words.plus(positive, least), chance), 20);
        }

        @Override
        public float top() {
            return 1.875f;
        }
    };

    /** How many values share a scale where values do. */
    public static final int BLOCK = 256;

    /** Bytes of a block: its values and its scale. */
    public static final int BLOCK_BYTES = BLOCK + Float.BYTES;

    private final String text;
    private final int bytes;

    DType(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /**
     * The size of an element, which is also its alignment; the scales of blocks not counted.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * The size of a tensor.
     *
     * @param elements how many it has
     * @return bytes, for blocks whole ones with their scales
     */
    public long bytes(long elements) {
        return isBlocked() ? Math.ceilDiv(elements, (long) BLOCK) * BLOCK_BYTES : elements * bytes;
    }

    /**
     * What it is aligned to.
     *
     * @return bytes
     */
    public int alignment() {
        return isBlocked() ? Float.BYTES : bytes;
    }

    /**
     * Whether values share a scale, {@link #BLOCK} of them one.
     *
     * @return true for those of 8 bits
     */
    public boolean isBlocked() {
        return top() > 0;
    }

    /**
     * What the largest magnitude of a block is divided by to get its scale.
     *
     * @return the largest number that an element can be before it is multiplied by the scale, or 0 if there are no blocks
     */
    public float top() {
        return 0;
    }

    /**
     * From memory to a number.
     *
     * @param <W> stands for a word
     * @param words the operations
     * @param raw the element's bits, zeros before
     * @return its value in fp32, exactly; that of a block yet to be multiplied by the scale
     */
    public <W> W decode(Words<W> words, W raw) {
        return raw;
    }

    /**
     * From a number to memory.
     *
     * @param <W> stands for a word
     * @param words the operations
     * @param value in fp32; that of a block divided by the scale, and finite
     * @return the element's bits; those above are of no concern
     */
    public <W> W encode(Words<W> words, W value) {
        return value;
    }

    /**
     * The bits of an element; not of {@link #FLOAT64}, which has more than a word.
     *
     * @param segment the memory of a tensor
     * @param element its number
     * @return the bits, zeros before
     */
    public int raw(MemorySegment segment, long element) {
        return switch (bytes) {
            case 1 -> Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, element));
            case 2 -> Short.toUnsignedInt(segment.getAtIndex(ValueLayout.JAVA_SHORT, element));
            default -> segment.getAtIndex(ValueLayout.JAVA_INT, element);
        };
    }

    /**
     * Sets the bits of an element; not of {@link #FLOAT64}.
     *
     * @param segment the memory of a tensor
     * @param element its number
     * @param bits the bits, those above are of no concern
     */
    public void setRaw(MemorySegment segment, long element, int bits) {
        switch (bytes) {
            case 1 -> segment.set(ValueLayout.JAVA_BYTE, element, (byte) bits);
            case 2 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, element, (short) bits);
            default -> segment.setAtIndex(ValueLayout.JAVA_INT, element, bits);
        }
    }

    /** A word whose lower bits are to be cut off, so that it is rounded to the nearest, ties away from zero. */
    private static <W> W nearest(Words<W> words, W value, int bits) {
        return words.add(value, words.constant(1 << (bits - 1)));
    }

    /** A word whose lower bits are to be cut off, so that it is rounded to the nearest, ties to even. */
    static <W> W nearestEven(Words<W> words, W value, int bits) {
        W last = words.and(words.shiftRight(value, bits), words.constant(1));
        return words.add(words.add(value, words.constant((1 << (bits - 1)) - 1)), last);
    }

    /** The upper half of what a number was rounded to, but a NaN for a NaN. */
    static <W> W upperHalf(Words<W> words, W value, W rounded) {
        return words.shiftRight(words.ifNaN(value, words.constant(0x7FC00000), rounded), 16);
    }

    @Override
    public String toString() {
        return text;
    }
}
