package lanewise.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;

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
}
