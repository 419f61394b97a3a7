package lanewise.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lanewise.program.Code;
import lanewise.rule.AdamW;
import lanewise.rule.Lion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendsTest {

    private record Fake(@Nullable String unusableBecause) implements Backend {
        @Override
        public String name() {
            return "simd";
        }

        @Override
        public int preferredLanes() {
            return 8;
        }

        @Override
        public Kernel compile(Code code, int lanes) {
            return SCALAR.compile(code, lanes);
        }

        @Override
        public byte[] classFile(Code code, int lanes) {
            throw new AssertionError("not asked for");
        }
    }

    /** Its kernels change the last bit of the first element after some calls; those of a sound code never do. */
    private record Planted(String name, int good, List<Code> sound, AtomicInteger allCalls) implements Backend {
        Planted(String name, int good, Code... sound) {
            this(name, good, List.of(sound), new AtomicInteger());
        }

        @Override
        public @Nullable String unusableBecause() {
            return null;
        }

        @Override
        public int preferredLanes() {
            return 8;
        }

        @Override
        public Kernel compile(Code code, int lanes) {
            Kernel kernel = SCALAR.compile(code, lanes);
            AtomicInteger calls = new AtomicInteger();
            return (streams, starts, length, scalars, sums, at, scratch) -> {
                kernel.run(streams, starts, length, scalars, sums, at, scratch);
                allCalls.incrementAndGet();
                if (calls.getAndIncrement() >= good && !sound.contains(code)) {
                    float first = streams[0].getAtIndex(ValueLayout.JAVA_FLOAT, starts[0]);
                    streams[0].setAtIndex(ValueLayout.JAVA_FLOAT, starts[0], Math.nextUp(first));
                }
            };
        }

        @Override
        public byte[] classFile(Code code, int lanes) {
            throw new AssertionError("not asked for");
        }
    }

    private static final ScalarBackend SCALAR = new ScalarBackend();
    private static final List<Backend> USABLE = List.of(new Fake(null));
    private static final List<Backend> BROKEN = List.of(new Fake("the moon is full; wait a week"));

    @Test
    void autoTakesTheVectorBackendAtItsWidth() {
        Backends.Choice choice = Backends.choose("auto", null, USABLE);
        assertEquals("simd", choice.backend().name());
        assertEquals(8, choice.lanes());
        assertEquals("8 lanes (256 bits), the preferred width of this CPU and JVM", choice.reason());
        assertFalse(choice.fallback());
    }

    @Test
    void askedForLanesAreTaken() {
        Backends.Choice choice = Backends.choose("simd", 4, USABLE);
        assertEquals(4, choice.lanes());
        assertEquals("4 lanes (128 bits), as asked for", choice.reason());
    }

    @Test
    void autoFallsBackToScalarWithTheReason() {
        Backends.Choice choice = Backends.choose("auto", null, BROKEN);
        assertEquals("scalar", choice.backend().name());
        assertEquals("the same bits but slower, because the moon is full; wait a week", choice.reason());
        assertTrue(choice.fallback());
    }

    @Test
    void autoFallsBackWhereThereIsNoVectorBackend() {
        assertEquals(
                "the same bits but slower, because lanewise-simd is not on the module path or class path;"
                        + " add that dependency",
                Backends.choose("auto", null, List.of()).reason());
    }

    @Test
    void backendAskedForByNameThatCannotRunIsAnError() {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> Backends.choose("simd", null, BROKEN));
        assertEquals(
                "the simd backend was asked for by name and can't run: the moon is full; wait a week", e.getMessage());
    }

    @Test
    void unknownBackendIsAnError() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Backends.choose("avx", null, USABLE));
        assertEquals("lanewise.backend must be auto, simd or scalar, got avx", e.getMessage());
    }

    @Test
    void oddWidthIsAnError() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Backends.choose("simd", 5, USABLE));
        assertEquals("lanewise.lanes must be 4, 8 or 16, got 5", e.getMessage());
    }

    @Test
    void wrongBitsAtStartUpSendTheDispatcherToScalar() {
        List<Backend> planted = List.of(new Planted("wrong-at-once", 0));
        Backends.Choice choice = Backends.choose("auto", null, planted);
        assertEquals("scalar", choice.backend().name());
        assertTrue(choice.fallback());
        assertTrue(
                choice.reason()
                        .startsWith("the same bits but slower, because the vector kernels can't be trusted on this JVM"
                                + " and CPU: other bits than the scalar one at start-up: "),
                choice.reason());
        assertThrows(IllegalStateException.class, () -> Backends.choose("wrong-at-once", null, planted));
    }

    @Test
    void wrongBitsOnceCompiledSendTheDispatcherAndAllKernelsToScalar() throws InterruptedException {
        Code first = new AdamW().program().phases().getLast().code();
        Code second = new Lion().program().phases().getLast().code();
        Planted planted = new Planted("wrong-later", 1000, second);
        Backends.Choice before = Backends.choose("auto", null, List.of(planted));
        assertEquals("wrong-later", before.backend().name());
        Kernels kernels = new Kernels(planted, 8);
        List<String> warnings = Warnings.during(() -> {
            kernels.of(first);
            // Is warmed behind the first, and passes.
            Kernel sound = kernels.of(second);
            assertFalse(kernels.awaitWarm());
            int callsBefore = planted.allCalls.get();
            WarmingKernelTest.runOnce(second, sound);
            assertEquals(callsBefore, planted.allCalls.get(), "calls of the backend that was given up");
        });
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(
                warnings.getFirst()
                        .startsWith("lanewise: the wrong-later backend can't be used on this JVM and CPU: a kernel had"
                                + " other bits than the scalar one once it was compiled: plane 0, word 0: "),
                warnings.getFirst());
        assertEquals("scalar", before.orFallback().backend().name());
        assertEquals(
                "scalar",
                Backends.choose("auto", null, List.of(planted)).backend().name());
        assertSame(kernels.of(second), new Kernels(SCALAR, 1).of(second));
    }
}
