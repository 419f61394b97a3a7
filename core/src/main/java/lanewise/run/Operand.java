package lanewise.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.program.Shape;
import lanewise.program.Slot;

/** A tensor of a plan: its memory, its sums, and what its passes leave for each other. */
final class Operand {

    private static final int CACHE_LINE = 64;

    final Binding binding;
    final Shape shape;
    final double[] tensorSums;

    /** By sum, then matrix. */
    final double[][] matrixSums;

    final long seed;

    private final Function<Slot, List<MemorySegment>> memory;
    private final Arena arena;
    private final Map<Slot, MemorySegment> scratch = new HashMap<>();
    private final MemorySegment[] states;
    private final double[] newStates;

    Operand(Binding binding, Plan.Member member, Arena arena) {
        this.binding = binding;
        this.arena = arena;
        shape = member.shape();
        seed = member.seed();
        memory = member.memory();
        tensorSums = new double[binding.tensorSums.size()];
        matrixSums = new double[binding.matrixSums.size()][binding.matrixSums.isEmpty() ? 0 : (int) shape.matrices()];
        states = binding.states.stream().map(this::memory).toArray(MemorySegment[]::new);
        newStates = new double[states.length];
    }

    List<MemorySegment> planes(Slot slot) {
        return slot.role() == Slot.Role.SCRATCH
                ? List.of(scratch.computeIfAbsent(slot, array -> floats(shape.values(array.extent()))))
                : memory.apply(slot);
    }

    /** That of a slot which has one plane. */
    MemorySegment memory(Slot slot) {
        return planes(slot).getFirst();
    }

    MemorySegment floats(long count) {
        return arena.allocate(count * Float.BYTES, CACHE_LINE);
    }

    double state(int index) {
        return states[index].get(ValueLayout.JAVA_DOUBLE, 0);
    }

    /** Once all else of a step is done: the scalars have read the old values. */
    void setStates(long step) {
        List<Binding.NewState> sets = binding.newStates;
        if (sets.isEmpty()) {
            return;
        }
        binding.at(this, step);
        for (int i = 0; i < sets.size(); i++) {
            newStates[i] = sets.get(i).value().evaluate(binding.clock);
        }
        for (int i = 0; i < sets.size(); i++) {
            states[sets.get(i).index()].set(ValueLayout.JAVA_DOUBLE, 0, newStates[i]);
        }
    }
}
