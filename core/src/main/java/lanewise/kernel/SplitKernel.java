package lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import lanewise.program.Code;

/**
 * A code in two parts, one loop after the other over a stretch that stays in the cache; what the first part computes for
 * the second lies in scratch memory. For codes that are too long for one: C2 has a budget of nodes for a compilation,
 * and boxes every vector once it is spent.
 */
final class SplitKernel implements Kernel {

    /** A part, and what its streams are: a stream of the whole, or −1 − the number of a temporary. */
    private record Part(Code code, List<Integer> streams) {}

    private final Kernel first;
    private final Kernel second;
    private final int[] firstStreams;
    private final int[] secondStreams;
    private final int stretch;
    private final int temporaries;

    private SplitKernel(Part first, Part second, Function<Code, Kernel> compiler, int temporaries) {
        this.first = compiler.apply(first.code);
        this.second = compiler.apply(second.code);
        this.temporaries = temporaries;
        firstStreams = first.streams.stream().mapToInt(Integer::intValue).toArray();
        secondStreams = second.streams.stream().mapToInt(Integer::intValue).toArray();
        // The lanes of a sum run through a whole tile.
        stretch = second.code.sums().isEmpty() ? Scratch.CHUNK : TILE;
    }

    /**
     * Splits a code until its parts are short enough.
     *
     * @param code the code
     * @param tooLong whether a code is to be split
     * @param compiler makes the kernel of a part
     * @return the kernel of the whole
     */
    static Kernel of(Code code, Predicate<Code> tooLong, Function<Code, Kernel> compiler) {
        if (!tooLong.test(code)) {
            return compiler.apply(code);
        }
        int best = -1;
        int fewest = Integer.MAX_VALUE;
        int count = code.nodes().size();
        // Somewhere in the middle half, where the least has to be handed over.
        for (int cut = count / 4; cut <= count - count / 4; cut++) {
            int handed = handedOver(code, cut).size();
            if (handed < fewest) {
                fewest = handed;
                best = cut;
            }
        }
        List<Integer> handed = handedOver(code, best);
        Part first = first(code, handed);
        Part second = second(code, best, handed);
        // What is handed over has to be stored and loaded, so that there is an end to getting shorter.
        boolean shorter = Math.max(first.code.length(), second.code.length()) < code.length();
        return shorter
                ? new SplitKernel(first, second, part -> of(part, tooLong, compiler), handed.size())
                : compiler.apply(code);
    }

    /** The values computed before a cut that are needed behind it; what is loaded is loaded again. */
    private static List<Integer> handedOver(Code code, int cut) {
        Set<Integer> needed = new LinkedHashSet<>();
        for (int node = cut; node < code.nodes().size(); node++) {
            if (code.nodes().get(node) instanceof Code.Node.Compute(var _, List<Integer> operands)) {
                needed.addAll(operands);
            }
        }
        code.stores().forEach(store -> needed.add(store.value()));
        needed.addAll(code.sums());
        return needed.stream()
                .filter(node -> node < cut && code.nodes().get(node) instanceof Code.Node.Compute)
                .sorted()
                .toList();
    }

    private static Part first(Code code, List<Integer> handed) {
        Builder part = new Builder(code);
        for (int node : handed) {
            part.store(-1 - handed.indexOf(node), part.node(node));
        }
        return part.build(List.of());
    }

    /** Stores all of the whole, so that nothing is written that the second part still has to read. */
    private static Part second(Code code, int cut, List<Integer> handed) {
        Builder part = new Builder(code);
        handed.forEach(node -> part.known.put(node, part.load(-1 - handed.indexOf(node))));
        for (int node = cut; node < code.nodes().size(); node++) {
            part.node(node);
        }
        code.stores().forEach(store -> part.store(store.stream(), part.node(store.value())));
        return part.build(code.sums().stream().map(part::node).toList());
    }

    /** The nodes of a part, made of those of the whole that it needs. */
    private static final class Builder {
        private final Code whole;
        private final List<Code.Node> nodes = new ArrayList<>();
        private final List<Code.Store> stores = new ArrayList<>();
        private final List<Integer> streams = new ArrayList<>();
        private final Map<Integer, Integer> known = new HashMap<>();

        Builder(Code whole) {
            this.whole = whole;
        }

        int node(int index) {
            Integer already = known.get(index);
            if (already != null) {
                return already;
            }
            int number = switch (whole.nodes().get(index)) {
                case Code.Node.Load(int stream) -> load(stream);
                case Code.Node.Scalar scalar -> add(scalar);
                case Code.Node.Compute(var op, List<Integer> operands) ->
                    add(new Code.Node.Compute(
                            op, operands.stream().map(this::node).toList()));
            };
            known.put(index, number);
            return number;
        }

        int load(int stream) {
            return add(new Code.Node.Load(stream(stream)));
        }

        void store(int stream, int value) {
            stores.add(new Code.Store(stream(stream), value));
        }

        private int stream(int stream) {
            if (!streams.contains(stream)) {
                streams.add(stream);
            }
            return streams.indexOf(stream);
        }

        private int add(Code.Node node) {
            nodes.add(node);
            return nodes.size() - 1;
        }

        Part build(List<Integer> sums) {
            return new Part(new Code(streams.size(), whole.scalars(), nodes, stores, sums), List.copyOf(streams));
        }
    }

    @Override
    public int temporaries() {
        return temporaries + Math.max(first.temporaries(), second.temporaries());
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
        Scratch.Frame frame = scratch.push(temporaries);
        for (int done = 0; done == 0 || done < length; done += stretch) {
            int n = Math.min(stretch, length - done);
            frame.bind(firstStreams, streams, starts, done);
            first.run(frame.streams(), frame.starts(), n, scalars, sums, at, scratch);
            frame.bind(secondStreams, streams, starts, done);
            second.run(frame.streams(), frame.starts(), n, scalars, sums, at, scratch);
        }
        scratch.pop();
    }
}
