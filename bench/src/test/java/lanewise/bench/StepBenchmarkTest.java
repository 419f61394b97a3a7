package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepBenchmarkTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 16, 1003, 20_000})
    void theHandWrittenKernelHasTheBitsOfTheScalarBackend(long size) {
        StepBenchmark benchmark = new StepBenchmark();
        benchmark.size = size;
        StepBenchmark.Peer peer = new StepBenchmark.Peer();
        assertDoesNotThrow(() -> peer.setUp(benchmark));
        peer.tearDown();
    }

    @Test
    void theSetUpAcceptsTheEngine() throws InterruptedException {
        StepBenchmark.Engine engine = new StepBenchmark.Engine();
        engine.setUp(new StepBenchmark());
        engine.tearDown();
    }

    @Test
    void aWrongAnswerIsNotTimed() {
        StepBenchmark.Peer peer = new StepBenchmark.Peer();
        peer.step = 1; // As if a step had been forgotten: other bias corrections.
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> peer.setUp(new StepBenchmark()));
        assertTrue(refused.getMessage().startsWith("not timed, since it is wrong: θ[0] is 0x"), refused::getMessage);
        peer.tearDown();
    }
}
