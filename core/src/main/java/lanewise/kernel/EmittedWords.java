package lanewise.kernel;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import lanewise.dtype.Words;

/** Words as locals of type int. */
public final class EmittedWords implements Words<Integer> {

    private static final ClassDesc FLOAT = ConstantDescs.CD_Float;
    private static final MethodTypeDesc TO_BITS = MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_float);
    private static final MethodTypeDesc TO_FLOAT = MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int);

    private static final MethodTypeDesc MAX =
            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);

    private final CodeBuilder code;
    private final int index;
    private final int key;

    /**
     * Words of one element.
     *
     * @param code where to emit
     * @param index local of the element's number, an int
     * @param key local of the key, an int
     */
    public EmittedWords(CodeBuilder code, int index, int key) {
        this.code = code;
        this.index = index;
        this.key = key;
    }

    /**
     * Takes the word on the stack.
     *
     * @return its local
     */
    public int pop() {
        int local = code.allocateLocal(TypeKind.INT);
        code.istore(local);
        return local;
    }

    /** From the number on the stack to its bits. */
    public void toBits() {
        code.invokestatic(FLOAT, "floatToRawIntBits", TO_BITS);
    }

    /** From the bits on the stack to their number. */
    public void toFloat() {
        code.invokestatic(FLOAT, "intBitsToFloat", TO_FLOAT);
    }

    private CodeBuilder both(int a, int b) {
        return code.iload(a).iload(b);
    }

    private void number(int word) {
        code.iload(word);
        toFloat();
    }

    @Override
    public Integer constant(int bits) {
        code.loadConstant(bits);
        return pop();
    }

    @Override
    public Integer and(Integer a, Integer b) {
        both(a, b).iand();
        return pop();
    }

    @Override
    public Integer or(Integer a, Integer b) {
        both(a, b).ior();
        return pop();
    }

    @Override
    public Integer xor(Integer a, Integer b) {
        both(a, b).ixor();
        return pop();
    }

    @Override
    public Integer add(Integer a, Integer b) {
        both(a, b).iadd();
        return pop();
    }

    @Override
    public Integer multiply(Integer a, Integer b) {
        both(a, b).imul();
        return pop();
    }

    @Override
    public Integer shiftLeft(Integer a, int bits) {
        code.iload(a).loadConstant(bits).ishl();
        return pop();
    }

    @Override
    public Integer shiftRight(Integer a, int bits) {
        code.iload(a).loadConstant(bits).iushr();
        return pop();
    }

    @Override
    public Integer max(Integer a, Integer b) {
        both(a, b).invokestatic(ClassDesc.of("java.lang.Math"), "max", MAX);
        return pop();
    }

    @Override
    public Integer plus(Integer a, Integer b) {
        number(a);
        number(b);
        code.fadd();
        toBits();
        return pop();
    }

    @Override
    public Integer minus(Integer a, Integer b) {
        number(a);
        number(b);
        code.fsub();
        toBits();
        return pop();
    }

    @Override
    public Integer ifLess(Integer a, Integer b, Integer yes, Integer no) {
        Label otherwise = code.newLabel();
        both(a, b).if_icmpge(otherwise);
        return choice(yes, no, otherwise);
    }

    @Override
    public Integer ifNaN(Integer a, Integer yes, Integer no) {
        Label otherwise = code.newLabel();
        number(a);
        number(a);
        code.fcmpl().ifeq(otherwise);
        return choice(yes, no, otherwise);
    }

    private int choice(int yes, int no, Label otherwise) {
        Label end = code.newLabel();
        int chosen = code.allocateLocal(TypeKind.INT);
        code.iload(yes)
                .istore(chosen)
                .goto_(end)
                .labelBinding(otherwise)
                .iload(no)
                .istore(chosen)
                .labelBinding(end);
        return chosen;
    }

    @Override
    public Integer index() {
        return index;
    }

    @Override
    public Integer key() {
        return key;
    }
}
