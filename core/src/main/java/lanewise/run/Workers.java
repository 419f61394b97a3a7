package lanewise.run;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import lanewise.program.Require;
import org.jspecify.annotations.Nullable;

/**
 * A few platform threads that share out the items of one region at a time. Worker 0 is the caller.
 *
 * <p>Each worker owns a run of neighbouring items, the same in every step, so that its caches stay
 * warm, and takes it in pieces; who is done early takes over pieces of the others. A worker that is
 * late to wake up finds the region closed and is not waited for. Between regions workers spin for
 * some microseconds, then park.
 */
public final class Workers implements AutoCloseable {

    /** What is done with neighbouring items. */
    @FunctionalInterface
    interface Job {
        void run(int first, int end, int worker);
    }

    private static final long SPIN_NANOS = 30_000;

    /** Items that are taken together without a thought of who else might be free soon. */
    private static final int FEW = 4;

    /** The cursors of two workers never share a cache line, nor the line that is fetched along. */
    private static final int PADDING = 32;

    /** In {@link #state}: the region is open; below it the number of workers inside, above it its number. */
    private static final long OPEN = 1L << 31;

    private static final long INSIDE = OPEN - 1;

    private final Thread[] threads;
    private final AtomicIntegerArray cursors;
    private final AtomicIntegerArray parked;
    private final AtomicLong state = new AtomicLong();
    private volatile boolean closed;
    private volatile @Nullable Thread waiting;
    private volatile @Nullable Throwable failure;
    private @Nullable Job job;
    private int items;

    /**
     * Starts the threads.
     *
     * @param count the number of workers, the caller counted
     */
    public Workers(int count) {
        Require.atLeast("threads", 1, count);
        threads = new Thread[count - 1];
        cursors = new AtomicIntegerArray(count * PADDING);
        parked = new AtomicIntegerArray(count);
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] = new Thread(() -> serve(worker), "lanewise-worker-" + worker);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /**
     * The number of workers.
     *
     * @return at least 1, the caller counted
     */
    public int count() {
        return threads.length + 1;
    }

    /** Runs the job for every item below {@code count} and returns when all are done. */
    void run(Job work, int count) {
        if (count < 2 || threads.length == 0) {
            work.run(0, count, 0);
            return;
        }
        job = work;
        items = count;
        for (int worker = 0; worker < count(); worker++) {
            cursors.setPlain(worker * PADDING, firstOf(worker));
        }
        state.set(regionOf(state.get()) + (OPEN << 1) + OPEN);
        for (int worker = 1; worker < count(); worker++) {
            if (parked.get(worker) != 0) {
                LockSupport.unpark(threads[worker - 1]);
            }
        }
        work(0);
        waiting = Thread.currentThread();
        state.getAndAdd(-OPEN);
        for (int spins = 0; (state.get() & INSIDE) != 0; spins++) {
            if (spins < 10_000) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        waiting = null;
        job = null;
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw rethrow(thrown);
        }
    }

    private static RuntimeException rethrow(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    private int firstOf(int worker) {
        return (int) ((long) items * worker / count());
    }

    private void work(int worker) {
        Job work = job;
        if (work == null) {
            return;
        }
        try {
            for (int k = 0; k < count(); k++) {
                int owner = (worker + k) % count();
                int end = firstOf(owner + 1);
                int cursor = owner * PADDING;
                for (int left = end - cursors.get(cursor); left > 0; left = end - cursors.get(cursor)) {
                    // A quarter of what is left, so that the last pieces are small wherever the work ends.
                    int taken = Math.clamp(left / 4, Math.min(FEW, left), left);
                    int first = cursors.getAndAdd(cursor, taken);
                    if (first < end) {
                        work.run(first, Math.min(first + taken, end), worker);
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void serve(int worker) {
        long last = 0;
        while (!closed) {
            long seen = awaitRegion(worker, last);
            last = regionOf(seen);
            while (isOpen(seen) && regionOf(seen) == last) {
                if (state.compareAndSet(seen, seen + 1)) {
                    work(worker);
                    // Looked at after the count went down: the caller says that it waits before it looks at the count.
                    if (state.addAndGet(-1) == last) {
                        LockSupport.unpark(waiting);
                    }
                    break;
                }
                seen = state.get();
            }
        }
    }

    /** Spins, then parks, until a region other than the last is open or the workers are closed. */
    private long awaitRegion(int worker, long last) {
        long start = System.nanoTime();
        for (int spins = 1; spins % 100 != 0 || System.nanoTime() - start < SPIN_NANOS; spins++) {
            long seen = state.get();
            if (isNews(seen, last)) {
                return seen;
            }
            Thread.onSpinWait();
        }
        // The flag goes up before the last look, and run() opens the region before it looks at the flag:
        // one of both sees the other.
        parked.set(worker, 1);
        long seen = state.get();
        while (!isNews(seen, last)) {
            LockSupport.park(this);
            seen = state.get();
        }
        parked.set(worker, 0);
        return seen;
    }

    private boolean isNews(long seen, long last) {
        return (isOpen(seen) && regionOf(seen) != last) || closed;
    }

    private static boolean isOpen(long state) {
        return (state & OPEN) != 0;
    }

    private static long regionOf(long state) {
        return state & ~(OPEN | INSIDE);
    }

    /** Ends the threads. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
