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
import java.util.Arrays;
import java.util.List;
import lanewise.dtype.Storage;
import lanewise.dtype.Words;
import lanewise.program.Code;
import lanewise.program.Op;
import org.jspecify.annotations.Nullable;

/**
 * The backend that needs nothing but a JVM. C2 vectorises a loop over {@code float[]} but not one
 * over a {@code MemorySegment}, so a kernel takes chunks of each stream into small arrays, runs the
 * emitted loop over those, and puts back what was written.
 */
public final class ScalarBackend implements Backend {

    /** By {@link #nodesOfLoop}; LAMB with 37 is vectorised, Adadelta with 39 is not. */
    private static final int LONGEST_LOOP = 37;

    /** The emitted loop: element i of each array, for i below n. */
    interface Loop {
        void run(float[][] chunks, int n, float[] scalars);
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public @Nullable String unusableBecause() {
        return null;
    }

    @Override
    public int preferredLanes() {
        return 1;
    }

    @Override
    public Kernel compile(Code code, int lanes) {
        Loop loop = Emission.define(MethodHandles.lookup(), Loop.class, classFile(code, lanes));
        return new ChunkedKernel(code, loop);
    }

    @Override
    public byte[] classFile(Code code, int lanes) {
        return Emission.classFile(
                ClassDesc.of("lanewise.kernel.ScalarLoop"),
                Loop.class,
                builder -> builder.withMethodBody(
                        "run",
                        MethodTypeDesc.of(
                                ConstantDescs.CD_void,
                                ConstantDescs.CD_float.arrayType(2),
                                ConstantDescs.CD_int,
                                ConstantDescs.CD_float.arrayType()),
                        ClassFile.ACC_PUBLIC,
                        method -> emit(code, method)));
    }

    /**
     * Whether a node's flush of what is only stored is left to a loop of its own, which goes over the chunk once more. So
     * it is in long codes: C2 unrolls, and so vectorises, loops of some sixty nodes at most.
     */
    private static boolean isFlushedLater(Code code, int node) {
        return code.nodes().get(node) instanceof Code.Node.Compute(Op op, var _)
                && op == Op.FLUSH
                && nodesOfLoop(code) > LONGEST_LOOP
                && !code.sums().contains(node)
                && code.nodes().stream()
                        .noneMatch(other ->
                                other instanceof Code.Node.Compute(var _, List<Integer> x) && x.contains(node));
    }

    /** Roughly what C2 makes of the code: a flush is six operations, a root has two conversions around it. */
    private static int nodesOfLoop(Code code) {
        int nodes = code.length();
        for (Code.Node node : code.nodes()) {
            if (node instanceof Code.Node.Compute(Op op, var _)) {
                nodes += op == Op.FLUSH ? 5 : op == Op.SQRT ? 2 : 0;
            }
        }
        return nodes;
    }

    /** Locals on entry: this, chunks, n, scalars. The arrays of the sums' terms follow the streams'. */
    private static void emit(Code code, CodeBuilder builder) {
        int[] arrays =
                Emission.objectLocals(builder, 1, code.streams() + code.sums().size());
        int[] scalars = Emission.floatLocals(builder, 3, code.scalars());
        int[] values = new int[code.nodes().size()];
        int i = builder.allocateLocal(TypeKind.INT);
        builder.iconst_0().istore(i);
        Emission.loop(builder, i, 2, 1, () -> {
            for (int node = 0; node < values.length; node++) {
                switch (code.nodes().get(node)) {
                    case Code.Node.Scalar(int index) -> {
                        values[node] = scalars[index];
                        continue;
                    }
                    case Code.Node.Load(int stream) ->
                        builder.aload(arrays[stream]).iload(i).faload();
                    case Code.Node.Compute(Op op, List<Integer> operands) -> {
                        if (isFlushedLater(code, node)) {
                            values[node] = values[operands.getFirst()];
                            continue;
                        }
                        operands.forEach(operand -> builder.fload(values[operand]));
                        Emission.scalarOp(builder, op);
                    }
                }
                values[node] = builder.allocateLocal(TypeKind.FLOAT);
                builder.fstore(values[node]);
            }
            for (Code.Store store : code.stores()) {
                builder.aload(arrays[store.stream()])
                        .iload(i)
                        .fload(values[store.value()])
                        .fastore();
            }
            for (int sum = 0; sum < code.sums().size(); sum++) {
                builder.aload(arrays[code.streams() + sum])
                        .iload(i)
                        .fload(values[code.sums().get(sum)])
                        .fastore();
            }
        });
        builder.return_();
    }

    /** Brings chunks of the streams to the loop and back. */
    private static final class ChunkedKernel implements Kernel {

        private final Loop loop;
        private final int streams;
        private final int sumCount;
        private final boolean[] loads;
        private final boolean[] stores;
        private final boolean[] flushes;
        private final int[] firstPlanes;

        /** By stream; null where values lie as the loop takes them. */
        private final @Nullable ScalarCodec[] codecs;

        private final int keyScalar;

        ChunkedKernel(Code code, Loop loop) {
            this.loop = loop;
            streams = code.streams();
            sumCount = code.sums().size();
            loads = new boolean[streams];
            stores = new boolean[streams];
            flushes = new boolean[streams];
            firstPlanes = new int[streams];
            codecs = new ScalarCodec[streams];
            keyScalar = code.isRandom() ? code.scalars() - 1 : -1;
            for (int stream = 0; stream < streams; stream++) {
                loads[stream] = code.loads(stream);
                stores[stream] = code.stores(stream);
                firstPlanes[stream] = code.firstPlane(stream);
                Storage storage = code.storages().get(stream);
                codecs[stream] = storage == Storage.FLOAT32 ? null : ScalarCodec.of(storage);
            }
            code.stores().forEach(store -> flushes[store.stream()] = isFlushedLater(code, store.value()));
        }

        @Override
        public void run(
                MemorySegment[] segments,
                long[] starts,
                int length,
                float[] scalars,
                double[] sums,
                int at,
                Scratch scratch) {
            float[][] chunks = scratch.chunks();
            int key = keyScalar < 0 ? 0 : Words.keyOf(scalars[keyScalar]);
            for (int sum = 0; sum < sumCount; sum++) {
                Arrays.fill(scratch.lanes(sum), 0f);
            }
            for (int done = 0; done < length; done += Scratch.CHUNK) {
                int n = Math.min(Scratch.CHUNK, length - done);
                for (int stream = 0; stream < streams; stream++) {
                    if (loads[stream]) {
                        load(segments, stream, starts[stream] + done, chunks[stream], n, scratch);
                    }
                }
                loop.run(chunks, n, scalars);
                for (int stream = 0; stream < streams; stream++) {
                    if (flushes[stream]) {
                        ScalarOps.flush(chunks[stream], n);
                    }
                    if (stores[stream]) {
                        store(chunks[stream], n, segments, stream, starts[stream] + done, key, scratch);
                    }
                }
                for (int sum = 0; sum < sumCount; sum++) {
                    Scratch.add(chunks[streams + sum], n, scratch.lanes(sum));
                }
            }
            for (int sum = 0; sum < sumCount; sum++) {
                sums[at + sum] = Scratch.fold(scratch.lanes(sum));
            }
        }

        private void load(MemorySegment[] segments, int stream, long element, float[] chunk, int n, Scratch scratch) {
            ScalarCodec codec = codecs[stream];
            int plane = firstPlanes[stream];
            if (codec != null) {
                codec.load(segments, plane, element, chunk, n, scratch.raw());
            } else {
                MemorySegment.copy(segments[plane], ValueLayout.JAVA_FLOAT, element * Float.BYTES, chunk, 0, n);
            }
        }

        private void store(
                float[] chunk, int n, MemorySegment[] segments, int stream, long element, int key, Scratch scratch) {
            ScalarCodec codec = codecs[stream];
            int plane = firstPlanes[stream];
            if (codec != null) {
                codec.store(chunk, n, segments, plane, element, key, scratch.raw());
            } else {
                MemorySegment.copy(chunk, 0, segments[plane], ValueLayout.JAVA_FLOAT, element * Float.BYTES, n);
            }
        }
    }
}
