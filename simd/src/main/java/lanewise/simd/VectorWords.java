package lanewise.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import lanewise.dtype.Words;

/** Words as locals that hold vectors of ints. */
final class VectorWords implements Words<Integer> {

    private static final MethodTypeDesc WITH_VECTOR = MethodTypeDesc.of(Api.INTS, Api.VECTOR);

    private final CodeBuilder builder;
    private final int lanes;
    private final Runnable pushIndex;
    private final int key;

    /**
     * Words of one vector of elements.
     *
     * @param pushIndex puts the number of the first element on the stack, an int
     * @param key local of the key, a vector of ints
     */
    VectorWords(CodeBuilder builder, int lanes, Runnable pushIndex, int key) {
        this.builder = builder;
        this.lanes = lanes;
        this.pushIndex = pushIndex;
        this.key = key;
    }

    /** Takes the vector on the stack. */
    int pop() {
        int local = builder.allocateLocal(TypeKind.REFERENCE);
        builder.astore(local);
        return local;
    }

    /** From the floats on the stack to their bits. */
    void toBits() {
        builder.invokevirtual(Api.FLOATS, "viewAsIntegralLanes", MethodTypeDesc.of(Api.INTS));
    }

    /** From the bits on the stack to their floats. */
    void toFloats() {
        builder.invokevirtual(Api.INTS, "viewAsFloatingLanes", MethodTypeDesc.of(Api.FLOATS));
    }

    private void floats(int word) {
        builder.aload(word);
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
        builder.aload(a).aload(b).invokevirtual(Api.INTS, method, WITH_VECTOR);
        return pop();
    }

    private int shift(String operator, int a, int bits) {
        builder.aload(a)
                .getstatic(Api.OPERATORS, operator, Api.BINARY)
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
        builder.aload(a)
                .getstatic(Api.OPERATORS, "XOR", Api.ASSOCIATIVE)
                .aload(b)
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
        return shift("LSHL", a, bits);
    }

    @Override
    public Integer shiftRight(Integer a, int bits) {
        return shift("LSHR", a, bits);
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
        builder.aload(no)
                .aload(yes)
                .aload(a)
                .getstatic(Api.OPERATORS, "LT", Api.COMPARISON)
                .aload(b)
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
                .iconst_1()
                .invokevirtual(Api.INTS, "addIndex", MethodTypeDesc.of(Api.INTS, ConstantDescs.CD_int));
        return pop();
    }

    @Override
    public Integer key() {
        return key;
    }
}
