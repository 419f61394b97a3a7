package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An engine with the workload's memory, its answers looked at, and compiled. */
final class Preparation implements Engine.Stepper {
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Arena arena = Arena.ofShared();
    private Engine.Stepper stepper = () -> {};

    private Preparation(Engine engine, Workload workload) throws Exception {
        try {
            prepare(engine, workload);
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private void prepare(Engine engine, Workload workload) throws Exception {
        boolean vanishing = workload.gradients() == Workload.Gradients.VANISHING;
        List<MemorySegment> parameters = Answers.parameters(workload, arena);
        List<MemorySegment> gradients =
                vanishing ? Answers.tinyGradients(workload, arena) : Answers.gradients(workload, arena);
        stepper = engine.prepare(workload, parameters, gradients);
        if (vanishing) {
            Answers.vanish(stepper, gradients);
        } else {
            Answers.check(engine, stepper, workload, parameters);
        }
        warmUp();
    }

    /**
     * Gets an engine ready.
     *
     * @throws IllegalStateException if its answers are wrong
     * @throws IllegalArgumentException if it does not compute what is asked
     */
    static Engine.Stepper of(Engine engine, Workload workload) throws Exception {
        String problem = engine.unableBecause(workload);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        if (workload.gradients() == Workload.Gradients.VANISHING) {
            // Looked at with ordinary gradients, which would keep the moments from vanishing for long.
            new Preparation(engine, workload.ordinary()).close();
        }
        return new Preparation(engine, workload);
    }

    /** Steps until no compiler has anything to do any more. */
    private void warmUp() {
        CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        int quiet = 0;
        while (quiet < 2 && System.nanoTime() - start < MOST_NANOS) {
            long compiled = compilation.getTotalCompilationTime();
            long slice = System.nanoTime();
            while (System.nanoTime() - slice < SLICE_NANOS) {
                stepper.step();
            }
            quiet = compilation.getTotalCompilationTime() == compiled ? quiet + 1 : 0;
        }
    }

    @Override
    public void step() {
        stepper.step();
    }

    @Override
    public void close() {
        stepper.close();
        arena.close();
    }
}
