package lanewise.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From a program to its phases: finds the sums, lifts out the scalars, computes shared values once. */
final class Lowering {

    private final Map<Expr, Integer> values = new LinkedHashMap<>();
    private final List<Code.Node> nodes = new ArrayList<>();
    private final List<Slot> streams = new ArrayList<>();
    private final List<Expr> scalars = new ArrayList<>();

    private Lowering() {}

    static List<Phase> phases(Program program) {
        List<Set<Expr.Sum>> byDepth = new ArrayList<>();
        for (Program.Statement statement : program.statements()) {
            if (!(statement instanceof Program.Statement.Let)) {
                collectSums(statement.value(), byDepth);
            }
        }
        List<Phase> phases = new ArrayList<>();
        for (Set<Expr.Sum> sums : byDepth) {
            phases.add(new Lowering().summing(List.copyOf(sums)));
        }
        phases.add(new Lowering().writing(program));
        return List.copyOf(phases);
    }

    /** Files every sum of an expression by its depth and returns the depth of the expression. */
    private static int collectSums(Expr expr, List<Set<Expr.Sum>> byDepth) {
        return switch (expr) {
            case Expr.Sum sum -> {
                int depth = collectSums(sum.term(), byDepth);
                if (depth == byDepth.size()) {
                    byDepth.add(new LinkedHashSet<>());
                }
                byDepth.get(depth).add(sum);
                yield depth + 1;
            }
            case Expr.Apply apply -> {
                int depth = 0;
                for (Expr operand : apply.operands()) {
                    depth = Math.max(depth, collectSums(operand, byDepth));
                }
                yield depth;
            }
            case Expr.Read _, Expr.Constant _, Expr.Scalar _ -> 0;
        };
    }

    private Phase summing(List<Expr.Sum> sums) {
        List<Integer> terms = new ArrayList<>();
        for (Expr.Sum sum : sums) {
            terms.add(value(sum.term()));
        }
        return phase(List.of(), terms, sums);
    }

    private Phase writing(Program program) {
        List<Code.Store> stores = new ArrayList<>();
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Set(Slot slot, Expr value)) {
                int computed = value(value);
                stores.add(new Code.Store(stream(slot), computed));
            }
        }
        return phase(stores, List.of(), List.of());
    }

    private Phase phase(List<Code.Store> stores, List<Integer> terms, List<Expr.Sum> sums) {
        Code code =
                new Code(streams.size(), scalars.size(), List.copyOf(nodes), List.copyOf(stores), List.copyOf(terms));
        return new Phase(code, List.copyOf(streams), List.copyOf(scalars), sums);
    }

    private int value(Expr expr) {
        Integer known = values.get(expr);
        if (known != null) {
            return known;
        }
        Code.Node node;
        if (expr.extent() != Extent.ELEMENT) {
            scalars.add(expr);
            node = new Code.Node.Scalar(scalars.size() - 1);
        } else {
            node = switch (expr) {
                case Expr.Read(Slot slot) -> new Code.Node.Load(stream(slot));
                case Expr.Apply(Op op, List<Expr> operands) ->
                    new Code.Node.Compute(op, operands.stream().map(this::value).toList());
                case Expr.Constant _, Expr.Scalar _, Expr.Sum _ ->
                    throw new AssertionError("not a value of elements: " + expr);
            };
        }
        nodes.add(node);
        values.put(expr, nodes.size() - 1);
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
