package lanewise.rule;

import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
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
 * AdaGrad: a rate for each parameter, falling with the squares of all its gradients so far.
 *
 * <p>A parameter that has seen large gradients steps carefully, one that is seldom touched keeps a
 * large rate. That suits sparse features; on long runs the rates fall until nothing moves.
 *
 * <pre>
 * s ← s + g²
 * θ ← θ − η/(1+(t−1)κ) · g / (√s + ε)
 * </pre>
 *
 * <p><b>State</b>: the sum s, first {@code initial}. Moves 20 bytes per parameter.
 *
 * <p><b>Differences</b>: PyTorch's form. Keras and optax have ε under the root, {@code g / √(s+ε)},
 * and start at 0.1: {@link #epsilonInRoot} and {@link #initial}.
 *
 * <p><b>Rounding</b>: each operation once; the rate is applied to g before the division.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="adagrad"}
 *
 * @param rateDecay κ, finite and at least 0; how fast the global rate falls with the step
 * @param epsilon ε, finite and at least 0
 * @param initial s₀, finite and at least 0
 * @param epsilonInRoot whether ε is under the root
 * @see <a href="https://jmlr.org/papers/v12/duchi11a.html">Duchi, Hazan, Singer: Adaptive Subgradient
 *     Methods (JMLR 2011)</a>
 */
public record AdaGrad(double rateDecay, double epsilon, double initial, boolean epsilonInRoot) implements Rule {

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public AdaGrad {
        Require.atLeast("rateDecay", 0, rateDecay);
        Require.atLeast("epsilon", 0, epsilon);
        Require.atLeast("initial", 0, initial);
    }

    /** PyTorch's defaults: κ 0, ε 1e-10, s₀ 0. */
    public AdaGrad() {
        this(0, 1e-10, 0, false);
    }

    /** With a global rate that falls as 1/(1+(t−1)κ). */
    public AdaGrad rateDecay(double rateDecay) {
        return new AdaGrad(rateDecay, epsilon, initial, epsilonInRoot);
    }

    /** With ε ≥ 0. */
    public AdaGrad epsilon(double epsilon) {
        return new AdaGrad(rateDecay, epsilon, initial, epsilonInRoot);
    }

    /** With a first sum s₀ ≥ 0. */
    public AdaGrad initial(double initial) {
        return new AdaGrad(rateDecay, epsilon, initial, epsilonInRoot);
    }

    /** With ε under the root or beside it. */
    public AdaGrad epsilonInRoot(boolean epsilonInRoot) {
        return new AdaGrad(rateDecay, epsilon, initial, epsilonInRoot);
    }

    /** The sum of squared gradients. */
    public Slot sumOfSquares() {
        return Slot.state("s", initial);
    }

    @Override
    public double learningRate() {
        return 1e-2;
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr eps = scalar("ε", epsilon);
        Expr s = read(sumOfSquares()).plus(g.squared());
        Expr eta = rateDecay == 0
                ? LEARNING_RATE
                : LEARNING_RATE.over(ONE.plus(STEP.minus(ONE).times(scalar("κ", rateDecay))));
        Expr root = epsilonInRoot ? s.plus(eps).sqrt() : s.sqrt().plus(eps);
        return Program.empty()
                .set(sumOfSquares(), s)
                .set(PARAMETER, read(PARAMETER).minus(eta.times(g).over(root)));
    }
}
