package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An engine with the workload's memory, its answers looked at, and compiled. */
final class Preparation implements Engine.Stepper {
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Arena arena = Arena.ofShared();
    private final Engine.Stepper stepper;

    private Preparation(Engine engine, Workload workload) throws Exception {
        List<MemorySegment> parameters = Answers.parameters(workload, arena);
        List<MemorySegment> gradients = Answers.gradients(workload, arena);
        stepper = engine.prepare(workload, parameters, gradients);
        String wrong = Answers.check(engine, stepper, workload, parameters, gradients);
        if (wrong != null) {
            close();
            throw new IllegalStateException("not timed, since it is wrong: " + wrong);
        }
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
        Preparation preparation = new Preparation(engine, workload);
        preparation.warmUp();
        return preparation;
    }

    /** Steps until no compiler has anything to do any more. */
    private void warmUp() {
        CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long compiled;
        do {
            compiled = compilation.getTotalCompilationTime();
            long slice = System.nanoTime();
            while (System.nanoTime() - slice < LEAST_NANOS) {
                stepper.step();
            }
        } while (compilation.getTotalCompilationTime() != compiled && System.nanoTime() - start < MOST_NANOS);
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
