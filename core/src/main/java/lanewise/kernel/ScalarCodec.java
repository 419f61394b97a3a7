package lanewise.kernel;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lanewise.dtype.BlockScale;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;

/** Brings chunks of values from memory to arrays of floats and back: loops that C2 can vectorise, one after the other. */
final class ScalarCodec {

    private static final Map<Storage, ScalarCodec> CODECS = new ConcurrentHashMap<>();

    private static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
    private static final ClassDesc FLOATS = ConstantDescs.CD_float.arrayType();
    private static final MethodTypeDesc DECODE =
            MethodTypeDesc.of(ConstantDescs.CD_void, INTS.arrayType(), FLOATS, ConstantDescs.CD_int);
    private static final MethodTypeDesc ENCODE = MethodTypeDesc.of(
            ConstantDescs.CD_void,
            FLOATS,
            INTS.arrayType(),
            ConstantDescs.CD_int,
            ConstantDescs.CD_int,
            ConstantDescs.CD_int);

    /** The emitted loops. */
    interface Loops {
        /** From the bits of the planes to values. */
        void decode(int[][] raw, float[] values, int n);

        /** From values to the bits of the planes. */
        void encode(float[] values, int[][] raw, int n, int index, int key);
    }

    private final Storage storage;
    private final List<DType> planes;
    private final Loops loops;

    private ScalarCodec(Storage storage) {
        this.storage = storage;
        planes = storage.planes();
        byte[] classFile = Emission.classFile(
                ClassDesc.of("lanewise.kernel.ScalarCodecLoops"),
                Loops.class,
                builder -> builder.withMethodBody("decode", DECODE, ClassFile.ACC_PUBLIC, this::emitDecode)
                        .withMethodBody("encode", ENCODE, ClassFile.ACC_PUBLIC, this::emitEncode));
        loops = Emission.define(MethodHandles.lookup(), Loops.class, classFile);
    }

    static ScalarCodec of(Storage storage) {
        return CODECS.computeIfAbsent(storage, ScalarCodec::new);
    }

    /** Locals on entry: this, raw, values, n. */
    private void emitDecode(CodeBuilder builder) {
        int[] raw = Emission.objectLocals(builder, 1, planes.size());
        int i = zero(builder);
        Emission.loop(builder, i, 3, 1, () -> {
            EmittedWords words = new EmittedWords(builder, i, i);
            int value = storage.load(words, plane -> {
                builder.aload(raw[plane]).iload(i).iaload();
                return words.pop();
            });
            builder.aload(2).iload(i).iload(value);
            words.toFloat();
            builder.fastore();
        });
        builder.return_();
    }

    /** Locals on entry: this, values, raw, n, the index of the first value, key. */
    private void emitEncode(CodeBuilder builder) {
        int[] raw = Emission.objectLocals(builder, 2, planes.size());
        int i = zero(builder);
        int index = builder.allocateLocal(TypeKind.INT);
        Emission.loop(builder, i, 3, 1, () -> {
            builder.iload(4).iload(i).iadd().istore(index);
            EmittedWords words = new EmittedWords(builder, index, 5);
            builder.aload(1).iload(i).faload();
            words.toBits();
            List<Integer> encoded = storage.store(words, words.pop());
            for (int plane = 0; plane < raw.length; plane++) {
                builder.aload(raw[plane]).iload(i).iload(encoded.get(plane)).iastore();
            }
        });
        builder.return_();
    }

    private static int zero(CodeBuilder builder) {
        int local = builder.allocateLocal(TypeKind.INT);
        builder.iconst_0().istore(local);
        return local;
    }

    /** Takes in n values from an element on; from the first of a block, if there are blocks. */
    void load(MemorySegment[] segments, int firstPlane, long element, float[] values, int n, int[][] raw) {
        for (int plane = 0; plane < planes.size(); plane++) {
            if (storage.reads(plane)) {
                DType dtype = planes.get(plane);
                MemorySegment segment = segments[firstPlane + plane];
                if (dtype == DType.FLOAT32) {
                    MemorySegment.copy(segment, ValueLayout.JAVA_INT, element * Float.BYTES, raw[plane], 0, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        raw[plane][i] = dtype.raw(segment, element + i);
                    }
                }
            }
        }
        loops.decode(raw, values, n);
        for (int first = 0; storage.isBlocked() && first < n; first += DType.BLOCK) {
            float scale = BlockScale.get(segments[firstPlane], element + first);
            for (int i = first; i < Math.min(n, first + DType.BLOCK); i++) {
                values[i] *= scale;
            }
        }
    }

    /** Puts back what {@link #load} took, changed. */
    void store(float[] values, int n, MemorySegment[] segments, int firstPlane, long element, int key, int[][] raw) {
        for (int first = 0; storage.isBlocked() && first < n; first += DType.BLOCK) {
            int end = Math.min(n, first + DType.BLOCK);
            float top = planes.getFirst().top();
            float largest = BlockScale.largest(values, first, end);
            float inverse = BlockScale.renew(segments[firstPlane], element + first, largest, top);
            for (int i = first; i < end; i++) {
                values[i] = BlockScale.scaled(values[i], inverse);
            }
        }
        loops.encode(values, raw, n, (int) element, key);
        for (int plane = 0; plane < planes.size(); plane++) {
            DType dtype = planes.get(plane);
            MemorySegment segment = segments[firstPlane + plane];
            if (dtype == DType.FLOAT32) {
                MemorySegment.copy(raw[plane], 0, segment, ValueLayout.JAVA_INT, element * Float.BYTES, n);
            } else {
                for (int i = 0; i < n; i++) {
                    dtype.setRaw(segment, element + i, raw[plane][i]);
                }
            }
        }
    }
}
