package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
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
            assertTrue(text.contains(Wording.work(measured.workload()) + ": "), Wording.work(measured.workload()));
            assertTrue(
                    text.contains(WordUtils.wrap(Wording.title(measured.contestant()), SpeedTable.TITLE_WIDTH)
                            .lines()
                            .findFirst()
                            .orElseThrow()),
                    measured.contestant());
        }
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
        assertEquals(new Moved(28, 16), Moved.of(Workload.many("adamw", 1000, 768, 4)));
    }

    @Test
    void fewRoundsAreSaid() {
        List<Measured> three = List.of(new Measured("lanewise", WORKLOAD, List.of(1e5, 2e5, 3e5)));
        assertTrue(SpeedTable.text(Synthetic.of(three)).contains("fewer than 6 rounds it is their range"));
    }
}
