package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void verifiesSomeRulesAndWritesAReport() throws IOException {
        Path report = folder.resolve("proof.html");
        assertEquals(0, run("verify", "lion", "signsgd", "--report", report.toString()), err::toString);
        String text = out.toString();
        assertTrue(text.contains("Lion "), text);
        assertTrue(text.contains(": every bit is the oracle's. 2 of 2 digests are the published ones."), text);
        String page = Files.readString(report);
        assertTrue(text.contains(" block8-rest "), text);
        assertTrue(page.contains("In mixed precision"), "the report");
        assertTrue(page.contains("Lion") && page.contains("How it was run"), "the report");
    }

    @Test
    void digestsArePrintedAlone() {
        assertEquals(0, run("verify", "lion", "--digests"), err::toString);
        assertTrue(out.toString().matches("lion [0-9a-f]{16}\\R"), out::toString);
        assertTrue(err.toString().startsWith("lanewise: "), err::toString);
    }

    @Test
    void aFailureIsReplayedByTheOptionsThatItNames() {
        assertEquals(
                0,
                run(
                        "verify",
                        "adam",
                        "--set",
                        "amsgrad=true",
                        "--extras",
                        "everything-l2",
                        "--seed",
                        "5",
                        "--backend",
                        "scalar",
                        "--threads",
                        "2",
                        "--report",
                        folder.resolve("x.html").toString()),
                err::toString);
        assertTrue(out.toString().contains("1 trials on scalar alone"), out::toString);
    }

    @Test
    void aMixOfPrecisionsIsTriedAlone() {
        String[] args = {
            "verify",
            "lion",
            "--extras",
            "alone",
            "--mix",
            "rest-bits",
            "--backend",
            "scalar",
            "--threads",
            "1",
            "--report",
            folder.resolve("x.html").toString()
        };
        assertEquals(0, run(args), err::toString);
        assertTrue(out.toString().contains("1 trials on scalar alone"), out::toString);
        assertTrue(out.toString().contains(" rest-bits "), out::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adm | there is no rule adm; did you mean adam",
                "--set amsgrad=true | --set must go with one rule, got 0",
                "adam --set amsgrad=perhaps | amsgrad must be true or false, got perhaps",
                "adam --extras all | --extras must be one of alone, keeping-subnormals",
                "--backend avx | --backend must be simd or scalar, got avx",
                "--lanes 5 | --lanes must be 4, 8 or 16, got 5",
                "--mix bf8 | there is no mix of precisions bf8; there are fp32, master-copy",
                "lion --codecs | --codecs must go without rules, got lion",
                "--codecs --mix fp32 | --codecs must go without --mix, got both",
                "--threads 0 | --threads must be from 1 to 1024, got 0",
                "--backend scalar --lanes 8 | --lanes must go with vectors, got --backend scalar",
                "lion --golden . | --golden must go without rules, got lion",
                "--golden . --thorough | --golden must go without --thorough, got both",
                "lion --digests --seed 2 | --digests must go without --seed, got both",
                "--golden no/such/folder | the golden files must be in a directory, but there is no no/such/folder"
            })
    void wrongOptionsAreUsageErrors(String options, String message) {
        String[] args = ("verify " + options).split(" ", -1);
        assertEquals(2, run(args));
        assertTrue(err.toString().contains(message), err::toString);
    }

    @Test
    void aFolderOfGoldenFilesIsFollowed() throws IOException {
        Path files = Files.createDirectory(folder.resolve("golden"));
        Files.writeString(files.resolve("other.json"), "{\"a\": 1}");
        Path report = folder.resolve("golden.html");
        String[] args = {"verify", "--golden", files.toString(), "--report", report.toString()};
        assertEquals(0, run(args), err::toString);
        assertTrue(out.toString().contains("1 file: 1 no golden file"), out::toString);
        assertTrue(Files.readString(report).contains("other.json"), "the report");
        Files.writeString(files.resolve("broken.json"), "{");
        assertEquals(1, run(args), out::toString);
        assertTrue(out.toString().contains("UNREADABLE"), out::toString);
    }
}
