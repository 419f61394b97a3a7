package lanewise.rule;

import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import java.util.Objects;
import lanewise.program.Blocks;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * Sophia: momentum divided by an estimate of the curvature, and clipped.
 *
 * <p>Steps are long where the loss is flat and short where it is sharp; where the curvature is small, negative or badly
 * estimated they are bounded by ηρ, as Lion's. The estimate comes from the caller every ten steps or so, by {@code
 * Optimizer.updateHessian()}; {@link lanewise.curvature} has helpers.
 *
 * <pre>
 * m ← β₁·m + (1−β₁)·g
 * θ ← (1−ηλ)·θ − η·clip(m / max(γ·h, ε), ±ρ)
 * updateHessian   h ← β₂·h + (1−β₂)·ĥ
 * </pre>
 *
 * <p><b>State</b>: m and h, first 0. Moves 24 bytes per parameter, and 12 for an estimate.
 *
 * <p><b>Differences</b>: {@link #g} is the authors' Sophia-G: the estimate is the squared gradient of a loss with sampled
 * labels, γ is 0.04 times the number of samples, ε is added; they take in the estimate after the step. {@link #h} is
 * Sophia-H as kozistr has it: an estimate of Hutchinson's, taken in before the step. optax corrects m for its start at
 * zero: {@link #biasCorrection}. Which comes first, step or estimate, is the order of the caller's calls.
 *
 * <p><b>Rounding</b>: each operation once.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="sophia"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param estimate what the caller hands in
 * @param gamma γ, finite and above 0
 * @param clip ρ, finite and above 0
 * @param epsilon ε, finite and at least 0
 * @param epsilonAdded whether the divisor is γ·h + ε in place of the larger of both
 * @param biasCorrection whether m is divided by 1−β₁ᵗ
 * @see <a href="https://arxiv.org/abs/2305.14342">Liu, Li, Hall, Liang, Ma: Sophia, A Scalable Stochastic Second-order
 *     Optimizer for Language Model Pre-training (ICLR 2024)</a>
 */
public record Sophia(
        double beta1,
        double beta2,
        Estimate estimate,
        double gamma,
        double clip,
        double epsilon,
        boolean epsilonAdded,
        boolean biasCorrection)
        implements Rule {

    /** What the caller puts in the gradient's place for {@code Optimizer.updateHessian()}. */
    public enum Estimate {
        /** The gradient of a loss whose labels were drawn from the model: it is squared. */
        GAUSS_NEWTON_BARTLETT,
        /** u⊙(H·u) for a random u: it is taken as it is. */
        HUTCHINSON
    }

    /** The moving average of the gradient. */
    public static final Slot MEAN = Slot.state("m");

    /** The moving average of the estimates of the Hessian's diagonal. */
    public static final Slot HESSIAN = Slot.state("h");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Sophia {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Objects.requireNonNull(estimate, "estimate");
        Require.positive("gamma", gamma);
        Require.positive("clip", clip);
        Require.atLeast("epsilon", 0, epsilon);
    }

    /** Sophia-G with β (0.965, 0.99), for estimates from so many samples, at least 1: γ = 0.04·samples, ρ = 1. */
    public static Sophia g(long samples) {
        return new Sophia(
                0.965,
                0.99,
                Estimate.GAUSS_NEWTON_BARTLETT,
                0.04 * Require.atLeast("samples", 1, samples),
                1,
                1e-15,
                true,
                false);
    }

    /** Sophia-H with β (0.965, 0.99), γ = 1, ρ = 0.01. */
    public static Sophia h() {
        return new Sophia(0.965, 0.99, Estimate.HUTCHINSON, 1, 0.01, 1e-12, false, false);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public Sophia betas(double beta1, double beta2) {
        return new Sophia(beta1, beta2, estimate, gamma, clip, epsilon, epsilonAdded, biasCorrection);
    }

    /** With γ above 0. */
    public Sophia gamma(double gamma) {
        return new Sophia(beta1, beta2, estimate, gamma, clip, epsilon, epsilonAdded, biasCorrection);
    }

    /** With steps of at most ηρ, ρ above 0. */
    public Sophia clip(double clip) {
        return new Sophia(beta1, beta2, estimate, gamma, clip, epsilon, epsilonAdded, biasCorrection);
    }

    /** With ε ≥ 0. */
    public Sophia epsilon(double epsilon) {
        return new Sophia(beta1, beta2, estimate, gamma, clip, epsilon, epsilonAdded, biasCorrection);
    }

    /** With ε added to γ·h, or as its least value. */
    public Sophia epsilonAdded(boolean epsilonAdded) {
        return new Sophia(beta1, beta2, estimate, gamma, clip, epsilon, epsilonAdded, biasCorrection);
    }

    /** With m corrected for its start at zero or not. */
    public Sophia biasCorrection(boolean biasCorrection) {
        return new Sophia(beta1, beta2, estimate, gamma, clip, epsilon, epsilonAdded, biasCorrection);
    }

    @Override
    public double learningRate() {
        return 1e-4;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.decoupled(0.1);
    }

    @Override
    public Program program() {
        Expr b1 = scalar("β₁", beta1);
        Expr eps = scalar("ε", epsilon);
        Expr m = ema(read(MEAN), b1, read(GRADIENT));
        Expr corrected = biasCorrection ? ONE.over(Blocks.biasCorrection(b1)).times(m) : m;
        Expr curvature = scalar("γ", gamma).times(read(HESSIAN));
        Expr divisor = epsilonAdded ? curvature.plus(eps) : curvature.max(eps);
        Expr step = corrected.over(divisor).clamp(scalar("ρ", clip));
        return Program.empty().set(MEAN, m).set(PARAMETER, read(PARAMETER).minus(LEARNING_RATE.times(step)));
    }

    @Override
    public Program hessianUpdate() {
        Expr g = read(GRADIENT);
        return Program.empty()
                .set(
                        HESSIAN,
                        ema(
                                read(HESSIAN),
                                scalar("β₂", beta2),
                                estimate == Estimate.GAUSS_NEWTON_BARTLETT ? g.squared() : g));
    }
}
