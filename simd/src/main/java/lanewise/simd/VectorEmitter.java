package lanewise.simd;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntConsumer;
import lanewise.dtype.BlockScale;
import lanewise.dtype.DType;
import lanewise.dtype.Words;
import lanewise.kernel.Emission;
import lanewise.kernel.EmittedWords;
import lanewise.kernel.Kernel;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Op;

/**
 * Spells code as a class with a flat loop over vectors of a constant species, in {@code run}, and a scalar loop for the
 * tail. Where streams have blocks, {@code run} calls {@code elements} for the new values of some blocks, then for each such
 * stream a method that encodes them.
 *
 * <p>Elements of two bytes are taken in pairs of vectors, see {@link #isPaired}.
 *
 * <p>Code with sums takes whole rows of {@link Scratch#LANES} elements at a time, whatever the
 * width: one vector of 512 bits, two of 256 or four of 128, so that each virtual lane of a sum is
 * added in the same order on every machine.
 *
 * <p>The Vector API is named in class descriptors only, so this class loads without its module.
 */
final class VectorEmitter {

    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc SCRATCH = Scratch.class.describeConstable().orElseThrow();
    private static final ClassDesc FLOAT = ConstantDescs.CD_float;
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc VOID = ConstantDescs.CD_void;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc FLOAT_ARRAY = FLOAT.arrayType();
    private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
    private static final ClassDesc WORDS = Words.class.describeConstable().orElseThrow();
    private static final ClassDesc BLOCK_SCALE =
            BlockScale.class.describeConstable().orElseThrow();

    /**
     * Loads, operations and stores of vectors in a turn of a loop, so few that C2 inlines all of them as it meets them: it
     * does so with some 15,000 bytes of bytecode (DesiredMethodLimit), and each takes 300 to 400. Each rule with all extras
     * has at most 38.
     */
    static final int LONGEST_TURN = 40;

    /**
     * The same where values are encoded and decoded. What comes behind the 15,000 bytes C2 inlines later, and as well, since
     * it is told of which class each vector is (see {@link Api#exact}); so many operations have been tried, after dozens of
     * other kernels of all widths.
     */
    static final int LONGEST_TURN_WITH_CODECS = 160;

    /** Rows of lanes in a turn: what they leave over goes element by element. */
    private static final int MOST_ROWS = 4;

    private static final int SIGN_BIT = Integer.MIN_VALUE;
    private static final int ONE_BITS = Float.floatToRawIntBits(1f);

    private static final MethodTypeDesc MAX_INTS = MethodTypeDesc.of(Api.INTS, Api.VECTOR);
    private static final MethodTypeDesc FROM_ARRAY = MethodTypeDesc.of(Api.FLOATS, Api.SPECIES, FLOAT_ARRAY, INT);
    private static final MethodTypeDesc LARGEST = MethodTypeDesc.of(FLOAT, FLOAT_ARRAY, INT);

    private static final MethodTypeDesc RUN = MethodTypeDesc.of(
            VOID,
            SEGMENT.arrayType(),
            LONG.arrayType(),
            ConstantDescs.CD_int,
            FLOAT_ARRAY,
            ConstantDescs.CD_double.arrayType(),
            ConstantDescs.CD_int,
            SCRATCH);

    /**
     * Of a method for some of the elements, with what {@link Kernel#run} got but the end of those instead of the length, and
     * the first of them. Takes a this that it has no use for, so that both have the same locals.
     */
    private static final MethodTypeDesc PART = MethodTypeDesc.of(
            VOID,
            ConstantDescs.CD_Object,
            SEGMENT.arrayType(),
            LONG.arrayType(),
            ConstantDescs.CD_int,
            FLOAT_ARRAY,
            ConstantDescs.CD_int,
            SCRATCH);

    /** The parameters of both methods, as locals. */
    private static final int STREAMS = 1, STARTS = 2, LENGTH = 3, SCALARS = 4;

    private static final int SUMS = 5, AT = 6, SCRATCHES = 7;
    private static final int START = 5, PART_SCRATCH = 6;

    private final Code code;
    private final CodeBuilder builder;
    private final int lanes;
    private final int groups;
    private final int rows;
    private final boolean paired;
    private final Memory memory;
    private final int[] scalars;
    private final int[] sumLanes;

    /** Starts a method whose parameters are those of {@link Kernel#run}, in the same locals. */
    private VectorEmitter(Code code, int lanes, CodeBuilder builder) {
        this.code = code;
        this.builder = builder;
        this.lanes = lanes;
        groups = vectorsOfARow(code, lanes);
        rows = rowsOfATurn(code, groups);
        paired = isPaired(code);
        memory = new Memory(code, builder, lanes, STREAMS, STARTS);
        scalars = Emission.floatLocals(builder, SCALARS, code.scalars());
        sumLanes = new int[code.sums().size()];
        fresh = new int[code.streams()];
    }

    /**
     * How many rows of lanes a turn of the loop takes: with sums as many as fit, since each turn has to wait until what
     * the last one stored can be loaded.
     */
    private static int rowsOfATurn(Code code, int groups) {
        if (code.sums().isEmpty()) {
            return 1;
        }
        int most = LONGEST_TURN / (groups * CountedWords.operations(code));
        return Math.clamp(Integer.highestOneBit(most), 1, MOST_ROWS);
    }

    /**
     * Whether a turn takes two vectors, of the elements of even number and of those of odd number: they lie in the halves
     * of 32-bit words where elements have two bytes, so that they are told apart by shifts alone. Not with sums, which
     * would be added in another order, nor where the even ones lie in the upper halves.
     */
    static boolean isPaired(Code code) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                && code.sums().isEmpty()
                && code.storages().stream()
                        .flatMap(storage -> storage.planes().stream())
                        .allMatch(plane -> plane.bytes() == Short.BYTES)
                && 2 * CountedWords.operations(code) <= LONGEST_TURN_WITH_CODECS;
    }

    /** How many vectors a turn of the loop takes at least. */
    static int vectorsOfARow(Code code, int lanes) {
        return code.sums().isEmpty() ? 1 : Scratch.LANES / lanes;
    }

    static byte[] classFile(Code code, int lanes) {
        return Emission.classFile(Api.KERNEL, Kernel.class, builder -> {
            Api.declareClasses(builder, lanes);
            builder.withMethodBody(
                    "run", RUN, ClassFile.ACC_PUBLIC, method -> new VectorEmitter(code, lanes, method).emitRun());
            builder.withMethodBody(
                    "tail", PART, ClassFile.ACC_STATIC, method -> new VectorEmitter(code, lanes, method).emitTail());
            if (code.isBlocked()) {
                builder.withMethodBody(
                        "elements",
                        PART,
                        ClassFile.ACC_STATIC,
                        method -> new VectorEmitter(code, lanes, method).emitElements());
                builder.withMethodBody("largest", LARGEST, ClassFile.ACC_STATIC, method -> emitLargest(lanes, method));
            }
            for (int stream : storedBlocks(code)) {
                builder.withMethodBody(
                        blocksOf(stream),
                        PART,
                        ClassFile.ACC_STATIC,
                        method -> new VectorEmitter(code, lanes, method).emitBlocks(stream));
            }
        });
    }

    /** The whole vectors, then the tail, then the sums. */
    private void emitRun() {
        lanesOfSums("clearedLanes", SCRATCHES);
        int i = zero();
        int whole = builder.allocateLocal(TypeKind.INT);
        builder.iload(LENGTH)
                .loadConstant(code.isBlocked() ? -DType.BLOCK : -turn())
                .iand()
                .istore(whole);
        leaveSpecialBoundsToTheTail(whole);
        if (code.isBlocked()) {
            inBlocks(i, whole, end -> {
                part("elements", i, end);
                storedBlocks(code).forEach(stream -> part(blocksOf(stream), i, end));
                builder.iload(end).istore(i);
            });
        } else {
            vectorTurns(i, whole, i, SCRATCHES);
        }
        Label noTail = builder.newLabel();
        builder.iload(whole).iload(LENGTH).if_icmpeq(noTail);
        part("tail", whole, LENGTH);
        builder.labelBinding(noTail);
        for (int sum = 0; sum < code.sums().size(); sum++) {
            builder.aload(SUMS)
                    .iload(AT)
                    .loadConstant(sum)
                    .iadd()
                    .aload(sumLanes[sum])
                    .invokestatic(SCRATCH, "fold", MethodTypeDesc.of(ConstantDescs.CD_double, FLOAT_ARRAY))
                    .dastore();
        }
        builder.return_();
    }

    /**
     * Calls another method for the elements from one to another. Methods are short since C2 gives each compilation a budget
     * of nodes, and stops inlining, vectors too, when it is spent.
     */
    private void part(String method, int start, int end) {
        builder.aload(0)
                .aload(STREAMS)
                .aload(STARTS)
                .iload(end)
                .aload(SCALARS)
                .iload(start)
                .aload(SCRATCHES)
                .invokestatic(Api.KERNEL, method, PART);
    }

    /** Elements that a turn of the loop takes. */
    private int turn() {
        return lanes * groups * rows * (paired ? 2 : 1);
    }

    /** {@code for (; i < end; )}, given the local of the first element of blocks, and that of the scratch memory. */
    private void vectorTurns(int i, int end, int first, int scratch) {
        int[] broadcasts = broadcastScalars();
        int key = inEachLane(keyOfWords());
        memory.lookAhead(end);
        Emission.loop(builder, i, end, turn(), () -> vectorTurn(i, first, broadcasts, key));
        memory.endTouching(SCRATCH, scratch);
    }

    private int zero() {
        int local = builder.allocateLocal(TypeKind.INT);
        builder.iconst_0().istore(local);
        return local;
    }

    /** The key of the random words, in a local of type int; 0 if there are none. */
    private int keyOfWords() {
        int local = zero();
        if (code.isRandom()) {
            builder.fload(scalars[scalars.length - 1])
                    .invokestatic(WORDS, "keyOf", MethodTypeDesc.of(INT, FLOAT), true)
                    .istore(local);
        }
        return local;
    }

    private int inEachLane(int word) {
        Api.ints(builder, lanes);
        builder.iload(word).invokestatic(Api.INTS, "broadcast", MethodTypeDesc.of(Api.INTS, Api.SPECIES, INT));
        return Api.pop(builder, Api.INTS);
    }

    private void vectorTurn(int i, int first, int[] broadcasts, int key) {
        if (paired) {
            pairBody(position(i, 0), broadcasts, key);
            return;
        }
        int[][] accumulators = new int[groups][sumLanes.length];
        for (int row = 0; row < rows; row++) {
            for (int group = 0; group < groups; group++) {
                int[] values = vectorBody(i, first, row * groups + group, broadcasts, key);
                addToSums(row, group, values, accumulators[group]);
            }
        }
    }

    // ------------------------------------------------------------------------------------ blocks

    /** By stream: locals of the new values of the blocks at hand. */
    private final int[] fresh;

    /** The local of what each block's new values are multiplied by. */
    private int inverses;

    private boolean isBlocked(int stream) {
        return code.storages().get(stream).isBlocked();
    }

    private static List<Integer> storedBlocks(Code code) {
        return code.stores().stream()
                .map(Code.Store::stream)
                .filter(stream -> code.storages().get(stream).isBlocked())
                .toList();
    }

    /** The name of the method that encodes the new values of a stream's blocks. */
    private static String blocksOf(int stream) {
        return "blocks" + stream;
    }

    private void roomForBlocks() {
        for (int stream : storedBlocks(code)) {
            fresh[stream] = builder.allocateLocal(TypeKind.REFERENCE);
            builder.aload(PART_SCRATCH)
                    .loadConstant(stream)
                    .invokevirtual(SCRATCH, "fresh", MethodTypeDesc.of(FLOAT_ARRAY, INT))
                    .astore(fresh[stream]);
        }
        inverses = builder.allocateLocal(TypeKind.REFERENCE);
        builder.aload(PART_SCRATCH)
                .invokevirtual(SCRATCH, "inverses", MethodTypeDesc.of(FLOAT_ARRAY))
                .astore(inverses);
    }

    /** {@code for (; i < limit; )} over as many blocks as there is room for; the body is to carry i to the end. */
    private void inBlocks(int i, int limit, IntConsumer body) {
        int end = builder.allocateLocal(TypeKind.INT);
        Emission.loop(builder, i, limit, 0, () -> {
            builder.iload(i)
                    .loadConstant(Scratch.BLOCKS * DType.BLOCK)
                    .iadd()
                    .iload(limit)
                    .invokestatic(MATH, "min", MethodTypeDesc.of(INT, INT, INT))
                    .istore(end);
            body.accept(end);
        });
    }

    /** The new values of some whole blocks, those of blocked streams into scratch memory. */
    private void emitElements() {
        lanesOfSums("lanes", PART_SCRATCH);
        roomForBlocks();
        vectorTurns(START, LENGTH, copyOf(START), PART_SCRATCH);
        builder.return_();
    }

    /** From the new values of some whole blocks of a stream to their scales and codes. */
    private void emitBlocks(int stream) {
        roomForBlocks();
        int keyWord = keyOfWords();
        int key = inEachLane(keyWord);
        int first = copyOf(START);
        int i = copyOf(START);
        Emission.loop(builder, i, LENGTH, DType.BLOCK, () -> renewScale(stream, i, first, this::largestOfVectors));
        if (lanes < 8) {
            // There is no vector of four bytes to be stored.
            Emission.loop(builder, START, LENGTH, 1, () -> encode(stream, START, first, keyWord));
        } else {
            Emission.loop(builder, START, LENGTH, lanes, () -> encodeVector(stream, START, first, key));
        }
        builder.return_();
    }

    private int copyOf(int local) {
        int copy = builder.allocateLocal(TypeKind.INT);
        builder.iload(local).istore(copy);
        return copy;
    }

    /** Puts {@code i − first} on the stack, the place of an element among the new values. */
    private void inRoom(int i, int first) {
        builder.iload(i).iload(first).isub();
    }

    /** Puts the largest magnitude of a block into a local, given the locals of the new values and of its first. */
    private interface LargestOf {
        int emit(int values, int from);
    }

    private void renewScale(int stream, int i, int first, LargestOf largestOf) {
        int from = builder.allocateLocal(TypeKind.INT);
        inRoom(i, first);
        builder.istore(from);
        int largest = largestOf.emit(fresh[stream], from);
        int inverse = builder.allocateLocal(TypeKind.FLOAT);
        memory.renewScale(stream, position(i, 0), largest);
        builder.fstore(inverse).aload(inverses);
        blockInRoom(i, first);
        builder.fload(inverse).fastore();
        Label some = builder.newLabel();
        builder.fload(inverse)
                .fconst_0()
                .fcmpl()
                .ifne(some)
                .aload(fresh[stream])
                .iload(from)
                .invokestatic(BLOCK_SCALE, "clear", MethodTypeDesc.of(VOID, FLOAT_ARRAY, INT))
                .labelBinding(some);
    }

    private void blockInRoom(int i, int first) {
        inRoom(i, first);
        builder.loadConstant(Integer.numberOfTrailingZeros(DType.BLOCK)).iushr();
    }

    private int largestOfVectors(int values, int from) {
        int largest = builder.allocateLocal(TypeKind.FLOAT);
        builder.aload(values)
                .iload(from)
                .invokestatic(Api.KERNEL, "largest", LARGEST)
                .fstore(largest);
        return largest;
    }

    /**
     * A method that gives the largest magnitude of a block of new values. Bits of magnitudes have their order, NaN is
     * above all.
     *
     * @param lanes elements of a vector
     */
    private static void emitLargest(int lanes, CodeBuilder builder) {
        int[] maxima = new int[4];
        for (int vector = 0; vector < DType.BLOCK / lanes; vector++) {
            Api.floats(builder, lanes);
            builder.aload(0)
                    .iload(1)
                    .loadConstant(vector * lanes)
                    .iadd()
                    .invokestatic(Api.FLOATS, "fromArray", FROM_ARRAY);
            Api.exact(builder, Api.FLOATS);
            builder.invokevirtual(Api.FLOATS, "abs", MethodTypeDesc.of(Api.FLOATS));
            Api.exact(builder, Api.FLOATS);
            builder.invokevirtual(Api.FLOATS, "viewAsIntegralLanes", MethodTypeDesc.of(Api.INTS));
            int chain = vector % maxima.length;
            if (vector >= maxima.length) {
                Api.exact(builder, Api.INTS);
                builder.aload(maxima[chain]).invokevirtual(Api.INTS, "max", MAX_INTS);
            }
            maxima[chain] = Api.pop(builder, Api.INTS);
        }
        builder.aload(maxima[0]);
        for (int chain = 1; chain < maxima.length; chain++) {
            builder.aload(maxima[chain]).invokevirtual(Api.INTS, "max", MAX_INTS);
            Api.exact(builder, Api.INTS);
        }
        builder.getstatic(Api.OPERATORS, "MAX", Api.ASSOCIATIVE)
                .invokevirtual(Api.INTS, "reduceLanes", MethodTypeDesc.of(INT, Api.ASSOCIATIVE))
                .invokestatic(ConstantDescs.CD_Float, "intBitsToFloat", MethodTypeDesc.of(FLOAT, INT))
                .freturn();
    }

    private void encodeVector(int stream, int i, int first, int key) {
        species();
        builder.aload(fresh[stream]);
        inRoom(i, first);
        builder.invokestatic(Api.FLOATS, "fromArray", FROM_ARRAY);
        Api.exact(builder, Api.FLOATS);
        species();
        builder.aload(inverses);
        blockInRoom(i, first);
        builder.faload();
        broadcast();
        binary("mul");
        Api.exact(builder, Api.FLOATS);
        int place = position(i, 0);
        memory.storeVectorOfBlock(stream, place, words(memory.index(stream, place), key));
    }

    private EmittedWords scalarWords(int stream, int place, int key) {
        int index = builder.allocateLocal(TypeKind.INT);
        builder.lload(memory.index(stream, place)).l2i().istore(index);
        return new EmittedWords(builder, index, key);
    }

    private void encode(int stream, int i, int first, int key) {
        builder.aload(fresh[stream]);
        inRoom(i, first);
        builder.faload().aload(inverses);
        blockInRoom(i, first);
        builder.faload().invokestatic(BLOCK_SCALE, "scaled", MethodTypeDesc.of(FLOAT, FLOAT, FLOAT));
        int place = position(i, 0);
        memory.storeOfBlock(stream, place, scalarWords(stream, place, key));
    }

    /** No whole vectors where a scalar that bounds elements is −0 or NaN. */
    private void leaveSpecialBoundsToTheTail(int whole) {
        Label special = builder.newLabel();
        Label ordinary = builder.newLabel();
        int[] bounds = code.nodes().stream()
                .filter(node -> node instanceof Code.Node.Compute(Op op, var _) && (op == Op.MAX || op == Op.MIN))
                .flatMap(node -> ((Code.Node.Compute) node).operands().stream())
                .filter(this::isScalar)
                .mapToInt(operand -> ((Code.Node.Scalar) code.nodes().get(operand)).index())
                .distinct()
                .toArray();
        if (bounds.length == 0) {
            return;
        }
        for (int bound : bounds) {
            builder.fload(scalars[bound])
                    .invokestatic(
                            ConstantDescs.CD_Float, "floatToRawIntBits", MethodTypeDesc.of(ConstantDescs.CD_int, FLOAT))
                    .loadConstant(SIGN_BIT)
                    .if_icmpeq(special)
                    .fload(scalars[bound])
                    .fload(scalars[bound])
                    .fcmpl()
                    .ifne(special);
        }
        builder.goto_(ordinary).labelBinding(special).iconst_0().istore(whole).labelBinding(ordinary);
    }

    /** What the whole vectors leave over, element by element. */
    private void emitTail() {
        lanesOfSums("lanes", PART_SCRATCH);
        int key = keyOfWords();
        if (code.isBlocked()) {
            roomForBlocks();
            inBlocks(START, LENGTH, end -> tailBlocks(end, key));
        } else {
            Emission.loop(builder, START, LENGTH, 1, () -> tailBody(START, 0, key));
        }
        builder.return_();
    }

    private void tailBlocks(int end, int key) {
        int first = copyOf(START);
        Emission.loop(builder, START, end, 1, () -> tailBody(START, first, key));
        for (int stream : storedBlocks(code)) {
            builder.iload(first).istore(START);
            Emission.loop(
                    builder,
                    START,
                    end,
                    DType.BLOCK,
                    () -> renewScale(stream, START, first, (values, from) -> largest(values, from, end, first)));
            builder.iload(first).istore(START);
            Emission.loop(builder, START, end, 1, () -> encode(stream, START, first, key));
        }
        // Behind a block that is not whole its loop has gone too far.
        builder.iload(end).istore(START);
    }

    private int largest(int values, int from, int end, int first) {
        int largest = builder.allocateLocal(TypeKind.FLOAT);
        builder.aload(values).iload(from);
        inRoom(end, first);
        builder.invokestatic(BLOCK_SCALE, "largest", MethodTypeDesc.of(FLOAT, FLOAT_ARRAY, INT, INT))
                .fstore(largest);
        return largest;
    }

    /** Takes the lanes of each sum into a local. */
    private void lanesOfSums(String method, int scratch) {
        for (int sum = 0; sum < sumLanes.length; sum++) {
            sumLanes[sum] = builder.allocateLocal(TypeKind.REFERENCE);
            builder.aload(scratch)
                    .loadConstant(sum)
                    .invokevirtual(SCRATCH, method, MethodTypeDesc.of(FLOAT_ARRAY, ConstantDescs.CD_int))
                    .astore(sumLanes[sum]);
        }
    }

    private int[] broadcastScalars() {
        int[] broadcasts = new int[scalars.length];
        for (int scalar = 0; scalar < scalars.length; scalar++) {
            species();
            builder.fload(scalars[scalar]);
            broadcast();
            broadcasts[scalar] = pop();
        }
        return broadcasts;
    }

    private void species() {
        Api.floats(builder, lanes);
    }

    /** From a species and a float to a vector. */
    private void broadcast() {
        builder.invokestatic(Api.FLOATS, "broadcast", MethodTypeDesc.of(Api.FLOATS, Api.SPECIES, FLOAT));
    }

    /** The number of elements behind the starts, in a local of type long. */
    private int position(int i, int vector) {
        int position = builder.allocateLocal(TypeKind.LONG);
        builder.iload(i).i2l().loadConstant((long) vector * lanes).ladd().lstore(position);
        return position;
    }

    /** The words of a vector that begins at an element, given by locals. */
    private VectorWords words(int element, int key) {
        return words(element, 0, 1, key);
    }

    private VectorWords words(int element, int from, int stride, int key) {
        Runnable pushIndex =
                () -> builder.lload(element).l2i().loadConstant(from).iadd();
        return new VectorWords(builder, lanes, pushIndex, stride, key);
    }

    private int[] vectorBody(int i, int first, int vector, int[] broadcasts, int key) {
        int place = position(i, vector);
        touchAndCheck(place);
        int[] values = new int[code.nodes().size()];
        // The loads first: behind arithmetic that waits for others they would begin later.
        forLoads((node, stream) -> {
            memory.loadVector(stream, place, words(place, key));
            if (isBlocked(stream)) {
                species();
                memory.scale(stream, place);
                broadcast();
                binary("mul");
            }
            values[node] = pop();
        });
        compute(values, broadcasts);
        for (Code.Store store : code.stores()) {
            int value = values[store.value()];
            if (isBlocked(store.stream())) {
                builder.aload(value).aload(fresh[store.stream()]);
                inRoom(i, first);
                builder.loadConstant(vector * lanes)
                        .iadd()
                        .invokevirtual(Api.FLOATS, "intoArray", MethodTypeDesc.of(VOID, FLOAT_ARRAY, INT));
            } else {
                memory.storeVector(store.stream(), place, words(memory.index(store.stream(), place), key), value);
            }
        }
        return values;
    }

    private void pairBody(int place, int[] broadcasts, int key) {
        touchAndCheck(place);
        int[] even = new int[code.nodes().size()];
        int[] odd = new int[even.length];
        forLoads((node, stream) -> {
            int[] pair = memory.loadPair(stream, place, words(place, key), words(place, key));
            even[node] = pair[0];
            odd[node] = pair[1];
        });
        compute(even, broadcasts);
        compute(odd, broadcasts);
        for (Code.Store store : code.stores()) {
            int stream = store.stream();
            int index = memory.index(stream, place);
            memory.storePair(
                    stream,
                    place,
                    words(index, 0, 2, key),
                    even[store.value()],
                    words(index, 1, 2, key),
                    odd[store.value()]);
        }
    }

    private void touchAndCheck(int place) {
        memory.touch(place);
        for (int stream = 0; stream < code.streams(); stream++) {
            if (!isBlocked(stream) && code.stores(stream)) {
                memory.checkStores(stream, place, paired);
            }
        }
    }

    private interface LoadAction {
        void accept(int node, int stream);
    }

    private void forLoads(LoadAction action) {
        for (int node = 0; node < code.nodes().size(); node++) {
            if (code.nodes().get(node) instanceof Code.Node.Load(int stream)) {
                action.accept(node, stream);
            }
        }
    }

    /** From the values of the loads to those of the other nodes. */
    private void compute(int[] values, int[] broadcasts) {
        for (int node = 0; node < values.length; node++) {
            switch (code.nodes().get(node)) {
                case Code.Node.Load _ -> {}
                case Code.Node.Scalar(int index) -> values[node] = broadcasts[index];
                case Code.Node.Compute(Op op, List<Integer> x) -> {
                    vectorOp(op, x, values);
                    values[node] = pop();
                }
            }
        }
    }

    private int pop() {
        return Api.pop(builder, Api.FLOATS);
    }

    /**
     * The lanes stay in an array from turn to turn. In a local a vector that goes round a loop is an object to C2, which
     * then and now does not see through it, and allocates one in each turn.
     */
    private void addToSums(int row, int group, int[] values, int[] accumulators) {
        for (int sum = 0; sum < sumLanes.length; sum++) {
            if (row == 0) {
                species();
                builder.aload(sumLanes[sum])
                        .loadConstant(group * lanes)
                        .invokestatic(Api.FLOATS, "fromArray", FROM_ARRAY);
                Api.exact(builder, Api.FLOATS);
            } else {
                builder.aload(accumulators[sum]);
            }
            builder.aload(values[code.sums().get(sum)]);
            binary("add");
            accumulators[sum] = pop();
            if (row == rows - 1) {
                builder.aload(accumulators[sum])
                        .aload(sumLanes[sum])
                        .loadConstant(group * lanes)
                        .invokevirtual(Api.FLOATS, "intoArray", MethodTypeDesc.of(VOID, FLOAT_ARRAY, INT));
            }
        }
    }

    private void vectorOp(Op op, List<Integer> x, int[] values) {
        int a = values[x.getFirst()];
        switch (op) {
            case ADD -> binary("add", a, values[x.get(1)]);
            case SUBTRACT -> binary("sub", a, values[x.get(1)]);
            case MULTIPLY -> binary("mul", a, values[x.get(1)]);
            case DIVIDE -> binary("div", a, values[x.get(1)]);
            case MAX -> bound("max", "LE", x, values);
            case MIN -> bound("min", "GT", x, values);
            case NEGATE -> unary("neg", a);
            case ABS -> unary("abs", a);
            case SQRT -> unary("sqrt", a);
            case SIGN -> {
                // ±1 from the sign bit where |a| > 0; ±0 and NaN stay as they are.
                builder.aload(a).aload(a);
                VectorWords words = new VectorWords(builder, lanes);
                words.toBits();
                int sign = words.and(words.pop(), words.constant(SIGN_BIT));
                builder.aload(words.or(sign, words.constant(ONE_BITS)));
                words.toFloats();
                magnitude(a);
                compare("GT", 0f);
                builder.invokevirtual(Api.FLOATS, "blend", MethodTypeDesc.of(Api.FLOATS, Api.VECTOR, Api.MASK));
            }
            case FLUSH -> {
                builder.aload(a).fconst_0();
                magnitude(a);
                compare("LT", Float.MIN_NORMAL);
                builder.invokevirtual(Api.FLOATS, "blend", MethodTypeDesc.of(Api.FLOATS, FLOAT, Api.MASK));
            }
            case SELECT -> {
                builder.aload(values[x.get(2)]).aload(values[x.get(1)]).aload(a);
                compare("GT", 0f);
                builder.invokevirtual(Api.FLOATS, "blend", MethodTypeDesc.of(Api.FLOATS, Api.VECTOR, Api.MASK));
            }
            case POWER -> throw new IllegalArgumentException("a power of elements is not in the language");
        }
    }

    /**
     * By a scalar, which is neither −0 nor NaN here, a comparison does: the API's own take care of both in each lane. The
     * larger of −0 and +0 is the bound then, the smaller is the value.
     */
    private void bound(String method, String beyond, List<Integer> x, int[] values) {
        int scalar = isScalar(x.get(1)) ? 1 : isScalar(x.getFirst()) ? 0 : -1;
        if (scalar < 0) {
            binary(method, values[x.getFirst()], values[x.get(1)]);
            return;
        }
        int bound = values[x.get(scalar)];
        int value = values[x.get(1 - scalar)];
        builder.aload(value)
                .aload(bound)
                .aload(value)
                .getstatic(Api.OPERATORS, beyond, Api.COMPARISON)
                .aload(bound)
                .invokevirtual(Api.FLOATS, "compare", MethodTypeDesc.of(Api.MASK, Api.COMPARISON, Api.VECTOR))
                .invokevirtual(Api.FLOATS, "blend", MethodTypeDesc.of(Api.FLOATS, Api.VECTOR, Api.MASK));
    }

    private boolean isScalar(int node) {
        return code.nodes().get(node) instanceof Code.Node.Scalar;
    }

    private void unary(String method, int a) {
        builder.aload(a).invokevirtual(Api.FLOATS, method, MethodTypeDesc.of(Api.FLOATS));
    }

    private void magnitude(int a) {
        unary("abs", a);
        Api.exact(builder, Api.FLOATS);
    }

    private void binary(String method, int a, int b) {
        builder.aload(a).aload(b);
        binary(method);
    }

    private void binary(String method) {
        builder.invokevirtual(Api.FLOATS, method, MethodTypeDesc.of(Api.FLOATS, Api.VECTOR));
    }

    private void compare(String comparison, float with) {
        builder.getstatic(Api.OPERATORS, comparison, Api.COMPARISON)
                .loadConstant(with)
                .invokevirtual(Api.FLOATS, "compare", MethodTypeDesc.of(Api.MASK, Api.COMPARISON, FLOAT));
    }

    private void tailBody(int i, int first, int key) {
        int place = position(i, 0);
        int[] values = new int[code.nodes().size()];
        for (int node = 0; node < values.length; node++) {
            switch (code.nodes().get(node)) {
                case Code.Node.Scalar(int scalar) -> {
                    values[node] = scalars[scalar];
                    continue;
                }
                case Code.Node.Load(int stream) -> {
                    memory.load(stream, place, new EmittedWords(builder, i, key));
                    if (isBlocked(stream)) {
                        memory.scale(stream, place);
                        builder.fmul();
                    }
                }
                case Code.Node.Compute(Op op, List<Integer> x) -> {
                    x.forEach(operand -> builder.fload(values[operand]));
                    Emission.scalarOp(builder, op);
                }
            }
            values[node] = builder.allocateLocal(TypeKind.FLOAT);
            builder.fstore(values[node]);
        }
        for (Code.Store store : code.stores()) {
            int value = values[store.value()];
            int stream = store.stream();
            if (isBlocked(stream)) {
                builder.aload(fresh[stream]);
                inRoom(i, first);
                builder.fload(value).fastore();
            } else {
                memory.store(stream, place, scalarWords(stream, place, key), value);
            }
        }
        for (int sum = 0; sum < sumLanes.length; sum++) {
            builder.aload(sumLanes[sum])
                    .iload(i)
                    .loadConstant(Scratch.LANES - 1)
                    .iand()
                    .dup2()
                    .faload()
                    .fload(values[code.sums().get(sum)])
                    .fadd()
                    .fastore();
        }
    }
}
