package lanewise.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lanewise.program.Code;
import lanewise.rule.AdamW;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class WarmingKernelTest {

    private static final Code CODE = new AdamW().program().phases().getLast().code();
    private static final Kernel SCALAR = new ScalarBackend().compile(CODE, 1);

    @Test
    void changesOverToAKernelWithTheSameBits() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        WarmingKernel kernel = WarmingKernel.start(CODE, SCALAR, counting(calls), Assertions::fail);
        kernel.await();
        assertTrue(kernel.changedOver());
        int before = calls.get();
        runOnce(CODE, kernel);
        assertEquals(before + 1, calls.get(), "the warm kernel runs now");
    }

    @Test
    void staysOnScalarIfTheVectorKernelHasOtherBits() throws InterruptedException {
        Kernel faulty = (streams, starts, length, scalars, sums, at, scratch) -> {
            SCALAR.run(streams, starts, length, scalars, sums, at, scratch);
            float last = streams[0].getAtIndex(ValueLayout.JAVA_FLOAT, starts[0] + length - 1);
            streams[0].setAtIndex(ValueLayout.JAVA_FLOAT, starts[0] + length - 1, Math.nextUp(last));
        };
        assertGivenUp(CODE, faulty);
    }

    @Test
    void staysOnScalarIfTheBitsChangeOnlyOnceCompiled() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Kernel late = (streams, starts, length, scalars, sums, at, scratch) -> {
            SCALAR.run(streams, starts, length, scalars, sums, at, scratch);
            if (calls.incrementAndGet() > 1000) {
                streams[0].setAtIndex(ValueLayout.JAVA_FLOAT, starts[0], 42f);
            }
        };
        assertGivenUp(CODE, late);
    }

    /** The kernel is not taken for the code, and told of once. */
    static void assertGivenUp(Code code, Kernel vector) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        WarmingKernel kernel = WarmingKernel.start(code, new ScalarBackend().compile(code, 1), vector, problems::add);
        kernel.await();
        assertFalse(kernel.changedOver());
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().startsWith("a kernel had other bits than the scalar one "), problems.getFirst());
    }

    private static Kernel counting(AtomicInteger calls) {
        return (streams, starts, length, scalars, sums, at, scratch) -> {
            calls.incrementAndGet();
            SCALAR.run(streams, starts, length, scalars, sums, at, scratch);
        };
    }

    static void runOnce(Code code, Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] streams = new MemorySegment[code.streams()];
            for (int i = 0; i < streams.length; i++) {
                streams[i] = arena.allocate(64, 64);
            }
            Scratch scratch = new Scratch();
            scratch.reserve(code);
            kernel.run(streams, new long[streams.length], 16, new float[code.scalars()], new double[0], 0, scratch);
        }
    }
}
