package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatioTest {
    private static final Workload WORKLOAD = Workload.tensor("adamw", 4096, 1);

    private static Measured measured(List<Double> nanos) {
        return new Measured("lanewise", WORKLOAD, nanos);
    }

    /** The ranks that tables of the sign test have. */
    @ParameterizedTest
    @CsvSource({"6, 1, 6", "8, 1, 8", "9, 2, 8", "10, 2, 9", "15, 4, 12", "20, 6, 15", "25, 8, 18", "100, 40, 61"})
    void intervalsAreThoseOfTheSignTest(int samples, double low, double high) {
        Interval interval = Interval.of(
                IntStream.rangeClosed(1, samples).mapToObj(Double::valueOf).toList());
        assertEquals(low, interval.low());
        assertEquals(high, interval.high());
        assertEquals((samples + 1) / 2.0, interval.median());
        assertFalse(interval.isRange());
    }

    @Test
    void fewSamplesHaveTheirRangeAndSaySo() {
        Interval interval = Interval.of(List.of(3.0, 1.0, 2.0));
        assertEquals(new Interval(2, 1, 3, 3), interval);
        assertTrue(interval.isRange());
        assertEquals("2.00 [1.00, 3.00: the range of 3]", interval.text());
        assertEquals("2.00 [1.00, 3.00]", interval.shortText());
        assertThrows(IllegalArgumentException.class, () -> Interval.of(List.of()));
    }

    @Test
    void nineteenOfTwentyIntervalsHoldTheTrueMedian() {
        Random random = new Random(1);
        long runs = 2000;
        long holding = LongStream.range(0, runs)
                .mapToObj(_ -> Interval.of(
                        random.doubles(15).map(u -> -Math.log(u)).boxed().toList()))
                .filter(interval -> interval.low() <= Math.log(2) && Math.log(2) <= interval.high())
                .count();
        assertTrue(holding >= 0.95 * runs, holding + " of " + runs);
    }

    @Test
    void identicalSamplesHaveRatioOne() {
        Measured same = measured(List.of(5.0, 7.0, 6.0, 9.0, 4.0, 5.0));
        assertEquals(new Interval(1, 1, 1, 6), Ratio.of(same, same));
        assertEquals("1.00 [1.00, 1.00]", Ratio.of(same, same).text());
    }

    @Test
    void whatSlowsARoundForAllCancels() {
        List<Double> machine =
                new Random(2).doubles(9, 1, 2).map(x -> 100 * x).boxed().toList();
        Interval ratio = Ratio.of(measured(machine.stream().map(x -> 2 * x).toList()), measured(machine));
        assertEquals(new Interval(2, 2, 2, 9), ratio);
    }

    @Test
    void aTenthMoreIsSeenThroughTheNoise() {
        List<Measured> steps = new Synthetic(
                        3, 0.03, (contestant, _) -> contestant.equals("scalar") ? 1.1 * 1.05 / 2.2 : 1)
                .measured(List.of(WORKLOAD), List.of("lanewise", "scalar"), 15);
        Interval ratio = Ratio.of(steps.getLast(), steps.getFirst());
        assertTrue(ratio.low() > 1.03 && ratio.low() < 1.1 && ratio.high() > 1.1 && ratio.high() < 1.17, ratio.text());
    }

    @Test
    void roundsThatOnlyOneTookPartInAreLeftOut() {
        assertEquals(List.of(2.0, 2.0), Ratio.samples(measured(List.of(2.0, 4.0, 9.0)), measured(List.of(1.0, 2.0))));
        assertEquals(Collections.nCopies(1, 3.0), Ratio.samples(measured(List.of(3.0)), measured(List.of(1.0, 2.0))));
    }
}
