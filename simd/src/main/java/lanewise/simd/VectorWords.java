package lanewise.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import lanewise.dtype.Words;

/**
 * Words as locals that hold vectors of ints. Halves of words are numbers below 0 until they are needed as words: mostly
 * they are only to be put where they came from.
 */
final class VectorWords implements Words<Integer> {

    private static final int HALF = Integer.SIZE / 2;

    /** The lower or the upper half of each word of a local, zeros before. */
    private record Half(int of, boolean isUpper) {}

    private static final MethodTypeDesc WITH_VECTOR = MethodTypeDesc.of(Api.INTS, Api.VECTOR);

    private final CodeBuilder builder;
    private final int lanes;
    private final Runnable pushIndex;
    private final int stride;
    private final int key;
    private final List<Half> halves = new ArrayList<>();

    /** Words of no element in particular: none of them is random. */
    VectorWords(CodeBuilder builder, int lanes) {
        this(builder, lanes, builder::iconst_0, 0, 0);
    }

    /**
     * Words of one vector of elements.
     *
     * @param pushIndex puts the number of the first element on the stack, an int
     * @param stride how far apart its elements are
     * @param key local of the key, a vector of ints
     */
    VectorWords(CodeBuilder builder, int lanes, Runnable pushIndex, int stride, int key) {
        this.builder = builder;
        this.lanes = lanes;
        this.pushIndex = pushIndex;
        this.stride = stride;
        this.key = key;
    }

    /** Takes the vector on the stack. */
    int pop() {
        return Api.pop(builder, Api.INTS);
    }

    /** The lower half of each word, zeros before. */
    int lowerHalf(int word) {
        return half(word, false);
    }

    /** The upper half of each word, zeros before. */
    int upperHalf(int word) {
        return half(word, true);
    }

    private int half(int word, boolean isUpper) {
        if (!isUpper && word < 0) {
            return word; // It has zeros before already.
        }
        halves.add(new Half(local(word), isUpper));
        return -halves.size();
    }

    /** The local that holds a word. */
    int local(int word) {
        if (word >= 0) {
            return word;
        }
        Half half = halves.get(-1 - word);
        return half.isUpper ? shift("LSHR", half.of, HALF) : binary("and", half.of, constant((1 << HALF) - 1));
    }

    private void load(int word) {
        builder.aload(local(word));
    }

    /** From the floats on the stack to their bits. */
    void toBits() {
        builder.invokevirtual(Api.FLOATS, "viewAsIntegralLanes", MethodTypeDesc.of(Api.INTS));
    }

    /** From the bits on the stack to their floats. */
    void toFloats() {
        builder.invokevirtual(Api.INTS, "viewAsFloatingLanes", MethodTypeDesc.of(Api.FLOATS));
        Api.exact(builder, Api.FLOATS);
    }

    private void floats(int word) {
        load(word);
        toFloats();
    }

    @Override
    public Integer constant(int bits) {
        Api.ints(builder, lanes);
        builder.loadConstant(bits)
                .invokestatic(Api.INTS, "broadcast", MethodTypeDesc.of(Api.INTS, Api.SPECIES, ConstantDescs.CD_int));
        return pop();
    }

    private int binary(String method, int a, int b) {
        int first = local(a);
        int second = local(b);
        builder.aload(first).aload(second).invokevirtual(Api.INTS, method, WITH_VECTOR);
        return pop();
    }

    private int shift(String operator, int a, int bits) {
        load(a);
        builder.getstatic(Api.OPERATORS, operator, Api.BINARY)
                .loadConstant(bits)
                .invokevirtual(Api.INTS, "lanewise", MethodTypeDesc.of(Api.INTS, Api.BINARY, ConstantDescs.CD_int));
        return pop();
    }

    @Override
    public Integer and(Integer a, Integer b) {
        return binary("and", a, b);
    }

    @Override
    public Integer or(Integer a, Integer b) {
        return binary("or", a, b);
    }

    @Override
    public Integer xor(Integer a, Integer b) {
        int second = local(b);
        load(a);
        builder.getstatic(Api.OPERATORS, "XOR", Api.ASSOCIATIVE)
                .aload(second)
                .invokevirtual(Api.INTS, "lanewise", MethodTypeDesc.of(Api.INTS, Api.BINARY, Api.VECTOR));
        return pop();
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return binary("add", a, b);
    }

    @Override
    public Integer multiply(Integer a, Integer b) {
        return binary("mul", a, b);
    }

    @Override
    public Integer shiftLeft(Integer a, int bits) {
        if (a < 0 && bits == HALF) {
            Half half = halves.get(-1 - a);
            return half.isUpper ? binary("and", half.of, constant(-1 << HALF)) : shift("LSHL", half.of, HALF);
        }
        return shift("LSHL", a, bits);
    }

    @Override
    public Integer shiftRight(Integer a, int bits) {
        return bits == HALF ? upperHalf(a) : shift("LSHR", a, bits);
    }

    @Override
    public Integer max(Integer a, Integer b) {
        return binary("max", a, b);
    }

    @Override
    public Integer plus(Integer a, Integer b) {
        return ofFloats("add", a, b);
    }

    @Override
    public Integer minus(Integer a, Integer b) {
        return ofFloats("sub", a, b);
    }

    private int ofFloats(String method, int a, int b) {
        floats(a);
        floats(b);
        builder.invokevirtual(Api.FLOATS, method, MethodTypeDesc.of(Api.FLOATS, Api.VECTOR));
        toBits();
        return pop();
    }

    @Override
    public Integer ifLess(Integer a, Integer b, Integer yes, Integer no) {
        int otherwise = local(no);
        int then = local(yes);
        int first = local(a);
        int second = local(b);
        builder.aload(otherwise)
                .aload(then)
                .aload(first)
                .getstatic(Api.OPERATORS, "LT", Api.COMPARISON)
                .aload(second)
                .invokevirtual(Api.INTS, "compare", MethodTypeDesc.of(Api.MASK, Api.COMPARISON, Api.VECTOR))
                .invokevirtual(Api.INTS, "blend", MethodTypeDesc.of(Api.INTS, Api.VECTOR, Api.MASK));
        return pop();
    }

    @Override
    public Integer ifNaN(Integer a, Integer yes, Integer no) {
        floats(no);
        floats(yes);
        floats(a);
        builder.getstatic(Api.OPERATORS, "NE", Api.COMPARISON);
        floats(a);
        builder.invokevirtual(Api.FLOATS, "compare", MethodTypeDesc.of(Api.MASK, Api.COMPARISON, Api.VECTOR))
                .invokevirtual(Api.FLOATS, "blend", MethodTypeDesc.of(Api.FLOATS, Api.VECTOR, Api.MASK));
        toBits();
        return pop();
    }

    @Override
    public Integer index() {
        Api.ints(builder, lanes);
        pushIndex.run();
        builder.invokestatic(Api.INTS, "broadcast", MethodTypeDesc.of(Api.INTS, Api.SPECIES, ConstantDescs.CD_int))
                .loadConstant(stride)
                .invokevirtual(Api.INTS, "addIndex", MethodTypeDesc.of(Api.INTS, ConstantDescs.CD_int));
        return pop();
    }

    @Override
    public Integer key() {
        return key;
    }
}
