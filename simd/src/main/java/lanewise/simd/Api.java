package lanewise.simd;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/**
 * The names of the Vector API, as descriptors only, so that what emits code loads without the module; and how to tell C2
 * which of its classes a vector has.
 */
final class Api {

    private static final String PACKAGE = "jdk.incubator.vector.";

    /** What kernels are called; each is hidden. */
    static final ClassDesc KERNEL = ClassDesc.of("lanewise.simd.VectorKernel");

    static final ClassDesc VECTOR = ClassDesc.of(PACKAGE + "Vector");
    static final ClassDesc FLOATS = ClassDesc.of(PACKAGE + "FloatVector");
    static final ClassDesc INTS = ClassDesc.of(PACKAGE + "IntVector");
    static final ClassDesc SHORTS = ClassDesc.of(PACKAGE + "ShortVector");
    static final ClassDesc BYTES = ClassDesc.of(PACKAGE + "ByteVector");
    static final ClassDesc MASK = ClassDesc.of(PACKAGE + "VectorMask");
    static final ClassDesc SPECIES = ClassDesc.of(PACKAGE + "VectorSpecies");
    static final ClassDesc OPERATORS = ClassDesc.of(PACKAGE + "VectorOperators");
    static final ClassDesc COMPARISON = ClassDesc.of(PACKAGE + "VectorOperators$Comparison");
    static final ClassDesc CONVERSION = ClassDesc.of(PACKAGE + "VectorOperators$Conversion");
    static final ClassDesc ASSOCIATIVE = ClassDesc.of(PACKAGE + "VectorOperators$Associative");
    static final ClassDesc BINARY = ClassDesc.of(PACKAGE + "VectorOperators$Binary");

    private Api() {}

    /** Puts the species of vectors of floats on the stack. */
    static void floats(CodeBuilder builder, int lanes) {
        builder.getstatic(FLOATS, "SPECIES_" + lanes * Float.SIZE, SPECIES);
    }

    /** Puts the species of vectors of ints on the stack. */
    static void ints(CodeBuilder builder, int lanes) {
        builder.getstatic(INTS, "SPECIES_" + lanes * Integer.SIZE, SPECIES);
    }

    /**
     * Gives a kernel the classes of its vectors, as constants.
     *
     * @param lanes elements of a vector
     */
    static void declareClasses(ClassBuilder kernel, int lanes) {
        List<ClassDesc> vectors = List.of(FLOATS, INTS, SHORTS, BYTES);
        vectors.forEach(vector -> kernel.withField(
                vector.displayName(), ConstantDescs.CD_Class, ClassFile.ACC_STATIC | ClassFile.ACC_FINAL));
        kernel.withMethodBody(ConstantDescs.CLASS_INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_STATIC, builder -> {
            for (ClassDesc vector : vectors) {
                builder.getstatic(vector, "SPECIES_" + bits(vector, lanes), SPECIES)
                        .invokeinterface(SPECIES, "vectorType", MethodTypeDesc.of(ConstantDescs.CD_Class))
                        .putstatic(KERNEL, vector.displayName(), ConstantDescs.CD_Class);
            }
            builder.return_();
        });
    }

    /** The width of vectors; there are none of less than eight bytes. */
    static int bits(ClassDesc vector, int lanes) {
        int element = vector.equals(BYTES) ? Byte.SIZE : vector.equals(SHORTS) ? Short.SIZE : Integer.SIZE;
        return Math.max(lanes * element, Long.SIZE);
    }

    /**
     * Says of which class the vector on the stack is. Methods of the API return abstract classes; C2 would ask its profile
     * of all vectors that came by, and keep a virtual call beside what it inlines, and an object for each vector, once that
     * has seen several widths or has been wrong too often.
     *
     * @param vector the abstract class
     */
    static void exact(CodeBuilder builder, ClassDesc vector) {
        builder.getstatic(KERNEL, vector.displayName(), ConstantDescs.CD_Class)
                .swap()
                .invokevirtual(
                        ConstantDescs.CD_Class,
                        "cast",
                        MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                .checkcast(vector);
    }

    /** Takes the vector on the stack into a local. */
    static int pop(CodeBuilder builder, ClassDesc vector) {
        exact(builder, vector);
        int local = builder.allocateLocal(TypeKind.REFERENCE);
        builder.astore(local);
        return local;
    }
}
