package lanewise;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.buffer.Tensor;
import lanewise.kernel.Kernels;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.run.Plan;
import lanewise.run.Workers;

/** The time in which the weights are those to evaluate with, and the trained ones lie aside. */
final class Evaluation implements AutoCloseable {

    /** The trained weights of a parameter. */
    private static final Slot TRAINED = Slot.state("θ trained");

    private final Arena arena = Arena.ofShared();
    private final Workers workers;
    private final Kernels kernels;
    private final List<Optimizer.Member> members = new ArrayList<>();
    private final List<Tensor> trained = new ArrayList<>();
    private final long[] steps;

    /** Makes room; what the steps of the parameters are is asked by their averages. */
    Evaluation(Workers workers, Kernels kernels, List<Optimizer.Member> all, long[] stepsOfAll) {
        this.workers = workers;
        this.kernels = kernels;
        long[] taken = new long[all.size()];
        try {
            for (int i = 0; i < taken.length; i++) {
                if (all.get(i).form.isEvaluatedApart()) {
                    taken[members.size()] = stepsOfAll[i];
                    members.add(all.get(i));
                    trained.add(
                            Tensor.allocate(arena, all.get(i).parameter.value().shape()));
                }
            }
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        steps = Arrays.copyOf(taken, members.size());
    }

    /** Copies the trained weights aside. */
    void keep() {
        run(_ -> Program.empty().set(TRAINED, Expr.read(Slot.PARAMETER)));
    }

    /** Puts the weights to evaluate with in place. */
    void replace() {
        run(form -> form.evaluation);
    }

    /** Puts the trained weights back. */
    void restore() {
        run(_ -> Program.empty().set(Slot.PARAMETER, Expr.read(TRAINED)));
    }

    private void run(Function<Group.Form, Program> program) {
        Map<Group.Form, Plan.Group> groups = new HashMap<>();
        List<Plan.Member> planned = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            Optimizer.Member member = members.get(i);
            Tensor aside = trained.get(i);
            planned.add(new Plan.Member(
                    groups.computeIfAbsent(member.form, form -> form.evaluation(program.apply(form), kernels)),
                    member.shape,
                    slot -> slot.equals(TRAINED) ? List.of(aside.segment()) : member.planes(slot),
                    member.seed));
        }
        boolean[] all = new boolean[members.size()];
        Arrays.fill(all, true);
        try (Arena scratch = Arena.ofShared()) {
            new Plan(workers, planned, scratch).step(all, steps, () -> true);
        }
    }

    /** What lies aside. */
    long bytes() {
        return trained.stream().mapToLong(tensor -> tensor.segment().byteSize()).sum();
    }

    @Override
    public void close() {
        arena.close();
    }
}
