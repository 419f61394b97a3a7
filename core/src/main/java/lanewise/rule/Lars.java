package lanewise.rule;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Expr.select;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.WEIGHT_DECAY;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Program;
import lanewise.program.Require;

/**
 * LARS: SGD with a rate for each tensor, so that its step is in proportion to its weights.
 *
 * <p>In large batches the layers' ratios of weight to gradient differ by orders of magnitude, and one
 * rate is too large for some of them. LARS multiplies each tensor's gradient by the trust ratio q.
 *
 * <pre>
 * q = κ·‖θ‖ / (‖g‖ + λ·‖θ‖ + ε), 1 where either norm is 0
 * v ← μ·v + q·(g + λ·θ)  (v₁ without μ)
 * θ ← θ − η·v
 * </pre>
 *
 * <p><b>State</b>: the velocity v, first 0. Moves 28 bytes per parameter, 8 of them for the norms.
 *
 * <p><b>Differences</b>: as timm's and NVIDIA's LARC. Without decay q is 1 unless {@link #alwaysAdapt};
 * {@link #clipTrust} keeps the rate η·q within η, as LARC does. optax has the norm of {@code g + λθ}
 * below and the rate inside the velocity (not offered).
 *
 * <p><b>Rounding</b>: norms in double over fp32 sums of tiles; q is a scalar of the tensor, rounded
 * once.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="lars"}
 *
 * @param sgd the momentum, dampening and form of the velocity
 * @param trustCoefficient κ, finite and above 0
 * @param epsilon ε, finite and at least 0
 * @param clipTrust whether q becomes min(q/η, 1), so that η·q is at most η
 * @param alwaysAdapt whether q is used without weight decay as well
 * @see <a href="https://arxiv.org/abs/1708.03888">You, Gitman, Ginsburg: Large Batch Training of
 *     Convolutional Networks (2017)</a>
 */
public record Lars(Sgd sgd, double trustCoefficient, double epsilon, boolean clipTrust, boolean alwaysAdapt)
        implements Rule {

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Lars {
        Require.positive("trustCoefficient", trustCoefficient);
        Require.atLeast("epsilon", 0, epsilon);
    }

    /** Momentum 0.9, κ 1e-3, ε 1e-8. */
    public Lars() {
        this(new Sgd().momentum(0.9), 1e-3, 1e-8, false, false);
    }

    /** With another velocity. */
    public Lars sgd(Sgd sgd) {
        return new Lars(sgd, trustCoefficient, epsilon, clipTrust, alwaysAdapt);
    }

    /** With κ above 0. */
    public Lars trustCoefficient(double trustCoefficient) {
        return new Lars(sgd, trustCoefficient, epsilon, clipTrust, alwaysAdapt);
    }

    /** With ε ≥ 0. */
    public Lars epsilon(double epsilon) {
        return new Lars(sgd, trustCoefficient, epsilon, clipTrust, alwaysAdapt);
    }

    /** With a rate of at most η for each tensor. */
    public Lars clipTrust(boolean clipTrust) {
        return new Lars(sgd, trustCoefficient, epsilon, clipTrust, alwaysAdapt);
    }

    /** With the trust ratio also for tensors that do not decay. */
    public Lars alwaysAdapt(boolean alwaysAdapt) {
        return new Lars(sgd, trustCoefficient, epsilon, clipTrust, alwaysAdapt);
    }

    @Override
    public double learningRate() {
        return 1;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.inRule(0);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr theta = read(PARAMETER);
        Expr weightNorm = theta.norm(Extent.TENSOR);
        Expr gradientNorm = g.norm(Extent.TENSOR);
        Expr ratio = select(
                weightNorm.min(gradientNorm),
                scalar("κ", trustCoefficient)
                        .times(weightNorm)
                        .over(gradientNorm.plus(WEIGHT_DECAY.times(weightNorm)).plus(scalar("ε", epsilon))),
                ONE);
        if (clipTrust) {
            ratio = ratio.over(LEARNING_RATE).min(constant(1));
        }
        Expr q = alwaysAdapt ? ratio : select(WEIGHT_DECAY, ratio, ONE);
        Expr scaled = g.plus(WEIGHT_DECAY.times(theta)).times(q);
        return sgd.program().rewrite(expr -> expr.equals(g) ? scaled : expr);
    }
}
