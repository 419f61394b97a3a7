package lanewise.bench.golden;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine follows PyTorch, Keras, optax, timm and the authors' own code, element by element.
 *
 * <p>Each golden file becomes a rule with options by what it says of itself ({@link GoldenRule}, {@link GoldenCase}), is
 * run on both backends in fp32 and as formulas in float64, and is compared ({@link GoldenRun}). What is not offered is
 * listed here with the reason; any other file that is not followed fails. {@code -Dlanewise.print=true} prints how
 * closely each is followed.
 */
class GoldenTrajectoriesTest {
    /** The files that the engine does not follow, by reason. */
    private static final Map<String, List<String>> NOT_OFFERED = Map.ofEntries(
            Map.entry("kozistr's LARS leaves the decay out of its denominator", List.of("layerwise/lars_kozistr")),
            Map.entry("an average that starts at 0 is corrected for it", List.of("ema/optax_ema_nodebias_0p9")),
            Map.entry(
                    "optax takes AMSGrad's maximum over the corrected mean square",
                    List.of("elementwise/adam_optax_amsgrad")),
            Map.entry("Keras adds Adamax's ε at the division", List.of("elementwise/adamax_keras")),
            Map.entry("optax's NAdam has no schedule of μ", List.of("elementwise/nadam_optax")),
            Map.entry(
                    "RAdam's authors take ρ = 5 as enough, and by default stand still before it",
                    List.of("elementwise/radam_original_default")),
            Map.entry(
                    "clips by the Euclidean norm only", List.of("clip/torch_clip_norm_l1", "clip/torch_clip_norm_l3")),
            Map.entry(
                    "clips all gradients together, not each tensor by itself",
                    List.of("clip/keras_clipnorm_per_variable", "clip/optax_clip_by_block_rms")),
            Map.entry(
                    "clips by the gradients alone, not by rows of the weights",
                    List.of("clip/optax_adaptive_grad_clip", "clip/timm_agc_001")));

    private static final Map<String, Verdict> TABLE = new TreeMap<>();

    static List<String> files() {
        return Stream.of("elementwise", "layerwise", "ema", "clip")
                .flatMap(folder -> GoldenZip.list(folder).stream())
                .map(path -> path.replace(".json", ""))
                .toList();
    }

    static Stream<String> offered() {
        return files().stream().filter(name -> NOT_OFFERED.values().stream().noneMatch(names -> names.contains(name)));
    }

    /** Those with a float32 run whose rounding was measured. */
    static Stream<String> calibrated() {
        return offered().filter(name -> !name.startsWith("clip/") && !name.startsWith("ema/"));
    }

    static Stream<Arguments> notOffered() {
        return NOT_OFFERED.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(name -> Arguments.of(name, entry.getKey())));
    }

    private static GoldenCase open(String name) {
        return GoldenCase.of(GoldenZip.open(name + ".json"));
    }

    @ParameterizedTest
    @MethodSource("offered")
    void followsTheRecordedTrajectory(String name) {
        GoldenRun run = GoldenRun.of(open(name), true);
        Verdict verdict = GoldenVerification.ofRun(name, run);
        TABLE.put(name, verdict);
        assertAll(
                () -> assertEquals(GoldenRun.Simd.SAME_BITS, run.simd()),
                () -> assertTrue(run.follows32(), () -> verdict + " in fp32: " + run.float32()),
                () -> assertTrue(run.follows64(), () -> verdict + " in float64: " + run.float64()),
                () -> assertEquals(Verdict.Kind.FOLLOWED, verdict.kind()));
    }

    @ParameterizedTest
    @MethodSource("notOffered")
    void saysWhyItDoesNotFollow(String name, String reason) {
        TABLE.put(name, Verdict.notRun(name, Verdict.Kind.NOT_OFFERED, reason));
        NotOffered e = assertThrows(NotOffered.class, () -> open(name));
        assertEquals(reason, e.getMessage());
    }

    /** The recorded float32 run strays, by our measure, as far as its file says that it does. */
    @ParameterizedTest
    @MethodSource("calibrated")
    void measuresAsTheFilesDo(String name) {
        GoldenCase golden = open(name);
        double said = golden.calibration().orElseThrow();
        // Files say it with three digits.
        assertEquals(said, GoldenRun.recorded32(golden).eps32(), 0.006 * said);
    }

    @AfterAll
    static void print() {
        if (Boolean.getBoolean("lanewise.print")) {
            System.out.println(GoldenVerification.table().text(List.copyOf(TABLE.values())));
            System.out.println(GoldenVerification.summary(TABLE.values()));
        }
    }
}
