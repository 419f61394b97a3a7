package lanewise.rule;

import static lanewise.program.Blocks.biasCorrectedRoot;
import static lanewise.program.Blocks.biasCorrection;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * Adam: momentum, divided by the root mean square of the gradient.
 *
 * <p>Both averages start at zero and are corrected for it, so the first step is about η whatever the
 * gradient's size. Weight decay is coupled: it goes through the averages and is divided along with
 * the gradient; {@link AdamW} is the form without that.
 *
 * <pre>
 * m ← β₁·m + (1−β₁)·g
 * v ← β₂·v + (1−β₂)·g²
 * θ ← θ − η/(1−β₁ᵗ)·m / (√v/√(1−β₂ᵗ) + ε)
 * AMSGrad     x ← max(x, v), and √x for √v
 * </pre>
 *
 * <p><b>State</b>: m and v, first 0; x with AMSGrad. Moves 28 bytes per parameter, 36 with AMSGrad.
 *
 * <p><b>Differences</b>: PyTorch's form and the paper's. {@link #epsilonHat} puts ε where the paper's
 * remark, Keras, DJL and ND4J have it, {@code √(1−β₂ᵗ)·η/(1−β₁ᵗ)·m / (√v + ε)}. AMSGrad takes the
 * maximum of v before its correction, as PyTorch and Keras do; optax's, after it, is not offered.
 *
 * <p><b>Rounding</b>: each operation once; the corrections are scalars, so that √v is multiplied by
 * 1/√(1−β₂ᵗ) where PyTorch divides.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="adam"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @param amsgrad whether the largest mean square so far is divided by
 * @param epsilonHat whether ε is added to the uncorrected root
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma, Ba: Adam, A Method for Stochastic
 *     Optimization (ICLR 2015)</a>
 * @see <a href="https://arxiv.org/abs/1904.09237">Reddi, Kale, Kumar: On the Convergence of Adam and
 *     Beyond (ICLR 2018)</a>
 */
public record Adam(double beta1, double beta2, double epsilon, boolean amsgrad, boolean epsilonHat) implements Rule {

    /** The moving average of the gradient. */
    public static final Slot MEAN = Slot.state("m");

    /** The moving average of the squared gradient. */
    public static final Slot MEAN_SQUARE = Slot.state("v");

    /** The largest mean square so far, kept with AMSGrad. */
    public static final Slot MAX_MEAN_SQUARE = Slot.state("x");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Adam {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
    }

    /** The paper's defaults: β (0.9, 0.999), ε 1e-8. */
    public Adam() {
        this(0.9, 0.999, 1e-8, false, false);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public Adam betas(double beta1, double beta2) {
        return new Adam(beta1, beta2, epsilon, amsgrad, epsilonHat);
    }

    /** With ε ≥ 0. */
    public Adam epsilon(double epsilon) {
        return new Adam(beta1, beta2, epsilon, amsgrad, epsilonHat);
    }

    /** With the largest mean square so far. */
    public Adam amsgrad(boolean amsgrad) {
        return new Adam(beta1, beta2, epsilon, amsgrad, epsilonHat);
    }

    /** With ε added to the uncorrected root. */
    public Adam epsilonHat(boolean epsilonHat) {
        return new Adam(beta1, beta2, epsilon, amsgrad, epsilonHat);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr b1 = scalar("β₁", beta1);
        Expr b2 = scalar("β₂", beta2);
        Expr eps = scalar("ε", epsilon);
        Expr m = ema(read(MEAN), b1, g);
        Expr v = ema(read(MEAN_SQUARE), b2, g.squared());
        Program program = Program.empty().set(MEAN, m).set(MEAN_SQUARE, v);
        Expr largest = v;
        if (amsgrad) {
            largest = read(MAX_MEAN_SQUARE).max(v);
            program = program.set(MAX_MEAN_SQUARE, largest);
        }
        Expr rate = LEARNING_RATE.over(biasCorrection(b1));
        Expr step = epsilonHat
                ? biasCorrection(b2)
                        .sqrt()
                        .times(rate)
                        .times(m)
                        .over(largest.sqrt().plus(eps))
                : rate.times(m).over(biasCorrectedRoot(largest, b2).plus(eps));
        return program.set(PARAMETER, read(PARAMETER).minus(step));
    }
}
