package lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that starts on its scalar twin and changes over to the vector code when that is warm.
 *
 * <p>Vector API code is some hundred times slower than scalar code until C2 has compiled it. So a
 * thread in the background runs it on scratch memory until it is, and compares its bits with the
 * {@link Interpreter} at the first run, which C2 has not seen, and at the last. If they differ, or C2 leaves it slow,
 * there is a warning, and the scalar kernel stays. The bits are the same, so nobody can tell when the
 * change comes but by the time that steps take.
 */
final class WarmingKernel implements Kernel {

    private static final System.Logger LOGGER = System.getLogger("lanewise");

    /** Enough for C2: its thresholds are 5,000 calls, or 600 with 15,000 loop iterations. */
    private static final int CALLS = 2_000;

    /** How many calls are timed together. */
    private static final int BATCH = 100;

    /** Compilation runs beside the calls, on a busy machine for long. After this time a slow kernel is given up. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How many times slower than its twin a kernel is that C2 has not compiled well, other load aside. */
    private static final int SLOW = 4;

    /** Compiled vector code takes less for a call, even with a division and a root for each element. */
    private static final long COMPILED_NANOS = 5_000;

    /** With a tail behind the whole vectors, with none, and with nothing but a tail: C2 is to expect all. */
    private static final int[] LENGTHS = {1003, 1024, 10};

    private static final int LENGTH = LENGTHS[0];
    private static final int LONGEST = 1024;

    private static final ExecutorService BACKGROUND = background();

    private final int temporaries;
    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile Kernel active;
    private volatile boolean changedOver;

    private WarmingKernel(Kernel scalar, Kernel vector) {
        active = scalar;
        temporaries = vector.temporaries();
    }

    private static ExecutorService background() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "lanewise-warm-up");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    static WarmingKernel start(Code code, Kernel scalar, Kernel vector) {
        WarmingKernel kernel = new WarmingKernel(scalar, vector);
        BACKGROUND.execute(() -> kernel.warmUp(code, vector));
        return kernel;
    }

    @Override
    public int temporaries() {
        return temporaries;
    }

    @Override
    public void run(
            MemorySegment[] streams,
            long[] starts,
            int length,
            float[] scalars,
            double[] sums,
            int at,
            Scratch scratch) {
        active.run(streams, starts, length, scalars, sums, at, scratch);
    }

    /** Waits until the vector code is in use or has been given up. */
    void await() throws InterruptedException {
        decided.await();
    }

    boolean changedOver() {
        return changedOver;
    }

    private void warmUp(Code code, Kernel vector) {
        // Shared, as the memory of real steps: C2 bets on what it has seen, and a bet on a confined arena's owner
        // that is lost in every step sends the kernel back to the interpreter for good.
        try (Arena arena = Arena.ofShared()) {
            String problem = problem(new Trial(code, vector.temporaries(), arena), vector);
            if (problem == null) {
                active = vector;
                changedOver = true;
            } else {
                giveUp(problem);
            }
        } catch (RuntimeException | Error e) {
            giveUp("it failed with " + e);
        } finally {
            decided.countDown();
        }
    }

    /** Why the kernel can't be used, or null. */
    private @Nullable String problem(Trial trial, Kernel vector) {
        String difference = trial.difference(vector);
        if (difference != null) {
            return "other bits than the scalar one before it was compiled: " + difference;
        }
        long end = System.nanoTime() + MAX_NANOS;
        long scalarNanos = trial.settledTime(active, Long.MAX_VALUE, end);
        long most = Math.max(BATCH * COMPILED_NANOS, SLOW * scalarNanos);
        long nanos = trial.settledTime(vector, most, end);
        while (nanos > SLOW * scalarNanos && System.nanoTime() - end < 0) {
            nanos = Math.min(nanos, trial.time(vector));
            scalarNanos = Math.min(scalarNanos, trial.time(active));
        }
        if (nanos > SLOW * scalarNanos) {
            return "C2 left it slow: " + nanos / BATCH + " ns a call, the scalar one " + scalarNanos / BATCH;
        }
        difference = trial.difference(vector);
        return difference == null ? null : "other bits than the scalar one once it was compiled: " + difference;
    }

    private static void giveUp(String problem) {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "a vector kernel can''t be used on this JVM and CPU ({0}); its scalar twin stays in use, with the same"
                        + " bits but slower. Please report this line with the output of lanewise info.",
                problem);
    }

    /** The code on made-up data. */
    private static final class Trial {

        private final Code code;
        private final MemorySegment[] streams;
        private final MemorySegment[] expected;
        private final long[] starts;
        private final float[] scalars;
        private final double[] sums;
        private final double[] expectedSums;
        private final Scratch scratch = new Scratch();

        Trial(Code code, int temporaries, Arena arena) {
            this.code = code;
            streams = segments(arena);
            expected = segments(arena);
            starts = new long[code.streams()];
            scalars = new float[code.scalars()];
            for (int i = 0; i < scalars.length; i++) {
                scalars[i] = 1f / (i + 2);
            }
            sums = new double[code.sums().size()];
            expectedSums = new double[sums.length];
            scratch.reserve(code.streams(), code.scalars(), code.sums().size());
            scratch.reserveTemporaries(code.streams(), temporaries, arena);
        }

        private MemorySegment[] segments(Arena arena) {
            MemorySegment[] segments = new MemorySegment[code.streams()];
            for (int i = 0; i < segments.length; i++) {
                segments[i] = arena.allocate((long) LONGEST * Float.BYTES, 64);
            }
            return segments;
        }

        /** Signs, zeros, subnormals and sizes from 2^-20 to 2^20, another order in each stream. */
        private void fill(MemorySegment[] segments) {
            for (int stream = 0; stream < segments.length; stream++) {
                for (int i = 0; i < LENGTH; i++) {
                    int hash = (i * 31 + stream + 1) * 0x9E3779B9;
                    float x = Math.scalb(1f + (hash >>> 9) * 0x1p-23f, (hash & 63) % 41 - 20);
                    float value = i % 101 == 0 ? 0f : i % 103 == 0 ? x * 0x1p-140f : x;
                    segments[stream].setAtIndex(ValueLayout.JAVA_FLOAT, i, (hash & 64) == 0 ? value : -value);
                }
            }
        }

        /** Where the kernel and the interpreter disagree, or null. */
        @Nullable
        String difference(Kernel kernel) {
            fill(streams);
            fill(expected);
            kernel.run(streams, starts, LENGTH, scalars, sums, 0, scratch);
            new Interpreter(code).run(expected, starts, LENGTH, scalars, expectedSums, 0, scratch);
            for (int stream = 0; stream < streams.length; stream++) {
                for (int i = 0; i < LENGTH; i++) {
                    // floatToIntBits: one pattern for all NaNs, since which one comes out is not defined.
                    int got = Float.floatToIntBits(streams[stream].getAtIndex(ValueLayout.JAVA_FLOAT, i));
                    int want = Float.floatToIntBits(expected[stream].getAtIndex(ValueLayout.JAVA_FLOAT, i));
                    if (got != want) {
                        return String.format("stream %d, element %d: %08x, scalar %08x", stream, i, got, want);
                    }
                }
            }
            for (int sum = 0; sum < sums.length; sum++) {
                if (Double.doubleToLongBits(sums[sum]) != Double.doubleToLongBits(expectedSums[sum])) {
                    return "sum " + sum + ": " + sums[sum] + ", scalar " + expectedSums[sum];
                }
            }
            return null;
        }

        /** The time once compilation, which runs beside the calls, makes no more difference. */
        long settledTime(Kernel kernel, long most, long end) {
            long best = time(kernel);
            boolean settled = false;
            while (!settled && System.nanoTime() - end < 0) {
                long time = time(kernel);
                settled = time > best - best / 4 && time < most;
                best = Math.min(best, time);
            }
            return best;
        }

        /** The time of {@link #BATCH} calls, the best of many: what else runs on the machine can only add to it. */
        long time(Kernel kernel) {
            long best = Long.MAX_VALUE;
            for (int calls = 0; calls < CALLS; calls += BATCH) {
                long start = System.nanoTime();
                for (int call = 0; call < BATCH; call++) {
                    kernel.run(streams, starts, LENGTHS[call % LENGTHS.length], scalars, sums, 0, scratch);
                }
                best = Math.min(best, System.nanoTime() - start);
            }
            return best;
        }
    }
}
