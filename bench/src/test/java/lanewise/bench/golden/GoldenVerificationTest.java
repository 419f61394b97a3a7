package lanewise.bench.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A directory of golden files is verified file by file, and a verdict is told on each, whatever the files hold. */
class GoldenVerificationTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SGD = "elementwise/sgd_momentum.json";

    @TempDir
    private Path directory;

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, content);
    }

    private static ObjectNode shipped(String path) {
        return (ObjectNode) JSON.readTree(GoldenZip.text(path));
    }

    private Map<String, Verdict> verify() {
        return GoldenVerification.of(directory, _ -> {}).stream()
                .collect(Collectors.toMap(Verdict::file, verdict -> verdict));
    }

    private Verdict verify(ObjectNode file) throws IOException {
        write("file.json", file.toString());
        return Objects.requireNonNull(verify().get("file.json"));
    }

    @Test
    void followsAllThatIsShippedAndSaysWhatIsNotOffered() throws IOException {
        GoldenZip.unpackInto(directory);
        write("GRADIENT_SETS.json", "{\"wild67\":{\"description\":\"one vector\"}}");
        List<Verdict> told = new ArrayList<>();
        long start = System.nanoTime();
        List<Verdict> verdicts = GoldenVerification.of(directory, told::add);
        if (Boolean.getBoolean("lanewise.print")) {
            System.out.printf("verified in %.1f s%n", (System.nanoTime() - start) / 1e9);
            System.out.println(GoldenVerification.table().text(verdicts));
            System.out.println(GoldenVerification.summary(verdicts));
        }
        assertEquals(told, verdicts);
        assertEquals(
                verdicts.stream().map(Verdict::file).sorted().toList(),
                verdicts.stream().map(Verdict::file).toList());
        assertEquals(
                Map.of(Verdict.Kind.FOLLOWED, 149L, Verdict.Kind.NOT_OFFERED, 12L, Verdict.Kind.FOREIGN, 1L),
                verdicts.stream().collect(Collectors.groupingBy(Verdict::kind, Collectors.counting())));
        assertFalse(GoldenVerification.failed(verdicts));
        assertTrue(verdicts.stream()
                .filter(verdict -> verdict.error32().isPresent())
                .allMatch(verdict -> verdict.sameBits().equals(Optional.of(true))));
        String summary = GoldenVerification.summary(verdicts);
        assertTrue(summary.startsWith("162 files: 149 followed, 12 not offered, 1 no golden file"), () -> summary);
        assertTrue(
                summary.contains("not offered, 2: clips by the Euclidean norm only (clip/torch_clip_norm_l1.json,"
                        + " clip/torch_clip_norm_l3.json)"),
                () -> summary);
        String table = GoldenVerification.table().text(verdicts);
        assertTrue(verdicts.stream().allMatch(verdict -> table.contains(" " + verdict.file() + " ")), () -> table);
    }

    @Test
    void verifiesNestedFoldersInOrderAndLeavesOtherFilesAlone() throws IOException {
        write("b/deep/er/sgd.json", GoldenZip.text(SGD));
        write("a.json", GoldenZip.text("schedules/torch_steplr.json"));
        write("b/README.md", "not JSON");
        write("b/c.json", GoldenZip.text("clip/torch_clip_norm_l1.json"));
        List<String> told = new ArrayList<>();
        List<Verdict> verdicts = GoldenVerification.of(directory, verdict -> told.add(verdict.file()));
        assertEquals(List.of("a.json", "b/c.json", "b/deep/er/sgd.json"), told);
        assertEquals(
                List.of(Verdict.Kind.FOLLOWED, Verdict.Kind.NOT_OFFERED, Verdict.Kind.FOLLOWED),
                verdicts.stream().map(Verdict::kind).toList());
        assertTrue(verdicts.getLast().mapping().startsWith("Sgd[momentum=0.9"), verdicts::toString);
    }

    @Test
    void fallsShortOfABitThatWasChangedAndNamesThePlace() throws IOException {
        ObjectNode file = shipped(SGD);
        ArrayNode step = (ArrayNode) file.get("params_f64").get(12);
        String hex = step.get(0).asString();
        // Element 33; the ninth digit holds bits 16 to 19 of the fraction, a change of some 1e-5.
        int digit = 33 * 16 + 7;
        char changed = Character.forDigit(Character.digit(hex.charAt(digit), 16) ^ 1, 16);
        step.set(0, JSON.valueToTree(hex.substring(0, digit) + changed + hex.substring(digit + 1)));
        Verdict verdict = verify(file);
        assertEquals(Verdict.Kind.FALLS_SHORT, verdict.kind());
        assertTrue(verdict.reason().contains("in float64"), verdict::reason);
        assertTrue(verdict.reason().contains("at step 12, p[33]: recorded "), verdict::reason);
        assertTrue(GoldenVerification.failed(List.of(verdict)));
    }

    @Test
    void takesAFileOfAnotherKindForNoFailure() throws IOException {
        write("list.json", "[1, 2]");
        write("other.json", "{\"family\":\"Hapsburg\"}");
        assertTrue(verify().values().stream().allMatch(verdict -> verdict.kind() == Verdict.Kind.FOREIGN));
        assertFalse(GoldenVerification.failed(verify().values()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"format\":\"golden-clip/1\"} and more", "\u0000"})
    void countsMalformedJsonAsAFailure(String content) throws IOException {
        write("bad.json", content);
        write("good.json", GoldenZip.text("schedules/torch_steplr.json"));
        Map<String, Verdict> verdicts = verify();
        Verdict bad = Objects.requireNonNull(verdicts.get("bad.json"));
        assertEquals(Verdict.Kind.UNREADABLE, bad.kind());
        assertTrue(bad.reason().startsWith("the file must be JSON: "), bad::reason);
        assertEquals(
                Verdict.Kind.FOLLOWED,
                Objects.requireNonNull(verdicts.get("good.json")).kind());
        assertTrue(GoldenVerification.failed(verdicts.values()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "format",
                "family",
                "source",
                "hyperparameters",
                "tensors",
                "lr",
                "init",
                "grads",
                "params_f32",
                "params_f64"
            })
    void countsAGoldenFileThatLacksAKeyAsAFailure(String key) throws IOException {
        ObjectNode file = shipped(SGD);
        file.remove(key);
        Verdict verdict = verify(file);
        assertEquals(Verdict.Kind.UNREADABLE, verdict.kind());
        assertEquals("the file must have the key " + key, verdict.reason());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "format | \"golden-clip/2\" | format must be golden-optimizer-trajectory/1, golden-lr-schedule/1,"
                        + " golden-clip/1 or golden-ema/1, got golden-clip/2",
                "init | [\"3f80\"] | init[0] must have 8 hex digits for each of 67 elements, that is 536, got 4",
                "init | [] | init must have 1 elements, one for each tensor, got 0",
                "init | [7] | init[0] must be a string, got 7",
                "grads | [] | grads must be at least one step, got []",
                "params_f64 | [[\"\"]] | params_f64 must have 25 elements, one for each step, got 1",
                "lr | [0.1] | lr must have 25 elements, one for each step, got 1",
                "steps | 24 | steps must be the number of grads, 25, got 24",
                "hyperparameters | 3 | hyperparameters must be an object of names and values, got 3",
                "tensors | [] | tensors must be tensors with a name each, no two the same, got []",
                "tensors | [{\"name\":\"w\",\"shape\":[-67]}] | tensors[0].shape must be lengths of at least 0, with at most"
                        + " 2^24 elements, got [-67]",
            })
    void countsABrokenGoldenFileAsAFailure(String key, String value, String reason) throws IOException {
        ObjectNode file = shipped(SGD);
        file.set(key, JSON.readTree(value));
        Verdict verdict = verify(file);
        assertEquals(Verdict.Kind.UNREADABLE, verdict.kind());
        assertEquals(reason, verdict.reason());
    }

    @Test
    void countsADigitThatIsNoHexAsAFailure() throws IOException {
        ObjectNode file = shipped(SGD);
        ArrayNode init = (ArrayNode) file.get("init");
        init.set(0, JSON.valueToTree("x" + init.get(0).asString().substring(1)));
        assertEquals("init[0] must be hex digits, got 'x' at 0", verify(file).reason());
    }

    @Test
    void runsScalarAloneWhereSimdIsMissing() {
        GoldenRun run = GoldenRun.of(GoldenCase.of(GoldenZip.open(SGD)), false);
        Verdict verdict = GoldenVerification.ofRun(SGD, run);
        assertEquals(Verdict.Kind.FOLLOWED, verdict.kind());
        assertEquals(Optional.empty(), verdict.sameBits());
        assertEquals(Optional.empty(), GoldenVerification.withoutSimdBecause());
    }

    @Test
    void rejectsADirectoryWithNothingToVerify() throws IOException {
        Path file = directory.resolve("notes.txt");
        Files.writeString(file, "");
        Path nowhere = directory.resolve("nowhere");
        assertRejected(
                "the golden files must be *.json, but there is none in " + directory + " or below; name another",
                directory);
        assertRejected(
                "the golden files must be in a directory, but there is no " + nowhere
                        + "; name one that has *.json files in it",
                nowhere);
        assertRejected(
                "the golden files must be in a directory, but " + file
                        + " is none; name one that has *.json files in it",
                file);
    }

    private static void assertRejected(String message, Path directory) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> GoldenVerification.of(directory, _ -> {}));
        assertEquals(message, e.getMessage());
    }
}
