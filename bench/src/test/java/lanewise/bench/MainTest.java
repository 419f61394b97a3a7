package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import lanewise.BackendInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

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
    @CsvSource({"race,--epochs", "explain,--bytecode", "info,Usage: lanewise info", "memory,--preset", "verify,--golden"
    })
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
            race --only adamw,sdg | lanewise: there is no rule sdg; did you mean sgd? There are sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, amsgrad, adamw, adamax, nadam, radam, lion, signum, signsgd, lars, lamb, adafactor, sophia-g, sophia-h, schedule-free-sgd, schedule-free-adamw. See lanewise race --help.
            race --landscape hill | lanewise: --landscape knows bowl, ravine, rosenbrock, saddle, noisy, got hill. See lanewise race --help.
            race --start 1        | lanewise: --start must be two numbers from -100 to 100 with a comma between, such as -1.2,1, got 1. See lanewise race --help.
            race --start 1,NaN    | lanewise: --start must be two numbers from -100 to 100 with a comma between, such as -1.2,1, got 1,NaN. See lanewise race --help.
            race --rate 0         | lanewise: --rate must be above 0 and at most 1000, got 0.0. See lanewise race --help.
            race --steps 0        | lanewise: --steps must be from 1 to 100000, got 0. See lanewise race --help.
            race --runs 3         | lanewise: --runs goes with --precision; add that, or leave --runs out. See lanewise race --help.
            race --precision --runs 1  | lanewise: --runs must be from 2 to 1000, got 1. See lanewise race --help.
            race --precision --steps 0 | lanewise: --steps must be from 1 to 100000, got 0. See lanewise race --help.
            race --precision --epochs 3 | lanewise: --precision goes with --runs, --steps, --seed and --report, got --epochs; leave that out. See lanewise race --help.
            race --report /       | lanewise: --report must be a file in a folder that is there, got /; make the folder first. See lanewise race --help.
            race --no-digits --no-landscapes | lanewise: --no-digits and --no-landscapes leave nothing to race; drop one of them. See lanewise race --help.
            race --landscape bowl --no-landscapes | lanewise: --landscape and --no-landscapes exclude each other; drop one of them. See lanewise race --help.
            race --only sophia-h --no-landscapes | lanewise: Sophia-H can't train the network, which has no products with its Hessian to give; drop --no-landscapes. See lanewise race --help.
            race --only sophia-g --no-digits | lanewise: Sophia-G can't go down landscapes, which have no labels to draw; drop --no-digits. See lanewise race --help.
            race --fast           | lanewise: Unknown option: '--fast'. See lanewise race --help.
            explain sgd --step 0  | lanewise: --step must be at least 1, got 0. See lanewise explain --help.
            bench --compare none.json | lanewise: --compare must be a file of an earlier run that can be read, got none.json. See lanewise bench --help.
            info now              | lanewise: Unmatched argument at index 1: 'now'. See lanewise info --help.
            rate                  | lanewise: Unmatched argument at index 0: 'rate'. See lanewise --help.
            ''                    | lanewise: a command is missing; there are race, bench, verify, explain, memory, info, jmh. See lanewise --help.
            """)
    void aWrongOptionGivesASentenceAndExitCode2(String line, String expected) {
        assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ")));
        assertEquals(expected, err.toString().strip());
        assertEquals("", out.toString());
    }

    @Test
    void benchNamesTheContestantsItKnows() {
        assertEquals(2, run("bench", "--contestants", "torch"));
        assertTrue(err.toString()
                .startsWith("lanewise: --contestants: there is no contestant torch; there are lanewise, "));
    }

    @Test
    void raceEndsWithATableAndWhatItShows() throws IOException {
        Path report = folder.resolve("race.html");
        assertEquals(
                0,
                run(
                        "race",
                        "--only",
                        "Lion",
                        "--epochs",
                        "1",
                        "--batch",
                        "128",
                        "--no-landscapes",
                        "--report",
                        report.toString()));
        String text = out.toString();
        assertTrue(text.contains(" Lion "), text);
        assertTrue(text.contains("yes"), text);
        assertTrue(text.replaceAll("\\s+", " ").contains("ended with the same bits in all weights"), text);
        assertTrue(Files.readString(report).contains("Training loss over epochs"));
    }

    @Test
    void raceOnALandscapeSaysWhereItsReportIs() throws IOException {
        Path report = folder.resolve("there.html");
        String line = "race --no-digits --landscape ravine --start -2,0.5 --rate 0.005 --steps 150 --only sgd,momentum"
                + " --report " + report;
        assertEquals(0, run(line.split(" ")));
        String text = out.toString();
        assertTrue(text.contains("Ravine, f = ½x² + 99y², from (-2, 0.5), 150 steps"), text);
        assertEquals(
                "Report, to be opened in a browser: " + report,
                text.strip().lines().toList().getLast());
        String html = Files.readString(report);
        assertTrue(html.contains("Ravine: paths over contour lines"));
        assertTrue(html.contains("Family tree"));
    }

    @Test
    void raceOfPrecisionsEndsWithATableForEachLessonAndAReport() throws IOException {
        Path report = folder.resolve("precision.html");
        assertEquals(0, run("race", "--precision", "--runs", "2", "--steps", "3", "--report", report.toString()));
        String text = out.toString().replaceAll("\\s+", " ");
        assertTrue(text.contains("Handwritten digits mix | bits θ g m v | B/weight"), text);
        assertTrue(text.contains("Imitation of a network mix | bits θ g m v | B/weight"), text);
        assertTrue(text.contains("over 2 seeds, 1 to 2;"), text);
        assertTrue(text.contains("40 trainings took"), text);
        assertTrue(text.strip().endsWith("Report, to be opened in a browser: " + report), text);
        assertTrue(Files.readString(report).contains("Training loss over that of fp32"));
    }

    @Test
    void whoCannotTakePartSomewhereIsLeftOutThere() throws IOException {
        Path report = folder.resolve("sophia.html");
        String line =
                "race --only Sophia-H,schedule-free-sgd --epochs 1 --batch 256 --landscape bowl --steps 50 --report ";
        assertEquals(0, run((line + report).split(" ")));
        String text = out.toString().replaceAll("\\s+", " ");
        String digits = text.substring(0, text.indexOf("Bowl, f = "));
        assertTrue(digits.contains("Schedule-Free SGD |"), text);
        assertFalse(digits.contains("Sophia-H |"), text);
        assertTrue(digits.contains("is tested at its average x"), text);
        assertTrue(text.contains("Sophia-H | "), text);
        assertTrue(text.contains("Sophia-H gets u⊙(H·u)"), text);

        assertEquals(0, run(("race --only sophia-h --landscape bowl --steps 50 --report " + report).split(" ")));
        assertFalse(Files.readString(report).contains("Handwritten digits"));
    }

    @Test
    void raceAlsoStartsAtTheMinimum() {
        String line = "race --no-digits --landscape bowl --start 1,1 --steps 5 --report " + folder.resolve("0.html");
        assertEquals(0, run(line.split(" ")));
    }

    @Test
    void aReportThatCannotBeWrittenIsToldBeforeTheRace() {
        assertEquals(2, run("race", "--report", folder.resolve("none/race.html").toString()));
        assertTrue(err.toString().contains("make the folder first"), err::toString);
        assertEquals(2, run("race", "--report", folder.toString()));
        assertTrue(err.toString().contains("--report must be a file, got the folder"), err::toString);
        assertEquals("", out.toString());
    }
}
