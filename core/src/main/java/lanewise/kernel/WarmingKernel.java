package lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that starts on its scalar twin and changes over to the vector code when that is warm.
 *
 * <p>Vector API code is some hundred times slower than scalar code until C2 has compiled it. So a
 * thread in the background runs it on scratch memory until it is, and compares its bits with the
 * {@link Interpreter} at the first run, which C2 has not seen, and at the last. If C2 leaves it slow there is a warning,
 * and the scalar kernel stays; if bits differ, the whole backend is given up. The bits are the same, so nobody can tell
 * when the change comes but by the time that steps take.
 */
final class WarmingKernel implements Kernel {

    private static final System.Logger LOGGER = System.getLogger("lanewise");

    /** Compilation runs beside the calls, on a busy machine for long. After this time a slow kernel is given up. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How many times slower than its twin a kernel is that C2 has not compiled well, other load aside. */
    private static final int SLOW = 4;

    /** Compiled vector code takes less for an element, even with a division and a root. */
    private static final double COMPILED_NANOS = 7;

    private static final ExecutorService BACKGROUND = background();

    private final Kernel scalar;
    private final int temporaries;
    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile Kernel active;
    private boolean abandoned;

    private WarmingKernel(Kernel scalar, Kernel vector) {
        this.scalar = scalar;
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

    /**
     * A kernel that is warmed from now on.
     *
     * @param code the code
     * @param scalar its kernel on the scalar backend
     * @param vector its kernel on the other one
     * @param onWrongBits told what was seen if the vector kernel has other bits
     * @return the kernel
     */
    static WarmingKernel start(Code code, Kernel scalar, Kernel vector, Consumer<String> onWrongBits) {
        WarmingKernel kernel = new WarmingKernel(scalar, vector);
        BACKGROUND.execute(() -> kernel.warmUp(code, vector, onWrongBits));
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
        return !active.equals(scalar);
    }

    /** Goes back to the scalar twin for good, or stays there whatever comes of the test. */
    synchronized void fallBack() {
        abandoned = true;
        active = scalar;
    }

    private synchronized void changeOver(Kernel vector) {
        if (!abandoned) {
            active = vector;
        }
    }

    private void warmUp(Code code, Kernel vector, Consumer<String> onWrongBits) {
        // Shared, as the memory of real steps: C2 bets on what it has seen, and a bet on a confined arena's owner
        // that is lost in every step sends the kernel back to the interpreter for good.
        try (Arena arena = Arena.ofShared()) {
            SelfTest test = new SelfTest(code, vector.temporaries(), arena);
            String difference = test.difference(vector);
            String when = " before it was compiled: ";
            if (difference == null) {
                String slowness = slowness(test, vector);
                if (slowness != null) {
                    giveUp(slowness);
                    return;
                }
                difference = test.difference(vector);
                when = " once it was compiled: ";
            }
            if (difference == null) {
                changeOver(vector);
            } else {
                onWrongBits.accept("a kernel had other bits than the scalar one" + when + difference);
            }
        } catch (RuntimeException | Error e) {
            giveUp("it failed with " + e);
        } finally {
            decided.countDown();
        }
    }

    /** How slow C2 has left the kernel, or null once it is fast. */
    private @Nullable String slowness(SelfTest test, Kernel vector) {
        long end = System.nanoTime() + MAX_NANOS;
        double ofScalar = test.settledTime(scalar, SelfTest.LENGTHS, Double.POSITIVE_INFINITY, end);
        double most = Math.max(COMPILED_NANOS, SLOW * ofScalar);
        double nanos = test.settledTime(vector, SelfTest.LONG_LENGTHS, most, end);
        while (nanos > SLOW * ofScalar && System.nanoTime() - end < 0) {
            nanos = Math.min(nanos, test.time(vector, SelfTest.LONG_LENGTHS));
            ofScalar = Math.min(ofScalar, test.time(scalar, SelfTest.LENGTHS));
        }
        return nanos <= SLOW * ofScalar
                ? null
                : String.format("C2 left it slow: %.2f ns an element, the scalar one %.2f", nanos, ofScalar);
    }

    private static void giveUp(String problem) {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "a vector kernel can''t be used on this JVM and CPU ({0}); its scalar twin stays in use, with the same"
                        + " bits but slower. Please report this line with the output of lanewise info.",
                problem);
    }
}
