package lanewise.bench.speed;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed share of a range for each thread, the caller's included: the least that two threads can cost, for loops that
 * have no engine around them. The threads spin for some milliseconds between two ranges, then they sleep.
 */
final class Team implements AutoCloseable {
    /** A share of the elements. */
    @FunctionalInterface
    interface Share {
        void run(long from, long to);
    }

    /** No vector and no cache line is cut. */
    private static final long ALIGNMENT = 1024;

    private static final int SPINS = 1_000_000;

    private final Thread[] threads;
    private final AtomicInteger left = new AtomicInteger();
    private volatile int round;
    private volatile boolean closed;
    private Share share = (_, _) -> {};
    private long size;

    Team(int count) {
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            int member = i + 1;
            threads[i] = new Thread(() -> serve(member), "team-" + member);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    void run(long size, Share share) {
        if (threads.length == 0) {
            share.run(0, size);
            return;
        }
        this.size = size;
        this.share = share;
        left.set(threads.length);
        // The only thread that writes it.
        int next = round + 1;
        round = next;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        share.run(from(0), from(1));
        while (left.get() > 0) {
            Thread.onSpinWait();
        }
    }

    private long from(int member) {
        int members = threads.length + 1;
        return member == members ? size : size * member / members / ALIGNMENT * ALIGNMENT;
    }

    private void serve(int member) {
        int seen = 0;
        int spins = 0;
        while (!closed) {
            if (round == seen) {
                if (++spins > SPINS) {
                    LockSupport.park(this);
                }
                Thread.onSpinWait();
                continue;
            }
            spins = 0;
            seen = round;
            share.run(from(member), from(member + 1));
            left.decrementAndGet();
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
