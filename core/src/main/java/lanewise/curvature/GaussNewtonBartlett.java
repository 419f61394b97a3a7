package lanewise.curvature;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import lanewise.program.Require;

/**
 * Labels drawn from the model itself, for the Gauss–Newton–Bartlett estimate: for Sophia-G.
 *
 * <p>If the labels y are drawn from softmax(logits), the expected gradient of the loss is 0, and its covariance is the
 * Gauss–Newton part of the Hessian (Bartlett's second identity). So one gradient ĝ of the mean loss of B samples, with
 * labels drawn instead of given, estimates the diagonal, without second derivatives; and it is never negative.
 *
 * <pre>
 * y ~ softmax(logits)
 * ĝ = ∇ of 1/B · Σ cross-entropy(logits, y)
 * ĥ = B·ĝ⊙ĝ
 * </pre>
 *
 * <p>{@code Optimizer.updateHessian()} averages ĝ⊙ĝ. The factor B is in γ instead: {@link
 * lanewise.rule.Sophia#g Sophia.g(samples)} has γ = 0.04·samples, where {@code samples} is B, the rows of logits over
 * which the mean is taken. For a language model that is the batch times the length of the sequences. If only a part of
 * the batch is used for estimates, B counts that part.
 *
 * {@snippet class="lanewise.curvature.CurvatureExamples" region="gauss-newton-bartlett"}
 *
 * <p><b>Rounding</b>: the softmax is of logits less their largest, in double and with {@link StrictMath}, so nothing
 * overflows and the labels are the same on every CPU. A class whose logit is more than 745 below the largest has
 * probability 0.
 *
 * @param seed decides, with the number of the estimate, what is drawn
 * @see <a href="https://arxiv.org/abs/2305.14342">Liu, Li, Hall, Liang, Ma: Sophia, A Scalable Stochastic Second-order
 *     Optimizer for Language Model Pre-training (ICLR 2024), section 2.3</a>
 */
public record GaussNewtonBartlett(long seed) {

    /** No parameter has a blank name, so these draws are nobody else's. */
    private static final String NAME = "";

    /** The longest array that every JVM makes. */
    private static final int MOST_ROWS = Integer.MAX_VALUE - 8;

    /**
     * Draws a label for each row of logits.
     *
     * @param number tells this batch from all others; the number of the step will do if there is one batch in it
     * @param logits batch × classes, row-major
     * @param classes how many, at least 1
     * @return a class for each row
     * @throws IllegalArgumentException if the logits are not whole rows, or one is not finite
     */
    public int[] labels(long number, float[] logits, int classes) {
        return labels(number, MemorySegment.ofArray(logits), classes);
    }

    /**
     * Draws a label for each row of logits.
     *
     * @param number tells this batch from all others; the number of the step will do if there is one batch in it
     * @param logits fp32 values, batch × classes, row-major
     * @param classes how many, at least 1
     * @return a class for each row
     * @throws IllegalArgumentException if the logits are not whole rows, or one is not finite
     */
    public int[] labels(long number, MemorySegment logits, int classes) {
        Objects.requireNonNull(logits, "logits");
        Require.atLeast("classes", 1, classes);
        long bytesOfRow = (long) classes * Float.BYTES;
        long rows = logits.byteSize() / bytesOfRow;
        if (logits.byteSize() % bytesOfRow != 0) {
            throw new IllegalArgumentException("logits must be whole rows of " + classes + " fp32 values, " + bytesOfRow
                    + " bytes each, got " + logits.byteSize() + " bytes; pass batch × classes values");
        }
        if (rows > MOST_ROWS) {
            throw new IllegalArgumentException("logits must have at most " + MOST_ROWS + " rows, got " + rows
                    + "; draw for one slice after another, each with a number of its own");
        }
        Philox random = Philox.of(seed, number, NAME);
        double[] sums = new double[classes];
        int[] labels = new int[(int) rows];
        for (int row = 0; row < rows; row++) {
            addUp(logits, row, sums);
            labels[row] = firstAbove(random.draw(row, 0).uniform() * sums[classes - 1], sums);
        }
        return labels;
    }

    /** The sums of the weights exp(logit − largest) of each class and those before it. */
    private static void addUp(MemorySegment logits, long row, double[] sums) {
        int classes = sums.length;
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            float logit = logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, row * classes + k);
            if (!Float.isFinite(logit)) {
                throw new IllegalArgumentException("logits must be finite, got " + logit + " in row " + row
                        + " for class " + k + "; mask a class with -1e30, and look for what made the model diverge");
            }
            sums[k] = logit;
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += StrictMath.exp(sums[k] - largest);
            sums[k] = sum;
        }
    }

    /** Passes over classes of weight 0, whose sum is that of the class before. */
    private static int firstAbove(double point, double[] sums) {
        int k = 0;
        while (point >= sums[k]) {
            k++;
        }
        return k;
    }
}
