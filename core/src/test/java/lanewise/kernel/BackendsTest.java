package lanewise.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.program.Code;
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
            throw new AssertionError("not asked for");
        }

        @Override
        public byte[] classFile(Code code, int lanes) {
            throw new AssertionError("not asked for");
        }
    }

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
}
