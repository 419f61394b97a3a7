package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.bench.Mix;
import lanewise.bench.report.Progress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: everything that is timed here is timed for a millisecond. */
class SessionTest {
    private static final String HOME = "lanewise.home";

    /** A home without peers. */
    @BeforeAll
    static void moveHome(@TempDir Path home) {
        System.setProperty(HOME, home.toString());
    }

    @AfterAll
    static void moveBack() {
        System.clearProperty(HOME);
    }

    private static Session session(Workload workload, String... contestants) {
        return new Session(Stream.of(contestants).map(Contestant::of).toList(), List.of(workload), 2, 1);
    }

    @Test
    void eachContestantIsTimedInEachRound() {
        Map<String, String> leftOut = new LinkedHashMap<>();
        List<Measured> measured;
        try (Progress progress = new Progress("bench", 1)) {
            measured = session(Workload.tensor("lion", 4096, 2), "scalar", "roof", "by-hand", "djl")
                    .run(progress, leftOut);
        }
        assertEquals(
                List.of("scalar", "roof"),
                measured.stream().map(Measured::contestant).toList());
        for (Measured row : measured) {
            assertEquals(2, row.nanos().size());
            // A step of 4,096 values takes some microseconds, and a hundred thousand times as long on no machine.
            assertTrue(row.nanos().stream().allMatch(nanos -> nanos > 10 && nanos < 1e9), row::toString);
        }
        assertEquals(
                Map.of(
                        "Vector API by hand, lion",
                        "only AdamW is written by hand",
                        "DJL, lion",
                        "not built; mvn -Ppeers package -DskipTests builds it"),
                leftOut);
    }

    @Test
    void aMixTakesTurnsWithFp32() {
        Map<String, String> leftOut = new LinkedHashMap<>();
        Workload mixed = Workload.tensor("adamw", 4096, 1).in(Mix.BF16_STATE);
        List<Measured> measured;
        try (Progress progress = new Progress("bench", 1)) {
            measured = session(mixed, "lanewise-fp32", "by-hand").run(progress, leftOut);
        }
        assertEquals(
                List.of("lanewise-fp32"),
                measured.stream().map(Measured::contestant).toList());
        assertEquals(mixed, measured.getFirst().workload());
        assertEquals(Map.of("Vector API by hand, adamw, bf16 state", "only fp32 is written by hand"), leftOut);
        assertEquals(mixed.in(Mix.FP32), Contestant.IN_FP32.stepped(mixed));
        assertEquals(mixed, Contestant.LANEWISE.stepped(mixed));
    }

    @Test
    void aProcessThatDiesIsAReasonAndNoHang() {
        Contestant broken =
                new Contestant(Contestant.Kind.OURS, "broken", "Broken", "lanewise", null, List.of("-Xmx1k"));
        try (EngineProcess process = EngineProcess.of(broken, 1)) {
            String problem = process.prepare("lanewise", Workload.tensor("sgd", 4096, 1));
            assertTrue(problem != null && problem.startsWith("its process died; "), problem);
        }
    }

    @Test
    void aFreshProcessTellsWhenItsFirstStepIsDone() {
        try (EngineProcess process = EngineProcess.thatStarts(Contestant.of("scalar"), 10)) {
            EngineMain.Reply reply = process.firstSteps();
            assertEquals(10, reply.nanos().size());
            double seconds = process.secondsUntil(reply.firstDone());
            assertTrue(seconds > 0.01 && seconds < 60, seconds + " s");
        }
    }
}
