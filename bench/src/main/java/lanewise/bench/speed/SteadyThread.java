package lanewise.bench.speed;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The thread that JMH times in, the same in all of its runs: OpenMP, which other engines use, has a pool of threads for
 * each thread that calls, and would start a new one in each run.
 */
public final class SteadyThread extends AbstractExecutorService {
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("lanewise-timed").daemon().factory());

    /**
     * Made by JMH for each run.
     *
     * @param threads how many it wants; one
     * @param prefix of their names
     */
    public SteadyThread(int threads, String prefix) {
        if (threads != 1) {
            throw new IllegalArgumentException("one thread is timed, got " + threads + " for " + prefix);
        }
    }

    @Override
    public void execute(Runnable task) {
        THREAD.execute(task);
    }

    /** Stays. */
    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
