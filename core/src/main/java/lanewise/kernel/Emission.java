package lanewise.kernel;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.function.Consumer;
import lanewise.program.Op;
import org.jspecify.annotations.Nullable;

/**
 * What the emitters share: a hidden class, and the operations on single floats.
 *
 * <p>Kernels are flat: no helper takes or returns a vector, every species is a constant. C2 stops
 * inlining such helpers past some thirty vector operations (NodeCountInliningCutoff) and boxes every
 * vector from there on.
 */
public final class Emission {

    /** HotSpot never compiles a longer method (HugeMethodLimit). */
    public static final int MAX_CODE_BYTES = 8000;

    private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
    private static final ClassDesc SCALAR_OPS =
            ScalarOps.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc F_F = MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_float);
    private static final MethodTypeDesc FF_F =
            MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_float, ConstantDescs.CD_float);
    private static final MethodTypeDesc FFF_F = MethodTypeDesc.of(
            ConstantDescs.CD_float, ConstantDescs.CD_float, ConstantDescs.CD_float, ConstantDescs.CD_float);
    private static final MethodTypeDesc D_D = MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_double);

    private Emission() {}

    /**
     * Writes a class that implements an interface.
     *
     * @param self the name of the class
     * @param type the interface
     * @param methods emits the methods
     * @return its class file
     * @throws IllegalArgumentException if a method is over {@link #MAX_CODE_BYTES}
     */
    public static byte[] classFile(ClassDesc self, Class<?> type, Consumer<ClassBuilder> methods) {
        byte[] bytes;
        try {
            bytes = bytes(self, type, methods);
        } catch (IllegalArgumentException e) {
            throw tooLong("over the 64 KiB that a class file takes", e);
        }
        requireCompilable(bytes);
        return bytes;
    }

    /**
     * Defines a hidden class that implements an interface, and makes its only instance.
     *
     * @param <T> the interface
     * @param lookup of the package that the class is to live in
     * @param type the interface
     * @param classFile what {@link #classFile} wrote
     * @return the instance
     */
    public static <T> T define(MethodHandles.Lookup lookup, Class<T> type, byte[] classFile) {
        try {
            MethodHandles.Lookup hidden = lookup.defineHiddenClass(classFile, true);
            return type.cast(hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class))
                    .invoke());
        } catch (Throwable e) {
            throw new LinkageError("an emitted " + type.getSimpleName() + " could not be made", e);
        }
    }

    private static byte[] bytes(ClassDesc self, Class<?> type, Consumer<ClassBuilder> methods) {
        return ClassFile.of().build(self, builder -> {
            builder.withFlags(AccessFlag.FINAL, AccessFlag.SUPER)
                    .withInterfaceSymbols(type.describeConstable().orElseThrow())
                    .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            ClassFile.ACC_PUBLIC,
                            code -> code.aload(0)
                                    .invokespecial(
                                            ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                    .return_());
            methods.accept(builder);
        });
    }

    /**
     * The error for code that HotSpot would not compile.
     *
     * @param got what it has
     * @param cause what was thrown on the way, if anything
     * @return to be thrown
     */
    public static IllegalArgumentException tooLong(String got, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "a kernel must have at most " + MAX_CODE_BYTES
                        + " bytes of bytecode in a method, which is all that HotSpot compiles, got " + got
                        + "; shorten the rule's program",
                cause);
    }

    private static void requireCompilable(byte[] bytes) {
        for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
            int length = ((CodeAttribute) method.code().orElseThrow()).codeLength();
            if (length > MAX_CODE_BYTES) {
                throw tooLong(Integer.toString(length), null);
            }
        }
    }

    /**
     * Emits an operation on floats: operands from the stack, result to the stack.
     *
     * @param code where to emit
     * @param op the operation
     */
    public static void scalarOp(CodeBuilder code, Op op) {
        switch (op) {
            case ADD -> code.fadd();
            case SUBTRACT -> code.fsub();
            case MULTIPLY -> code.fmul();
            case DIVIDE -> code.fdiv();
            case MAX -> code.invokestatic(MATH, "max", FF_F);
            case MIN -> code.invokestatic(MATH, "min", FF_F);
            case NEGATE -> code.fneg();
            case ABS -> code.invokestatic(MATH, "abs", F_F);
            // The double root rounded to float is the correctly rounded float root.
            case SQRT -> code.f2d().invokestatic(MATH, "sqrt", D_D).d2f();
            case SIGN -> code.invokestatic(MATH, "signum", F_F);
            case FLUSH -> code.invokestatic(SCALAR_OPS, "flush", F_F);
            case SELECT -> code.invokestatic(SCALAR_OPS, "select", FFF_F);
            case POWER -> throw new IllegalArgumentException("a power of elements is not in the language");
        }
    }

    /**
     * Emits {@code for (; counter < limit; counter += step) body}, counter and limit ints in locals. The test stands at
     * the bottom, behind one at the entry: C2 then hoists checks out of the body without betting that a loop runs at
     * all, a bet that short tensors would lose. The top is a block of its own, and an empty one, since C2 peels a loop by
     * its first block, and would compile the body twice.
     *
     * @param code where to emit
     * @param counter local of the counter
     * @param limit local of the limit
     * @param step the increment
     * @param body emits the body
     */
    public static void loop(CodeBuilder code, int counter, int limit, int step, Runnable body) {
        Label top = code.newLabel();
        Label inside = code.newLabel();
        Label end = code.newLabel();
        code.iload(counter).iload(limit).if_icmpge(end);
        code.labelBinding(top).goto_(inside).labelBinding(inside);
        body.run();
        code.iinc(counter, step).iload(counter).iload(limit).if_icmplt(top).labelBinding(end);
    }

    /**
     * Takes a float array's elements into locals, one each.
     *
     * @param code where to emit
     * @param array local of the array
     * @param count how many
     * @return the locals
     */
    public static int[] floatLocals(CodeBuilder code, int array, int count) {
        int[] locals = new int[count];
        for (int i = 0; i < count; i++) {
            locals[i] = code.allocateLocal(TypeKind.FLOAT);
            code.aload(array).loadConstant(i).faload().fstore(locals[i]);
        }
        return locals;
    }

    /**
     * Takes an object array's elements into locals, one each.
     *
     * @param code where to emit
     * @param array local of the array
     * @param count how many
     * @return the locals
     */
    public static int[] objectLocals(CodeBuilder code, int array, int count) {
        int[] locals = new int[count];
        for (int i = 0; i < count; i++) {
            locals[i] = code.allocateLocal(TypeKind.REFERENCE);
            code.aload(array).loadConstant(i).aaload().astore(locals[i]);
        }
        return locals;
    }
}
