package lanewise.curvature;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;

/** The examples train, and the estimates are what makes them. */
class CurvatureExamplesTest {

    // -------------------------------------------------------------------------------------- Sophia-H

    /** Curvatures from 1 to 1000: one rate for all of them has to be small enough for the largest. */
    private static Quadratic ravine(Parameters parameters) {
        parameters.add("a", 3, 4);
        parameters.add("b", 4);
        int n = 0;
        for (Parameter parameter : parameters.all()) {
            for (long i = 0; i < parameter.value().size(); i++) {
                parameter.value().set(i, (float) Math.cos(++n));
            }
        }
        double[] curvatures =
                IntStream.range(0, n).mapToDouble(i -> Math.pow(10, i / 5.0)).toArray();
        return new Quadratic(Quadratic.coupled(curvatures), parameters);
    }

    /** The loss at the end as a share of the first. */
    private static double descend(BiFunction<Parameters, Quadratic, CurvatureExamples.Smooth> change) {
        try (Parameters parameters = new Parameters()) {
            Quadratic model = ravine(parameters);
            double first = model.loss();
            CurvatureExamples.sophiaH(parameters, change.apply(parameters, model));
            return model.loss() / first;
        }
    }

    @Test
    void sophiaHGetsToTheBottomOfARavine() {
        double share = descend((_, model) -> model);
        assertTrue(share < 1e-12, "of the loss is left " + share);
    }

    @Test
    void withoutTheEstimatesItDoesNot() {
        double share = descend((parameters, model) -> new CurvatureExamples.Smooth() {
            @Override
            public void backward() {
                model.backward();
            }

            @Override
            public void hessianTimes(Probe u) {
                parameters.all().forEach(parameter -> parameter.gradient().fill(0));
            }
        });
        assertTrue(share > 1e-6, "of the loss is left " + share);
    }

    @Test
    void norDoesPlainDescent() {
        try (Parameters parameters = new Parameters()) {
            Quadratic model = ravine(parameters);
            double first = model.loss();
            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd())
                    .learningRate(1.6e-3)
                    .build()) {
                for (int step = 0; step < 400; step++) {
                    model.backward();
                    optimizer.step();
                }
            }
            assertTrue(model.loss() > 1e-6 * first, "from " + first + " to " + model.loss());
        }
    }

    // -------------------------------------------------------------------------------------- Sophia-G

    /** How far the loss is from the least at the end, as a share of how far it was. */
    private static double learn(boolean estimates) {
        try (Parameters parameters = new Parameters()) {
            SoftmaxRegression model = new SoftmaxRegression(parameters);
            double first = model.loss();
            CurvatureExamples.Classifier changed = new CurvatureExamples.Classifier() {
                @Override
                public float[] logits() {
                    return model.logits();
                }

                @Override
                public void backward(int[] labels) {
                    model.backward(labels);
                    if (!estimates && !Arrays.equals(labels, model.labels)) {
                        parameters.get("W").gradient().fill(0);
                    }
                }
            };
            CurvatureExamples.sophiaG(parameters, changed, model.labels, SoftmaxRegression.CLASSES);
            double last = model.loss();

            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd().momentum(0.9))
                    .learningRate(0.5)
                    .build()) {
                for (int step = 0; step < 10_000; step++) {
                    model.backward(model.labels);
                    optimizer.step();
                }
            }
            double least = model.loss();
            return (last - least) / (first - least);
        }
    }

    @Test
    void sophiaGLearnsToTellPointsApart() {
        double share = learn(true);
        assertTrue(share < 1e-4, "of the loss above the least is left " + share);
    }

    @Test
    void withoutTheSampledLabelsItStopsShort() {
        double share = learn(false);
        assertTrue(share > 1e-3, "of the loss above the least is left " + share);
    }
}
