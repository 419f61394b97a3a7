package lanewise.rule;

import static lanewise.program.Blocks.biasCorrectedRoot;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Blocks.trustRatio;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Expr.select;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.WEIGHT_DECAY;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Blocks;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * LAMB: Adam with a rate for each tensor, so that its step is in proportion to its weights.
 *
 * <p>What {@link Lars} does for SGD: the direction is Adam's with decay, its length is η times the
 * norm of the tensor's weights. Made for batches of tens of thousands.
 *
 * <pre>
 * m ← β₁·m + (1−β₁)·g
 * v ← β₂·v + (1−β₂)·g²
 * r = m/(1−β₁ᵗ) / (√v/√(1−β₂ᵗ) + ε) + λ·θ
 * q = ‖θ‖ / ‖r‖, 1 where either is 0
 * θ ← θ − η·q·r
 * </pre>
 *
 * <p><b>State</b>: m and v, first 0. Moves 44 bytes per parameter, 16 of them for the norms.
 *
 * <p><b>Differences</b>: as apex, timm and optax. Without decay q is 1 unless {@link #alwaysAdapt}.
 * The paper's third version and cybertronai's code have no bias correction ({@link #biasCorrection})
 * and clamp ‖θ‖ to 10 ({@link #maxWeightNorm}); timm's LAMBC clamps q to 1 and DeepSpeed to 10 ({@link
 * #maxTrust}). Decay outside the norms, as in Keras, is {@link WeightDecay#decoupled} with {@link
 * #alwaysAdapt}; without the latter q is 1. apex and timm
 * clip the gradients to a global norm of 1 first: {@code clipGlobalNorm(1)}.
 *
 * <p><b>Rounding</b>: norms in double over fp32 sums of tiles; η·q is a scalar of the tensor, rounded
 * once.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="lamb"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @param biasCorrection whether m and v are corrected for their start at zero
 * @param maxWeightNorm the most that ‖θ‖ counts for, above 0; infinity for no bound
 * @param maxTrust the largest q, above 0; infinity for no bound
 * @param alwaysAdapt whether q is used without weight decay as well
 * @see <a href="https://arxiv.org/abs/1904.00962">You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song,
 *     Demmel, Keutzer, Hsieh: Large Batch Optimization for Deep Learning (ICLR 2020)</a>
 */
public record Lamb(
        double beta1,
        double beta2,
        double epsilon,
        boolean biasCorrection,
        double maxWeightNorm,
        double maxTrust,
        boolean alwaysAdapt)
        implements Rule {

    /** The moving average of the gradient. */
    public static final Slot MEAN = Slot.state("m");

    /** The moving average of the squared gradient. */
    public static final Slot MEAN_SQUARE = Slot.state("v");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Lamb {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
        Require.aboveZero("maxWeightNorm", maxWeightNorm);
        Require.aboveZero("maxTrust", maxTrust);
    }

    /** The usual settings: β (0.9, 0.999), ε 1e-6, bias correction, no bounds. */
    public Lamb() {
        this(0.9, 0.999, 1e-6, true, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, false);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public Lamb betas(double beta1, double beta2) {
        return new Lamb(beta1, beta2, epsilon, biasCorrection, maxWeightNorm, maxTrust, alwaysAdapt);
    }

    /** With ε ≥ 0. */
    public Lamb epsilon(double epsilon) {
        return new Lamb(beta1, beta2, epsilon, biasCorrection, maxWeightNorm, maxTrust, alwaysAdapt);
    }

    /** With bias correction or without. */
    public Lamb biasCorrection(boolean biasCorrection) {
        return new Lamb(beta1, beta2, epsilon, biasCorrection, maxWeightNorm, maxTrust, alwaysAdapt);
    }

    /** With a bound on what ‖θ‖ counts for. */
    public Lamb maxWeightNorm(double maxWeightNorm) {
        return new Lamb(beta1, beta2, epsilon, biasCorrection, maxWeightNorm, maxTrust, alwaysAdapt);
    }

    /** With a bound on q. */
    public Lamb maxTrust(double maxTrust) {
        return new Lamb(beta1, beta2, epsilon, biasCorrection, maxWeightNorm, maxTrust, alwaysAdapt);
    }

    /** With the trust ratio also for tensors that do not decay. */
    public Lamb alwaysAdapt(boolean alwaysAdapt) {
        return new Lamb(beta1, beta2, epsilon, biasCorrection, maxWeightNorm, maxTrust, alwaysAdapt);
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.inRule(1e-2);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr theta = read(PARAMETER);
        Expr b1 = scalar("β₁", beta1);
        Expr b2 = scalar("β₂", beta2);
        Expr eps = scalar("ε", epsilon);
        Expr m = ema(read(MEAN), b1, g);
        Expr v = ema(read(MEAN_SQUARE), b2, g.squared());
        Expr direction = biasCorrection
                ? ONE.over(Blocks.biasCorrection(b1))
                        .times(m)
                        .over(biasCorrectedRoot(v, b2).plus(eps))
                : m.over(v.sqrt().plus(eps));
        Expr r = direction.plus(WEIGHT_DECAY.times(theta));
        Expr weightNorm = atMost(theta.norm(Extent.TENSOR), maxWeightNorm);
        Expr ratio = atMost(trustRatio(weightNorm, r.norm(Extent.TENSOR)), maxTrust);
        Expr q = alwaysAdapt ? ratio : select(WEIGHT_DECAY, ratio, ONE);
        return Program.empty()
                .set(MEAN, m)
                .set(MEAN_SQUARE, v)
                .let("r", r)
                .let("q", q)
                .set(PARAMETER, theta.minus(LEARNING_RATE.times(q).times(r)));
    }

    private static Expr atMost(Expr x, double bound) {
        return bound < Double.POSITIVE_INFINITY ? x.min(Expr.constant(bound)) : x;
    }
}
