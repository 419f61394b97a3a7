package lanewise.program;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import lanewise.dtype.Storage;

/**
 * From a program to its phases: finds what has to be known before what, lifts out the scalars, computes shared values
 * once.
 *
 * <p>Values have a depth: the number of passes that have to be over before they are known. A sum is one pass deeper than
 * its term; a value of a row or a column that a pass over elements needs is worked out by a pass of its own.
 */
final class Lowering {

    private static final List<Extent> DOMAINS = List.of(Extent.ELEMENT, Extent.ROW, Extent.COLUMN);

    /** What one pass has to leave behind. */
    private record Pass(Set<Expr.Sum> sums, Set<Expr> values) {
        Pass() {
            this(new LinkedHashSet<>(), new LinkedHashSet<>());
        }
    }

    private final List<Map<Extent, Pass>> byDepth = new ArrayList<>();
    private final Map<Expr, Integer> depths = new HashMap<>();
    private final Map<Expr, Slot> arrays = new HashMap<>();

    private final Function<Slot, Storage> storages;

    private Lowering(Function<Slot, Storage> storages) {
        this.storages = storages;
    }

    static List<Phase> phases(Program program, Function<Slot, Storage> storages) {
        Lowering lowering = new Lowering(storages);
        for (Program.Statement statement : program.statements()) {
            switch (statement) {
                case Program.Statement.Set(Slot slot, Expr value) -> lowering.known(value, slot.extent());
                case Program.Statement.Observe(String _, Expr value) -> lowering.depth(value);
                case Program.Statement.Let _ -> {}
            }
        }
        List<Phase> phases = new ArrayList<>();
        for (int depth = 0; depth < lowering.byDepth.size(); depth++) {
            for (Map.Entry<Extent, Pass> pass : lowering.byDepth.get(depth).entrySet()) {
                phases.add(lowering.new Coding(pass.getKey()).preparing(depth, pass.getValue()));
            }
        }
        for (Extent domain : DOMAINS) {
            if (program.statements().stream()
                    .anyMatch(statement ->
                            statement instanceof Program.Statement.Set(Slot slot, Expr _) && slot.extent() == domain)) {
                phases.add(lowering.new Coding(domain).writing(program));
            }
        }
        return List.copyOf(phases);
    }

    /** The depth of an expression; files what has to be worked out before it. */
    private int depth(Expr expr) {
        Integer filed = depths.get(expr);
        if (filed != null) {
            return filed;
        }
        int depth = 0;
        switch (expr) {
            case Expr.Sum sum -> {
                Extent domain = sum.term().extent();
                int before = known(sum.term(), domain);
                pass(before, domain).sums().add(sum);
                if (!sum.over().isScalar()) {
                    arrays.put(sum, array(sum.over()));
                }
                depth = before + 1;
            }
            case Expr.Apply apply -> {
                for (Expr operand : apply.operands()) {
                    depth = Math.max(depth, known(operand, apply.extent()));
                }
            }
            case Expr.Read(Slot slot) -> {
                if (slot.extent() == Extent.ROW || slot.extent() == Extent.COLUMN) {
                    arrays.put(expr, slot);
                }
            }
            case Expr.Constant _, Expr.Scalar _ -> {}
        }
        depths.put(expr, depth);
        return depth;
    }

    /** The depth at which an expression can be used by a pass over a domain. */
    private int known(Expr expr, Extent domain) {
        int depth = depth(expr);
        boolean ofOtherDomain = !expr.extent().isScalar() && expr.extent() != domain;
        if (!ofOtherDomain || !(expr instanceof Expr.Apply)) {
            return depth;
        }
        if (pass(depth, expr.extent()).values().add(expr)) {
            arrays.put(expr, array(expr.extent()));
        }
        return depth + 1;
    }

    private Slot array(Extent extent) {
        return new Slot("#" + arrays.size(), Slot.Role.SCRATCH, extent, 0);
    }

    private Pass pass(int depth, Extent domain) {
        while (byDepth.size() <= depth) {
            byDepth.add(new EnumMap<>(Extent.class));
        }
        return byDepth.get(depth).computeIfAbsent(domain, _ -> new Pass());
    }

    /** The code of one pass in the making. */
    private final class Coding {

        private final Extent domain;
        private final Map<Expr, Integer> values = new LinkedHashMap<>();
        private final List<Code.Node> nodes = new ArrayList<>();
        private final List<Code.Store> stores = new ArrayList<>();
        private final List<Slot> streams = new ArrayList<>();
        private final List<Expr> scalars = new ArrayList<>();

        Coding(Extent domain) {
            this.domain = domain;
        }

        Phase preparing(int depth, Pass pass) {
            List<Expr.Sum> sums = new ArrayList<>();
            List<Integer> terms = new ArrayList<>();
            Map<Expr.Sum, Slot> summed = new LinkedHashMap<>();
            for (Expr.Sum sum : pass.sums()) {
                int term = value(sum.term());
                Slot array = arrays.get(sum);
                if (array != null) {
                    summed.put(sum, array);
                }
                if (sum.over() == Extent.COLUMN) {
                    int stream = stream(array);
                    int before = add(new Code.Node.Load(stream));
                    stores.add(new Code.Store(stream, add(new Code.Node.Compute(Op.ADD, List.of(before, term)))));
                } else {
                    sums.add(sum);
                    terms.add(term);
                }
            }
            for (Expr value : pass.values()) {
                stores.add(new Code.Store(stream(arrays.get(value)), value(value)));
            }
            return phase(depth, terms, sums, summed);
        }

        Phase writing(Program program) {
            for (Program.Statement statement : program.statements()) {
                if (statement instanceof Program.Statement.Set(Slot slot, Expr value) && slot.extent() == domain) {
                    int computed = value(value);
                    stores.add(new Code.Store(stream(slot), computed));
                }
            }
            return phase(Phase.LAST, List.of(), List.of(), Map.of());
        }

        private Phase phase(int depth, List<Integer> terms, List<Expr.Sum> sums, Map<Expr.Sum, Slot> summed) {
            List<Storage> kept = streams.stream().map(this::storage).toList();
            if (stores.stream().anyMatch(store -> kept.get(store.stream()).isRandom())) {
                scalars.add(Scalars.KEY);
            }
            Code code = new Code(kept, scalars.size(), List.copyOf(nodes), List.copyOf(stores), List.copyOf(terms));
            return new Phase(
                    depth,
                    domain,
                    code,
                    List.copyOf(streams),
                    List.copyOf(scalars),
                    List.copyOf(sums),
                    Map.copyOf(summed));
        }

        private Storage storage(Slot slot) {
            return slot.extent() == Extent.ELEMENT ? storages.apply(slot) : Storage.FLOAT32;
        }

        private int value(Expr expr) {
            Integer known = values.get(expr);
            if (known != null) {
                return known;
            }
            int node;
            if (expr.extent().isScalar()) {
                node = scalar(expr);
            } else if (expr.extent() == domain) {
                node = computed(expr);
            } else if (expr.extent() == Extent.ROW) {
                node = scalar(Expr.read(arrays.get(expr)));
            } else {
                node = add(new Code.Node.Load(stream(arrays.get(expr))));
            }
            values.put(expr, node);
            return node;
        }

        private int computed(Expr expr) {
            return switch (expr) {
                case Expr.Read(Slot slot) -> add(new Code.Node.Load(stream(slot)));
                case Expr.Sum sum -> add(new Code.Node.Load(stream(arrays.get(sum))));
                case Expr.Apply apply ->
                    add(new Code.Node.Compute(
                            apply.op(),
                            apply.operands().stream().map(this::value).toList()));
                case Expr.Constant _, Expr.Scalar _ -> throw new AssertionError("a scalar: " + expr);
            };
        }

        private int scalar(Expr expr) {
            scalars.add(expr);
            return add(new Code.Node.Scalar(scalars.size() - 1));
        }

        private int add(Code.Node node) {
            nodes.add(node);
            return nodes.size() - 1;
        }

        private int stream(Slot slot) {
            int index = streams.indexOf(slot);
            if (index >= 0) {
                return index;
            }
            streams.add(slot);
            return streams.size() - 1;
        }
    }
}
