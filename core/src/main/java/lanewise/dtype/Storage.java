package lanewise.dtype;

import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the values of a slot are kept: in one plane of memory, or in two that only together have all their bits. A rule
 * knows nothing of it.
 */
public enum Storage {
    /** fp32. */
    FLOAT32(DType.FLOAT32),
    /** bf16, rounded to the nearest. */
    BFLOAT16(DType.BFLOAT16),
    /** fp16, rounded to the nearest. */
    FLOAT16(DType.FLOAT16),
    /** 8 bits with a sign, in blocks. */
    BLOCK8(DType.BLOCK8),
    /** 8 bits without a sign, in blocks. */
    UNSIGNED_BLOCK8(DType.UNSIGNED_BLOCK8) {
        @Override
        public boolean isRandom() {
            return true;
        }
    },

    /**
     * bf16, rounded up or down by chance, the nearer one with the greater, so that the mean is right: a random number
     * of 16 bits is added to the half that is cut off. An exact value stays.
     */
    BFLOAT16_STOCHASTIC(DType.BFLOAT16) {
        @Override
        public <W> List<W> store(Words<W> words, W value) {
            W rounded = words.add(value, words.shiftRight(words.random(), 16));
            return List.of(DType.upperHalf(words, value, rounded));
        }

        @Override
        public boolean isRandom() {
            return true;
        }
    },

    /**
     * bf16, and the 16 bits that it lacks in a plane of their own: all bits of an fp32 number in 4 bytes. The bf16
     * number is the nearest, of two equally near ones the larger in magnitude, so that the rest is a signed number.
     *
     * <pre>
     * fp32    s eeeeeeee fffffff rrrrrrrrrrrrrrrr    =    bf16 · 2¹⁶ + rest, as integers
     * </pre>
     */
    BFLOAT16_WITH_REST(DType.BFLOAT16, DType.LOW16) {
        @Override
        public <W> W load(Words<W> words, IntFunction<W> raw) {
            // The rest's sign reaches up into the upper half.
            W rest = words.add(words.xor(raw.apply(1), words.constant(0x8000)), words.constant(-0x8000));
            return words.add(words.shiftLeft(raw.apply(0), 16), rest);
        }

        @Override
        public <W> List<W> store(Words<W> words, W value) {
            W nearest = words.add(value, words.constant(0x8000));
            return List.of(DType.upperHalf(words, value, nearest), words.ifNaN(value, words.constant(0), value));
        }
    },

    /** An fp32 master, and a bf16 copy of it, which is only written. */
    BFLOAT16_OF_MASTER(DType.BFLOAT16, DType.FLOAT32),

    /** An fp32 master, and an fp16 copy of it, which is only written. */
    FLOAT16_OF_MASTER(DType.FLOAT16, DType.FLOAT32);

    private final DType first;
    private final @Nullable DType second;

    Storage(DType plane) {
        first = plane;
        second = null;
    }

    Storage(DType first, DType second) {
        this.first = first;
        this.second = second;
    }

    /**
     * Plain storage of a dtype.
     *
     * @param dtype not {@link DType#FLOAT64} nor {@link DType#LOW16}
     * @return the storage of that one plane
     * @throws IllegalArgumentException if there is none
     */
    public static Storage of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT32;
            case BFLOAT16 -> BFLOAT16;
            case FLOAT16 -> FLOAT16;
            case BLOCK8 -> BLOCK8;
            case UNSIGNED_BLOCK8 -> UNSIGNED_BLOCK8;
            case FLOAT64, LOW16 ->
                throw new IllegalArgumentException(
                        "values of elements must be fp32, bf16, fp16 or 8-bit, got " + dtype);
        };
    }

    /**
     * What lies where.
     *
     * @return the dtype of each plane; the first is the one that users see
     */
    public List<DType> planes() {
        return second == null ? List.of(first) : List.of(first, second);
    }

    private boolean hasMaster() {
        return second == DType.FLOAT32;
    }

    /**
     * Whether a value is made of what is in a plane.
     *
     * @param plane its number
     * @return false for a copy
     */
    public boolean reads(int plane) {
        return plane > 0 || !hasMaster();
    }

    /**
     * Whether values share scales, block by block.
     *
     * @return true for those of 8 bits
     */
    public boolean isBlocked() {
        return first.isBlocked();
    }

    /**
     * Whether random words are needed to store a value.
     *
     * @return true for what is rounded by chance
     */
    public boolean isRandom() {
        return false;
    }

    /**
     * From memory to a number.
     *
     * @param <W> stands for a word
     * @param words the operations
     * @param raw the bits of each plane, zeros before
     * @return the value in fp32
     */
    public <W> W load(Words<W> words, IntFunction<W> raw) {
        return second == null ? first.decode(words, raw.apply(0)) : second.decode(words, raw.apply(1));
    }

    /**
     * From a number to memory.
     *
     * @param <W> stands for a word
     * @param words the operations
     * @param value in fp32
     * @return the bits of each plane
     */
    public <W> List<W> store(Words<W> words, W value) {
        return planes().stream().map(plane -> plane.encode(words, value)).toList();
    }

    /**
     * Bytes of an element that are read to have its value.
     *
     * @return those of the planes that count
     */
    public long bytesRead() {
        return hasMaster() ? DType.FLOAT32.bytes() : bytesWritten();
    }

    /**
     * Bytes of an element that are written to keep its value.
     *
     * @return those of all planes
     */
    public long bytesWritten() {
        return planes().stream().mapToLong(DType::bytes).sum();
    }
}
