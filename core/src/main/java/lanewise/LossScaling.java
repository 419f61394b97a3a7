package lanewise;

import lanewise.program.Require;

/**
 * How the loss is scaled so that small gradients are not lost in fp16, which knows nothing below 6e-8. The caller
 * multiplies the loss by {@link Optimizer#lossScale()}; a step divides the gradients by it, in the same pass, and is
 * skipped if one of them is not finite, which leaves every bit as it was.
 *
 * @param initial the first scale, from 2<sup>−126</sup> to 2<sup>126</sup>, so that its inverse is an fp32 number
 * @param growth what the scale is multiplied by after {@code interval} good steps in a row, at least 1
 * @param backoff what it is multiplied by after a step that was skipped, above 0 and at most 1
 * @param interval good steps in a row before it grows, at least 1
 * @see <a href="https://arxiv.org/abs/1710.03740">Micikevicius et al.: Mixed Precision Training (ICLR 2018)</a>
 */
public record LossScaling(double initial, double growth, double backoff, int interval) {

    private static final double LEAST = 0x1p-126;
    private static final double MOST = 0x1p126;

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public LossScaling {
        requireScale("initial", initial);
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
     * @param scale from 2<sup>−126</sup> to 2<sup>126</sup>
     * @return the scaling
     */
    public static LossScaling fixed(double scale) {
        return new LossScaling(scale, 1, 1, 1);
    }

    /** The scale after a step. */
    double next(double scale, boolean taken, long goodSteps) {
        double next = !taken ? scale * backoff : goodSteps % interval == 0 ? scale * growth : scale;
        return Math.clamp(next, LEAST, MOST);
    }

    /** Checks that the inverse of a scale is an fp32 number. */
    static void requireScale(String name, double scale) {
        if (!(scale >= LEAST && scale <= MOST)) {
            throw new IllegalArgumentException(
                    name + " must be from 2^-126 to 2^126, since gradients are divided by it in fp32, got " + scale);
        }
    }
}
