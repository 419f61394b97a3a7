package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.freva.asciitable.AsciiTable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine follows PyTorch, Keras, optax, timm and the authors' own code, element by element.
 *
 * <p>Each golden file becomes a rule with options by what it says of itself ({@link GoldenRule}, {@link GoldenCase}), is
 * run and compared ({@link GoldenRun}). What is not offered is listed below; any other file that is not followed fails.
 * {@code -Dlanewise.print=true} prints how closely each is.
 */
class GoldenTrajectoriesTest {
    /** By reason, the files that the engine does not follow. */
    private static final Map<String, List<String>> NOT_OFFERED = Map.ofEntries();

    private static final Map<String, List<String>> TABLE = new TreeMap<>();

    static List<String> files() {
        return Stream.of("elementwise", "layerwise", "ema", "clip")
                .flatMap(folder -> Golden.list(folder).stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void followsTheRecordedTrajectory(String path) {
        String name = path.substring(path.indexOf('/') + 1).replace(".json", "");
        GoldenCase golden;
        try {
            golden = GoldenCase.of(Golden.open(path));
        } catch (GoldenRule.NotOffered e) {
            TABLE.put(path, List.of(path, "", "", "", "", "not offered: " + e.getMessage()));
            assertTrue(
                    NOT_OFFERED.getOrDefault(e.getMessage(), List.of()).contains(name),
                    () -> path + " is not offered, and not listed as such: " + e.getMessage());
            return;
        }
        assertTrue(NOT_OFFERED.values().stream().noneMatch(names -> names.contains(name)), "offered after all");

        GoldenRun run = GoldenRun.of(golden);
        TABLE.put(path, row(path, run));
        assertAll(
                () -> assertTrue(run.sameBits(), "simd and scalar must end with the same bits"),
                () -> assertTrue(
                        run.float32().eps32() <= run.bound32(),
                        () -> "fp32, bound " + run.bound32() + " eps32: " + run.float32()),
                () -> assertTrue(
                        run.float64().scaled() <= golden.rule().bound64(),
                        () -> "float64, bound " + golden.rule().bound64() + ": " + run.float64()));
    }

    /** Our measure, applied to the recorded float32 run, is the one that the files were calibrated with. */
    @ParameterizedTest
    @MethodSource("files")
    void measuresAsTheFilesDo(String path) {
        GoldenCase golden;
        try {
            golden = GoldenCase.of(Golden.open(path));
        } catch (GoldenRule.NotOffered e) {
            return;
        }
        double measured = GoldenRun.recorded32(golden).eps32();
        System.out.println(path + " " + measured + " " + golden.calibration());
    }

    private static List<String> row(String path, GoldenRun run) {
        return List.of(
                path,
                String.format(Locale.ROOT, "%.2f", run.float32().eps32()),
                String.format(Locale.ROOT, "%.2f", run.golden().calibration()),
                String.format(Locale.ROOT, "%.1e", run.float64().scaled()),
                String.valueOf(run.sameBits()),
                run.follows() ? "followed" : "NOT FOLLOWED");
    }

    @AfterAll
    static void print() {
        if (Boolean.getBoolean("lanewise.print")) {
            System.out.println(AsciiTable.getTable(
                    new String[] {"file", "ours, eps32", "theirs, eps32", "float64", "same bits", "verdict"},
                    TABLE.values().stream()
                            .map(row -> row.toArray(String[]::new))
                            .toArray(String[][]::new)));
        }
    }
}
