package lanewise.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;

/**
 * A multilayer perceptron in plain Java: layers {@code y = x·W + b}, ReLU between them, softmax cross-entropy at the
 * end.
 *
 * <p>Its weights live off-heap, as {@code layer1.weight}, {@code layer1.bias} and so on of the {@link Parameters},
 * where the optimizer changes them. A pass copies them in at its start and copies the gradients out at its end; that is
 * all that a training library has to do to be driven by Lanewise.
 *
 * <p>Matrices are arrays of rows. Every innermost loop runs along two rows with one index, {@code c[j] += a * b[j]}: C2
 * makes vector instructions of that, but neither of a sum along a row, whose order Java fixes, nor of rows that lie
 * behind different offsets of one array.
 */
final class Network {
    private final Parameters parameters;
    private final List<Layer> layers = new ArrayList<>();

    /**
     * Adds the layers' weights to the parameters, drawn uniformly as Kaiming He and others (2015) advise for ReLU.
     *
     * @param widths of the input, of each hidden layer, and of the output
     */
    Network(Parameters parameters, RandomGenerator random, int... widths) {
        this(parameters, random, DType.FLOAT32, DType.FLOAT32, widths);
    }

    /**
     * The same with weights and gradients in types of their own. Passes compute in fp32: they decode the weights that
     * are stored and round the gradients that they store.
     */
    Network(Parameters parameters, RandomGenerator random, DType value, DType gradient, int... widths) {
        this.parameters = parameters;
        for (int i = 1; i < widths.length; i++) {
            Layer layer = new Layer("layer" + i, widths[i - 1], widths[i]);
            layers.add(layer);
            Tensor weight = add(layer.name + ".weight", value, gradient, widths[i - 1], widths[i]);
            add(layer.name + ".bias", value, gradient, widths[i]);
            double bound = Math.sqrt(6.0 / widths[i - 1]);
            for (long k = 0; k < weight.size(); k++) {
                weight.set(k, (float) random.nextDouble(-bound, bound));
            }
        }
    }

    private Tensor add(String name, DType value, DType gradient, long... shape) {
        Parameter parameter = parameters.add(name, value, shape);
        if (gradient != value) {
            // Freed when nobody knows it any more.
            parameter.setGradient(Tensor.allocate(java.lang.foreign.Arena.ofAuto(), gradient, shape));
        }
        return parameter.value();
    }

    /** Which class the network sees in each image. */
    int[] classify(float[][] images) {
        float[][] logits = forward(images).getLast();
        int[] classes = new int[logits.length];
        for (int i = 0; i < logits.length; i++) {
            for (int j = 1; j < logits[i].length; j++) {
                classes[i] = logits[i][j] > logits[i][classes[i]] ? j : classes[i];
            }
        }
        return classes;
    }

    /** How many of the images it sees the right class in, from 0 to 1. */
    double accuracy(float[][] images, int[] labels) {
        int[] classes = classify(images);
        int right = 0;
        for (int i = 0; i < classes.length; i++) {
            right += classes[i] == labels[i] ? 1 : 0;
        }
        return (double) right / classes.length;
    }

    /** What the network makes of each image before the softmax: images × classes, row by row. */
    float[] logits(float[][] images) {
        float[][] rows = forward(images).getLast();
        int classes = rows[0].length;
        float[] logits = new float[rows.length * classes];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, logits, i * classes, classes);
        }
        return logits;
    }

    /** The mean loss, and no gradient. */
    double loss(float[][] images, int[] labels) {
        return softmaxCrossEntropy(forward(images).getLast(), labels, 1);
    }

    /** Leaves the gradient of a minibatch's mean loss in the parameters, and gives back that loss. */
    double backpropagate(float[][] images, int[] labels) {
        return backpropagate(images, labels, 1);
    }

    /** Leaves the gradient of the loss times a scale, and gives back the loss without it. */
    double backpropagate(float[][] images, int[] labels, double scale) {
        List<float[][]> inputs = forward(images);
        float[][] delta = inputs.removeLast();
        double loss = softmaxCrossEntropy(delta, labels, scale);
        for (int i = layers.size() - 1; i >= 0; i--) {
            Layer layer = layers.get(i);
            layer.writeGradient(inputs.get(i), delta, parameters);
            if (i > 0) { // Nobody asks for the gradient of the images.
                delta = layer.backward(inputs.get(i), delta);
            }
        }
        return loss;
    }

    /** What goes into each layer, and last what comes out of the last one. */
    private List<float[][]> forward(float[][] images) {
        List<float[][]> inputs = new ArrayList<>();
        inputs.add(images);
        for (Layer layer : layers) {
            layer.readWeights(parameters);
            float[][] output = layer.forward(inputs.getLast());
            if (layer != layers.getLast()) {
                relu(output);
            }
            inputs.add(output);
        }
        return inputs;
    }

    /** The weights of one layer on the heap, for as long as a pass takes. */
    private static final class Layer {
        final String name;
        final float[][] weight;
        final float[] bias;

        Layer(String name, int inputs, int outputs) {
            this.name = name;
            weight = new float[inputs][outputs];
            bias = new float[outputs];
        }

        void readWeights(Parameters parameters) {
            Tensor rows = parameters.get(name + ".weight").value();
            for (int i = 0; i < weight.length; i++) {
                rows.copyTo((long) i * bias.length, weight[i]);
            }
            parameters.get(name + ".bias").value().copyTo(bias);
        }

        /** y = x·W + b, a row for each image. */
        float[][] forward(float[][] x) {
            float[][] y = new float[x.length][];
            for (int i = 0; i < x.length; i++) {
                y[i] = bias.clone();
            }
            addProduct(x, weight, y);
            return y;
        }

        /** The gradient δ·Wᵀ of what came in, 0 where ReLU had cut it off. */
        float[][] backward(float[][] x, float[][] delta) {
            float[][] gradient = new float[x.length][weight.length];
            addProduct(delta, transposed(weight), gradient);
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < weight.length; j++) {
                    gradient[i][j] = x[i][j] > 0 ? gradient[i][j] : 0;
                }
            }
            return gradient;
        }

        /** The gradients xᵀ·δ of W and Σδ of b, copied to where the optimizer looks for them. */
        void writeGradient(float[][] x, float[][] delta, Parameters parameters) {
            float[][] gradient = new float[weight.length][bias.length];
            addProduct(transposed(x), delta, gradient);
            Tensor rows = parameters.get(name + ".weight").gradient();
            for (int i = 0; i < gradient.length; i++) {
                rows.copyFrom((long) i * bias.length, gradient[i]);
            }
            float[] sum = new float[bias.length];
            for (float[] row : delta) {
                addScaled(1, row, sum);
            }
            parameters.get(name + ".bias").gradient().copyFrom(sum);
        }
    }

    private static void relu(float[][] x) {
        for (float[] row : x) {
            for (int j = 0; j < row.length; j++) {
                row[j] = Math.max(row[j], 0);
            }
        }
    }

    /** Turns logits into the gradient of the mean loss, scale · (softmax − one-hot) / n, and gives back that loss. */
    private static double softmaxCrossEntropy(float[][] logits, int[] labels, double scale) {
        double loss = 0;
        for (int i = 0; i < logits.length; i++) {
            float[] row = logits[i];
            float max = row[0];
            for (float logit : row) {
                max = Math.max(max, logit);
            }
            double sum = 0;
            for (float logit : row) {
                sum += exp(logit - max);
            }
            loss += Math.log(sum) - (row[labels[i]] - max);
            for (int j = 0; j < row.length; j++) {
                double share = exp(row[j] - max) / sum;
                row[j] = (float) ((share - (j == labels[i] ? 1 : 0)) / logits.length * scale);
            }
        }
        return loss / logits.length;
    }

    /** Strict, since a run is to end with the same bits on every machine; Math.exp may differ by an ulp. */
    private static double exp(float x) {
        return StrictMath.exp(x);
    }

    /** c ← c + a·b. Skips zeros: half of the pixels, and what ReLU cut off. */
    private static void addProduct(float[][] a, float[][] b, float[][] c) {
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                if (a[i][k] != 0) {
                    addScaled(a[i][k], b[k], c[i]);
                }
            }
        }
    }

    /** y ← y + factor·x. */
    private static void addScaled(float factor, float[] x, float[] y) {
        for (int j = 0; j < y.length; j++) {
            y[j] += factor * x[j];
        }
    }

    private static float[][] transposed(float[][] a) {
        float[][] transposed = new float[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                transposed[j][i] = a[i][j];
            }
        }
        return transposed;
    }
}
