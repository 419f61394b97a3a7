package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import lanewise.BackendInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void helpListsTheCommands() {
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("race  "), out::toString);
        assertTrue(out.toString().contains("info  "), out::toString);
    }

    @ParameterizedTest
    @CsvSource({"race,--epochs", "explain,--bytecode", "info,Usage: lanewise info", "memory,--preset"})
    void everyCommandHasHelp(String command, String expected) {
        assertEquals(0, run(command, "--help"));
        assertTrue(out.toString().contains(expected), out::toString);
    }

    @Test
    void versionNamesTheProgram() {
        assertEquals(0, run("--version"));
        assertTrue(out.toString().startsWith("Lanewise "), out::toString);
    }

    @Test
    void infoShowsTheBackendAndWhy() {
        BackendInfo backend = BackendInfo.detect();
        assertEquals(0, run("info"));
        // Long values are broken over lines.
        String text = out.toString().replaceAll("\\s+", " ");
        assertTrue(text.contains("Backend " + backend.name() + ": " + backend.reason()), text);
        assertTrue(text.contains("JDK " + Runtime.version()), text);
        assertTrue(out.toString().lines().allMatch(line -> line.length() <= 100), out::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            race --epochs 0       | lanewise: --epochs must be from 1 to 10000, got 0. See lanewise race --help.
            race --epochs many    | lanewise: Invalid value for option '--epochs': 'many' is not an int. See lanewise race --help.
            race --batch 1438     | lanewise: --batch must be from 1 to 1437, got 1438. See lanewise race --help.
            race --threads 0      | lanewise: --threads must be from 1 to 1024, got 0. See lanewise race --help.
            race --only adamw,sdg | lanewise: --only knows sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, amsgrad, adamw, adamax, nadam, radam, lion, signum, signsgd, got sdg. See lanewise race --help.
            race --fast           | lanewise: Unknown option: '--fast'. See lanewise race --help.
            explain sgd --step 0  | lanewise: --step must be at least 1, got 0. See lanewise explain --help.
            info now              | lanewise: Unmatched argument at index 1: 'now'. See lanewise info --help.
            rate                  | lanewise: Unmatched argument at index 0: 'rate'. See lanewise --help.
            ''                    | lanewise: a command is missing; there are race, explain, memory, info, jmh. See lanewise --help.
            """)
    void aWrongOptionGivesASentenceAndExitCode2(String line, String expected) {
        assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ")));
        assertEquals(expected, err.toString().strip());
        assertEquals("", out.toString());
    }

    @Test
    void raceEndsWithATableAndWhatItShows() {
        assertEquals(0, run("race", "--only", "Lion", "--epochs", "1", "--batch", "128"));
        String text = out.toString();
        assertTrue(text.contains(" Lion "), text);
        assertTrue(text.contains("yes"), text);
        assertTrue(text.replaceAll("\\s+", " ").contains("ended with the same bits in all weights"), text);
    }
}
