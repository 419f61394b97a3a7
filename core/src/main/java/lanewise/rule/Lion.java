package lanewise.rule;

import static lanewise.program.Blocks.ema;
import static lanewise.program.Blocks.signUpdate;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * Lion: the sign of a momentum, found by a search over programs.
 *
 * <p>Every weight moves by exactly η, in the direction of a mix of momentum and gradient; the
 * momentum itself remembers longer than the mix. One state, no division, no root. Use a rate 3 to 10
 * times smaller than Adam's and a decay as much larger.
 *
 * <pre>
 * c = β₁·m + (1−β₁)·g
 * θ ← (1−ηλ)·θ − η·sign(c)
 * m ← β₂·m + (1−β₂)·g
 * </pre>
 *
 * <p><b>State</b>: m, first 0. Moves 20 bytes per parameter.
 *
 * <p><b>Differences</b>: none; the implementations agree. sign(0) is 0 and the sign of NaN is NaN.
 *
 * <p><b>Rounding</b>: each operation once, in the order written.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="lion"}
 *
 * @param beta1 β₁ in [0, 1), of the mix
 * @param beta2 β₂ in [0, 1), of the momentum
 * @see <a href="https://arxiv.org/abs/2302.06675">Chen, Liang, Huang, Real, Wang, et al.: Symbolic
 *     Discovery of Optimization Algorithms (NeurIPS 2023)</a>
 */
public record Lion(double beta1, double beta2) implements Rule {

    /** The momentum. */
    public static final Slot MEAN = Slot.state("m");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Lion {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
    }

    /** The paper's defaults: β (0.9, 0.99). */
    public Lion() {
        this(0.9, 0.99);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public Lion betas(double beta1, double beta2) {
        return new Lion(beta1, beta2);
    }

    @Override
    public double learningRate() {
        return 1e-4;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.decoupled(0);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr c = ema(read(MEAN), scalar("β₁", beta1), g);
        return Program.empty()
                .let("c", c)
                .set(PARAMETER, signUpdate(read(PARAMETER), c))
                .set(MEAN, ema(read(MEAN), scalar("β₂", beta2), g));
    }
}
