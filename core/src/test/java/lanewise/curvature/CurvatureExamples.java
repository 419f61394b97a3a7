package lanewise.curvature;

import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.rule.Sophia;

/** The examples in the Javadoc of this package; {@link CurvatureExamplesTest} runs them. */
final class CurvatureExamples {

    private CurvatureExamples() {}

    /** A model that can multiply its Hessian by a vector. */
    interface Smooth {
        /** Writes ∇f into the gradients. */
        void backward();

        /** Writes H·u into the gradients. */
        void hessianTimes(Probe u);
    }

    /** A model that ends in a softmax. */
    interface Classifier {
        /** Batch × classes. */
        float[] logits();

        /** Writes the gradient of the mean cross-entropy over the batch into the gradients. */
        void backward(int[] labels);
    }

    static void sophiaH(Parameters parameters, Smooth model) {
        // @start region="hutchinson"
        try (Hutchinson hutchinson = new Hutchinson(parameters, 42);
                Optimizer optimizer = Optimizer.builder(
                                parameters, Sophia.h().betas(0.9, 0.9).clip(0.1))
                        .learningRate(0.2)
                        .weightDecay(0)
                        .build()) {
            for (int step = 0; step < 400; step++) {
                if (step % 10 == 0) {
                    hutchinson.estimate(step, u -> model.hessianTimes(u)); // u⊙(H·u) is in the gradients now
                    optimizer.updateHessian();
                }
                model.backward();
                optimizer.step();
            }
        }
        // @end
    }

    static void sophiaG(Parameters parameters, Classifier model, int[] labels, int classes) {
        // @start region="gauss-newton-bartlett"
        GaussNewtonBartlett bartlett = new GaussNewtonBartlett(42);
        try (Optimizer optimizer = Optimizer.builder(parameters, Sophia.g(labels.length))
                .learningRate(0.05)
                .weightDecay(0)
                .build()) {
            for (int step = 0; step < 400; step++) {
                model.backward(labels);
                optimizer.step();
                if (step % 10 == 0) {
                    model.backward(bartlett.labels(step, model.logits(), classes)); // labels of the model's own
                    optimizer.updateHessian();
                }
            }
        }
        // @end
    }
}
