package lanewise.bench.speed;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The thread in which engines get ready and JMH times them, always the same: OpenMP, which other engines use, has a pool of
 * threads for each thread that calls, and they spin for a while when there is nothing to do.
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

    /** Does something there and waits for it. */
    static <T> T call(Callable<T> task) throws Exception {
        try {
            return THREAD.submit(task).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
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
