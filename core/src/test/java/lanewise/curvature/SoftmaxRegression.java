package lanewise.curvature;

import java.util.SplittableRandom;
import lanewise.Parameters;
import lanewise.buffer.Tensor;

/** Three clouds of points in a plane and a layer that tells them apart: logits = W·x, the third feature always 1. */
final class SoftmaxRegression implements CurvatureExamples.Classifier {

    static final int CLASSES = 3;
    static final int FEATURES = 3;
    static final int SAMPLES = 90;

    final int[] labels = new int[SAMPLES];
    final float[][] points = new float[SAMPLES][];
    private final Tensor weights;
    private final Tensor gradient;

    SoftmaxRegression(Parameters parameters) {
        weights = parameters.add("W", CLASSES, FEATURES).value();
        gradient = parameters.get("W").gradient();
        SplittableRandom random = new SplittableRandom(1);
        for (int row = 0; row < SAMPLES; row++) {
            int label = row % CLASSES;
            double angle = 2 * Math.PI * label / CLASSES;
            labels[row] = label;
            points[row] = new float[] {
                (float) (2 * Math.cos(angle) + random.nextGaussian()),
                // A third of the first in size, so the curvatures of its weights are a ninth.
                (float) (2 * Math.sin(angle) + random.nextGaussian()) / 3,
                1
            };
        }
    }

    @Override
    public float[] logits() {
        float[] logits = new float[SAMPLES * CLASSES];
        for (int row = 0; row < SAMPLES; row++) {
            for (int k = 0; k < CLASSES; k++) {
                for (int j = 0; j < FEATURES; j++) {
                    logits[row * CLASSES + k] += weights.get(k * FEATURES + j) * points[row][j];
                }
            }
        }
        return logits;
    }

    double[][] probabilities() {
        float[] logits = logits();
        double[][] probabilities = new double[SAMPLES][CLASSES];
        for (int row = 0; row < SAMPLES; row++) {
            double sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                probabilities[row][k] = Math.exp(logits[row * CLASSES + k]);
                sum += probabilities[row][k];
            }
            for (int k = 0; k < CLASSES; k++) {
                probabilities[row][k] /= sum;
            }
        }
        return probabilities;
    }

    double loss() {
        double[][] probabilities = probabilities();
        double sum = 0;
        for (int row = 0; row < SAMPLES; row++) {
            sum -= Math.log(probabilities[row][labels[row]]);
        }
        return sum / SAMPLES;
    }

    @Override
    public void backward(int[] labels) {
        double[][] probabilities = probabilities();
        for (int k = 0; k < CLASSES; k++) {
            for (int j = 0; j < FEATURES; j++) {
                double sum = 0;
                for (int row = 0; row < SAMPLES; row++) {
                    sum += (probabilities[row][k] - (labels[row] == k ? 1 : 0)) * points[row][j];
                }
                gradient.set(k * FEATURES + j, (float) (sum / SAMPLES));
            }
        }
    }
}
