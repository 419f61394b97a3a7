package lanewise.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import lanewise.dtype.BlockScale;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.kernel.Emission;
import lanewise.kernel.EmittedWords;
import lanewise.program.Code;

/**
 * Spells the loads and stores of a kernel: where each plane lies, and what is done to get from its bits to floats and
 * back.
 */
final class Memory {

    /**
     * How far ahead of the loads the caches are told of them, in bytes. Long kernels over narrow elements have too few
     * loads under way at a time: what waits for one takes up the processor's scheduler.
     */
    private static final int AHEAD = 256;

    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout");
    private static final ClassDesc BLOCK_SCALE =
            BlockScale.class.describeConstable().orElseThrow();
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final ClassDesc VOID = ConstantDescs.CD_void;
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;

    /** A kind of word in memory: its layout, and how the Vector API names vectors of it. */
    private record Cell(
            ClassDesc type, String layout, String layoutType, ClassDesc vector, String widening, String narrowing) {

        static final Cell BYTE =
                new Cell(ConstantDescs.CD_byte, "JAVA_BYTE", "OfByte", Api.BYTES, "ZERO_EXTEND_B2I", "I2B");
        static final Cell SHORT =
                new Cell(ConstantDescs.CD_short, "JAVA_SHORT", "OfShort", Api.SHORTS, "ZERO_EXTEND_S2I", "I2S");
        static final Cell INT = new Cell(ConstantDescs.CD_int, "JAVA_INT_UNALIGNED", "OfInt", Api.INTS, "", "");
        static final Cell FLOAT = new Cell(ConstantDescs.CD_float, "JAVA_FLOAT", "OfFloat", Api.FLOATS, "", "");

        static Cell of(DType dtype) {
            return switch (dtype.bytes()) {
                case 1 -> BYTE;
                case 2 -> SHORT;
                default -> FLOAT;
            };
        }

        ClassDesc layoutClass() {
            return ClassDesc.of("java.lang.foreign.ValueLayout$" + layoutType);
        }

        MethodTypeDesc get() {
            return MethodTypeDesc.of(type, layoutClass(), LONG);
        }

        MethodTypeDesc set() {
            return MethodTypeDesc.of(VOID, layoutClass(), LONG, type);
        }
    }

    private final Code code;
    private final CodeBuilder builder;
    private final int lanes;

    /** By plane. */
    private final int[] segments;

    /** By stream: locals of the numbers of the first elements, longs. */
    private final int[] starts;

    /** By stream: locals of the byte where the scales of its blocks begin, longs. */
    private final int[] scales;

    /** By plane: locals of how far ahead a load looks; 0 for none. */
    private final int[] ahead;

    private final int order;
    private int touched;

    Memory(Code code, CodeBuilder builder, int lanes, int streams, int startsArray) {
        this.code = code;
        this.builder = builder;
        this.lanes = lanes;
        segments = Emission.objectLocals(builder, streams, code.planes());
        starts = new int[code.streams()];
        scales = new int[starts.length];
        ahead = new int[segments.length];
        for (int stream = 0; stream < starts.length; stream++) {
            starts[stream] = builder.allocateLocal(TypeKind.LONG);
            builder.aload(startsArray).loadConstant(stream).laload().lstore(starts[stream]);
            if (storage(stream).isBlocked()) {
                scales[stream] = builder.allocateLocal(TypeKind.LONG);
                builder.aload(segment(stream, 0))
                        .invokestatic(BLOCK_SCALE, "offset", MethodTypeDesc.of(LONG, SEGMENT))
                        .lstore(scales[stream]);
            }
        }
        order = builder.allocateLocal(TypeKind.REFERENCE);
        builder.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER)).astore(order);
    }

    private Storage storage(int stream) {
        return code.storages().get(stream);
    }

    private DType dtype(int stream, int plane) {
        return storage(stream).planes().get(plane);
    }

    private int segment(int stream, int plane) {
        return segments[code.firstPlane(stream) + plane];
    }

    // ----------------------------------------------------------------------------------- offsets

    /** Puts the byte of an element on the stack. */
    private void offset(int stream, int plane, int place) {
        int bytes = dtype(stream, plane).bytes();
        builder.lload(starts[stream]).lload(place).ladd();
        if (bytes > 1) {
            builder.loadConstant(Integer.numberOfTrailingZeros(bytes)).lshl();
        }
    }

    /** The number of an element in its tensor, in a local of type long. */
    int index(int stream, int place) {
        int index = builder.allocateLocal(TypeKind.LONG);
        builder.lload(starts[stream]).lload(place).ladd().lstore(index);
        return index;
    }

    /** Puts the scale of an element's block on the stack. */
    void scale(int stream, int place) {
        builder.aload(segment(stream, 0));
        layout(Cell.FLOAT);
        builder.lload(starts[stream])
                .lload(place)
                .ladd()
                .loadConstant(Integer.numberOfTrailingZeros(DType.BLOCK))
                .lshr()
                .loadConstant(2)
                .lshl()
                .lload(scales[stream])
                .ladd()
                .invokeinterface(SEGMENT, "get", Cell.FLOAT.get());
    }

    /** Sets the scale of an element's block; puts its inverse on the stack. */
    void renewScale(int stream, int place, int largest) {
        builder.aload(segment(stream, 0))
                .lload(starts[stream])
                .lload(place)
                .ladd()
                .fload(largest)
                .loadConstant(dtype(stream, 0).top())
                .invokestatic(
                        BLOCK_SCALE,
                        "renew",
                        MethodTypeDesc.of(
                                ConstantDescs.CD_float, SEGMENT, LONG, ConstantDescs.CD_float, ConstantDescs.CD_float));
    }

    private void layout(Cell cell) {
        builder.getstatic(LAYOUT, cell.layout, cell.layoutClass());
    }

    // ---------------------------------------------------------------------------------- touching

    /** Before the loop: how far ahead it may look without leaving a plane, given how many elements it takes. */
    void lookAhead(int length) {
        if (!isNarrow()) {
            return;
        }
        touched = builder.allocateLocal(TypeKind.INT);
        builder.iconst_0().istore(touched);
        forLoadedPlanes((stream, plane) -> {
            int local = builder.allocateLocal(TypeKind.LONG);
            ahead[code.firstPlane(stream) + plane] = local;
            builder.lload(starts[stream]).iload(length).i2l().ladd();
            builder.loadConstant((long) dtype(stream, plane).bytes()).lmul();
            // 0, or AHEAD where the byte so far behind the last one still belongs to the plane.
            builder.loadConstant((long) AHEAD + Integer.BYTES)
                    .ladd()
                    .aload(segment(stream, plane))
                    .invokeinterface(SEGMENT, "byteSize", MethodTypeDesc.of(LONG))
                    .lsub()
                    .loadConstant(1L)
                    .lsub()
                    .loadConstant(Long.SIZE - 1)
                    .lshr()
                    .loadConstant((long) AHEAD)
                    .land()
                    .lstore(local);
        });
    }

    private boolean isNarrow() {
        return code.storages().stream()
                .flatMap(storage -> storage.planes().stream())
                .anyMatch(dtype -> dtype.bytes() < Float.BYTES);
    }

    private interface PlaneAction {
        void accept(int stream, int plane);
    }

    private void forLoadedPlanes(PlaneAction action) {
        for (int stream = 0; stream < starts.length; stream++) {
            for (int plane = 0; plane < storage(stream).planes().size(); plane++) {
                if (code.loads(stream) && storage(stream).reads(plane)) {
                    action.accept(stream, plane);
                }
            }
        }
    }

    /** Loads, for the caches' sake, what is needed soon. */
    void touch(int place) {
        if (!isNarrow()) {
            return;
        }
        forLoadedPlanes((stream, plane) -> {
            builder.iload(touched).aload(segment(stream, plane));
            layout(Cell.INT);
            offset(stream, plane, place);
            builder.lload(ahead[code.firstPlane(stream) + plane])
                    .ladd()
                    .invokeinterface(SEGMENT, "get", Cell.INT.get())
                    .ixor()
                    .istore(touched);
        });
    }

    /** Behind the loop: makes use of what was loaded. */
    void endTouching(ClassDesc scratchClass, int scratch) {
        if (isNarrow()) {
            builder.aload(scratch).iload(touched).invokevirtual(scratchClass, "touched", MethodTypeDesc.of(VOID, INT));
        }
    }

    // ----------------------------------------------------------------------------------- vectors

    /** Puts the floats of a stream on the stack; those of a block yet to be multiplied by the scale. */
    void loadVector(int stream, int place, VectorWords words) {
        if (storage(stream) == Storage.FLOAT32) {
            vector(stream, 0, place);
            return;
        }
        int value = storage(stream).load(words, plane -> {
            vector(stream, plane, place);
            Cell cell = Cell.of(dtype(stream, plane));
            if (cell.equals(Cell.FLOAT)) {
                words.toBits();
            } else {
                convert(cell.widening, Cell.INT);
            }
            return words.pop();
        });
        builder.aload(words.local(value));
        words.toFloats();
    }

    /**
     * Loads the floats of a stream whose planes have two bytes an element, twice as many as a vector has lanes.
     *
     * @return locals of the elements of even number and of those of odd number
     */
    int[] loadPair(int stream, int place, VectorWords even, VectorWords odd) {
        int[] packed = new int[storage(stream).planes().size()];
        for (int plane = 0; plane < packed.length; plane++) {
            vector(Cell.INT, stream, plane, place);
            packed[plane] = even.pop();
        }
        return new int[] {
            floats(even, storage(stream).load(even, plane -> even.lowerHalf(packed[plane]))),
            floats(odd, storage(stream).load(odd, plane -> odd.upperHalf(packed[plane])))
        };
    }

    private int floats(VectorWords words, int value) {
        builder.aload(words.local(value));
        words.toFloats();
        return Api.pop(builder, Api.FLOATS);
    }

    /** Stores locals that hold the floats of even number and those of odd number. */
    void storePair(int stream, int place, VectorWords even, int evenValue, VectorWords odd, int oddValue) {
        List<Integer> evens = encoded(stream, even, evenValue);
        List<Integer> odds = encoded(stream, odd, oddValue);
        for (int plane = 0; plane < evens.size(); plane++) {
            int upper = odd.shiftLeft(odds.get(plane), Short.SIZE);
            builder.aload(even.or(even.lowerHalf(evens.get(plane)), upper));
            intoMemory(Cell.INT, stream, plane, place);
        }
    }

    private List<Integer> encoded(int stream, VectorWords words, int value) {
        builder.aload(value);
        words.toBits();
        return storage(stream).store(words, words.pop());
    }

    /**
     * For the checks of a plane that is only stored. C2 takes those of a load out of the loop; those of a store that comes
     * without one it takes out by a bet that it loses, and leaves them in the loop from then on, twice as slow.
     */
    void checkStores(int stream, int place, boolean paired) {
        for (int plane = 0; plane < storage(stream).planes().size(); plane++) {
            if (!code.loads(stream) || !storage(stream).reads(plane)) {
                vector(paired ? Cell.INT : Cell.of(dtype(stream, plane)), stream, plane, place);
                builder.pop();
            }
        }
    }

    private void vector(int stream, int plane, int place) {
        vector(Cell.of(dtype(stream, plane)), stream, plane, place);
    }

    private void vector(Cell cell, int stream, int plane, int place) {
        species(cell);
        builder.aload(segment(stream, plane));
        offset(stream, plane, place);
        builder.aload(order)
                .invokestatic(
                        cell.vector,
                        "fromMemorySegment",
                        MethodTypeDesc.of(cell.vector, Api.SPECIES, SEGMENT, LONG, ORDER));
        Api.exact(builder, cell.vector);
    }

    /** For four bytes eight are loaded: the scales lie behind the last. */
    private void species(Cell cell) {
        builder.getstatic(cell.vector, "SPECIES_" + Api.bits(cell.vector, lanes), Api.SPECIES);
    }

    private void convert(String conversion, Cell to) {
        builder.getstatic(Api.OPERATORS, conversion, Api.CONVERSION);
        species(to);
        builder.iconst_0()
                .invokevirtual(
                        Api.VECTOR, "convertShape", MethodTypeDesc.of(Api.VECTOR, Api.CONVERSION, Api.SPECIES, INT));
        Api.exact(builder, to.vector);
    }

    /** Stores a local that holds floats, not in a block. */
    void storeVector(int stream, int place, VectorWords words, int value) {
        if (storage(stream) == Storage.FLOAT32) {
            builder.aload(value);
            intoMemory(stream, 0, place);
            return;
        }
        List<Integer> encoded = encoded(stream, words, value);
        for (int plane = 0; plane < encoded.size(); plane++) {
            storeWords(stream, plane, place, words, encoded.get(plane));
        }
    }

    /** Encodes what is on the stack, floats divided by their block's scale, and stores it. */
    void storeVectorOfBlock(int stream, int place, VectorWords words) {
        words.toBits();
        storeWords(stream, 0, place, words, dtype(stream, 0).encode(words, words.pop()));
    }

    private void storeWords(int stream, int plane, int place, VectorWords words, int word) {
        Cell cell = Cell.of(dtype(stream, plane));
        builder.aload(words.local(word));
        if (cell.equals(Cell.FLOAT)) {
            words.toFloats();
        } else {
            convert(cell.narrowing, cell);
        }
        intoMemory(stream, plane, place);
    }

    private void intoMemory(int stream, int plane, int place) {
        intoMemory(Cell.of(dtype(stream, plane)), stream, plane, place);
    }

    private void intoMemory(Cell cell, int stream, int plane, int place) {
        builder.aload(segment(stream, plane));
        offset(stream, plane, place);
        builder.aload(order)
                .invokevirtual(cell.vector, "intoMemorySegment", MethodTypeDesc.of(VOID, SEGMENT, LONG, ORDER));
    }

    // ----------------------------------------------------------------------------------- scalars

    /** Puts a float of a stream on the stack; that of a block yet to be multiplied by the scale. */
    void load(int stream, int place, EmittedWords words) {
        if (storage(stream) == Storage.FLOAT32) {
            get(stream, 0, place);
            return;
        }
        int value = storage(stream).load(words, plane -> {
            get(stream, plane, place);
            Cell cell = Cell.of(dtype(stream, plane));
            if (cell.equals(Cell.FLOAT)) {
                words.toBits();
            } else {
                builder.loadConstant((1 << (Byte.SIZE * dtype(stream, plane).bytes())) - 1)
                        .iand();
            }
            return words.pop();
        });
        builder.iload(value);
        words.toFloat();
    }

    private void get(int stream, int plane, int place) {
        Cell cell = Cell.of(dtype(stream, plane));
        builder.aload(segment(stream, plane));
        layout(cell);
        offset(stream, plane, place);
        builder.invokeinterface(SEGMENT, "get", cell.get());
    }

    /** Stores a local that holds a float, not in a block. */
    void store(int stream, int place, EmittedWords words, int value) {
        builder.fload(value);
        words.toBits();
        List<Integer> encoded = storage(stream).store(words, words.pop());
        for (int plane = 0; plane < encoded.size(); plane++) {
            set(stream, plane, place, words, encoded.get(plane));
        }
    }

    /** Encodes the float on the stack, divided by its block's scale, and stores it. */
    void storeOfBlock(int stream, int place, EmittedWords words) {
        words.toBits();
        set(stream, 0, place, words, dtype(stream, 0).encode(words, words.pop()));
    }

    private void set(int stream, int plane, int place, EmittedWords words, int word) {
        Cell cell = Cell.of(dtype(stream, plane));
        builder.aload(segment(stream, plane));
        layout(cell);
        offset(stream, plane, place);
        builder.iload(word);
        if (cell.equals(Cell.FLOAT)) {
            words.toFloat();
        } else if (cell.equals(Cell.SHORT)) {
            builder.i2s();
        } else {
            builder.i2b();
        }
        builder.invokeinterface(SEGMENT, "set", cell.set());
    }
}
