package lanewise.simd;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import lanewise.kernel.Emission;
import lanewise.kernel.Kernel;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Op;

/**
 * Spells code as one flat loop over vectors of a constant species, and a scalar loop for the tail.
 *
 * <p>Code with sums takes whole rows of {@link Scratch#LANES} elements at a time, whatever the
 * width: one vector of 512 bits, two of 256 or four of 128, so that each virtual lane of a sum is
 * added in the same order on every machine.
 *
 * <p>The Vector API is named in class descriptors only, so this class loads without its module.
 */
final class VectorEmitter {

    private static final String API = "jdk.incubator.vector.";
    private static final ClassDesc VECTOR = ClassDesc.of(API + "Vector");
    private static final ClassDesc FLOATS = ClassDesc.of(API + "FloatVector");
    private static final ClassDesc INTS = ClassDesc.of(API + "IntVector");
    private static final ClassDesc MASK = ClassDesc.of(API + "VectorMask");
    private static final ClassDesc SPECIES = ClassDesc.of(API + "VectorSpecies");
    private static final ClassDesc OPERATORS = ClassDesc.of(API + "VectorOperators");
    private static final ClassDesc COMPARISON = ClassDesc.of(API + "VectorOperators$Comparison");
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout");
    private static final ClassDesc FLOAT_LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout$OfFloat");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final ClassDesc SCRATCH = Scratch.class.describeConstable().orElseThrow();
    private static final ClassDesc FLOAT = ConstantDescs.CD_float;
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc VOID = ConstantDescs.CD_void;
    private static final ClassDesc FLOAT_ARRAY = FLOAT.arrayType();

    /**
     * Loads, operations and stores of vectors in a turn of a loop that C2 has compiled without boxing any, whatever had
     * run before: each rule with all extras has at most 38. There is an end to it somewhere (NodeCountInliningCutoff,
     * 18,000 nodes), and no way to ask C2 where.
     */
    static final int LONGEST_TURN = 40;

    /** Rows of lanes in a turn: what they leave over goes element by element. */
    private static final int MOST_ROWS = 4;

    private static final int SIGN_BIT = Integer.MIN_VALUE;
    private static final int ONE_BITS = Float.floatToRawIntBits(1f);

    private static final ClassDesc KERNEL = ClassDesc.of("lanewise.simd.VectorKernel");
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(
            VOID,
            SEGMENT.arrayType(),
            LONG.arrayType(),
            ConstantDescs.CD_int,
            FLOAT_ARRAY,
            ConstantDescs.CD_double.arrayType(),
            ConstantDescs.CD_int,
            SCRATCH);

    /** With what {@link Kernel#run} got, and the first element of the tail. Takes a this that it has no use for. */
    private static final MethodTypeDesc TAIL = MethodTypeDesc.of(
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
    private static final int TAIL_START = 5, TAIL_SCRATCH = 6;

    private final Code code;
    private final CodeBuilder builder;
    private final int lanes;
    private final int groups;
    private final int rows;
    private final int[] segments;
    private final int[] starts;
    private final int[] scalars;
    private final int[] sumLanes;

    /** Starts a method whose parameters are those of {@link Kernel#run}, in the same locals. */
    private VectorEmitter(Code code, int lanes, CodeBuilder builder) {
        this.code = code;
        this.builder = builder;
        this.lanes = lanes;
        groups = vectorsOfARow(code, lanes);
        rows = rowsOfATurn(code, groups);
        segments = Emission.objectLocals(builder, STREAMS, code.streams());
        starts = byteOffsets();
        scalars = Emission.floatLocals(builder, SCALARS, code.scalars());
        sumLanes = new int[code.sums().size()];
    }

    /**
     * How many rows of lanes a turn of the loop takes: with sums as many as fit, since each turn has to wait until what
     * the last one stored can be loaded.
     */
    private static int rowsOfATurn(Code code, int groups) {
        if (code.sums().isEmpty()) {
            return 1;
        }
        int most = LONGEST_TURN / (groups * code.length());
        return Math.clamp(Integer.highestOneBit(most), 1, MOST_ROWS);
    }

    /** How many vectors a turn of the loop takes at least. */
    static int vectorsOfARow(Code code, int lanes) {
        return code.sums().isEmpty() ? 1 : Scratch.LANES / lanes;
    }

    static byte[] classFile(Code code, int lanes) {
        return Emission.classFile(KERNEL, Kernel.class, builder -> {
            builder.withMethodBody(
                    "run", RUN, ClassFile.ACC_PUBLIC, method -> new VectorEmitter(code, lanes, method).emitRun());
            builder.withMethodBody(
                    "tail", TAIL, ClassFile.ACC_STATIC, method -> new VectorEmitter(code, lanes, method).emitTail());
        });
    }

    /** The whole vectors, then a call for the tail, then the sums. */
    private void emitRun() {
        int order = builder.allocateLocal(TypeKind.REFERENCE);
        builder.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER)).astore(order);
        int[] broadcasts = broadcastScalars();
        lanesOfSums("clearedLanes", SCRATCHES);
        int i = builder.allocateLocal(TypeKind.INT);
        int whole = builder.allocateLocal(TypeKind.INT);
        int step = lanes * groups * rows;
        builder.iconst_0().istore(i);
        builder.iload(LENGTH).loadConstant(-step).iand().istore(whole);
        leaveSpecialBoundsToTheTail(whole);
        Emission.loop(builder, i, whole, step, () -> {
            int[][] accumulators = new int[groups][sumLanes.length];
            for (int row = 0; row < rows; row++) {
                for (int group = 0; group < groups; group++) {
                    int[] values = vectorBody(i, row * groups + group, broadcasts, order);
                    addToSums(row, group, values, accumulators[group]);
                }
            }
        });
        Label noTail = builder.newLabel();
        builder.iload(whole)
                .iload(LENGTH)
                .if_icmpeq(noTail)
                .aload(0)
                .aload(STREAMS)
                .aload(STARTS)
                .iload(LENGTH)
                .aload(SCALARS)
                .iload(whole)
                .aload(SCRATCHES)
                .invokestatic(KERNEL, "tail", TAIL)
                .labelBinding(noTail);
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

    /**
     * What the whole vectors leave over, element by element. A method of its own: C2 gives each compilation a budget of
     * nodes, and stops inlining, vectors too, when it is spent.
     */
    private void emitTail() {
        lanesOfSums("lanes", TAIL_SCRATCH);
        Emission.loop(builder, TAIL_START, LENGTH, 1, () -> tailBody(TAIL_START));
        builder.return_();
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

    /** Where each stream starts, in bytes. */
    private int[] byteOffsets() {
        int[] locals = new int[code.streams()];
        for (int stream = 0; stream < locals.length; stream++) {
            locals[stream] = builder.allocateLocal(TypeKind.LONG);
            builder.aload(STARTS)
                    .loadConstant(stream)
                    .laload()
                    .loadConstant(2)
                    .lshl()
                    .lstore(locals[stream]);
        }
        return locals;
    }

    private int[] broadcastScalars() {
        int[] broadcasts = new int[scalars.length];
        for (int scalar = 0; scalar < scalars.length; scalar++) {
            broadcasts[scalar] = builder.allocateLocal(TypeKind.REFERENCE);
            species();
            builder.fload(scalars[scalar])
                    .invokestatic(FLOATS, "broadcast", MethodTypeDesc.of(FLOATS, SPECIES, FLOAT))
                    .astore(broadcasts[scalar]);
        }
        return broadcasts;
    }

    private void species() {
        builder.getstatic(FLOATS, "SPECIES_" + lanes * Float.SIZE, SPECIES);
    }

    private int[] vectorBody(int i, int vector, int[] broadcasts, int order) {
        int offset = builder.allocateLocal(TypeKind.LONG);
        builder.iload(i)
                .i2l()
                .loadConstant((long) vector * lanes)
                .ladd()
                .loadConstant(2)
                .lshl()
                .lstore(offset);
        for (int stream = 0; stream < code.streams(); stream++) {
            if (!code.loads(stream)) {
                // For its checks. C2 takes those of a load out of the loop; those of a store that comes without one it
                // takes out by a bet that it loses, and leaves them in the loop from then on, twice as slow.
                load(stream, offset, order);
                builder.pop();
            }
        }
        int[] values = new int[code.nodes().size()];
        for (int node = 0; node < values.length; node++) {
            switch (code.nodes().get(node)) {
                case Code.Node.Scalar(int index) -> {
                    values[node] = broadcasts[index];
                    continue;
                }
                case Code.Node.Load(int stream) -> load(stream, offset, order);
                case Code.Node.Compute(Op op, List<Integer> x) -> vectorOp(op, x, values);
            }
            values[node] = builder.allocateLocal(TypeKind.REFERENCE);
            builder.astore(values[node]);
        }
        for (Code.Store store : code.stores()) {
            builder.aload(values[store.value()])
                    .aload(segments[store.stream()])
                    .lload(starts[store.stream()])
                    .lload(offset)
                    .ladd()
                    .aload(order)
                    .invokevirtual(FLOATS, "intoMemorySegment", MethodTypeDesc.of(VOID, SEGMENT, LONG, ORDER));
        }
        return values;
    }

    private void load(int stream, int offset, int order) {
        species();
        builder.aload(segments[stream])
                .lload(starts[stream])
                .lload(offset)
                .ladd()
                .aload(order)
                .invokestatic(FLOATS, "fromMemorySegment", MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, LONG, ORDER));
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
                        .invokestatic(
                                FLOATS,
                                "fromArray",
                                MethodTypeDesc.of(FLOATS, SPECIES, FLOAT_ARRAY, ConstantDescs.CD_int));
            } else {
                builder.aload(accumulators[sum]);
            }
            builder.aload(values[code.sums().get(sum)]);
            binary("add");
            if (row == rows - 1) {
                builder.aload(sumLanes[sum])
                        .loadConstant(group * lanes)
                        .invokevirtual(FLOATS, "intoArray", MethodTypeDesc.of(VOID, FLOAT_ARRAY, ConstantDescs.CD_int));
            } else {
                accumulators[sum] = builder.allocateLocal(TypeKind.REFERENCE);
                builder.astore(accumulators[sum]);
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
                MethodTypeDesc withInt = MethodTypeDesc.of(INTS, VECTOR);
                builder.aload(a).aload(a).invokevirtual(FLOATS, "viewAsIntegralLanes", MethodTypeDesc.of(INTS));
                broadcastInt(SIGN_BIT);
                builder.invokevirtual(INTS, "and", withInt);
                broadcastInt(ONE_BITS);
                builder.invokevirtual(INTS, "or", withInt)
                        .invokevirtual(INTS, "viewAsFloatingLanes", MethodTypeDesc.of(FLOATS));
                unary("abs", a);
                compare("GT", 0f);
                builder.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, VECTOR, MASK));
            }
            case FLUSH -> {
                builder.aload(a).fconst_0();
                unary("abs", a);
                compare("LT", Float.MIN_NORMAL);
                builder.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, FLOAT, MASK));
            }
            case SELECT -> {
                builder.aload(values[x.get(2)]).aload(values[x.get(1)]).aload(a);
                compare("GT", 0f);
                builder.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, VECTOR, MASK));
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
                .getstatic(OPERATORS, beyond, COMPARISON)
                .aload(bound)
                .invokevirtual(FLOATS, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR))
                .invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, VECTOR, MASK));
    }

    private boolean isScalar(int node) {
        return code.nodes().get(node) instanceof Code.Node.Scalar;
    }

    private void unary(String method, int a) {
        builder.aload(a).invokevirtual(FLOATS, method, MethodTypeDesc.of(FLOATS));
    }

    private void binary(String method, int a, int b) {
        builder.aload(a).aload(b);
        binary(method);
    }

    private void binary(String method) {
        builder.invokevirtual(FLOATS, method, MethodTypeDesc.of(FLOATS, VECTOR));
    }

    private void broadcastInt(int bits) {
        builder.getstatic(INTS, "SPECIES_" + lanes * Float.SIZE, SPECIES)
                .loadConstant(bits)
                .invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, SPECIES, ConstantDescs.CD_int));
    }

    private void compare(String comparison, float with) {
        builder.getstatic(OPERATORS, comparison, COMPARISON)
                .loadConstant(with)
                .invokevirtual(FLOATS, "compare", MethodTypeDesc.of(MASK, COMPARISON, FLOAT));
    }

    private void tailBody(int i) {
        int offset = builder.allocateLocal(TypeKind.LONG);
        builder.iload(i).i2l().loadConstant(2).lshl().lstore(offset);
        int[] values = new int[code.nodes().size()];
        for (int node = 0; node < values.length; node++) {
            switch (code.nodes().get(node)) {
                case Code.Node.Scalar(int scalar) -> {
                    values[node] = scalars[scalar];
                    continue;
                }
                case Code.Node.Load(int stream) ->
                    builder.aload(segments[stream])
                            .getstatic(LAYOUT, "JAVA_FLOAT", FLOAT_LAYOUT)
                            .lload(starts[stream])
                            .lload(offset)
                            .ladd()
                            .invokeinterface(SEGMENT, "get", MethodTypeDesc.of(FLOAT, FLOAT_LAYOUT, LONG));
                case Code.Node.Compute(Op op, List<Integer> x) -> {
                    x.forEach(operand -> builder.fload(values[operand]));
                    Emission.scalarOp(builder, op);
                }
            }
            values[node] = builder.allocateLocal(TypeKind.FLOAT);
            builder.fstore(values[node]);
        }
        for (Code.Store store : code.stores()) {
            builder.aload(segments[store.stream()])
                    .getstatic(LAYOUT, "JAVA_FLOAT", FLOAT_LAYOUT)
                    .lload(starts[store.stream()])
                    .lload(offset)
                    .ladd()
                    .fload(values[store.value()])
                    .invokeinterface(SEGMENT, "set", MethodTypeDesc.of(VOID, FLOAT_LAYOUT, LONG, FLOAT));
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
