package lanewise.schedule;

import static lanewise.schedule.Schedule.constant;
import static lanewise.schedule.Schedule.cosine;
import static lanewise.schedule.Schedule.cosineCycles;
import static lanewise.schedule.Schedule.cosineRestarts;
import static lanewise.schedule.Schedule.cosineWave;
import static lanewise.schedule.Schedule.cyclic;
import static lanewise.schedule.Schedule.exponential;
import static lanewise.schedule.Schedule.inverseSqrt;
import static lanewise.schedule.Schedule.inverseTime;
import static lanewise.schedule.Schedule.linear;
import static lanewise.schedule.Schedule.multiStep;
import static lanewise.schedule.Schedule.noam;
import static lanewise.schedule.Schedule.oneCycle;
import static lanewise.schedule.Schedule.piecewiseConstant;
import static lanewise.schedule.Schedule.polynomial;
import static lanewise.schedule.Schedule.ramp;
import static lanewise.schedule.Schedule.stepDecay;
import static lanewise.schedule.Schedule.warmupStableDecay;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
    /** One of each, and of each way to put them together. */
    static List<Schedule> all() {
        return List.of(
                constant(0.1),
                stepDecay(0.1, 0.5, 10),
                multiStep(0.1, 0.3, 5, 15, 15, 40),
                piecewiseConstant(new long[] {10, 30}, 0.1, 0.05, 0.01),
                exponential(0.1, 0.95),
                exponential(0.1, 1.5, 10),
                exponential(0, 1.5),
                inverseTime(0.1, 0.5, 5),
                inverseSqrt(0.1, 30),
                noam(1, 512, 4000),
                linear(0.1, 0, 50),
                linear(0, 0.1, 1L << 62),
                polynomial(0.1, 0.001, 40, 2),
                cosine(0.1, 0.01, 50),
                ramp(0.1, 0, 50, Curve.cosine().raisedTo(2)),
                warmupStableDecay(0.1, 0.01, 10, 25, 20, Curve.oneMinusSqrt()),
                cosineWave(0.1, 0, 60, 1),
                cosineWave(0.1, 0, 55, 3),
                cosineWave(0.1, 0, 1L << 62, 1),
                cosineRestarts(0.1, 0, 8, 1),
                cosineRestarts(0.1, 0, 8, 2),
                cosineRestarts(0.1, 0, 3, Integer.MAX_VALUE),
                cosineCycles(0.1, 0, 45, 4),
                cyclic(0.01, 0.1, 10, 7),
                cyclic(0.01, 0.1, 10, 10, stepDecay(1, 0.5, 20)),
                cyclic(0.01, 0.1, 10, 10, exponential(1, 0.98)),
                oneCycle(0.1, 61),
                oneCycle(0.1, 61).inThreePhases().withCurve(Curve.linear()),
                cosine(0.1, 0, 50).withWarmup(10),
                cosine(0.1, 0, 50).withWarmup(10, 0.01, Curve.oneMinusSqrt()),
                constant(0.01).thenAt(5, exponential(0.1, 0.9)).thenAt(25, stepDecay(0.1, 0.5, 5)),
                constant(0.1).times(exponential(1, 0.9)).times(0.5),
                linear(0.1, 0, 50).delayedBy(10),
                cosineWave(0.1, 0, 50, 1).perEpoch(7),
                exponential(0.1, 0.9).atLeast(0.01).atMost(0.09),
                ReduceOnPlateau.lowerIsBetter(0.1));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "50, 5e-4", "100, 1e-3", "325, 8.54e-4", "550, 5e-4", "775, 1.46e-4", "1000, 0"})
    void warmupAndCosineGiveTheWorkedNumbers(long step, double expected) {
        Schedule schedule = cosine(1e-3, 0, 900).withWarmup(100);
        assertEquals(expected, schedule.at(step), 5e-7);
        if (step == 0 || step == 100 || step == 1000) {
            assertEquals(expected, schedule.at(step), "the ends are exact");
        }
    }

    /** The examples of the Javadoc, in its order. */
    @Test
    void examplesOfTheDocumentationHold() {
        assertRate(0.1, constant(0.1), 1_000_000);
        assertRate(0.05, stepDecay(0.1, 0.5, 10), 10);
        assertRate(0.025, multiStep(0.1, 0.5, 30, 60), 60);
        assertRate(0.1, piecewiseConstant(new long[] {10, 30}, 0.1, 0.05, 0.01), 10);
        assertRate(0.025, exponential(0.1, 0.5), 2);
        assertRate(0.025, exponential(0.1, 0.5, 100), 200);
        assertRate(0.05, inverseTime(0.1, 0.5, 5), 10);
        assertRate(0.05, inverseSqrt(0.1, 4000).withWarmup(4000), 16_000);
        assertEquals(6.9877e-4, noam(1, 512, 4000).at(4000), 1e-8);
        assertRate(0.055, ramp(0.1, 0.01, 400, Curve.oneMinusSqrt()), 100);
        assertRate(0.075, linear(0.1, 0, 100), 25);
        assertRate(0.025, polynomial(0.1, 0, 40, 2), 20);
        assertRate(5e-4, cosine(1e-3, 0, 900).withWarmup(100), 550);
        assertRate(0.1, cosineWave(0.1, 0, 50, 1), 100);
        assertRate(0.1, cosineRestarts(0.1, 0, 8, 2), 8 + 16);
        assertRate(0.1, cosineCycles(0.1, 0, 45, 3), 15);
        assertRate(0.1, cyclic(0.01, 0.1, 10, 10), 30);
        assertRate(0.004, oneCycle(0.1, 1000).inThreePhases(), 0);
        assertRate(5e-4, constant(1e-3).withWarmup(100), 50);
        assertRate(0.075, constant(0.1).withWarmup(10, 0.05), 5);
        assertRate(0.05, constant(0.1).withWarmup(10, 0, Curve.cosine()), 5);
        assertRate(0.09, constant(0.1).times(exponential(1, 0.9)), 1);
        assertRate(1e-4, cosine(1e-3, 0, 900).times(0.1), 0);
        assertRate(0.075, linear(0.1, 0, 100).delayedBy(50), 75);
        assertRate(0.05, cosineWave(0.1, 0, 90, 1).perEpoch(1000), 45_999);
        assertRate(0.01, exponential(0.1, 0.5).atLeast(0.01), 100);
        assertRate(0.1, exponential(1e-6, 1.1).atMost(0.1), 1000);

        Schedule own = step -> 0.1 / StrictMath.cbrt(step + 1.0);
        assertRate(0.05, own.withWarmup(10), 17);
        assertEquals(0.5, Curve.cosine().at(0.5), 1e-15);
        assertRate(0.025, ramp(0.1, 0, 1000, Curve.linear().raisedTo(2)), 500);
    }

    @Test
    void warmupStableDecayIsShortForItsParts() {
        Schedule parts = constant(0.1)
                .thenAt(700, ramp(0.1, 0.01, 200, Curve.oneMinusSqrt()))
                .withWarmup(100, 0.01);
        Schedule whole = warmupStableDecay(0.1, 0.01, 100, 700, 200, Curve.oneMinusSqrt());
        assertArrayEquals(rates(parts, 1100), rates(whole, 1100));
    }

    @Test
    void aMilestoneListedTwiceCutsTwice() {
        assertArrayEquals(new double[] {8, 8, 2, 1, 1}, rates(multiStep(8, 0.5, 2, 2, 3), 5));
    }

    @Test
    void aBoundaryKeepsTheOldRateForOneStepMoreThanAMilestone() {
        assertArrayEquals(new double[] {8, 8, 8, 4}, rates(piecewiseConstant(new long[] {2}, 8, 4), 4));
        assertArrayEquals(new double[] {8, 8, 4, 4}, rates(multiStep(8, 0.5, 2), 4));
    }

    @Test
    void aPolynomialOfPowerOneIsALine() {
        assertArrayEquals(rates(linear(0.1, 0.01, 30), 40), rates(polynomial(0.1, 0.01, 30, 1), 40), 1e-17);
    }

    @Test
    void aRampMayRise() {
        assertArrayEquals(new double[] {0, 0.25, 0.5, 0.75, 1, 1}, rates(linear(0, 1, 4), 6));
    }

    @Test
    void bothEndsOfARampAreExact() {
        for (Curve curve : List.of(
                Curve.linear(),
                Curve.cosine(),
                Curve.oneMinusSqrt(),
                Curve.cosine().raisedTo(3))) {
            Schedule schedule = ramp(0.1, 0.3, 7, curve);
            assertEquals(0.1, schedule.at(0));
            assertEquals(0.3, schedule.at(7));
            assertEquals(0.3, schedule.at(8));
        }
    }

    @Test
    void aDecayAndAWarmupAreMirrorImages() {
        for (Curve curve : List.of(Curve.linear(), Curve.cosine(), Curve.oneMinusSqrt())) {
            double[] up = rates(constant(0.1).withWarmup(20, 0.01, curve), 21);
            double[] down = rates(ramp(0.1, 0.01, 20, curve), 21);
            for (int k = 0; k <= 20; k++) {
                assertEquals(up[k], down[20 - k], 1e-16);
            }
        }
    }

    @Test
    void eachPartOfASequenceRunsOnItsOwnClock() {
        Schedule schedule = constant(7).thenAt(2, stepDecay(4, 0.5, 1)).thenAt(5, stepDecay(9, 0.1, 2));
        assertArrayEquals(new double[] {7, 7, 4, 2, 1, 9, 9, 0.9, 0.9}, rates(schedule, 9), 1e-15);
    }

    @Test
    void warmupRunsOnItsOwnClockAndEndsWhereTheRestBegins() {
        assertArrayEquals(
                new double[] {0, 2, 4, 6, 8, 4, 2}, rates(exponential(8, 0.5).withWarmup(4), 7));
        assertArrayEquals(new double[] {8, 4}, rates(exponential(8, 0.5).withWarmup(0), 2));
    }

    @Test
    void aWarmupThatSkipsZeroIsOneStepShorter() {
        assertArrayEquals(
                new double[] {2, 4, 6, 8, 4}, rates(exponential(8, 0.5).withWarmup(3, 2), 5));
    }

    @Test
    void aDelayHoldsTheFirstRate() {
        assertArrayEquals(new double[] {8, 8, 8, 4}, rates(exponential(8, 0.5).delayedBy(2), 4));
    }

    @Test
    void chainedSchedulesMultiply() {
        Schedule chained =
                exponential(8, 0.5).times(constant(0.1).thenAt(2, constant(1))).times(2);
        assertArrayEquals(new double[] {1.6, 0.8, 4, 2}, rates(chained, 4), 1e-15);
    }

    @Test
    void boundsHold() {
        assertArrayEquals(
                new double[] {5, 4, 2, 1.5},
                rates(exponential(8, 0.5).atLeast(1.5).atMost(5), 4));
    }

    @Test
    void aCosineStaysDownWhereAWaveRises() {
        assertEquals(0, cosine(0.1, 0, 50).at(75));
        assertEquals(0, cosineWave(0.1, 0, 50, 1).at(50));
        assertEquals(0.05, cosineWave(0.1, 0, 50, 1).at(75), 1e-17);
    }

    @Test
    void restartsComeAtTheSumsOfTheCycles() {
        for (int multiplier : new int[] {1, 2, 3, 7}) {
            Schedule schedule = cosineRestarts(1, 0, 5, multiplier);
            long start = 0;
            long length = 5;
            for (int k = 0; k < 3000; k++) {
                if (k - start == length) {
                    start = k;
                    length *= multiplier;
                }
                double expected = (1 + StrictMath.cos(StrictMath.PI * (k - start) / length)) / 2;
                assertEquals(expected, schedule.at(k), 1e-15, "step " + k + ", multiplier " + multiplier);
            }
        }
    }

    @Test
    void farRestartsAreExact() {
        Schedule schedule = cosineRestarts(1, 0, 1, 2);
        for (int cycle = 1; cycle <= 62; cycle++) {
            long restart = (1L << cycle) - 1;
            assertEquals(1, schedule.at(restart), "2^" + cycle + " − 1");
            assertTrue(cycle == 1 || schedule.at(restart - 1) < 1, "2^" + cycle + " − 2");
        }
        // Its second cycle ends after the last step that a long can count.
        assertEquals(0.5, cosineRestarts(1, 0, 1L << 33, 1 << 30).at((1L << 33) + (1L << 62)), 1e-12);
    }

    @Test
    void cyclesThatAreNoWholeNumberOfStepsAreFollowed() {
        Schedule schedule = cosineCycles(1, 0, 10, 3);
        for (int k = 0; k < 10; k++) {
            assertEquals((1 + StrictMath.cos(StrictMath.PI * (3 * k % 10 / 10.0))) / 2, schedule.at(k), 1e-15);
        }
        assertEquals(0, schedule.at(10));
    }

    @Test
    void aWaveGoesThroughItsHalfCyclesWithoutEnd() {
        Schedule schedule = cosineWave(1, 0, 10, 3);
        for (int k = 0; k < 50; k++) {
            assertEquals((1 + StrictMath.cos(StrictMath.PI * (3 * k % 20 / 10.0))) / 2, schedule.at(k), 1e-15);
        }
    }

    @Test
    void everyCosineHasTheBitsOfTheRampOnItsFirstWayDown() {
        double[] ramp = rates(cosine(0.1, 0.01, 1000), 1001);
        assertArrayEquals(ramp, rates(cosineWave(0.1, 0.01, 1000, 1), 1001));
        assertArrayEquals(ramp, rates(cosineCycles(0.1, 0.01, 1000, 1), 1001));
        double[] restarted = rates(cosineRestarts(0.1, 0.01, 1000, 1), 1001);
        assertArrayEquals(Arrays.copyOf(ramp, 1000), Arrays.copyOf(restarted, 1000));
        assertEquals(0.1, restarted[1000]);
    }

    @Test
    void aTriangleGoesUpAndDownInStraightLines() {
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 3, 1, 2, 3}, rates(cyclic(1, 5, 4, 2), 9));
        assertArrayEquals(new double[] {5, 3, 1, 2, 3, 4, 5, 3, 1}, rates(cyclic(5, 1, 2, 4), 9));
        assertArrayEquals(new double[] {1, 3, 5, 3, 1, 2, 3, 2, 1}, rates(cyclic(1, 5, 2, 2, stepDecay(1, 0.5, 4)), 9));
        assertEquals(1, cyclic(1, 5, 1L << 61, 1L << 61).at(1L << 62), "the longest cycle there may be");
    }

    @Test
    void noamRisesInALineAndFallsWithTheRoot() {
        Schedule schedule = noam(2, 256, 100);
        assertRate(2 / 16.0 / 1000, schedule, 0);
        assertRate(2 / 16.0 / 1000, schedule, 1);
        assertRate(2 / 16.0 * 25 / 1000, schedule, 25);
        assertRate(2 / 16.0 / 10, schedule, 100);
        assertRate(2 / 16.0 / 20, schedule, 400);
    }

    @Test
    void periodicSchedulesHaveTheSameBitsInAFarCycle() {
        long far = 1_000_000_000_000_000L;
        Schedule[] periodic = {
            cosineWave(0.1, 0, 50, 1), cosineWave(0.1, 0, 25, 3), cosineRestarts(0.1, 0, 20, 1), cyclic(0.01, 0.1, 3, 7)
        };
        for (Schedule schedule : periodic) {
            for (int k = 0; k < 100; k++) {
                assertEquals(schedule.at(k), schedule.at(100 * far + k), schedule + ", step " + k);
            }
        }
    }

    @Test
    void oneCycleHasPyTorchsDefaults() {
        Schedule schedule = oneCycle(0.1, 1020);
        assertRate(0.1 / 25, schedule, 0);
        assertRate(0.1, schedule, 305);
        assertRate((0.1 + 0.1 / 25e4) / 2, schedule, (305 + 1019) / 2);
        assertRate(0.1 / 25e4, schedule, 1019);
    }

    @Test
    void oneCycleInTwoPhasesGoesStraightDown() {
        Schedule schedule = oneCycle(1, 9, 0.5, 100).withWarmupFraction(0.76).withCurve(Curve.linear());
        assertRate(1, schedule, 0);
        assertRate(2.6, schedule, 15);
        assertRate(9, schedule, 75);
        assertRate(4.75, schedule, (75 + 99) / 2);
        assertRate(0.5, schedule, 99);
        assertRate(0.5, schedule, 1000);
    }

    @Test
    void oneCycleInThreePhasesVisitsItsThreeRates() {
        Schedule schedule = oneCycle(1, 9, 0.5, 100)
                .withWarmupFraction(0.26)
                .withCurve(Curve.linear())
                .inThreePhases();
        assertRate(1, schedule, 0);
        assertRate(2.6, schedule, 5);
        assertRate(9, schedule, 25);
        assertRate(5.8, schedule, 35);
        assertRate(1, schedule, 50);
        assertRate(
                0.75,
                oneCycle(1, 9, 0.5, 99)
                        .withWarmupFraction(26 / 99.0)
                        .withCurve(Curve.linear())
                        .inThreePhases(),
                74);
        assertRate(0.5, schedule, 99);
        assertRate(0.5, schedule, 1000);
    }

    @Test
    void theShortestOneCycleInThreePhasesHasAStepForEachRate() {
        Schedule schedule = oneCycle(1, 9, 0.5, 4).withWarmupFraction(0.5).inThreePhases();
        assertArrayEquals(new double[] {1, 9, 1, 0.5, 0.5}, rates(schedule, 5));
    }

    @ParameterizedTest
    @MethodSource("all")
    void farStepsGiveFiniteRatesThatAreNotNegative(Schedule schedule) {
        LongStream near = LongStream.range(0, 200);
        LongStream far = LongStream.of(1L << 31, (1L << 53) + 1, 1L << 61, (1L << 62) - 1, 1L << 62);
        LongStream.concat(near, far).forEach(k -> {
            double rate = schedule.at(k);
            assertTrue(rate >= 0 && rate <= Double.MAX_VALUE, () -> "step " + k + ": " + rate);
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void theOrderOfQuestionsDoesNotMatter(Schedule schedule) {
        double[] forwards = rates(schedule, 100);
        for (int k = 99; k >= 0; k--) {
            assertEquals(forwards[k], schedule.at(k), "step " + k);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void rejectsAStepBelowZero(Schedule schedule) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> schedule.at(-1));
        assertEquals("step must be at least 0, got -1: steps are counted from 0", e.getMessage());
    }

    @Test
    void askingAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Schedule schedule : all()) {
            double sum = rates(schedule, 2000)[0]; // classes are loaded on the way
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int k = 0; k < 2000; k++) {
                sum += schedule.at(k);
            }
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < 1000, () -> schedule + " allocated " + bytes + " bytes in 2000 steps");
            assertTrue(sum >= 0);
        }
    }

    /** Math's own may differ by CPU and by compiler; these may not. */
    @Test
    void computesWithStrictMathOnly() throws IOException, URISyntaxException {
        Set<String> exact = Set.of("min", "max");
        List<String> calls = new ArrayList<>();
        Path classes = Path.of(Objects.requireNonNull(Schedule.class.getResource("Schedule.class"))
                        .toURI())
                .getParent();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Objects.requireNonNull(classes), "*.class")) {
            for (Path file : files) {
                ClassFile.of().parse(file).methods().stream()
                        .flatMap(method -> method.code().stream())
                        .flatMap(code -> code.elementStream())
                        .filter(InvokeInstruction.class::isInstance)
                        .map(InvokeInstruction.class::cast)
                        .filter(call -> call.owner().asInternalName().equals("java/lang/Math"))
                        .filter(call -> !exact.contains(call.name().stringValue()))
                        .forEach(call -> calls.add(file.getFileName() + " calls Math." + call.name()));
            }
        }
        assertEquals(List.of(), calls);
    }

    static Stream<Arguments> wrong() {
        double nan = Double.NaN;
        double infinity = Double.POSITIVE_INFINITY;
        Schedule any = constant(1);
        return Stream.of(
                wrong("rate must be finite and at least 0, got NaN", () -> constant(nan)),
                wrong("rate must be finite and at least 0, got -0.1", () -> constant(-0.1)),
                wrong("rate must be finite and at least 0, got Infinity", () -> constant(infinity)),
                wrong("every must be at least 1, got 0", () -> stepDecay(0.1, 0.5, 0)),
                wrong("factor must be finite and above 0, got 0.0", () -> stepDecay(0.1, 0, 10)),
                wrong("initial must be finite and at least 0, got NaN", () -> stepDecay(nan, 0.5, 10)),
                wrong("milestones[0] must be at least 0, got -5", () -> multiStep(0.1, 0.5, -5)),
                wrong("milestones[1] must be at least 15, got 5", () -> multiStep(0.1, 0.5, 15, 5)),
                wrong("factor must be finite and above 0, got NaN", () -> multiStep(0.1, nan, 5)),
                wrong(
                        "rates must be one more than the boundaries, 3, got 2",
                        () -> piecewiseConstant(new long[] {10, 30}, 0.1, 0.05)),
                wrong(
                        "boundaries[1] must be at least 11, got 10",
                        () -> piecewiseConstant(new long[] {10, 10}, 1, 2, 3)),
                wrong(
                        "rates[1] must be finite and at least 0, got -1.0",
                        () -> piecewiseConstant(new long[] {10}, 0.1, -1)),
                wrong("initial must be finite and at least 0, got -1.0", () -> exponential(-1, 0.5)),
                wrong("factor must be finite and above 0, got -0.5", () -> exponential(0.1, -0.5)),
                wrong("steps must be at least 1, got 0", () -> exponential(0.1, 0.5, 0)),
                wrong("decayRate must be finite and at least 0, got NaN", () -> inverseTime(0.1, nan, 5)),
                wrong("timescale must be at least 1, got 0", () -> inverseSqrt(0.1, 0)),
                wrong("factor must be finite and at least 0, got NaN", () -> noam(nan, 512, 4000)),
                wrong("modelSize must be at least 1, got 0", () -> noam(1, 0, 4000)),
                wrong("warmupSteps must be at least 1, got 0", () -> noam(1, 512, 0)),
                wrong("from must be finite and at least 0, got NaN", () -> linear(nan, 0, 10)),
                wrong("to must be finite and at least 0, got -1.0E-6", () -> linear(0.1, -1e-6, 10)),
                wrong("steps must be at least 1, got 0", () -> cosine(0.1, 0, 0)),
                wrong("steps must be at most 2^62, got 9223372036854775807", () -> cosine(0.1, 0, Long.MAX_VALUE)),
                wrong("power must be finite and above 0, got 0.0", () -> polynomial(0.1, 0, 10, 0)),
                wrong(
                        "exponent must be finite and above 0, got NaN",
                        () -> Curve.linear().raisedTo(nan)),
                wrong(
                        "stableSteps must be at least 0, got -1",
                        () -> warmupStableDecay(1, 0, 1, -1, 1, Curve.linear())),
                wrong("decaySteps must be at least 1, got 0", () -> warmupStableDecay(1, 0, 1, 1, 0, Curve.linear())),
                wrong("max must be finite and at least 0, got NaN", () -> cosineWave(nan, 0, 10, 1)),
                wrong("halfCycles must be at least 1, got 0", () -> cosineWave(0.1, 0, 10, 0)),
                wrong(
                        "steps × halfCycles must be at most 2^62, got 4611686018427387904 × 2",
                        () -> cosineWave(0.1, 0, 1L << 62, 2)),
                wrong("firstCycle must be at least 1, got 0", () -> cosineRestarts(0.1, 0, 0, 2)),
                wrong("multiplier must be at least 1, got 0", () -> cosineRestarts(0.1, 0, 8, 0)),
                wrong("cycles must be at least 1, got 0", () -> cosineCycles(0.1, 0, 45, 0)),
                wrong(
                        "steps × cycles must be at most 2^62, got 4611686018427387904 × 2",
                        () -> cosineCycles(0.1, 0, 1L << 62, 2)),
                wrong("peak must be finite and at least 0, got NaN", () -> cyclic(0.01, nan, 10, 10)),
                wrong("stepsDown must be at least 1, got 0", () -> cyclic(0.01, 0.1, 10, 0)),
                wrong(
                        "stepsUp + stepsDown must be at most 2^62, got 4611686018427387904 + 1",
                        () -> cyclic(0.01, 0.1, 1L << 62, 1)),
                wrong("totalSteps must be at least 4, got 3", () -> oneCycle(0.1, 3)),
                wrong(
                        "warmupFraction must be above 1/totalSteps and below 1, got 0.01 of 100 steps",
                        () -> oneCycle(0.1, 100).withWarmupFraction(0.01)),
                wrong(
                        "warmupFraction must be above 1/totalSteps and below 1, got NaN of 100 steps",
                        () -> oneCycle(0.1, 100).withWarmupFraction(nan)),
                wrong(
                        "warmupFraction must be above 1/totalSteps and below 1, got 1.0 of 100 steps",
                        () -> oneCycle(0.1, 100).withWarmupFraction(1)),
                wrong(
                        "warmupFraction must be below (totalSteps + 1)/(2·totalSteps) in three phases, got 0.6 of 100 steps",
                        () -> oneCycle(0.1, 100).withWarmupFraction(0.6).inThreePhases()),
                wrong(
                        "warmupFraction must be below (totalSteps + 1)/(2·totalSteps) in three phases, got 0.625 of 4 steps",
                        () -> oneCycle(0.1, 4).withWarmupFraction(0.625).inThreePhases()),
                wrong("warmupSteps must be at least 0, got -1", () -> any.withWarmup(-1)),
                wrong("from must be finite and at least 0, got NaN", () -> any.withWarmup(10, nan)),
                wrong("milestone must be at least 1, got 0", () -> any.thenAt(0, any)),
                wrong("factor must be finite and at least 0, got -1.0", () -> any.times(-1)),
                wrong("steps must be at least 0, got -1", () -> any.delayedBy(-1)),
                wrong("stepsPerEpoch must be at least 1, got 0", () -> any.perEpoch(0)),
                wrong("least must be finite and at least 0, got NaN", () -> any.atLeast(nan)),
                wrong("most must be finite and at least 0, got Infinity", () -> any.atMost(infinity)),
                wrong("rate must be finite and at least 0, got NaN", () -> ReduceOnPlateau.lowerIsBetter(nan)));
    }

    static Stream<Arguments> missing() {
        Schedule any = constant(1);
        return Stream.of(
                wrong("next must not be null", () -> any.thenAt(5, null)),
                wrong("factor must not be null", () -> any.times((Schedule) null)),
                wrong("scale must not be null", () -> cyclic(0.01, 0.1, 10, 10, null)),
                wrong("curve must not be null", () -> ramp(0.1, 0, 10, null)),
                wrong("curve must not be null", () -> any.withWarmup(10, 0, null)),
                wrong("curve must not be null", () -> oneCycle(0.1, 100).withCurve(null)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("missing")
    void rejectsNullWhereTheScheduleIsMade(String message, Executable makesIt) {
        assertEquals(message, assertThrows(NullPointerException.class, makesIt).getMessage());
    }

    private static Arguments wrong(String message, Executable makesIt) {
        return arguments(message, makesIt);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void rejects(String message, Executable makesIt) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, makesIt).getMessage());
    }

    private static void assertRate(double expected, Schedule schedule, long step) {
        assertEquals(expected, schedule.at(step), 1e-14 * expected);
    }

    private static double[] rates(Schedule schedule, int steps) {
        return LongStream.range(0, steps).mapToDouble(schedule::at).toArray();
    }
}
