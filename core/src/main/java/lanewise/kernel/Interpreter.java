package lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lanewise.dtype.BlockScale;
import lanewise.dtype.Computed;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.dtype.Words;
import lanewise.program.Code;
import lanewise.program.Op;

/**
 * The slowest kernel and the easiest to read: every kernel is compared with it before it is used. In parts, so that tests
 * can put a faulty one into it.
 */
class Interpreter implements Kernel {

    private final Code code;
    private final int[] firstPlanes;

    Interpreter(Code code) {
        this.code = code;
        firstPlanes = IntStream.range(0, code.streams()).map(code::firstPlane).toArray();
    }

    @Override
    public void run(
            MemorySegment[] streams,
            long[] starts,
            int length,
            float[] scalars,
            double[] sums,
            int at,
            Scratch scratch) {
        int sumCount = code.sums().size();
        for (int sum = 0; sum < sumCount; sum++) {
            Arrays.fill(scratch.lanes(sum), 0f);
        }
        int key = code.isRandom() ? Words.keyOf(scalars[code.scalars() - 1]) : 0;
        int step = code.isBlocked() ? DType.BLOCK : Math.max(length, 1);
        float[] values = new float[code.nodes().size()];
        float[][] stored = new float[code.streams()][code.isBlocked() ? DType.BLOCK : 0];
        for (int first = 0; first < length; first += step) {
            int end = Math.min(length, first + step);
            for (int i = first; i < end; i++) {
                runElement(streams, starts, i, scalars, key, values, stored, scratch);
            }
            for (Code.Store store : code.stores()) {
                if (storage(store.stream()).isBlocked()) {
                    storeBlock(
                            streams[firstPlanes[store.stream()]],
                            storage(store.stream()).planes().getFirst(),
                            starts[store.stream()] + first,
                            Arrays.copyOf(stored[store.stream()], end - first),
                            key);
                }
            }
        }
        for (int sum = 0; sum < sumCount; sum++) {
            sums[at + sum] = fold(scratch.lanes(sum));
        }
    }

    private Storage storage(int stream) {
        return code.storages().get(stream);
    }

    private void runElement(
            MemorySegment[] streams,
            long[] starts,
            int i,
            float[] scalars,
            int key,
            float[] values,
            float[][] stored,
            Scratch scratch) {
        for (int node = 0; node < values.length; node++) {
            values[node] = switch (code.nodes().get(node)) {
                case Code.Node.Load(int stream) -> load(streams, stream, starts[stream] + i);
                case Code.Node.Scalar(int index) -> scalars[index];
                case Code.Node.Compute compute -> computed(compute, values);
            };
        }
        for (Code.Store store : code.stores()) {
            int stream = store.stream();
            if (storage(stream).isBlocked()) {
                stored[stream][i % DType.BLOCK] = values[store.value()];
            } else {
                store(streams, stream, starts[stream] + i, values[store.value()], key);
            }
        }
        for (int sum = 0; sum < code.sums().size(); sum++) {
            scratch.lanes(sum)[lane(i)] += values[code.sums().get(sum)];
        }
    }

    private float load(MemorySegment[] segments, int stream, long element) {
        Storage storage = storage(stream);
        int first = firstPlanes[stream];
        if (storage == Storage.FLOAT32) {
            return segments[first].getAtIndex(ValueLayout.JAVA_FLOAT, element);
        }
        int word = storage.load(
                Computed.WORDS, plane -> storage.planes().get(plane).raw(segments[first + plane], element));
        float value = Float.intBitsToFloat(word);
        return storage.isBlocked() ? value * BlockScale.get(segments[first], element) : value;
    }

    private void store(MemorySegment[] segments, int stream, long element, float value, int key) {
        Storage storage = storage(stream);
        int first = firstPlanes[stream];
        if (storage == Storage.FLOAT32) {
            segments[first].setAtIndex(ValueLayout.JAVA_FLOAT, element, value);
            return;
        }
        List<Integer> words = storage.store(new Computed((int) element, key), Float.floatToRawIntBits(value));
        for (int plane = 0; plane < words.size(); plane++) {
            storage.planes().get(plane).setRaw(segments[first + plane], element, words.get(plane));
        }
    }

    private static void storeBlock(MemorySegment segment, DType dtype, long first, float[] values, int key) {
        float largest = BlockScale.largest(values, 0, values.length);
        float inverse = BlockScale.renew(segment, first, largest, dtype.top());
        for (int i = 0; i < values.length; i++) {
            float scaled = BlockScale.scaled(values[i], inverse);
            dtype.setRaw(
                    segment,
                    first + i,
                    dtype.encode(new Computed((int) first + i, key), Float.floatToRawIntBits(scaled)));
        }
    }

    /** The value of a node, from those before it. */
    float computed(Code.Node.Compute node, float[] values) {
        List<Integer> x = node.operands();
        return apply(
                node.op(), values[x.get(0)], x.size() > 1 ? values[x.get(1)] : 0, x.size() > 2 ? values[x.get(2)] : 0);
    }

    float apply(Op op, float a, float b, float c) {
        return op.apply(a, b, c);
    }

    /** The lane of the i-th term of a sum. */
    int lane(int i) {
        return i % Scratch.LANES;
    }

    double fold(float[] lanes) {
        return Scratch.fold(lanes);
    }
}
