package lanewise.bench.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Slot;

/**
 * What the passes of a program leave for each other: phases call these arrays by numbers, here each gets back the
 * expression that it holds.
 */
final class ScratchArrays {
    private final Map<Slot, Expr> held = new LinkedHashMap<>();
    private final Map<Slot, Integer> writers = new HashMap<>();

    /**
     * Follows the passes from the first to the last.
     *
     * @param phases of one program
     */
    ScratchArrays(List<Phase> phases) {
        for (int pass = 0; pass < phases.size(); pass++) {
            Phase phase = phases.get(pass);
            int number = pass;
            phase.arrays().entrySet().stream()
                    .sorted(Comparator.comparing(entry -> entry.getValue().extent()))
                    .forEach(entry -> put(entry.getValue(), entry.getKey(), number));
            List<Expr> values = expressions(phase, array -> array);
            for (Code.Store store : phase.code().stores()) {
                Slot slot = phase.streams().get(store.stream());
                if (slot.role() == Slot.Role.SCRATCH) {
                    put(slot, values.get(store.value()), pass);
                }
            }
        }
    }

    /** A sum over columns is stored too, in the making: what counts is the sum. */
    private void put(Slot array, Expr value, int pass) {
        if (held.putIfAbsent(array, value) == null) {
            writers.put(array, pass);
        }
    }

    /** By array. */
    Map<Slot, Expr> held() {
        return held;
    }

    /** The pass that fills an array, from 0. */
    int writer(Slot array) {
        return writers.getOrDefault(array, -1);
    }

    /** What stands behind a scalar that differs by row; any other expression as it is. */
    Expr unfolded(Expr expr) {
        return expr instanceof Expr.Read(Slot slot) ? held.getOrDefault(slot, expr) : expr;
    }

    /** Whether the pass adds to what the array holds so far. */
    static boolean isAddedTo(Phase phase, Slot array) {
        return array.extent() == Extent.COLUMN && phase.arrays().containsValue(array);
    }

    /**
     * The values of a pass as the program has them.
     *
     * @param phase the pass
     * @param soFar what stands for an array in the making
     * @return an expression for each node
     */
    List<Expr> expressions(Phase phase, UnaryOperator<Slot> soFar) {
        List<Expr> exprs = new ArrayList<>();
        for (Code.Node node : phase.code().nodes()) {
            exprs.add(
                    switch (node) {
                        case Code.Node.Load(int stream) -> {
                            Slot slot = phase.streams().get(stream);
                            yield isAddedTo(phase, slot) ? Expr.read(soFar.apply(slot)) : unfolded(Expr.read(slot));
                        }
                        case Code.Node.Scalar(int index) ->
                            unfolded(phase.scalars().get(index));
                        case Code.Node.Compute(var op, List<Integer> x) ->
                            new Expr.Apply(op, x.stream().map(exprs::get).toList());
                    });
        }
        return exprs;
    }
}
