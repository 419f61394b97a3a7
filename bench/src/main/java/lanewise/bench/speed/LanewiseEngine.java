package lanewise.bench.speed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.buffer.Tensor;
import lanewise.program.Average;
import org.jspecify.annotations.Nullable;

/**
 * The engine as a user calls it, on the backend and at the width that the system properties name. Other rules have run in
 * its JVM before, as they have in a long training: C2 knows no better than there what passes through shared methods.
 */
public final class LanewiseEngine implements Engine {
    /** Rules of other shapes: sums, signs, rows and columns. */
    private static final List<String> POLLUTION = List.of("lion", "lamb", "rmsprop", "adafactor", "nesterov");

    private static final int POLLUTING_STEPS = 20;

    private boolean polluted;

    /** Found as a service. */
    public LanewiseEngine() {}

    @Override
    public String name() {
        return Contestant.LANEWISE.key();
    }

    @Override
    public boolean isExact() {
        return true;
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients)
            throws InterruptedException {
        if (!polluted) {
            pollute();
            polluted = true;
        }
        Steps steps = new Steps(workload, parameters, gradients, null);
        if (!steps.optimizer.warmUp()) {
            steps.close();
            throw new IllegalStateException("a vector kernel was given up");
        }
        return steps;
    }

    @Override
    public Stepper start(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        return new Steps(workload, parameters, gradients, null);
    }

    private static void pollute() throws InterruptedException {
        for (String rule : POLLUTION) {
            try (Parameters parameters = new Parameters()) {
                parameters.add("weight", 30, 100).gradient().fill(0.01);
                parameters.add("bias", 100).gradient().fill(0.01);
                try (Optimizer optimizer = Optimizer.builder(
                                parameters, RuleCatalog.of(rule).defaults().get())
                        .build()) {
                    optimizer.warmUp();
                    for (int step = 0; step < POLLUTING_STEPS; step++) {
                        optimizer.step();
                    }
                }
            }
        }
    }

    /** An optimizer over given memory. */
    static final class Steps implements Stepper {
        private final Parameters parameters = new Parameters();
        private final Optimizer optimizer;

        /**
         * Builds the optimizer.
         *
         * @param backend null leaves it to the dispatcher
         */
        Steps(Workload workload, List<MemorySegment> values, List<MemorySegment> gradients, @Nullable String backend) {
            Mix mix = workload.mix();
            for (int i = 0; i < values.size(); i++) {
                long[] shape = workload.shape(i);
                parameters.add(
                        name(i),
                        Tensor.wrap(mix.parameter(), values.get(i), shape),
                        Tensor.wrap(mix.gradient(), gradients.get(i), shape));
            }
            Optimizer.Builder builder = Optimizer.builder(
                            parameters,
                            RuleCatalog.of(workload.rule()).defaults().get())
                    .learningRate(Workload.LEARNING_RATE)
                    .remedy(mix.remedy())
                    .stateDType(mix.state())
                    .threads(workload.threads());
            if (backend != null) {
                builder.backend(backend);
            }
            if (workload.task() == Workload.Task.CLIP_AND_AVERAGE) {
                builder.clipGlobalNorm(Workload.MAX_NORM).average(Average.ema(Workload.AVERAGE_DECAY));
            }
            optimizer = builder.build();
        }

        @Override
        public void step() {
            optimizer.step();
        }

        /** Of the step before, as the optimizer counts them. */
        long bytesMoved() {
            return optimizer.report().bytesMoved();
        }

        /** The first value of a state of the first tensor. */
        float state(String symbol) {
            return optimizer.state(name(0), symbol).get(0);
        }

        private static String name(int tensor) {
            return "tensor" + tensor;
        }

        @Override
        public void close() {
            optimizer.close();
            parameters.close();
        }
    }
}
