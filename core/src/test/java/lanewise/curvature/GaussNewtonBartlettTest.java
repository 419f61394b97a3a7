package lanewise.curvature;

import static lanewise.curvature.SoftmaxRegression.CLASSES;
import static lanewise.curvature.SoftmaxRegression.FEATURES;
import static lanewise.curvature.SoftmaxRegression.SAMPLES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.Stream;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GaussNewtonBartlettTest {

    private static final GaussNewtonBartlett BARTLETT = new GaussNewtonBartlett(42);

    /** As many equal rows. */
    private static float[] rows(int rows, float... row) {
        float[] logits = new float[rows * row.length];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(row, 0, logits, i * row.length, row.length);
        }
        return logits;
    }

    @Test
    void labelsAreDrawnAsOftenAsTheSoftmaxSays() {
        int rows = 100_000;
        float[] row = {0, 1, -2, 3, 0.5f};
        int[] counts = new int[row.length];
        for (int label : BARTLETT.labels(0, rows(rows, row), row.length)) {
            counts[label]++;
        }
        double sum = 0;
        for (float logit : row) {
            sum += Math.exp(logit);
        }
        // χ² of 4 degrees of freedom is under 18.5 in 999 of 1000 cases.
        double chiSquare = 0;
        for (int k = 0; k < row.length; k++) {
            double expected = rows * Math.exp(row[k]) / sum;
            chiSquare += (counts[k] - expected) * (counts[k] - expected) / expected;
        }
        assertTrue(chiSquare < 18.5, "χ² is " + chiSquare + " with counts " + Arrays.toString(counts));
    }

    /** Bartlett's identity: what the estimate is good for. */
    @Test
    void theMeanOfManyEstimatesIsTheGaussNewtonDiagonal() {
        try (Parameters parameters = new Parameters()) {
            SoftmaxRegression model = new SoftmaxRegression(parameters);
            Tensor weights = parameters.get("W").value().copyFrom(0.5f, 1, 0, -0.3f, 0.2f, 0.1f, 0, -1, 0.4f);
            double[][] probabilities = model.probabilities();
            float[] logits = model.logits();
            int estimates = 4000;
            double[] sum = new double[CLASSES * FEATURES];
            for (int number = 0; number < estimates; number++) {
                model.backward(BARTLETT.labels(number, logits, CLASSES));
                for (int i = 0; i < sum.length; i++) {
                    double g = parameters.get("W").gradient().get(i);
                    sum[i] += SAMPLES * g * g;
                }
            }
            for (int i = 0; i < weights.size(); i++) {
                double exact = 0;
                for (int row = 0; row < SAMPLES; row++) {
                    double p = probabilities[row][i / FEATURES];
                    double x = model.points[row][i % FEATURES];
                    exact += p * (1 - p) * x * x / SAMPLES;
                }
                // The variance of a squared normal number is twice its mean squared.
                assertEquals(exact, sum[i] / estimates, 4 * exact * Math.sqrt(2.0 / estimates), "weight " + i);
            }
        }
    }

    @Test
    void offHeapLogitsGiveTheSameLabels() {
        float[] logits = rows(50, 0.1f, 0.2f, -0.3f);
        try (Arena arena = Arena.ofConfined()) {
            Tensor tensor = Tensor.allocate(arena, 50, 3).copyFrom(logits);
            MemorySegment unaligned = arena.allocate(logits.length * 4L + 1).asSlice(1);
            MemorySegment.copy(logits, 0, unaligned, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, logits.length);
            int[] expected = BARTLETT.labels(3, logits, 3);
            assertArrayEquals(expected, BARTLETT.labels(3, tensor.segment(), 3));
            assertArrayEquals(expected, BARTLETT.labels(3, unaligned, 3));
        }
    }

    @Test
    void labelsDependOnSeedNumberAndRowAlone() {
        float[] logits = rows(100, 0, 0, 0, 0);
        int[] labels = BARTLETT.labels(1, logits, 4);
        assertArrayEquals(labels, new GaussNewtonBartlett(42).labels(1, logits, 4));
        assertArrayEquals(Arrays.copyOf(labels, 30), BARTLETT.labels(1, rows(30, 0, 0, 0, 0), 4));
        assertFalse(Arrays.equals(labels, BARTLETT.labels(2, logits, 4)));
        assertFalse(Arrays.equals(labels, new GaussNewtonBartlett(43).labels(1, logits, 4)));
    }

    /** A change here changes everybody's runs. From a Philox in Python. */
    @Test
    void theFirstLabelsStayWhatTheyAre() {
        assertEquals(
                "[3, 3, 3, 1, 3, 2, 3, 3, 2, 3, 3, 3]", Arrays.toString(BARTLETT.labels(0, rows(12, 0, 1, 2, 3), 4)));
    }

    @Test
    void anyFiniteLogitsWillDo() {
        float max = Float.MAX_VALUE;
        for (int label : BARTLETT.labels(0, rows(1000, -max, max, -1e30f), 3)) {
            assertEquals(1, label);
        }
        for (int label : BARTLETT.labels(0, rows(1000, -max, -max + 1e32f), 2)) {
            assertEquals(1, label);
        }
        int[] counts = new int[3];
        for (int label : BARTLETT.labels(0, rows(1000, max, -max, max), 3)) {
            counts[label]++;
        }
        assertEquals(0, counts[1]);
        assertEquals(500, counts[0], 100);
        assertArrayEquals(new int[5], BARTLETT.labels(0, rows(5, -7), 1));
        assertArrayEquals(new int[0], BARTLETT.labels(0, new float[0], 10));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(
                        "classes must be at least 1, got 0", (Executable) () -> BARTLETT.labels(0, new float[3], 0)),
                Arguments.of(
                        "logits must be whole rows of 3 fp32 values, 12 bytes each, got 28 bytes; pass batch × classes"
                                + " values",
                        (Executable) () -> BARTLETT.labels(0, new float[7], 3)),
                Arguments.of(
                        "logits must be finite, got NaN in row 1 for class 2; mask a class with -1e30, and look for"
                                + " what made the model diverge",
                        (Executable) () -> BARTLETT.labels(0, new float[] {1, 2, 3, 4, 5, Float.NaN}, 3)),
                Arguments.of(
                        "logits must be finite, got -Infinity in row 0 for class 0; mask a class with -1e30, and look"
                                + " for what made the model diverge",
                        (Executable) () -> BARTLETT.labels(0, new float[] {Float.NEGATIVE_INFINITY, 2}, 2)));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongLogitsAreRefused(String message, Executable input) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, input).getMessage());
    }
}
