package lanewise.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReduceOnPlateauTest {
    @Test
    void cutsWhenPatienceIsExceeded() {
        ReduceOnPlateau plateau =
                ReduceOnPlateau.lowerIsBetter(0.8).withFactor(0.5).withPatience(2);
        observe(plateau, 1, 1, 1);
        assertEquals(0.8, plateau.at(3), "two bad ones are endured");
        plateau.observe(1);
        assertEquals(0.4, plateau.at(4), "the third cuts");
        assertEquals(new ReduceOnPlateau.State(0.4, 1, 0, 0), plateau.state());
    }

    @Test
    void aBetterMetricStartsTheCountAnew() {
        ReduceOnPlateau plateau = ReduceOnPlateau.lowerIsBetter(0.8).withPatience(2);
        observe(plateau, 1, 1, 1, 0.5, 0.5, 0.5);
        assertEquals(0.8, plateau.at(6));
        assertEquals(new ReduceOnPlateau.State(0.8, 0.5, 2, 0), plateau.state());
    }

    @Test
    void aRelativeThresholdAsksForAPartOfTheBest() {
        assertBest(100, ReduceOnPlateau.lowerIsBetter(1).withRelativeThreshold(0.1), 100, 90.1);
        assertBest(89.9, ReduceOnPlateau.lowerIsBetter(1).withRelativeThreshold(0.1), 100, 89.9);
        assertBest(100, ReduceOnPlateau.higherIsBetter(1).withRelativeThreshold(0.1), 100, 109.9);
        assertBest(110.1, ReduceOnPlateau.higherIsBetter(1).withRelativeThreshold(0.1), 100, 110.1);
        assertBest(99.9, ReduceOnPlateau.lowerIsBetter(1).withRelativeThreshold(0), 100, 99.9);
    }

    @Test
    void anAbsoluteThresholdAsksForAnAmount() {
        assertBest(-5, ReduceOnPlateau.lowerIsBetter(1).withAbsoluteThreshold(2), -5, -6.9);
        assertBest(-7.1, ReduceOnPlateau.lowerIsBetter(1).withAbsoluteThreshold(2), -5, -7.1);
        assertBest(-5, ReduceOnPlateau.higherIsBetter(1).withAbsoluteThreshold(2), -5, -3.1);
        assertBest(-2.9, ReduceOnPlateau.higherIsBetter(1).withAbsoluteThreshold(2), -5, -2.9);
    }

    @Test
    void aGainOfJustTheThresholdIsNotEnough() {
        assertBest(100, ReduceOnPlateau.lowerIsBetter(1).withRelativeThreshold(0.5), 100, 50);
        assertBest(100, ReduceOnPlateau.higherIsBetter(1).withRelativeThreshold(0.5), 100, 150);
        assertBest(-5, ReduceOnPlateau.lowerIsBetter(1).withAbsoluteThreshold(2), -5, -7);
        assertBest(-5, ReduceOnPlateau.higherIsBetter(1).withAbsoluteThreshold(2), -5, -3);
    }

    @Test
    void nothingCountsWhileItCoolsDown() {
        ReduceOnPlateau plateau = ReduceOnPlateau.lowerIsBetter(0.8)
                .withFactor(0.5)
                .withPatience(0)
                .withCooldown(2);
        observe(plateau, 1, 1);
        assertEquals(0.4, plateau.at(2));
        observe(plateau, 1, 1);
        assertEquals(0.4, plateau.at(4), "cooling");
        plateau.observe(1);
        assertEquals(0.2, plateau.at(5));
    }

    @Test
    void neverGoesBelowTheMinimum() {
        ReduceOnPlateau plateau =
                ReduceOnPlateau.lowerIsBetter(0.1).withPatience(0).withMinimum(0.003);
        observe(plateau, 1, 1, 1, 1, 1);
        assertEquals(0.003, plateau.at(5));
    }

    @Test
    void leavesTheRateAloneWhereACutWouldHardlyChangeIt() {
        ReduceOnPlateau plateau =
                ReduceOnPlateau.lowerIsBetter(1).withFactor(0.5).withPatience(0).withLeastChange(0.2);
        observe(plateau, 1, 1, 1, 1, 1);
        assertEquals(0.25, plateau.at(5));

        ReduceOnPlateau asMuch = plateau.withLeastChange(0.25);
        observe(asMuch, 1, 1, 1, 1, 1);
        assertEquals(0.5, asMuch.at(5), "a cut by 0.25 is one by no more than that");
    }

    @Test
    void nanIsNeverBetter() {
        ReduceOnPlateau plateau = ReduceOnPlateau.lowerIsBetter(0.1).withPatience(1);
        observe(plateau, Double.NaN, Double.NaN);
        assertEquals(0.1 * 0.1, plateau.at(2));
        plateau.observe(3);
        assertEquals(3, plateau.state().best());
    }

    @Test
    void continuesFromItsState() {
        double[] metrics = {5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2};
        ReduceOnPlateau options = ReduceOnPlateau.lowerIsBetter(0.1)
                .withFactor(0.3)
                .withPatience(2)
                .withCooldown(1);
        for (int stop = 0; stop < metrics.length; stop++) {
            ReduceOnPlateau straight = options.withPatience(2);
            ReduceOnPlateau first = options.withPatience(2);
            ReduceOnPlateau second = options.withPatience(2);
            for (int i = 0; i < metrics.length; i++) {
                straight.observe(metrics[i]);
                if (i == stop) {
                    second.restore(first.state());
                }
                (i < stop ? first : second).observe(metrics[i]);
            }
            assertEquals(straight.state(), second.state());
        }
    }

    @Test
    void aChangedOptionMakesAnotherPlateauAtItsBeginning() {
        ReduceOnPlateau plateau = ReduceOnPlateau.lowerIsBetter(0.1).withPatience(0);
        observe(plateau, 1, 1);
        assertEquals(0.1, plateau.withFactor(0.5).at(0));
        assertEquals(0.1 * 0.1, plateau.at(0));
    }

    @Test
    void composesWithTheOthers() {
        ReduceOnPlateau plateau =
                ReduceOnPlateau.lowerIsBetter(1).withFactor(0.5).withPatience(0);
        Schedule schedule = Schedule.linear(0.1, 0, 10).times(plateau).withWarmup(10);
        assertEquals(0.05, schedule.at(5));
        assertEquals(0.05, schedule.at(15));
        observe(plateau, 1, 1);
        assertEquals(0.025, schedule.at(5));
        assertEquals(0.025, schedule.at(15));
    }

    @Test
    void showsItsOptionsAndItsState() {
        assertEquals(
                "ReduceOnPlateau[initial=0.1, lowerIsBetter=true, factor=0.1, patience=10, threshold=1.0E-4,"
                        + " relative=true, cooldown=0, minimum=0.0, leastChange=1.0E-8, State[rate=0.1,"
                        + " best=Infinity, bad=0, cooling=0]]",
                ReduceOnPlateau.lowerIsBetter(0.1).toString());
    }

    static Stream<Arguments> wrong() {
        ReduceOnPlateau any = ReduceOnPlateau.higherIsBetter(0.1);
        return Stream.of(
                wrong("rate must be finite and at least 0, got -1.0", () -> ReduceOnPlateau.higherIsBetter(-1)),
                wrong("factor must be in (0, 1), got 1.0", () -> any.withFactor(1)),
                wrong("factor must be in (0, 1), got 0.0", () -> any.withFactor(0)),
                wrong("factor must be in (0, 1), got NaN", () -> any.withFactor(Double.NaN)),
                wrong("patience must be at least 0, got -1", () -> any.withPatience(-1)),
                wrong("relative threshold must be in [0, 1), got 1.0", () -> any.withRelativeThreshold(1)),
                wrong("relative threshold must be in [0, 1), got NaN", () -> any.withRelativeThreshold(Double.NaN)),
                wrong(
                        "absolute threshold must be finite and at least 0, got -1.0",
                        () -> any.withAbsoluteThreshold(-1)),
                wrong("cooldown must be at least 0, got -1", () -> any.withCooldown(-1)),
                wrong("minimum must be finite and at least 0, got NaN", () -> any.withMinimum(Double.NaN)),
                wrong("leastChange must be finite and at least 0, got -1.0", () -> any.withLeastChange(-1)),
                wrong(
                        "best must be a number or an infinity, got NaN",
                        () -> new ReduceOnPlateau.State(0.1, Double.NaN, 0, 0)),
                wrong("bad must be at least 0, got -1", () -> new ReduceOnPlateau.State(0.1, 1, -1, 0)),
                wrong("cooling must be at least 0, got -1", () -> new ReduceOnPlateau.State(0.1, 1, 0, -1)));
    }

    private static Arguments wrong(String message, Executable makesIt) {
        return Arguments.arguments(message, makesIt);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void rejects(String message, Executable makesIt) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, makesIt).getMessage());
    }

    private static void observe(ReduceOnPlateau plateau, double... metrics) {
        for (double metric : metrics) {
            plateau.observe(metric);
        }
    }

    private static void assertBest(double expected, ReduceOnPlateau plateau, double... metrics) {
        observe(plateau, metrics);
        assertEquals(expected, plateau.state().best());
    }
}
