package lanewise;

import lanewise.buffer.Tensor;
import lanewise.rule.AdamW;
import lanewise.schedule.Schedule;

/** The training loop that the README and the Javadoc of {@link Optimizer} show. */
final class TenLines {

    private TenLines() {}

    /** Fills a gradient and returns the loss: the caller's own forward and backward pass. */
    interface Model {
        float backward(Tensor weights, Tensor gradient);
    }

    static float train(Model model) {
        float loss = 0;
        // @start region="ten-lines"
        try (Parameters parameters = new Parameters()) {
            Parameter weight = parameters.add("layer.weight", 64, 10); // off-heap; or wrap your own memory
            parameters.add("layer.bias", 10);
            try (Optimizer optimizer = Optimizer.builder(parameters, new AdamW())
                    .learningRate(Schedule.cosine(1e-2, 0, 500).withWarmup(20))
                    .group("*.bias", group -> group.weightDecay(0))
                    .clipGlobalNorm(1)
                    .build()) {
                for (int step = 0; step < 500; step++) {
                    loss = model.backward(weight.value(), weight.gradient()); // fills the gradient
                    optimizer.step();
                }
            }
        }
        // @end
        return loss;
    }
}
