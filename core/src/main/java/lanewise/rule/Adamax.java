package lanewise.rule;

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
 * Adamax: Adam with the largest recent gradient in place of the root mean square.
 *
 * <p>The norm fades by β₂ a step and is lifted by every larger gradient. It needs no square root and
 * no correction of its start.
 *
 * <pre>
 * m ← β₁·m + (1−β₁)·g
 * u ← max(β₂·u, |g| + ε)
 * θ ← θ − η/(1−β₁ᵗ)·m / u
 * </pre>
 *
 * <p><b>State</b>: m and u, first 0. Moves 28 bytes per parameter.
 *
 * <p><b>Differences</b>: ε is inside the maximum as in PyTorch and optax; the paper has none, Keras
 * adds it at the division.
 *
 * <p><b>Rounding</b>: each operation once, in the order written.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="adamax"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma, Ba: Adam, A Method for Stochastic
 *     Optimization, section 7.1 (ICLR 2015)</a>
 */
public record Adamax(double beta1, double beta2, double epsilon) implements Rule {

    /** The moving average of the gradient. */
    public static final Slot MEAN = Slot.state("m");

    /** The fading maximum of the gradient's magnitude. */
    public static final Slot MAX_NORM = Slot.state("u");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Adamax {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
    }

    /** The paper's defaults: β (0.9, 0.999); ε 1e-8. */
    public Adamax() {
        this(0.9, 0.999, 1e-8);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public Adamax betas(double beta1, double beta2) {
        return new Adamax(beta1, beta2, epsilon);
    }

    /** With ε ≥ 0. */
    public Adamax epsilon(double epsilon) {
        return new Adamax(beta1, beta2, epsilon);
    }

    @Override
    public double learningRate() {
        return 2e-3;
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr b1 = scalar("β₁", beta1);
        Expr m = ema(read(MEAN), b1, g);
        Expr u = scalar("β₂", beta2).times(read(MAX_NORM)).max(g.abs().plus(scalar("ε", epsilon)));
        return Program.empty()
                .set(MEAN, m)
                .set(MAX_NORM, u)
                .set(
                        PARAMETER,
                        read(PARAMETER)
                                .minus(LEARNING_RATE
                                        .over(biasCorrection(b1))
                                        .times(m)
                                        .over(u)));
    }
}
