package lanewise;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.UnaryOperator;
import lanewise.dtype.DType;
import lanewise.rule.Rule;

/** Counts what steps allocate, in the thread that calls and in the workers. */
public final class AllocationTrial {

    private static final int STEPS = 200;

    /** Until C2 has compiled all of it, the JDK's own memory access allocates now and then. */
    private static final int ROUNDS = 200;

    private AllocationTrial() {}

    /**
     * The bytes allocated by {@value #STEPS} steps, once warm.
     *
     * @param rule the rule, with decay, clipping by value and by norm, a finite check and a second group
     * @param backend scalar or simd
     * @return 0 as soon as a round of steps has allocated nothing, else what the last round allocated
     */
    public static long bytesOfSteps(Rule rule, String backend) throws InterruptedException {
        return bytesOfSteps(rule, backend, DType.FLOAT32, UnaryOperator.identity());
    }

    /**
     * The same in other precisions.
     *
     * @param rule the rule
     * @param backend scalar or simd
     * @param dtype of parameters and gradients
     * @param options sets the dtype of states and the remedy
     * @return as above
     */
    public static long bytesOfSteps(Rule rule, String backend, DType dtype, UnaryOperator<Optimizer.Builder> options)
            throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Parameters parameters = new Parameters()) {
            for (int size : new int[] {3, 1003, 20_000}) {
                parameters.add("p" + size, dtype, size).gradient().fill(0.5f);
            }
            parameters.add("matrix", dtype, 130, 70).gradient().fill(0.5f);
            Optimizer.Builder builder = Optimizer.builder(parameters, rule)
                    .backend(backend)
                    .threads(2)
                    .weightDecay(0.01)
                    .clipValue(0.4)
                    .clipGlobalNorm(1)
                    .onNonFinite(NonFinite.SKIP)
                    .group("p3", group -> group.rateFactor(2));
            try (Optimizer optimizer = options.apply(builder).build()) {
                optimizer.warmUp();
                long[] involved = involvedThreads();
                long allocated = Long.MAX_VALUE;
                for (int round = 0; round < ROUNDS && allocated != 0; round++) {
                    long before = allocated(threads, involved);
                    for (int step = 0; step < STEPS; step++) {
                        optimizer.step();
                        optimizer.report().gradientNorm();
                    }
                    allocated = allocated(threads, involved) - before;
                }
                return allocated;
            }
        }
    }

    private static long[] involvedThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.equals(Thread.currentThread())
                        || thread.getName().startsWith("lanewise-worker"))
                .mapToLong(Thread::threadId)
                .toArray();
    }

    private static long allocated(ThreadMXBean threads, long[] involved) {
        long bytes = 0;
        for (long thread : involved) {
            bytes += threads.getThreadAllocatedBytes(thread);
        }
        return bytes;
    }
}
