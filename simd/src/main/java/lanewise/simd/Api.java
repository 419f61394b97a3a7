package lanewise.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** The names of the Vector API, as descriptors only, so that what emits code loads without the module. */
final class Api {

    private static final String PACKAGE = "jdk.incubator.vector.";

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
     * Says of which class the vector on the stack is. Methods of the API return abstract classes; C2 would ask its profile
     * of all vectors that came by, and keep a virtual call beside what it inlines, and an object for each vector, once that
     * has seen several widths or has been wrong too often.
     *
     * @param vector the class that it is known by
     * @param bits the width of its species
     */
    static void exact(CodeBuilder builder, ClassDesc vector, int bits) {
        builder.getstatic(vector, "SPECIES_" + bits, SPECIES)
                .invokeinterface(SPECIES, "vectorType", MethodTypeDesc.of(ConstantDescs.CD_Class))
                .swap()
                .invokevirtual(
                        ConstantDescs.CD_Class,
                        "cast",
                        MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                .checkcast(vector);
    }

    /** The same of a vector of floats. */
    static void exactFloats(CodeBuilder builder, int lanes) {
        exact(builder, FLOATS, lanes * Float.SIZE);
    }

    /** The same of a vector of ints. */
    static void exactInts(CodeBuilder builder, int lanes) {
        exact(builder, INTS, lanes * Integer.SIZE);
    }

    /** Takes the vector of floats on the stack into a local. */
    static int popFloats(CodeBuilder builder, int lanes) {
        exactFloats(builder, lanes);
        return pop(builder);
    }

    /** Takes the vector of ints on the stack into a local. */
    static int popInts(CodeBuilder builder, int lanes) {
        exactInts(builder, lanes);
        return pop(builder);
    }

    private static int pop(CodeBuilder builder) {
        int local = builder.allocateLocal(TypeKind.REFERENCE);
        builder.astore(local);
        return local;
    }
}
