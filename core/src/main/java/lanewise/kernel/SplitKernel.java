package lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import lanewise.dtype.Storage;
import lanewise.program.Code;

/**
 * A code in two parts, one loop after the other; what the first part computes for the second lies in scratch memory, which
 * stays in the cache. For codes that are too long for one: C2 has a budget of nodes for a compilation,
 * and boxes every vector once it is spent.
 */
final class SplitKernel implements Kernel {

    /** A part, and what its streams are: a stream of the whole, or −1 − the number of a temporary. */
    private record Part(Code code, List<Integer> streams) {}

    private final Kernel first;
    private final Kernel second;
    private final Scratch.Route firstRoute;
    private final Scratch.Route secondRoute;
    private final int temporaries;

    private SplitKernel(Code whole, Part first, Part second, Function<Code, Kernel> compiler, int temporaries) {
        this.first = compiler.apply(first.code);
        this.second = compiler.apply(second.code);
        // At least one, since they are counted for the depth of splits as well.
        this.temporaries = Math.max(1, temporaries);
        firstRoute = route(whole, first);
        secondRoute = route(whole, second);
    }

    private static Scratch.Route route(Code whole, Part part) {
        List<Integer> planes = part.streams.stream()
                .flatMapToInt(stream -> stream < 0
                        ? IntStream.of(stream)
                        : IntStream.range(whole.firstPlane(stream), whole.firstPlane(stream + 1)))
                .boxed()
                .toList();
        return new Scratch.Route(part.streams, planes);
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
        Cut best = IntStream.range(1, code.nodes().size())
                .mapToObj(at -> new Cut(code, at))
                .min(Comparator.comparing((Cut cut) -> tooLong.test(cut.first.code) || tooLong.test(cut.second.code))
                        .thenComparingInt(cut -> tooLong.test(cut.first.code) || tooLong.test(cut.second.code)
                                ? Math.max(cut.first.code.length(), cut.second.code.length())
                                : cut.handed.size()))
                .orElseThrow();
        // What is handed over has to be stored and loaded, so that there is an end to getting shorter.
        boolean shorter = Math.max(best.first.code.length(), best.second.code.length()) < code.length();
        return shorter
                ? new SplitKernel(
                        code, best.first, best.second, part -> of(part, tooLong, compiler), best.handed.size())
                : compiler.apply(code);
    }

    /** A code cut before a node. */
    private static final class Cut {

        /** The values computed before the cut that are needed behind it; what is loaded is loaded again. */
        final List<Integer> handed;

        final Part first;
        final Part second;

        Cut(Code code, int at) {
            Set<Integer> needed = new LinkedHashSet<>(code.sums());
            for (int node = at; node < code.nodes().size(); node++) {
                needed.add(node);
                if (code.nodes().get(node) instanceof Code.Node.Compute(var _, List<Integer> operands)) {
                    needed.addAll(operands);
                }
            }
            // A stream that the second part may still have to read must not be written by the first.
            Set<Code.Node> read = new HashSet<>();
            needed.forEach(node -> read.add(code.nodes().get(node)));
            code.stores().forEach(store -> read.add(code.nodes().get(store.value())));
            Predicate<Code.Store> isEarly =
                    store -> store.value() < at && !read.contains(new Code.Node.Load(store.stream()));
            List<Code.Store> early = code.stores().stream().filter(isEarly).toList();
            List<Code.Store> late =
                    code.stores().stream().filter(isEarly.negate()).toList();
            late.forEach(store -> needed.add(store.value()));
            handed = needed.stream()
                    .filter(node -> node < at && code.nodes().get(node) instanceof Code.Node.Compute)
                    .sorted()
                    .toList();
            Builder before = new Builder(code);
            for (int number = 0; number < handed.size(); number++) {
                before.store(-1 - number, before.node(handed.get(number)));
            }
            early.forEach(store -> before.store(store.stream(), before.node(store.value())));
            first = before.build(List.of());
            Builder behind = new Builder(code);
            for (int number = 0; number < handed.size(); number++) {
                behind.known.put(handed.get(number), behind.load(-1 - number));
            }
            late.forEach(store -> behind.store(store.stream(), behind.node(store.value())));
            second = behind.build(code.sums().stream().map(behind::node).toList());
        }
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
            List<Storage> storages = streams.stream()
                    .map(stream ->
                            stream < 0 ? Storage.FLOAT32 : whole.storages().get(stream))
                    .toList();
            return new Part(new Code(storages, whole.scalars(), nodes, stores, sums), List.copyOf(streams));
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
        int done = 0;
        do {
            int count = Math.min(TILE, length - done);
            frame.bind(firstRoute, streams, starts, done);
            first.run(frame.planes(), frame.starts(), count, scalars, sums, at, scratch);
            frame.bind(secondRoute, streams, starts, done);
            second.run(frame.planes(), frame.starts(), count, scalars, sums, at, scratch);
            done += TILE;
        } while (done < length);
        scratch.pop();
    }
}
