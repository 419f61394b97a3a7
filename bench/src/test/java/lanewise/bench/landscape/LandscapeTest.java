package lanewise.bench.landscape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.bench.RuleCatalog;
import lanewise.bench.landscape.Landscape.Hessian;
import lanewise.bench.landscape.Landscape.Slope;
import lanewise.buffer.Tensor;
import lanewise.program.Average;
import lanewise.program.Program;
import lanewise.rule.Adam;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import lanewise.rule.Sophia;
import lanewise.rule.WeightDecay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LandscapeTest {
    static Stream<Landscape> landscapes() {
        return Landscape.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("landscapes")
    void gradientIsThatOfTheFunction(Landscape landscape) {
        SplittableRandom random = new SplittableRandom(7);
        double h = 1e-5;
        for (int i = 0; i < 100; i++) {
            double x = random.nextDouble(-2, 2);
            double y = random.nextDouble(-2, 2);
            Slope slope = landscape.at(x, y);
            double dx = (landscape.at(x + h, y).value() - landscape.at(x - h, y).value()) / (2 * h);
            double dy = (landscape.at(x, y + h).value() - landscape.at(x, y - h).value()) / (2 * h);
            assertEquals(dx, slope.dx(), 1e-5 * (1 + Math.abs(dx)), () -> landscape + " at " + x + ", " + y);
            assertEquals(dy, slope.dy(), 1e-5 * (1 + Math.abs(dy)), () -> landscape + " at " + x + ", " + y);
        }
    }

    @ParameterizedTest
    @MethodSource("landscapes")
    void hessianIsThatOfTheGradient(Landscape landscape) {
        SplittableRandom random = new SplittableRandom(9);
        double h = 1e-5;
        for (int i = 0; i < 100; i++) {
            double x = random.nextDouble(-2, 2);
            double y = random.nextDouble(-2, 2);
            Hessian hessian = landscape.hessianAt(x, y);
            double xx = (landscape.at(x + h, y).dx() - landscape.at(x - h, y).dx()) / (2 * h);
            double xy = (landscape.at(x + h, y).dy() - landscape.at(x - h, y).dy()) / (2 * h);
            double yy = (landscape.at(x, y + h).dy() - landscape.at(x, y - h).dy()) / (2 * h);
            assertEquals(xx, hessian.xx(), 1e-5 * (1 + Math.abs(xx)), () -> landscape + " at " + x + ", " + y);
            assertEquals(xy, hessian.xy(), 1e-5 * (1 + Math.abs(xy)), () -> landscape + " at " + x + ", " + y);
            assertEquals(yy, hessian.yy(), 1e-5 * (1 + Math.abs(yy)), () -> landscape + " at " + x + ", " + y);
        }
    }

    @ParameterizedTest
    @MethodSource("landscapes")
    void minimaAreLevelAndLowest(Landscape landscape) {
        for (Point minimum : landscape.minima()) {
            assertEquals(new Slope(0, 0, 0), positive(landscape.at(minimum.x(), minimum.y())));
        }
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 100; i++) {
            assertTrue(landscape
                            .at(random.nextDouble(-9, 9), random.nextDouble(-9, 9))
                            .value()
                    >= 0);
        }
    }

    /** Without −0. */
    private static Slope positive(Slope slope) {
        return new Slope(slope.value() + 0.0, slope.dx() + 0.0, slope.dy() + 0.0);
    }

    @Test
    void rosenbrockIsRosenbrocks() {
        assertEquals(24.2, Landscape.ROSENBROCK.at(-1.2, 1).value(), 1e-12);
        assertEquals(-215.6, Landscape.ROSENBROCK.at(-1.2, 1).dx(), 1e-12);
        assertEquals(-88, Landscape.ROSENBROCK.at(-1.2, 1).dy(), 1e-12);
    }

    @Test
    void aDescentIsTheSameAgainAndOnBothBackends() {
        Descent descent = new Descent(Landscape.NOISY, Landscape.NOISY.start(), 200, 5);
        Path path = descent.run(new Adam(), 0.05);
        assertArrayEquals(path.x(), descent.run(new Adam(), 0.05).x());
        assertArrayEquals(path.x(), descent.run(new Adam(), 0.05, "simd").x());
        Path other = new Descent(Landscape.NOISY, Landscape.NOISY.start(), 200, 6).run(new Adam(), 0.05);
        assertFalse(List.of(path.end()).contains(other.end()));
    }

    @Test
    void plainDescentIsTheTextbooks() {
        Path path = new Descent(Landscape.BOWL, new Point(2, 1), 3, 0).run(new Sgd(), 0.5);
        assertArrayEquals(new double[] {2, 1.5, 1.25, 1.125}, path.x());
        assertArrayEquals(new double[] {0.5, 0.125, 0.03125, 0.0078125}, path.losses());
    }

    static Stream<Rule> rulesWithWeightsToEvaluateWith() {
        return RuleCatalog.all().stream()
                .map(entry -> entry.defaults().get())
                .filter(rule -> !rule.evaluation().equals(Program.empty()));
    }

    @ParameterizedTest
    @MethodSource("rulesWithWeightsToEvaluateWith")
    void aPathShowsTheWeightsToEvaluateWith(Rule rule) {
        Path path = new Descent(Landscape.BOWL, new Point(2, -1), 20, 0).run(rule, 0.1);
        try (Parameters parameters = new Parameters()) {
            Tensor point = parameters.add("point", 2).value();
            Tensor gradient = parameters.get("point").gradient();
            point.copyFrom(new float[] {2, -1});
            try (Optimizer optimizer =
                    Optimizer.builder(parameters, rule).learningRate(0.1).build()) {
                for (int step = 0; step <= 20; step++) {
                    optimizer.eval();
                    assertEquals((float) path.x()[step], point.get(0), "x after step " + step);
                    assertEquals((float) path.y()[step], point.get(1), "y after step " + step);
                    optimizer.train();
                    Slope slope = Landscape.BOWL.at(point.get(0), point.get(1));
                    gradient.copyFrom(new float[] {(float) slope.dx(), (float) slope.dy()});
                    optimizer.step();
                }
            }
        }
    }

    @Test
    void theAverageOfAPathIsThatOfItsPoints() {
        Descent descent = new Descent(Landscape.NOISY, new Point(2, 1), 8, 3);
        Path path = descent.run(new Sgd(), 0.1);
        Path average = descent.runAveraged(new Sgd(), 0.1, Average.uniform().from(5));
        for (int step = 0; step < 5; step++) {
            assertEquals(path.x()[step], average.x()[step]);
        }
        double mean = Arrays.stream(path.x(), 5, 9).average().orElseThrow();
        assertEquals(mean, average.x()[8], 1e-6);
        assertEquals(Landscape.NOISY.at(average.x()[8], average.y()[8]).value(), average.losses()[8]);
    }

    /** On a quadratic without mixed derivatives the estimate is exact, so a step of η/γ is Newton's. */
    @Test
    void sophiaGetsTheHessian() {
        Sophia newton = Sophia.h().betas(0, 0).clip(1000);
        Path path = new Descent(Landscape.RAVINE, new Point(2, 1), 1, 0).run(newton, WeightDecay.decoupled(0), 1);
        assertEquals(new Point(0, 0), path.end());
        assertThrows(
                IllegalArgumentException.class,
                () -> new Descent(Landscape.BOWL, new Point(2, 1), 1, 0).run(Sophia.g(1), 1));
    }

    @Test
    void divergenceIsToldAndEndsThePath() {
        Path path = Descent.on(Landscape.RAVINE, 1).run(new Sgd(), 1);
        assertTrue(path.diverged());
        assertTrue(path.steps() < 20);
        assertEquals(Double.POSITIVE_INFINITY, path.last());
        assertEquals(OptionalInt.empty(), path.arrival());
        assertTrue(Double.isFinite(path.end().y()));
    }

    @Test
    void whoPassesThroughHasNotArrived() {
        Path path =
                new Path(Landscape.BOWL, 1, new double[5], new double[5], new double[] {1, 1e-4, 1, 1e-4, 1e-4}, false);
        assertEquals(OptionalInt.of(3), path.arrival());
        assertEquals(1e-4, path.best());
        assertFalse(path.climbs());
    }

    @Test
    void aSweepTakesThePathThatArrivesFirst() {
        Sweep sweep = Sweep.of(Descent.on(Landscape.BOWL, 1), new Sgd(), List.of(0.01, 0.1, 0.5, 2.0));
        assertEquals(0.5, sweep.best().rate());
        assertEquals(List.of(0.01, 0.1, 0.5), sweep.good());
        assertEquals(0.1, sweep.at(0.1).rate());
        assertThrows(IllegalArgumentException.class, () -> sweep.at(0.2));
    }

    @Test
    void startsMustBeFinite() {
        assertThrows(
                IllegalArgumentException.class, () -> new Descent(Landscape.BOWL, new Point(Double.NaN, 0), 10, 1));
        assertThrows(IllegalArgumentException.class, () -> new Descent(Landscape.BOWL, new Point(0, 0), 0, 1));
    }
}
