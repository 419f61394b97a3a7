package lanewise.program;

import java.util.List;

/**
 * Straight-line code for one element, names stripped: programs of the same shape share one kernel.
 * A value is named by the index of its node; operands come before their operation.
 *
 * @param streams how many slots are read or written
 * @param scalars how many scalars go in
 * @param nodes the values, in order of computation
 * @param stores the values that are written, at most one for a stream
 * @param sums the values that are added up, by sum number
 */
public record Code(int streams, int scalars, List<Node> nodes, List<Store> stores, List<Integer> sums) {

    /** How a value comes about. */
    public sealed interface Node {

        /** Loads the element of a stream. */
        record Load(int stream) implements Node {}

        /** Takes a scalar. */
        record Scalar(int index) implements Node {}

        /** Computes from earlier values. */
        record Compute(Op op, List<Integer> operands) implements Node {}
    }

    /** Writes a value to a stream. */
    public record Store(int stream, int value) {}

    /**
     * How long the code is.
     *
     * @return its loads, operations, stores and sums
     */
    public int length() {
        long scalars = nodes.stream().filter(Node.Scalar.class::isInstance).count();
        return (int) (nodes.size() - scalars) + stores.size() + sums.size();
    }

    /**
     * Whether the stream is read.
     *
     * @param stream its number
     * @return true if a node loads it
     */
    public boolean loads(int stream) {
        return nodes.contains(new Node.Load(stream));
    }

    /**
     * Whether the stream is written.
     *
     * @param stream its number
     * @return true if a store goes to it
     */
    public boolean stores(int stream) {
        return stores.stream().anyMatch(store -> store.stream() == stream);
    }
}
