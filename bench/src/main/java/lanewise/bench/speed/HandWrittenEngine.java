package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.buffer.Tensor;
import org.jspecify.annotations.Nullable;

/** {@link HandWrittenAdamW}, each thread a share of the tensor. */
public final class HandWrittenEngine implements Engine {
    /** Found as a service. */
    public HandWrittenEngine() {}

    @Override
    public String name() {
        return "by-hand";
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        if (workload.task() != Workload.Task.STEP) {
            return "only the step is written by hand";
        }
        return workload.rule().equals("adamw") ? null : "only AdamW is written by hand";
    }

    @Override
    public boolean isExact() {
        return true;
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        return new Steps(workload, parameters, gradients);
    }

    private static final class Steps implements Stepper {
        private final Arena arena = Arena.ofShared();
        private final Team team;
        private final List<MemorySegment> parameters;
        private final List<MemorySegment> gradients;
        private final List<Tensor> means;
        private final List<Tensor> meanSquares;
        private long step;

        Steps(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
            this.parameters = parameters;
            this.gradients = gradients;
            team = new Team(workload.threads());
            // Staggered as the engine's are.
            means = Tensor.allocateTogether(arena, 2, workload.shapeArrays());
            meanSquares = Tensor.allocateTogether(arena, 3, workload.shapeArrays());
        }

        @Override
        public void step() {
            step++;
            for (int i = 0; i < parameters.size(); i++) {
                MemorySegment theta = parameters.get(i);
                MemorySegment gradient = gradients.get(i);
                MemorySegment mean = means.get(i).segment();
                MemorySegment meanSquare = meanSquares.get(i).segment();
                team.run(
                        means.get(i).size(),
                        (from, to) -> HandWrittenAdamW.step(
                                theta, gradient, mean, meanSquare, from, to, Workload.LEARNING_RATE, step));
            }
        }

        @Override
        public void close() {
            team.close();
            arena.close();
        }
    }
}
