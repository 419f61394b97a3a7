package lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import lanewise.program.Code;
import lanewise.program.Op;

/**
 * The slowest kernel and the easiest to read: every kernel is compared with it before it is used. In parts, so that tests
 * can put a faulty one into it.
 */
class Interpreter implements Kernel {

    private final Code code;

    Interpreter(Code code) {
        this.code = code;
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
        float[] values = new float[code.nodes().size()];
        for (int i = 0; i < length; i++) {
            for (int node = 0; node < values.length; node++) {
                values[node] = switch (code.nodes().get(node)) {
                    case Code.Node.Load(int stream) ->
                        streams[stream].getAtIndex(ValueLayout.JAVA_FLOAT, starts[stream] + i);
                    case Code.Node.Scalar(int index) -> scalars[index];
                    case Code.Node.Compute compute -> computed(compute, values);
                };
            }
            for (Code.Store store : code.stores()) {
                int stream = store.stream();
                streams[stream].setAtIndex(ValueLayout.JAVA_FLOAT, starts[stream] + i, values[store.value()]);
            }
            for (int sum = 0; sum < sumCount; sum++) {
                scratch.lanes(sum)[lane(i)] += values[code.sums().get(sum)];
            }
        }
        for (int sum = 0; sum < sumCount; sum++) {
            sums[at + sum] = fold(scratch.lanes(sum));
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
