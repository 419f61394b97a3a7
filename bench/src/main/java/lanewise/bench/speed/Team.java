package lanewise.bench.speed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed share of some ranges for each thread, the caller's included: the least that threads can cost, for loops that have
 * no engine around them. Between two runs the threads spin for some microseconds, then they sleep.
 */
final class Team implements AutoCloseable {
    /** What is done with a part of a range. */
    @FunctionalInterface
    interface Part {
        void run(int member, int range, long from, long to);
    }

    /** No vector and no cache line is cut. */
    private static final long ALIGNMENT = 1024;

    /** What the caller does alone: sharing it takes longer. */
    private static final long SMALL = 16 << 10;

    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Thread[] threads;
    private final AtomicInteger left = new AtomicInteger();
    private volatile int round;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private Part part = (_, _, _, _) -> {};
    private long[] ends = {};

    Team(int count) {
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            int member = i + 1;
            threads[i] = new Thread(() -> serve(member), "team-" + member);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /**
     * Runs over all ranges and returns when all is done.
     *
     * @param ends of the ranges if they are laid one behind the other
     */
    void run(long[] ends, Part part) {
        this.ends = ends;
        this.part = part;
        if (threads.length == 0 || ends[ends.length - 1] < SMALL) {
            work(0, 0, ends[ends.length - 1]);
            return;
        }
        left.set(threads.length);
        // The only thread that writes it.
        int next = round + 1;
        round = next;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        try {
            work(0, from(0), from(1));
        } finally {
            while (left.get() > 0) {
                Thread.onSpinWait();
            }
        }
        Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("a thread of the team failed", thrown);
        }
    }

    private long from(int member) {
        int members = threads.length + 1;
        long size = ends[ends.length - 1];
        return member == members ? size : size * member / members / ALIGNMENT * ALIGNMENT;
    }

    private void work(int member, long from, long to) {
        long start = 0;
        for (int range = 0; range < ends.length && start < to; range++) {
            long first = Math.max(from, start);
            long end = Math.min(to, ends[range]);
            if (first < end) {
                part.run(member, range, first - start, end - start);
            }
            start = ends[range];
        }
    }

    private void serve(int member) {
        int seen = 0;
        long idleSince = System.nanoTime();
        while (!closed) {
            if (round == seen) {
                if (System.nanoTime() - idleSince > SPIN_NANOS) {
                    LockSupport.park(this);
                }
                Thread.onSpinWait();
                continue;
            }
            seen = round;
            try {
                work(member, from(member), from(member + 1));
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                left.decrementAndGet();
            }
            idleSince = System.nanoTime();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
