package lanewise.bench.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static final float[][] IMAGES = {
        {0, 0.5f, 1, -0.25f, 0.75f}, {1, 0, -0.5f, 0.125f, 0.5f}, {-1, 0.25f, 0.5f, 1, 0}
    };
    private static final int[] LABELS = {2, 0, 1};

    /** Central differences of a loss in fp32: with h = 0.001 they are right to about 3e-4. */
    @Test
    void theGradientIsThatOfFiniteDifferences() {
        float h = 0.001f;
        try (Parameters parameters = new Parameters()) {
            Network network = new Network(parameters, new SplittableRandom(7), 5, 6, 4, 3);
            network.backpropagate(IMAGES, LABELS);
            for (Parameter parameter : parameters.all()) {
                float[] gradient = parameter.gradient().toArray();
                Tensor value = parameter.value();
                for (int i = 0; i < gradient.length; i++) {
                    float was = value.get(i);
                    value.set(i, was + h);
                    double above = network.backpropagate(IMAGES, LABELS);
                    value.set(i, was - h);
                    double below = network.backpropagate(IMAGES, LABELS);
                    value.set(i, was);
                    assertEquals((above - below) / (2 * h), gradient[i], 1e-3, parameter.name() + "[" + i + "]");
                }
            }
        }
    }

    @Test
    void theFirstLossIsAboutThatOfGuessing() {
        try (Parameters parameters = new Parameters()) {
            Network network = new Network(parameters, new SplittableRandom(7), 5, 6, 4, 3);
            assertEquals(Math.log(3), network.backpropagate(IMAGES, LABELS), 0.7);
            for (int guess : network.classify(IMAGES)) {
                assertTrue(guess >= 0 && guess < 3);
            }
        }
    }

    /** The gradient of the mean loss in the last biases is the mean of softmax(logits) − one-hot. */
    @Test
    void logitsAreThoseOfTheLoss() {
        try (Parameters parameters = new Parameters()) {
            Network network = new Network(parameters, new SplittableRandom(7), 5, 6, 4, 3);
            float[] logits = network.logits(IMAGES);
            assertEquals(IMAGES.length * 3, logits.length);
            network.backpropagate(IMAGES, LABELS);
            double[] expected = new double[3];
            for (int i = 0; i < IMAGES.length; i++) {
                double sum = 0;
                for (int j = 0; j < 3; j++) {
                    sum += Math.exp(logits[3 * i + j]);
                }
                for (int j = 0; j < 3; j++) {
                    expected[j] += (Math.exp(logits[3 * i + j]) / sum - (j == LABELS[i] ? 1 : 0)) / IMAGES.length;
                }
            }
            for (int j = 0; j < 3; j++) {
                assertEquals(
                        expected[j], parameters.get("layer3.bias").gradient().get(j), 1e-6);
            }
        }
    }
}
