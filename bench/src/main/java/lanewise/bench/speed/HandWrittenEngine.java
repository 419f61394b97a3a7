package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
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
        if (Measurements.isMixed(workload)) {
            return "only fp32 is written by hand";
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
        private final long[] ends;
        private long step;

        Steps(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
            this.parameters = parameters;
            this.gradients = gradients;
            team = new Team(workload.threads());
            // Staggered as the engine's are.
            means = Tensor.allocateTogether(arena, DType.FLOAT32, 2, workload.shapeArrays());
            meanSquares = Tensor.allocateTogether(arena, DType.FLOAT32, 3, workload.shapeArrays());
            ends = means.stream().mapToLong(Tensor::size).toArray();
            Arrays.parallelPrefix(ends, Long::sum);
        }

        @Override
        public void step() {
            step++;
            team.run(
                    ends,
                    (_, tensor, from, to) -> HandWrittenAdamW.step(
                            parameters.get(tensor),
                            gradients.get(tensor),
                            means.get(tensor).segment(),
                            meanSquares.get(tensor).segment(),
                            from,
                            to,
                            Workload.LEARNING_RATE,
                            step));
        }

        @Override
        public void close() {
            team.close();
            arena.close();
        }
    }
}
