package lanewise.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No test here waits for a fixed time; the limits are what no sound machine comes near. */
class WorkersTest {

    private static final long LIMIT_SECONDS = 60;

    /** Runs the body in a thread of its own, and fails, with where it hangs, if it does not come back. */
    private static void bounded(Executable body) throws Throwable {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                body.execute();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        if (thread.isAlive()) {
            fail("hangs at " + Arrays.toString(thread.getStackTrace()));
        }
        if (thrown.get() != null) {
            throw thrown.get();
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited in vain");
            Thread.onSpinWait();
        }
    }

    /** The threads that a new set of workers has. */
    private static final class Observed implements AutoCloseable {

        final Workers workers;
        final Set<Thread> threads;

        Observed(int count) {
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            workers = new Workers(count);
            threads = new HashSet<>(Thread.getAllStackTraces().keySet());
            threads.removeAll(before);
            threads.removeIf(thread -> !thread.getName().startsWith("lanewise-worker-"));
            assertEquals(count - 1, threads.size());
        }

        void awaitParked() {
            await(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        }

        @Override
        public void close() {
            workers.close();
        }
    }

    private interface Item {
        void run(int item, int worker);
    }

    private static Workers.Job each(Item action) {
        return (first, end, worker) -> {
            for (int item = first; item < end; item++) {
                action.run(item, worker);
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0", "1, 1", "1, 100", "2, 0", "2, 1", "2, 2", "2, 3", "2, 100", "3, 2", "3, 7", "3, 1000", "5, 4", "5, 64",
        "8, 9", "8, 257"
    })
    void everyItemRunsExactlyOnceInThousandsOfRegions(int count, int items) throws Throwable {
        bounded(() -> {
            try (Workers workers = new Workers(count)) {
                assertEquals(count, workers.count());
                AtomicIntegerArray runs = new AtomicIntegerArray(items);
                AtomicIntegerArray inside = new AtomicIntegerArray(count);
                // Plain: what an item writes must be there for the caller to see when run() comes back.
                int[] seen = new int[items];
                Workers.Job job = each((item, worker) -> {
                    assertEquals(1, inside.incrementAndGet(worker), "a worker's scratch memory is its own");
                    runs.incrementAndGet(item);
                    seen[item]++;
                    inside.decrementAndGet(worker);
                });
                for (int region = 1; region <= 3000; region++) {
                    workers.run(job, items);
                    for (int item = 0; item < items; item++) {
                        assertEquals(region, runs.get(item));
                        assertEquals(region, seen[item]);
                    }
                }
            }
        });
    }

    @Test
    void regionsMayHaveAnotherNumberOfItemsEachTime() throws Throwable {
        bounded(() -> {
            try (Workers workers = new Workers(3)) {
                AtomicInteger runs = new AtomicInteger();
                int expected = 0;
                for (int region = 0; region < 5000; region++) {
                    int items = region * 31 % 23;
                    expected += items;
                    workers.run(each((item, worker) -> runs.incrementAndGet()), items);
                    assertEquals(expected, runs.get());
                }
            }
        });
    }

    /** More threads than CPUs, so that they are interrupted at every point of the protocol. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 8, 16})
    void noWakeUpIsLostWhenThreadsAreTornFromTheirCpus(int count) throws Throwable {
        bounded(() -> runForMillis(count, 400));
    }

    /**
     * A worker that looked for a waiting caller before it signed out, and lost its CPU in between, left the caller
     * parked for good: once in some million regions.
     */
    @Tag("thorough")
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6})
    void noWakeUpIsLostInMillionsOfRegions(int count) throws Throwable {
        bounded(() -> runForMillis(count, 40_000));
    }

    private static void runForMillis(int count, long millis) {
        try (Workers workers = new Workers(count)) {
            AtomicInteger runs = new AtomicInteger();
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (System.nanoTime() < end) {
                runs.set(0);
                workers.run(each((item, worker) -> runs.incrementAndGet()), count);
                assertEquals(count, runs.get());
            }
        }
    }

    @Test
    void parkedWorkersWakeUpForTheNextRegion() throws Throwable {
        bounded(() -> {
            try (Observed observed = new Observed(3)) {
                AtomicInteger runs = new AtomicInteger();
                for (int region = 1; region <= 200; region++) {
                    observed.awaitParked();
                    observed.workers.run(each((item, worker) -> runs.incrementAndGet()), 6);
                    assertEquals(6 * region, runs.get());
                }
            }
        });
    }

    /** An item that only another thread can take: its owner, woken up from its park. */
    @Test
    void aParkedWorkerTakesPart() throws Throwable {
        bounded(() -> {
            try (Observed observed = new Observed(2)) {
                observed.awaitParked();
                CountDownLatch taken = new CountDownLatch(1);
                observed.workers.run(
                        each((item, worker) -> {
                            if (item == 0) {
                                // Holds up the caller until the other worker has come.
                                await(() -> taken.getCount() == 0);
                            } else {
                                taken.countDown();
                            }
                        }),
                        2);
            }
        });
    }

    @Test
    void theCallerWaitsForASlowWorkerEvenAfterItHasParked() throws Throwable {
        bounded(() -> {
            try (Workers workers = new Workers(2)) {
                Thread caller = Thread.currentThread();
                AtomicInteger done = new AtomicInteger();
                for (int region = 1; region <= 20; region++) {
                    CountDownLatch entered = new CountDownLatch(1);
                    workers.run(
                            each((item, worker) -> {
                                if (worker == 0) {
                                    await(() -> entered.getCount() == 0);
                                } else {
                                    entered.countDown();
                                    await(() -> caller.getState() == Thread.State.WAITING);
                                }
                                done.incrementAndGet();
                            }),
                            2);
                    assertEquals(2 * region, done.get());
                }
            }
        });
    }

    @Test
    void anInterruptedCallerWaitsAllTheSameAndStaysInterrupted() throws Throwable {
        bounded(() -> {
            try (Workers workers = new Workers(3)) {
                AtomicInteger runs = new AtomicInteger();
                Thread.currentThread().interrupt();
                for (int region = 0; region < 1000; region++) {
                    workers.run(each((item, worker) -> runs.incrementAndGet()), 9);
                }
                assertEquals(9000, runs.get());
                assertTrue(Thread.interrupted());
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 5", "2, 1", "2, 2", "2, 100", "4, 33"})
    void exceptionsComeOutAndTheWorkersGoOn(int count, int items) throws Throwable {
        bounded(() -> {
            try (Workers workers = new Workers(count)) {
                AtomicInteger inside = new AtomicInteger();
                for (int failing = 0; failing < items; failing++) {
                    int bad = failing;
                    RuntimeException exception = new IllegalStateException("item " + bad);
                    assertSame(
                            exception,
                            assertThrows(
                                    IllegalStateException.class,
                                    () -> workers.run(
                                            each((item, worker) -> {
                                                inside.incrementAndGet();
                                                try {
                                                    if (item == bad) {
                                                        throw exception;
                                                    }
                                                } finally {
                                                    inside.decrementAndGet();
                                                }
                                            }),
                                            items)));
                    assertEquals(0, inside.get(), "nobody is at work once run() has come back");
                    AtomicInteger runs = new AtomicInteger();
                    workers.run(each((item, worker) -> runs.incrementAndGet()), items);
                    assertEquals(items, runs.get());
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void errorsComeOutToo(int count) throws Throwable {
        bounded(() -> {
            try (Workers workers = new Workers(count)) {
                Error error = new StackOverflowError("deep");
                assertSame(
                        error,
                        assertThrows(
                                StackOverflowError.class,
                                () -> workers.run(
                                        each((item, worker) -> {
                                            throw error;
                                        }),
                                        50)));
                AtomicInteger runs = new AtomicInteger();
                workers.run(each((item, worker) -> runs.incrementAndGet()), 50);
                assertEquals(50, runs.get());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void closingEndsTheThreadsParkedOrNot(int count) throws Throwable {
        bounded(() -> {
            for (boolean parked : new boolean[] {false, true}) {
                Observed observed = new Observed(count);
                observed.workers.run(each((item, worker) -> {}), 10);
                if (parked) {
                    observed.awaitParked();
                }
                observed.close();
                for (Thread thread : observed.threads) {
                    thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
                    assertFalse(thread.isAlive());
                }
                observed.close();
            }
        });
    }

    @Test
    void workersDoNotKeepTheJvmAlive() {
        try (Observed observed = new Observed(4)) {
            assertTrue(observed.threads.stream().allMatch(Thread::isDaemon));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -3})
    void rejectsFewerThanOneThread(int count) {
        assertEquals(
                "threads must be at least 1, got " + count,
                assertThrows(IllegalArgumentException.class, () -> new Workers(count))
                        .getMessage());
    }
}
