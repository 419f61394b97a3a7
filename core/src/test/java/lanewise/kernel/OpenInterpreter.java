package lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lanewise.program.Code;
import lanewise.program.Op;

/** The {@link Interpreter} taken apart, so that a test can put a faulty part into it. */
class OpenInterpreter implements Kernel {

    /** What stands for an operation; takes any value for the operands that the operation has not. */
    interface Operation {
        float apply(float a, float b, float c);
    }

    final Code code;

    OpenInterpreter(Code code) {
        this.code = code;
    }

    /** With another operation in the place of one. */
    static OpenInterpreter with(Code code, Op op, Operation other) {
        return new OpenInterpreter(code) {
            @Override
            float apply(Op each, float a, float b, float c) {
                return each == op ? other.apply(a, b, c) : super.apply(each, a, b, c);
            }
        };
    }

    float apply(Op op, float a, float b, float c) {
        return op.apply(a, b, c);
    }

    /** The value of a node, from those before it. */
    float computed(Code.Node.Compute node, float[] values) {
        List<Integer> x = node.operands();
        return apply(
                node.op(), values[x.get(0)], x.size() > 1 ? values[x.get(1)] : 0, x.size() > 2 ? values[x.get(2)] : 0);
    }

    /** The lane of the i-th term of a sum. */
    int lane(int i) {
        return i % Scratch.LANES;
    }

    double fold(float[] lanes) {
        return Scratch.fold(lanes);
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
        float[][] lanes = new float[code.sums().size()][Scratch.LANES];
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
            for (int sum = 0; sum < lanes.length; sum++) {
                lanes[sum][lane(i)] += values[code.sums().get(sum)];
            }
        }
        for (int sum = 0; sum < lanes.length; sum++) {
            sums[at + sum] = fold(lanes[sum]);
        }
    }
}
