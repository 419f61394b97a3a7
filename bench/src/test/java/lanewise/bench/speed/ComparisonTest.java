package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lanewise.bench.speed.Comparison.Row;
import lanewise.bench.speed.Comparison.Verdict;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final List<Workload> WORKLOADS =
            Stream.concat(Synthetic.SIZES.stream(), Synthetic.RULES.stream()).toList();
    private static final List<String> CONTESTANTS = List.of("lanewise", "lanewise-256", "scalar", "roof", "c");
    private static final Workload SLOW = Synthetic.RULES.getFirst();
    private static final int ROUNDS = 12;

    private static Results run(long seed, double noise, ToDoubleBiFunction<String, Workload> slowdown) {
        return Synthetic.of(new Synthetic(seed, noise, slowdown).measured(WORKLOADS, CONTESTANTS, ROUNDS));
    }

    private static Results run(long seed) {
        return run(seed, 0.015, (_, _) -> 1);
    }

    private static List<Row> changed(Comparison comparison) {
        return comparison.rows().stream()
                .filter(row -> row.verdict() != Verdict.SAME)
                .toList();
    }

    @Test
    void aTenthInOneRowIsFoundAndOnlyThat() {
        for (long seed = 0; seed < 20; seed++) {
            Results slower = run(
                    seed,
                    0.015,
                    (contestant, workload) -> contestant.equals("scalar") && workload.equals(SLOW) ? 1.1 : 1);
            Comparison comparison = Comparison.of(run(1000 + seed), slower);
            assertEquals(3 * WORKLOADS.size(), comparison.rows().size());
            List<Row> changed = changed(comparison);
            assertEquals(1, changed.size(), comparison::text);
            Row row = changed.getFirst();
            assertEquals("scalar", row.contestant());
            assertEquals(SLOW, row.workload());
            assertEquals(Verdict.SLOWER, row.verdict());
            assertEquals(0.1, row.change(), 0.04);
            assertTrue(comparison.anySlower());
            assertEquals(
                    Verdict.FASTER,
                    changed(Comparison.of(slower, run(1000 + seed))).getFirst().verdict());
        }
    }

    @Test
    void theChanceOfAnyFalseAlarmStaysBelowOneInTwenty() {
        long runs = 300;
        // With this much noise medians often differ by more than the least effect: the test alone holds them back.
        long alarms = LongStream.range(0, runs)
                .filter(seed -> !changed(
                                Comparison.of(run(2 * seed, 0.2, (_, _) -> 1), run(2 * seed + 1, 0.2, (_, _) -> 1)))
                        .isEmpty())
                .count();
        double threeSigma = 3 * Math.sqrt(Comparison.ALPHA * (1 - Comparison.ALPHA) * runs);
        assertTrue(alarms <= Comparison.ALPHA * runs + threeSigma, alarms + " of " + runs);
    }

    @Test
    void aSlowerMachineIsNoSlowerEngine() {
        for (double drift : List.of(0.85, 1.15)) {
            Comparison comparison = Comparison.of(run(1), run(2, 0.015, (_, _) -> drift));
            assertEquals(List.of(), changed(comparison));
            assertFalse(comparison.anySlower());
            assertTrue(comparison.sentence().contains("none became slower, 0 faster"), comparison::sentence);
        }
    }

    @Test
    void withoutARoofOnlyWhatIsBeyondTheDriftCounts() {
        for (Map.Entry<Double, Verdict> expected : Map.of(
                        1.1, Verdict.SAME, 1.4, Verdict.SLOWER, 0.9, Verdict.SAME, 0.6, Verdict.FASTER)
                .entrySet()) {
            List<String> alone = List.of("lanewise");
            Comparison comparison = Comparison.of(
                    Synthetic.of(new Synthetic(1).measured(List.of(SLOW), alone, ROUNDS)),
                    Synthetic.of(new Synthetic(2, 0.02, (_, _) -> expected.getKey())
                            .measured(List.of(SLOW), alone, ROUNDS)));
            Row row = comparison.rows().getFirst();
            assertFalse(row.byRoof());
            assertEquals(expected.getValue(), row.verdict(), () -> "at " + expected.getKey());
            assertEquals(expected.getValue() != Verdict.SAME, comparison.text().contains(" µs |"));
        }
    }

    @Test
    void smallEffectsAreNoneHoweverCertain() {
        Comparison comparison = Comparison.of(
                run(1, 0.0001, (_, _) -> 1),
                run(2, 0.0001, (contestant, _) -> contestant.equals("lanewise") ? 1.02 : 1));
        assertTrue(comparison.rows().stream().anyMatch(row -> row.p() < 0.01));
        assertEquals(List.of(), changed(comparison));
    }

    @Test
    void tooFewRoundsAreSaid() {
        List<Measured> steps = new Synthetic(1).measured(WORKLOADS, CONTESTANTS, 3);
        Comparison comparison = Comparison.of(Synthetic.of(steps), Synthetic.of(steps));
        assertTrue(comparison.tooFewRounds());
        assertTrue(comparison.sentence().startsWith("With so few rounds"), comparison::sentence);
    }

    @Test
    void nothingInCommonIsSaid() {
        Comparison comparison = Comparison.of(Synthetic.of(List.of()), run(1));
        assertEquals(List.of(), comparison.rows());
        assertTrue(comparison.sentence().startsWith("Nothing of Lanewise"), comparison::sentence);
        assertFalse(comparison.anySlower());
    }

    @Test
    void whatElseDiffersIsSaid() {
        Results now = run(1);
        Results before = new Results(
                now.at(), "0.9", Map.of("CPU", "another", "JDK", "24"), List.of(), now.steps(), List.of(), Map.of());
        assertEquals(List.of(), Comparison.of(now, now).differences());
        assertEquals(
                List.of(
                        "version: 0.9 before, 1.2.3 now",
                        "CPU: another before, synthetic now",
                        "JDK: 24 before, not said now"),
                Comparison.of(before, now).differences());
        assertTrue(Comparison.of(before, now).text().startsWith("The runs differ in more than the code"));
    }

    @Test
    void holmMultipliesTheSmallestMost() {
        assertEquals(
                List.of(0.04, 0.03, 0.0375, 1.0),
                Comparison.holm(List.of(0.02, 0.0075, 0.0125, 1.0)).stream()
                        .map(p -> Math.round(1e6 * p) / 1e6)
                        .toList());
        assertEquals(List.of(0.03, 0.03), Comparison.holm(List.of(0.03, 0.015)), "none is below the one before it");
        assertEquals(List.of(), Comparison.holm(List.of()));
    }
}
