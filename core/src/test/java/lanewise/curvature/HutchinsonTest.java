package lanewise.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.curvature.Hutchinson.Distribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HutchinsonTest {

    private static final double[][] HESSIAN = {
        {4, 1, -0.5, 0},
        {1, 2, 0.3, 0.1},
        {-0.5, 0.3, -1, 0.2},
        {0, 0.1, 0.2, 0.5},
    };

    private static Parameters twoAndTwo() {
        Parameters parameters = new Parameters();
        parameters.add("a", 2);
        parameters.add("b", 2);
        return parameters;
    }

    /** What the probe of one estimate is, by name; the product is 1, so that an estimate is the probe. */
    private static Map<String, float[]> drawn(
            Parameters parameters, Distribution distribution, long seed, long number) {
        Map<String, float[]> drawn = new HashMap<>();
        try (Hutchinson hutchinson = new Hutchinson(parameters, distribution, 1, seed)) {
            hutchinson.estimate(number, u -> {
                for (Parameter parameter : parameters.all()) {
                    drawn.put(parameter.name(), u.of(parameter).toArray());
                    if (parameter.hasGradient()) {
                        parameter.gradient().fill(1);
                    }
                }
            });
        }
        return drawn;
    }

    private static float[] drawn(Distribution distribution, int size, long seed, long number) {
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", size);
            return drawn(parameters, distribution, seed, number).get("w");
        }
    }

    // ------------------------------------------------------------------------------- the estimate

    @ParameterizedTest
    @CsvSource({"RADEMACHER, 1", "RADEMACHER, 4", "GAUSSIAN, 1", "GAUSSIAN, 4"})
    void theMeanOfManyEstimatesIsTheDiagonal(Distribution distribution, int probes) {
        int estimates = 20_000 / probes;
        try (Parameters parameters = twoAndTwo();
                Hutchinson hutchinson = new Hutchinson(parameters, distribution, probes, 3)) {
            Quadratic model = new Quadratic(HESSIAN, parameters);
            double[] sum = new double[4];
            double[] squares = new double[4];
            for (int number = 0; number < estimates; number++) {
                hutchinson.estimate(number, model::hessianTimes);
                for (int i = 0; i < 4; i++) {
                    double estimate =
                            parameters.get(i < 2 ? "a" : "b").gradient().get(i % 2);
                    sum[i] += estimate;
                    squares[i] += (estimate - HESSIAN[i][i]) * (estimate - HESSIAN[i][i]);
                }
            }
            for (int i = 0; i < 4; i++) {
                double expected = variance(distribution, i) / probes;
                double error = Math.abs(sum[i] / estimates - HESSIAN[i][i]);
                assertTrue(error < 4 * Math.sqrt(expected / estimates), "element " + i + " is off by " + error);
                assertEquals(expected, squares[i] / estimates, 0.15 * expected, "variance of element " + i);
            }
        }
    }

    /** As the Javadoc has it. */
    private static double variance(Distribution distribution, int i) {
        double variance = distribution == Distribution.GAUSSIAN ? 2 * HESSIAN[i][i] * HESSIAN[i][i] : 0;
        for (int j = 0; j < HESSIAN.length; j++) {
            variance += j == i ? 0 : HESSIAN[i][j] * HESSIAN[i][j];
        }
        return variance;
    }

    @Test
    void aDiagonalHessianComesOutExactlyWithOneProbeOfSigns() {
        double[][] diagonal = {{0.1f, 0, 0, 0}, {0, -3, 0, 0}, {0, 0, 1e30f, 0}, {0, 0, 0, 1e-40f}};
        try (Parameters parameters = twoAndTwo();
                Hutchinson hutchinson = new Hutchinson(parameters, 1)) {
            hutchinson.estimate(7, new Quadratic(diagonal, parameters)::hessianTimes);
            assertArrayEquals(
                    new float[] {0.1f, -3}, parameters.get("a").gradient().toArray());
            assertArrayEquals(
                    new float[] {1e30f, 1e-40f}, parameters.get("b").gradient().toArray());
        }
    }

    @Test
    void severalProbesAreAveraged() {
        try (Parameters parameters = twoAndTwo();
                Hutchinson hutchinson = new Hutchinson(parameters, Distribution.GAUSSIAN, 3, 1)) {
            Quadratic model = new Quadratic(HESSIAN, parameters);
            float[] sum = new float[2];
            float[] first = new float[2];
            int[] calls = new int[1];
            hutchinson.estimate(7, u -> {
                model.hessianTimes(u);
                for (int i = 0; i < 2; i++) {
                    sum[i] += u.of("a").get(i) * parameters.get("a").gradient().get(i);
                    first[i] = calls[0] == 0 ? u.of("a").get(i) : first[i];
                }
                calls[0]++;
            });
            assertEquals(3, calls[0]);
            assertArrayEquals(
                    new float[] {sum[0] / 3, sum[1] / 3},
                    parameters.get("a").gradient().toArray());
            assertArrayEquals(first, drawn(Distribution.GAUSSIAN, 7).get("a"), "the first probe is that of one");
        }
    }

    private static Map<String, float[]> drawn(Distribution distribution, long number) {
        try (Parameters parameters = twoAndTwo()) {
            return drawn(parameters, distribution, 1, number);
        }
    }

    // ---------------------------------------------------------------------------------- the draws

    /** A change here changes everybody's runs. From a Philox in Python, seed 42, number 0, name w. */
    @Test
    void theFirstDrawsStayWhatTheyAre() {
        assertEquals("-++-++----+-+--+-++---+---+--++-", signs(drawn(Distribution.RADEMACHER, 32, 42, 0)));
        assertEquals(
                "[0.7272862, 0.68208164, 0.027466439, 1.0211695, -0.2825138]",
                Arrays.toString(drawn(Distribution.GAUSSIAN, 5, 42, 0)));
    }

    private static String signs(float[] u) {
        StringBuilder signs = new StringBuilder();
        for (float x : u) {
            signs.append(x > 0 ? '+' : '-');
        }
        return signs.toString();
    }

    @ParameterizedTest
    @EnumSource
    void drawsHaveTheMomentsOfTheirDistribution(Distribution distribution) {
        int n = 200_000;
        double[] sums = new double[5];
        double neighbours = 0;
        float[] u = drawn(distribution, n, 5, 1);
        for (int i = 0; i < n; i++) {
            for (int p = 1; p <= 4; p++) {
                sums[p] += Math.pow(u[i], p);
            }
            neighbours += (double) u[i] * u[(i + 1) % n];
        }
        double deviation = 4 / Math.sqrt(n);
        boolean signs = distribution == Distribution.RADEMACHER;
        assertEquals(0, sums[1] / n, deviation);
        assertEquals(1, sums[2] / n, signs ? 0 : 2 * deviation);
        assertEquals(0, sums[3] / n, 4 * deviation);
        assertEquals(signs ? 1 : 3, sums[4] / n, signs ? 0 : 10 * deviation);
        assertEquals(0, neighbours / n, deviation);
    }

    @ParameterizedTest
    @EnumSource
    void drawsOfTwoParametersTwoNumbersOrTwoSeedsHaveNothingInCommon(Distribution distribution) {
        int n = 100_000;
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", n);
            parameters.add("w2", n);
            Map<String, float[]> first = drawn(parameters, distribution, 5, 1);
            float[] w = first.get("w");
            for (float[] other : new float[][] {
                first.get("w2"),
                drawn(parameters, distribution, 5, 2).get("w"),
                drawn(parameters, distribution, 6, 1).get("w")
            }) {
                double product = 0;
                for (int i = 0; i < n; i++) {
                    product += (double) w[i] * other[i] / n;
                }
                assertEquals(0, product, 4 / Math.sqrt(n));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void drawsDependOnNameAndIndexNotOnOrderOrShape(Distribution distribution) {
        try (Parameters one = new Parameters();
                Parameters other = new Parameters()) {
            one.add("a", 130);
            one.add("b", 3, 5);
            other.add("c", 1);
            other.add("b", 300);
            other.add("a", 13, 10);
            Map<String, float[]> ofOne = drawn(one, distribution, 1, 2);
            Map<String, float[]> ofOther = drawn(other, distribution, 1, 2);
            assertArrayEquals(ofOne.get("a"), ofOther.get("a"));
            assertArrayEquals(ofOne.get("b"), Arrays.copyOf(ofOther.get("b"), 15));
        }
    }

    // --------------------------------------------------------------------------------- parameters

    @Test
    void aParameterWithoutAGradientTakesNoPart() {
        try (Parameters parameters = twoAndTwo();
                Hutchinson hutchinson = new Hutchinson(parameters, 1)) {
            hutchinson.estimate(0, new Quadratic(HESSIAN, parameters)::hessianTimes);
            parameters.get("a").removeGradient();
            hutchinson.estimate(1, u -> {
                assertArrayEquals(new float[2], u.of("a").toArray());
                assertEquals(1, Math.abs(u.of("b").get(0)));
                new Quadratic(HESSIAN, parameters).hessianTimes(u);
            });
            assertFalse(parameters.get("a").hasGradient());
        }
    }

    @Test
    void aParameterThatIsAddedLaterTakesPart() {
        try (Parameters parameters = new Parameters();
                Hutchinson hutchinson = new Hutchinson(parameters, 1)) {
            parameters.add("a", 1);
            hutchinson.estimate(
                    0, u -> parameters.get("a").gradient().set(0, u.of("a").get(0)));
            parameters.add("b", 1);
            hutchinson.estimate(
                    1, u -> parameters.get("b").gradient().set(0, u.of("b").get(0)));
            assertEquals(1, parameters.get("b").gradient().get(0));
        }
    }

    // --------------------------------------------------------------------------------- bad inputs

    @Test
    void theNumberOfProbesIsAtLeastOne() {
        try (Parameters parameters = twoAndTwo()) {
            assertEquals(
                    "probes must be at least 1, got 0",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> new Hutchinson(parameters, Distribution.RADEMACHER, 0, 1))
                            .getMessage());
        }
    }

    private static void assertRefused(String message, Hutchinson hutchinson) {
        assertEquals(
                message,
                assertThrows(
                                IllegalStateException.class,
                                () -> hutchinson.estimate(0, _ -> {
                                    throw new AssertionError("called all the same");
                                }))
                        .getMessage());
    }

    @Test
    void gradientsThatCannotTakeAnEstimateAreRefusedBeforeTheModelIsAsked() {
        try (Parameters parameters = twoAndTwo();
                Hutchinson hutchinson = new Hutchinson(parameters, 1)) {
            try (Arena arena = Arena.ofShared()) {
                Tensor writable = Tensor.allocate(arena, 2);
                parameters.get("b").setGradient(Tensor.wrap(writable.segment().asReadOnly(), 2));
                assertRefused(
                        "the gradient of b must be writable to take an estimate, got read-only memory; pass the segment"
                                + " itself, not asReadOnly()",
                        hutchinson);
            }
            assertRefused(
                    "the gradient of b must lie in living memory, got memory whose arena is closed; keep the arena open"
                            + " as long as the parameter is used",
                    hutchinson);
            parameters.get("a").removeGradient();
            parameters.get("b").removeGradient();
            assertRefused(
                    "an estimate needs a gradient to be left in, but none of the 2 parameters has one; give them with"
                            + " setGradient",
                    hutchinson);
        }
    }

    @Test
    void aClosedEstimatorIsOfNoUse() {
        try (Parameters parameters = twoAndTwo()) {
            Hutchinson hutchinson = new Hutchinson(parameters, 1);
            hutchinson.close();
            hutchinson.close();
            assertRefused("the estimator must be open, but it was closed; make another", hutchinson);
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        try (Parameters parameters = twoAndTwo();
                Hutchinson hutchinson = new Hutchinson(parameters, 1)) {
            assertEquals(
                    "the probe has no parameter c; there are a, b",
                    assertThrows(IllegalArgumentException.class, () -> hutchinson.estimate(0, u -> u.of("c")))
                            .getMessage());
        }
    }
}
