package lanewise.bench.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The schedules follow PyTorch, Hugging Face, Keras, optax, fairseq and The Annotated Transformer, rate by rate.
 *
 * <p>Each golden file becomes a schedule by its family and hyper-parameters alone ({@link GoldenSchedule}). Every recorded
 * form is offered, none is left out: a family that is not known fails here.
 */
class GoldenSchedulesTest {
    /** Keras computes these cosines in float32: a few of its roundings, relative to the highest rate. */
    private static final Set<String> FLOAT32 = Set.of("keras_cosine", "keras_cosine_warmup");

    static List<String> files() {
        return GoldenZip.list("schedules");
    }

    @ParameterizedTest
    @MethodSource("files")
    void followsTheRecordedRates(String path) {
        Json file = GoldenZip.open(path);
        GoldenSchedule schedule = GoldenSchedule.of(file);
        assertEquals(FLOAT32.contains(file.get("case").text()), schedule.float32());
        assertEquals(schedule.float32() ? 4 * 0x1p-24 : 1e-12, schedule.bound());
        assertEquals(file.has("momentum"), schedule.momentum().isPresent());
        Deviation worst = schedule.worst();
        assertTrue(worst.scaled() <= schedule.bound(), () -> path + ": " + worst);
    }
}
