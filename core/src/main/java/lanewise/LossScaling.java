package lanewise;

import lanewise.program.Require;

/**
 * How the loss is scaled so that small gradients are not lost in fp16, which knows nothing below 6e-8. The caller
 * multiplies the loss by {@link Optimizer#lossScale()}; a step divides the gradients by it, in the same pass, and is
 * skipped if one of them is not finite, which leaves every bit as it was.
 *
 * @param initial the first scale, finite and above 0
 * @param growth what the scale is multiplied by after {@code interval} good steps in a row, at least 1
 * @param backoff what it is multiplied by after a step that was skipped, above 0 and at most 1
 * @param interval good steps in a row before it grows, at least 1
 * @see <a href="https://arxiv.org/abs/1710.03740">Micikevicius et al.: Mixed Precision Training (ICLR 2018)</a>
 */
public record LossScaling(double initial, double growth, double backoff, int interval) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public LossScaling {
        Require.positive("initial", initial);
        Require.atLeast("growth", 1, growth);
        Require.positive("backoff", backoff);
        if (backoff > 1) {
            throw new IllegalArgumentException("backoff must be at most 1, got " + backoff);
        }
        Require.atLeast("interval", 1, interval);
    }

    /**
     * A scale that grows until gradients overflow, with the settings of PyTorch's {@code GradScaler}.
     *
     * @return 65536 at first, doubled after 2000 good steps, halved after a bad one
     */
    public static LossScaling dynamic() {
        return new LossScaling(65536, 2, 0.5, 2000);
    }

    /**
     * A scale that stays.
     *
     * @param scale finite and above 0
     * @return the scaling
     */
    public static LossScaling fixed(double scale) {
        return new LossScaling(scale, 1, 1, 1);
    }

    /** The scale after a step. */
    double next(double scale, boolean taken, long goodSteps) {
        double next = !taken ? scale * backoff : goodSteps % interval == 0 ? scale * growth : scale;
        // Neither does it leave the range in which 1 / scale is an fp32 number.
        return Math.clamp(next, Float.MIN_NORMAL, 0x1p126);
    }
}
