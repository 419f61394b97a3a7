package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import lanewise.bench.Mix;
import org.apache.commons.text.WordUtils;
import org.junit.jupiter.api.Test;

class SpeedTableTest {
    private static final Workload WORKLOAD = Workload.tensor("adamw", 1 << 16, 1);

    private static Measured measured(String contestant, Workload workload, double nanosPerParameter) {
        return new Measured(contestant, workload, Collections.nCopies(6, nanosPerParameter * workload.parameters()));
    }

    @Test
    void everyLineFitsTheScreen() {
        String text = SpeedTable.text(new Synthetic(1).everything());
        text.lines().forEach(line -> assertTrue(line.length() <= 120, line.length() + ": " + line));
    }

    @Test
    void everyWorkloadHasATableAndEveryContestantARow() {
        Results results = new Synthetic(1).everything();
        String text = SpeedTable.text(results);
        for (Measured measured : results.steps()) {
            Workload fp32 = measured.workload().in(Mix.FP32);
            boolean mixed = !fp32.equals(measured.workload());
            assertTrue(text.contains(Wording.work(fp32) + (mixed ? ", in mixes of precision:" : ": ")));
            assertTrue(text.contains(
                    mixed
                            ? firstLine(measured.workload().mix().title(), Mixes.TITLE_WIDTH)
                            : firstLine(Wording.title(measured.contestant()), SpeedTable.TITLE_WIDTH)));
        }
    }

    private static String firstLine(String title, int width) {
        return WordUtils.wrap(title, width).lines().findFirst().orElseThrow();
    }

    @Test
    void mixesAreHeldAgainstFp32OfTheSameRounds() {
        Workload chance = WORKLOAD.in(Mix.STOCHASTIC);
        Workload two = Workload.tensor("adamw", 1 << 16, 2).in(Mix.STOCHASTIC);
        String text = SpeedTable.text(Synthetic.of(List.of(
                measured("lanewise", chance, 0.5),
                measured("lanewise-fp32", chance, 1),
                measured("roof", chance, 0.4),
                measured("pytorch-fused-cpp", chance, 2),
                measured("lanewise", WORKLOAD.in(Mix.BLOCK8_STATE), 0.25),
                measured("lanewise", two, 0.25),
                measured("lanewise-fp32", two, 0.75))));
        assertTrue(text.startsWith("AdamW, a tensor of 64 Ki, in mixes of precision:\n"), text);
        assertEquals(List.of("fp32", "28", "1", "1.00", "28.0", "", "1", "0.750", "37.3", ""), cells(text, "fp32"));
        assertEquals(
                List.of(
                        "bf16 by chance, bf16",
                        "14",
                        "0.500 [0.500, 0.500]",
                        "0.500",
                        "28.0",
                        "80 %",
                        "0.333 [0.333, 0.333]",
                        "0.250",
                        "56.0",
                        ""),
                cells(text, "bf16 by chance, bf16"));
        // Nothing took turns with it.
        assertEquals(List.of("8-bit state", "14", "", "0.250", "56.0", "", "", "", "", ""), cells(text, "8-bit state"));
        assertEquals("2.00 [2.00, 2.00]", cells(text, "PyTorch fused, as").get(2));
        assertTrue(
                text.contains(
                        "1 thread, bf16 by chance, bf16 state: PyTorch fused, as from C++ takes 4.00 [4.00, 4.00] times"
                                + " as long as Lanewise.\n"),
                text);
    }

    @Test
    void mixesOfSeveralSizesHaveATableEach() {
        Workload large = Workload.tensor("adamw", 1 << 20, 1).in(Mix.STOCHASTIC);
        String text = SpeedTable.text(Synthetic.of(
                List.of(measured("lanewise", WORKLOAD.in(Mix.STOCHASTIC), 1), measured("lanewise", large, 1))));
        assertTrue(text.contains("AdamW, a tensor of 64 Ki, in mixes of precision:\n"), text);
        assertTrue(text.contains("AdamW, a tensor of 1 Mi, in mixes of precision:\n"), text);
    }

    @Test
    void rowsHoldWhatFollowsFromTheTimes() {
        String text = SpeedTable.text(Synthetic.of(List.of(
                measured("lanewise", WORKLOAD, 0.5),
                measured("roof", WORKLOAD, 0.4),
                measured("djl", WORKLOAD, 5),
                measured("lanewise", Workload.tensor("adamw", 1 << 16, 8), 0.25))));
        assertTrue(text.startsWith("AdamW, a tensor of 64 Ki: 28 bytes per parameter\n"), text);
        assertTrue(text.contains("8 threads:"), text);
        assertEquals(
                List.of(
                        "Lanewise",
                        "1.00 [1.00, 1.00]",
                        "0.500",
                        "56.0",
                        "80 %",
                        "1.00 [1.00, 1.00]",
                        "0.250",
                        "112",
                        ""),
                cells(text, "Lanewise"));
        assertEquals(List.of("DJL", "10.0 [10.0, 10.0]", "5.00", "5.60", "8 %", "", "", "", ""), cells(text, "DJL"));
    }

    private static List<String> cells(String text, String title) {
        String line = text.lines()
                .filter(row -> row.strip().startsWith(title + " "))
                .findFirst()
                .orElseThrow();
        return List.of(line.split("\\|", -1)).stream().map(String::strip).toList();
    }

    @Test
    void bytesAreTheProgramsOwn() {
        assertEquals(new Moved(28, 16), Moved.of(WORKLOAD));
        assertEquals(new Moved(12, 8), Moved.of(Workload.tensor("sgd", 1 << 16, 1)));
        // The norm reads g once more; the average is read and written.
        assertEquals(new Moved(28 + 4 + 8, 16 + 4), Moved.of(WORKLOAD.clippedAndAveraged()));
        assertEquals(new Moved(28, 16), Moved.of(WORKLOAD.in(Mix.MASTER_COPY)));
        assertEquals(new Moved(18, 10), Moved.of(WORKLOAD.in(Mix.BF16_STATE)));
        assertEquals(new Moved(18, 10), Moved.of(WORKLOAD.in(Mix.REST_BITS)));
        assertEquals(new Moved(14, 8), Moved.of(WORKLOAD.in(Mix.STOCHASTIC)));
        assertEquals(new Moved(14, 8), Moved.of(WORKLOAD.in(Mix.PLAIN_BF16)));
        assertEquals(new Moved(28, 16), Moved.of(WORKLOAD.in(Mix.FP16_MASTER)));
        assertEquals(new Moved(14, 8), Moved.of(WORKLOAD.in(Mix.BLOCK8_STATE)));
        assertEquals(new Moved(14, 8), Moved.of(WORKLOAD.in(Mix.BLOCK8_REST)));
        // The average stays in fp32.
        assertEquals(
                new Moved(14 + 2 + 8, 8 + 4),
                Moved.of(WORKLOAD.in(Mix.STOCHASTIC).clippedAndAveraged()));
        assertEquals(new Moved(28, 16), Moved.of(Workload.many("adamw", 1000, 768, 4)));
    }

    @Test
    void fewRoundsAreSaid() {
        List<Measured> three = List.of(new Measured("lanewise", WORKLOAD, List.of(1e5, 2e5, 3e5)));
        assertTrue(SpeedTable.text(Synthetic.of(three)).contains("fewer than 6 rounds it is their range"));
    }
}
