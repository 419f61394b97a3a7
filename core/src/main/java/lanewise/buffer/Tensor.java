package lanewise.buffer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import lanewise.dtype.BlockScale;
import lanewise.dtype.Computed;
import lanewise.dtype.DType;

/**
 * A shape over off-heap memory: row-major values in the machine's byte order, fp32 unless another {@link DType} is
 * asked for. Does not own the memory; its {@link Arena} does.
 *
 * <p>Lengths and indices are 64-bit. Heap arrays are copied in and out by name ({@link #copyFrom},
 * {@link #toArray}); kernels see native memory only, since heap and native memory through one kernel
 * would cost a factor of 4 to 6.
 */
public final class Tensor {

    /** What the engine aligns to: a cache line, and the widest vector. */
    private static final long ALIGNMENT = 64;

    /** Two streams with the same offset in a page slow each other down (4-KiB aliasing). */
    private static final long PAGE = 4096;

    /** How far the bases of two neighbouring streams are staggered: 9 lines, 7 steps to a page. */
    private static final long STAGGER = 9 * ALIGNMENT;

    private final DType dtype;
    private final MemorySegment segment;
    private final long[] shape;
    private final long size;

    private Tensor(DType dtype, MemorySegment segment, long[] shape, long size) {
        this.dtype = dtype;
        this.segment = segment;
        this.shape = shape;
        this.size = size;
    }

    /**
     * A tensor of zeros in new memory.
     *
     * @param arena decides how long the memory lives and which threads may touch it
     * @param shape lengths of the axes, each at least 0; none for a single value
     * @return the tensor, aligned to 64 bytes
     * @throws IllegalArgumentException if a length is negative or the tensor has over 2<sup>60</sup>
     *     elements
     */
    public static Tensor allocate(Arena arena, long... shape) {
        return allocate(arena, DType.FLOAT32, shape);
    }

    /**
     * A tensor of zeros of a type of one's choice in new memory.
     *
     * @param arena decides how long the memory lives and which threads may touch it
     * @param dtype how the elements lie in memory
     * @param shape lengths of the axes, each at least 0; none for a single value
     * @return the tensor, aligned to 64 bytes
     * @throws IllegalArgumentException if a length is negative or the tensor has over 2<sup>60</sup>
     *     elements
     */
    public static Tensor allocate(Arena arena, DType dtype, long... shape) {
        return allocateTogether(arena, dtype, 0, List.<long[]>of(shape)).getFirst();
    }

    /**
     * Tensors of zeros in one block of new memory. Blocks of tensors that are walked through together
     * (parameters, gradients, each state) should have different stream numbers, so that they do not
     * start at the same offset in a page.
     *
     * @param arena decides how long the memory lives and which threads may touch it
     * @param dtype how the elements lie in memory
     * @param stream a small number, at least 0
     * @param shapes the shapes
     * @return the tensors in the order of the shapes, each aligned to 64 bytes
     * @throws IllegalArgumentException if a length is negative or a tensor has over 2<sup>60</sup>
     *     elements
     */
    public static List<Tensor> allocateTogether(Arena arena, DType dtype, int stream, List<long[]> shapes) {
        long start = stream * STAGGER % PAGE;
        long[] offsets = new long[shapes.size()];
        long end = start;
        for (int i = 0; i < offsets.length; i++) {
            long bytes = dtype.bytes(elements(shapes.get(i)));
            // Small tensors stand close together; one of a page or more starts at its stream's place in a page.
            offsets[i] = bytes < PAGE ? alignUp(end, ALIGNMENT) : alignUp(end - start, PAGE) + start;
            end = Math.addExact(offsets[i], bytes);
        }
        MemorySegment block = arena.allocate(Math.max(end, 1), PAGE);
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < offsets.length; i++) {
            long[] shape = shapes.get(i).clone();
            long size = elements(shape);
            tensors.add(new Tensor(dtype, block.asSlice(offsets[i], dtype.bytes(size)), shape, size));
        }
        return tensors;
    }

    private static long alignUp(long offset, long alignment) {
        return (offset + alignment - 1) & -alignment;
    }

    /**
     * A tensor of fp32 values over memory that the caller owns.
     *
     * @param segment off-heap memory of exactly the tensor's bytes, aligned to 4 bytes
     * @param shape lengths of the axes
     * @return the tensor; writes go to the caller's memory
     * @throws IllegalArgumentException if the memory is on the heap, misaligned, or of another size
     */
    public static Tensor wrap(MemorySegment segment, long... shape) {
        return wrap(DType.FLOAT32, segment, shape);
    }

    /**
     * A tensor of another type over memory that the caller owns.
     *
     * @param dtype how the elements lie in memory
     * @param segment off-heap memory of exactly the tensor's bytes, aligned to an element
     * @param shape lengths of the axes
     * @return the tensor; writes go to the caller's memory
     * @throws IllegalArgumentException if the memory is on the heap, misaligned, or of another size
     */
    public static Tensor wrap(DType dtype, MemorySegment segment, long... shape) {
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(segment, "segment");
        long size = elements(shape);
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a tensor's memory must be off-heap, got a heap segment;"
                    + " allocate the tensor and use copyFrom(float[])");
        }
        if (segment.address() % dtype.alignment() != 0) {
            throw new IllegalArgumentException("a tensor's memory must be aligned to " + dtype.alignment()
                    + " bytes, got an address that is " + segment.address() % dtype.alignment()
                    + " past; allocate with "
                    + (dtype.alignment() == Float.BYTES ? "ValueLayout.JAVA_FLOAT" : "that alignment"));
        }
        if (segment.byteSize() != dtype.bytes(size)) {
            throw new IllegalArgumentException("a tensor of shape " + text(shape)
                    + (dtype == DType.FLOAT32 ? "" : " in " + dtype) + " must have " + dtype.bytes(size)
                    + " bytes of memory, got " + segment.byteSize()
                    + "; take the right slice with asSlice");
        }
        return new Tensor(dtype, segment, shape.clone(), size);
    }

    /**
     * A tensor over a direct buffer, from its position to its limit.
     *
     * @param buffer a direct buffer in native byte order
     * @param shape lengths of the axes
     * @return the tensor; writes go to the buffer
     * @throws IllegalArgumentException if the buffer is on the heap, in the other byte order,
     *     misaligned, or of another size
     */
    public static Tensor wrap(ByteBuffer buffer, long... shape) {
        if (buffer.isDirect() && buffer.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("a tensor's buffer must be in native byte order, "
                    + ByteOrder.nativeOrder() + ", got " + buffer.order()
                    + "; call order(ByteOrder.nativeOrder()) on it");
        }
        return wrap(MemorySegment.ofBuffer(buffer), shape);
    }

    /**
     * The number of elements of a shape.
     *
     * @param shape lengths of the axes
     * @return their product, 1 for no axes
     * @throws IllegalArgumentException if a length is negative or the product is over 2<sup>60</sup>
     */
    public static long elements(long... shape) {
        long product = 1;
        for (long length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException("the lengths of a shape must be at least 0, got " + text(shape));
            }
        }
        for (long length : shape) {
            if (length == 0) {
                return 0;
            }
            if (product > (1L << 60) / length) {
                throw new IllegalArgumentException(
                        "a tensor must have at most 2^60 elements, got shape " + text(shape));
            }
            product *= length;
        }
        return product;
    }

    /**
     * The memory.
     *
     * @return exactly the tensor's bytes
     */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * The lengths of the axes.
     *
     * @return a copy
     */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * The number of elements.
     *
     * @return the product of the shape
     */
    public long size() {
        return size;
    }

    /**
     * How the elements lie in memory.
     *
     * @return fp32 unless another type was asked for
     */
    public DType dtype() {
        return dtype;
    }

    /**
     * Whether both have the same lengths of axes.
     *
     * @param other another tensor
     * @return true if the shapes are equal
     */
    public boolean hasShapeOf(Tensor other) {
        return Arrays.equals(shape, other.shape);
    }

    /**
     * One element.
     *
     * @param index its number in row-major order
     * @return its value, rounded to fp32
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public float get(long index) {
        return (float) getDouble(index);
    }

    /**
     * One element, exactly.
     *
     * @param index its number in row-major order
     * @return its value
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public double getDouble(long index) {
        Objects.checkIndex(index, size);
        return switch (dtype) {
            case FLOAT32 -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case FLOAT64 -> segment.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
            case LOW16 -> (short) dtype.raw(segment, index);
            case BFLOAT16, FLOAT16 -> decoded(index);
            case BLOCK8, UNSIGNED_BLOCK8 -> decoded(index) * BlockScale.get(segment, index);
        };
    }

    private float decoded(long index) {
        return Float.intBitsToFloat(dtype.decode(Computed.WORDS, dtype.raw(segment, index)));
    }

    private static int encoded(DType dtype, float value) {
        return dtype.encode(Computed.WORDS, Float.floatToRawIntBits(value));
    }

    /**
     * Sets one element.
     *
     * @param index its number in row-major order
     * @param value its new value
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public void set(long index, float value) {
        setDouble(index, value);
    }

    /**
     * Sets one element. In blocks it sets the scale of its block too, and so may change its neighbours by a rounding.
     *
     * @param index its number in row-major order
     * @param value its new value, rounded to the tensor's type
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public void setDouble(long index, double value) {
        Objects.checkIndex(index, size);
        switch (dtype) {
            case FLOAT32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case FLOAT64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
            case LOW16 -> dtype.setRaw(segment, index, (int) value);
            case BFLOAT16, FLOAT16 -> dtype.setRaw(segment, index, encoded(dtype, (float) value));
            case BLOCK8, UNSIGNED_BLOCK8 -> setInBlocks(index, new float[] {(float) value});
        }
    }

    /** Block by block: what stays as it is of one that changes is decoded and encoded again. */
    private void setInBlocks(long from, float[] values) {
        long end = from + values.length;
        for (long first = from - from % DType.BLOCK; first < end; first += DType.BLOCK) {
            float[] block = new float[(int) Math.min(DType.BLOCK, size - first)];
            for (int i = 0; i < block.length; i++) {
                long index = first + i;
                block[i] = index < from || index >= end ? get(index) : values[(int) (index - from)];
            }
            float largest = BlockScale.largest(block, 0, block.length);
            float inverse = BlockScale.renew(segment, first, largest, dtype.top());
            for (int i = 0; i < block.length; i++) {
                dtype.setRaw(segment, first + i, encoded(dtype, BlockScale.scaled(block[i], inverse)));
            }
        }
    }

    /**
     * Sets all elements to one value.
     *
     * @param value the value, rounded to the tensor's type
     * @return this tensor
     */
    public Tensor fill(double value) {
        if (dtype.isBlocked()) {
            float[] block = new float[DType.BLOCK];
            Arrays.fill(block, (float) value);
            for (long first = 0; first < size; first += DType.BLOCK) {
                setInBlocks(first, Arrays.copyOf(block, (int) Math.min(DType.BLOCK, size - first)));
            }
            return this;
        }
        for (long i = 0; i < size; i++) {
            setDouble(i, value);
        }
        return this;
    }

    /**
     * Copies another tensor in: its memory if it is of the same type, else its values, rounded.
     *
     * @param source of the same shape
     * @return this tensor
     * @throws IllegalArgumentException if the shapes differ
     */
    public Tensor copyFrom(Tensor source) {
        if (!hasShapeOf(source)) {
            throw new IllegalArgumentException("the tensor must have shape " + text(shape) + ", got " + source);
        }
        if (dtype == source.dtype) {
            segment.copyFrom(source.segment);
            return this;
        }
        for (long from = 0; from < size; from += PAGE) {
            float[] values = new float[(int) Math.min(PAGE, size - from)];
            source.copyTo(from, values);
            copyFrom(from, values);
        }
        return this;
    }

    /**
     * Copies an array in.
     *
     * @param values one value for each element, row-major
     * @return this tensor
     * @throws IllegalArgumentException if the lengths differ
     */
    public Tensor copyFrom(float... values) {
        requireLength(values.length);
        return copyFrom(0, values);
    }

    /**
     * Copies an array in, behind the first {@code from} elements.
     *
     * @param from index of the first element to be set
     * @param values as many values as there are to set
     * @return this tensor
     * @throws IndexOutOfBoundsException if they reach beyond the tensor
     */
    public Tensor copyFrom(long from, float[] values) {
        Objects.checkFromIndexSize(from, (long) values.length, size);
        switch (dtype) {
            case FLOAT32 ->
                MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, from * Float.BYTES, values.length);
            case BLOCK8, UNSIGNED_BLOCK8 -> setInBlocks(from, values);
            case FLOAT64, BFLOAT16, FLOAT16, LOW16 -> {
                for (int i = 0; i < values.length; i++) {
                    set(from + i, values[i]);
                }
            }
        }
        return this;
    }

    /**
     * Copies elements out, those behind the first {@code from}.
     *
     * @param from index of the first element to be copied
     * @param target an array of as many elements as there are to copy
     * @throws IndexOutOfBoundsException if they reach beyond the tensor
     */
    public void copyTo(long from, float[] target) {
        Objects.checkFromIndexSize(from, (long) target.length, size);
        switch (dtype) {
            case FLOAT32 ->
                MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, from * Float.BYTES, target, 0, target.length);
            case FLOAT64, BFLOAT16, FLOAT16, LOW16, BLOCK8, UNSIGNED_BLOCK8 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = get(from + i);
                }
            }
        }
    }

    /**
     * Copies all elements out.
     *
     * @param target an array of the tensor's size
     * @throws IllegalArgumentException if the lengths differ
     */
    public void copyTo(float[] target) {
        requireLength(target.length);
        copyTo(0, target);
    }

    /**
     * Copies all elements out.
     *
     * @return a new array, row-major
     * @throws IllegalArgumentException if an array can't hold them
     */
    public float[] toArray() {
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("an array must have at most " + (Integer.MAX_VALUE - 8)
                    + " elements, got a tensor of " + size + "; read it through segment()");
        }
        float[] values = new float[(int) size];
        copyTo(values);
        return values;
    }

    private void requireLength(int length) {
        if (length != size) {
            throw new IllegalArgumentException(
                    "the array must have " + size + " elements for shape " + text(shape) + ", got " + length);
        }
    }

    private static String text(long[] shape) {
        return LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(" × ", "[", "]"));
    }

    @Override
    public String toString() {
        return dtype + " tensor " + text(shape);
    }
}
