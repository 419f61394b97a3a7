package lanewise.program;

import java.util.Collections;
import java.util.List;
import lanewise.dtype.Storage;

/**
 * Straight-line code for one element, names stripped: programs of the same shape share one kernel.
 * A value is named by the index of its node; operands come before their operation.
 *
 * @param storages how the values of each stream, a slot that is read or written, are kept
 * @param scalars how many scalars go in; if values are stored by chance, the last is the {@linkplain Clock#key() key}
 * @param nodes the values, in order of computation
 * @param stores the values that are written, at most one for a stream
 * @param sums the values that are added up, by sum number
 */
public record Code(List<Storage> storages, int scalars, List<Node> nodes, List<Store> stores, List<Integer> sums) {

    /** Code over values that are all kept in fp32. */
    public Code(int streams, int scalars, List<Node> nodes, List<Store> stores, List<Integer> sums) {
        this(Collections.nCopies(streams, Storage.FLOAT32), scalars, nodes, stores, sums);
    }

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
     * How many slots are read or written.
     *
     * @return the number of streams
     */
    public int streams() {
        return storages.size();
    }

    /**
     * The planes of all streams.
     *
     * @return how many segments of memory a kernel is given
     */
    public int planes() {
        return firstPlane(streams());
    }

    /**
     * Where the planes of a stream begin.
     *
     * @param stream its number
     * @return the number of its first plane among those of all streams
     */
    public int firstPlane(int stream) {
        return storages.subList(0, stream).stream()
                .mapToInt(storage -> storage.planes().size())
                .sum();
    }

    /**
     * Whether values are stored by chance.
     *
     * @return true if the last scalar is the key
     */
    public boolean isRandom() {
        return stores.stream().anyMatch(store -> storages.get(store.stream()).isRandom());
    }

    /**
     * Whether values share scales: a kernel then takes whole blocks at a time.
     *
     * @return true if those of a stream do
     */
    public boolean isBlocked() {
        return storages.stream().anyMatch(Storage::isBlocked);
    }

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
