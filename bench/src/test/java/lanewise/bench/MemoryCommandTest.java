package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.rule.Adafactor;
import lanewise.rule.Rule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    /** The cells of a rule's row. */
    private List<String> row(String rule) {
        String row = out.toString()
                .lines()
                .filter(line -> line.strip().startsWith(rule + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row " + rule + " in " + out));
        return Arrays.stream(row.split("\\|")).map(String::strip).toList();
    }

    @Test
    void everyRuleHasARowForGpt2UnlessAnotherModelIsNamed() {
        assertEquals(0, run("memory"));
        assertTrue(
                out.toString()
                        .startsWith("gpt2-124m: 148 tensors, 124,439,808 parameters of 497,759,232 bytes in fp32,"
                                + " gradients as many"),
                out::toString);
        assertEquals(
                List.of(
                        "AdamW",
                        "248,879,616",
                        "2",
                        "474.7 MiB",
                        "474.7 MiB",
                        "949.4 MiB",
                        "1.9 GiB",
                        "995,518,464",
                        "1,991,036,928"),
                row("AdamW"));
        assertEquals("0", row("SGD").get(1));
        assertEquals("1", row("Momentum").get(2));
        assertEquals("3", row("AMSGrad").get(2));
        assertEquals("1", row("Lion").get(2));
    }

    @Test
    void llamaIsCountedWithoutBeingAllocated() {
        assertEquals(0, run("memory", "--preset", "llama-7b", "--rule", "AdamW,lion"));
        assertTrue(out.toString().startsWith("llama-7b: 291 tensors, 6,738,415,616 parameters"), out::toString);
        assertEquals("53,907,324,928", row("AdamW").get(7));
        assertEquals("80,860,987,392", row("Lion").get(8));
        assertEquals(
                2,
                out.toString().lines().filter(line -> line.contains("25.1 GiB")).count());
    }

    /** In place of the 16.7 million of a mean square for each weight. */
    @Test
    void adafactorKeepsRowsAndColumns() {
        assertEquals(0, run("memory", "--shape", "4096x4096", "--rule", "adafactor"));
        assertEquals("8,192", row("Adafactor").get(1));
        assertEquals("32,768", row("Adafactor").get(7));
    }

    @Test
    void precisionsOfARuleAreToldApart() {
        assertEquals(0, run("memory", "--shape", "256x16", "--rule", "adamw"));
        assertEquals(List.of("4", "4", "8", "16", "28", "64 KiB"), row("fp32").subList(2, 8));
        assertEquals(List.of("2", "2", "12", "16", "28"), row("master-copy").subList(2, 7));
        assertEquals(List.of("4", "2", "4", "10", "18"), row("bf16-state").subList(2, 7));
        assertEquals(List.of("2", "2", "6", "10", "18"), row("rest-bits").subList(2, 7));
        assertEquals(List.of("2", "2", "4", "8", "14"), row("stochastic").subList(2, 7));
        assertEquals(
                List.of("4", "2", "2.031", "8.031", "14"), row("block8-state").subList(2, 7));
        assertEquals(
                List.of("2", "2", "4.031", "8.031", "14"), row("block8-rest").subList(2, 7));
    }

    @Test
    void allRulesAreShownInAllPrecisionsInShort() {
        assertEquals(0, run("memory"));
        assertTrue(out.toString().contains(" 10 / 18 |"), out::toString);
        assertTrue(out.toString().contains("lanewise memory --rule adamw tells"), out::toString);
    }

    @Test
    void whatIsImpossibleIsSaidWithTheReason() {
        Rule adafactor = RuleSettings.with(new Adafactor(), List.of("beta1=0.5"));
        MixTable table = new MixTable(List.of(new long[] {7}, new long[] {3, 5}));
        String reason = "block8-rest is impossible for tensors such as 3x5: 8-bit states lie in blocks of 256 values"
                + " whatever the rows";
        for (String text : List.of(table.of("it", adafactor), table.of(Map.of("it", adafactor)))) {
            assertTrue(text.contains(" impossible ") && text.contains(reason), text);
        }
    }

    @Test
    void shapesMayBeGivenOneByOne() {
        assertEquals(0, run("memory", "--shape", "4096x4096,4096", "--shape", "3", "--rule", "sgd", "--rule", "adam"));
        assertTrue(out.toString().startsWith("4096x4096, 4096, 3: 3 tensors, 16,781,315 parameters"), out::toString);
        assertEquals("33,562,630", row("Adam").get(1));
    }

    @Test
    void aFileSaysNamesAndShapes() throws IOException {
        Path file = Files.writeString(folder.resolve("tiny.txt"), "w 3x5\n");
        assertEquals(0, run("memory", "--model", file.toString(), "--rule", "lamb"));
        assertTrue(out.toString().startsWith("tiny.txt: 1 tensor, 15 parameters of 60 bytes"), out::toString);
        assertEquals("240", row("LAMB").get(8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --preset gpt-5              | --preset knows gpt2-124m, llama-7b, got gpt-5
            --rule adamw,adamx          | there is no rule adamx; did you mean adamw? There are sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, amsgrad, adamw, adamax, nadam, radam, lion, signum, signsgd, lars, lamb, adafactor, sophia-g, sophia-h, schedule-free-sgd, schedule-free-adamw
            --shape 4096*4096           | a shape must be the lengths of its axes such as 768x2304 or 768, got 4096*4096
            --shape 3 --preset llama-7b | one of --model, --preset and --shape must say what the model is, got more than one
            --model no/such/file        | --model must be a file that can be read, got no/such/file
            --shape 1073741824x1073741824 --rule adam | a footprint must be below 2^63 bytes, got 4611686018427387904 and 4611686018427387904 more
            """)
    void aWrongOptionGivesASentenceAndExitCode2(String options, String message) {
        assertEquals(2, run(("memory " + options).split(" ")));
        String said = err.toString().strip();
        assertTrue(said.startsWith("lanewise: " + message + "."), said);
        assertEquals("", out.toString());
    }

    @Test
    void aWrongLineOfAFileIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.txt"), "w 3x5\nv 3,5\n");
        assertEquals(2, run("memory", "--model", file.toString()));
        assertEquals(
                "lanewise: " + file
                        + ", line 2: a shape must be the lengths of its axes such as 768x2304 or 768, got 3,5."
                        + " See lanewise memory --help.",
                err.toString().strip());
    }

    @Test
    void aFileThatIsNoTextIsNamed() throws IOException {
        Path file = Files.write(folder.resolve("weights.bin"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1});
        assertEquals(2, run("memory", "--model", file.toString()));
        assertTrue(err.toString().contains("--model must be a text file in UTF-8, got " + file), err::toString);
    }
}
