package lanewise.rule;

import static lanewise.program.Blocks.biasCorrection;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Expr.select;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.STEP;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * RAdam: Adam that waits until its mean square is worth dividing by.
 *
 * <p>Early on the mean square rests on few gradients and varies wildly, which is what warm-up is
 * used against. RAdam works out how many gradients it rests on (ρₜ), takes plain momentum steps
 * until there are more than 5, and then scales Adam's step by the factor r that grows to 1.
 *
 * <pre>
 * m ← β₁·m + (1−β₁)·g
 * v ← β₂·v + (1−β₂)·g²
 * ρ∞ = 2/(1−β₂) − 1      ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ)
 * r = √[(ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)]
 * ρₜ &gt; 5      θ ← θ − η·r·√(1−β₂ᵗ)/(1−β₁ᵗ)·m / (√v + ε)
 * else        θ ← θ − η/(1−β₁ᵗ)·m
 * </pre>
 *
 * <p><b>State</b>: m and v, first 0. Moves 28 bytes per parameter.
 *
 * <p><b>Differences</b>: PyTorch's form. The authors' code takes 5 itself as enough, and by default
 * does not move at all before (not offered); ε is added before the correction, as theirs.
 *
 * <p><b>Rounding</b>: each operation once; everything before m is one scalar.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="radam"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1); up to 0.6 every step is a momentum step
 * @param epsilon ε, finite and at least 0
 * @see <a href="https://arxiv.org/abs/1908.03265">Liu, Jiang, He, Chen, Liu, Gao, Han: On the Variance
 *     of the Adaptive Learning Rate and Beyond (ICLR 2020)</a>
 */
public record RAdam(double beta1, double beta2, double epsilon) implements Rule {

    /** The moving average of the gradient. */
    public static final Slot MEAN = Slot.state("m");

    /** The moving average of the squared gradient. */
    public static final Slot MEAN_SQUARE = Slot.state("v");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RAdam {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
    }

    /** PyTorch's defaults: β (0.9, 0.999), ε 1e-8. */
    public RAdam() {
        this(0.9, 0.999, 1e-8);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public RAdam betas(double beta1, double beta2) {
        return new RAdam(beta1, beta2, epsilon);
    }

    /** With ε ≥ 0. */
    public RAdam epsilon(double epsilon) {
        return new RAdam(beta1, beta2, epsilon);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr b1 = scalar("β₁", beta1);
        Expr b2 = scalar("β₂", beta2);
        Expr two = constant(2);
        Expr four = constant(4);
        Expr m = ema(read(MEAN), b1, g);
        Expr v = ema(read(MEAN_SQUARE), b2, g.squared());
        Expr limit = two.over(ONE.minus(b2)).minus(ONE);
        Expr rho = limit.minus(two.times(STEP).times(b2.pow(STEP)).over(biasCorrection(b2)));
        Expr r = rho.minus(four)
                .times(rho.minus(two))
                .times(limit)
                .over(limit.minus(four).times(limit.minus(two)).times(rho))
                .sqrt();
        Expr rate = LEARNING_RATE.over(biasCorrection(b1));
        Expr adapted = rate.times(r).times(biasCorrection(b2).sqrt());
        return Program.empty()
                .set(MEAN, m)
                .set(MEAN_SQUARE, v)
                .let("ρₜ", rho)
                .let("r", r)
                .set(
                        PARAMETER,
                        read(PARAMETER)
                                .minus(select(
                                        rho.minus(constant(5)),
                                        adapted.times(m).over(v.sqrt().plus(scalar("ε", epsilon))),
                                        rate.times(m))));
    }
}
