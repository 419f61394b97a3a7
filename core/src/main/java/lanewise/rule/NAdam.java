package lanewise.rule;

import static lanewise.program.Blocks.biasCorrectedRoot;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Power;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * NAdam: Adam that looks ahead as Nesterov's momentum does.
 *
 * <p>The step uses the momentum as it will be next time and the gradient of now; the momentum
 * coefficient μₜ itself warms up from β₁/2 to β₁.
 *
 * <pre>
 * μₜ = β₁·(1 − ½·0.96^(tψ))      Πₜ = μ₁·μ₂·…·μₜ
 * m ← β₁·m + (1−β₁)·g
 * v ← β₂·v + (1−β₂)·g²
 * θ ← θ − (η(1−μₜ)/(1−Πₜ)·g + η·μₜ₊₁/(1−Πₜ₊₁)·m) / (√v/√(1−β₂ᵗ) + ε)
 * </pre>
 *
 * <p><b>State</b>: m and v, first 0. Moves 28 bytes per parameter.
 *
 * <p><b>Differences</b>: PyTorch's form; Keras has ψ = 1, optax no schedule of μ (not offered). PyTorch
 * keeps Π as a running product in fp32; here it is a function of t alone, so a resumed run goes on
 * with the same bits.
 *
 * <p><b>Rounding</b>: each operation once; both terms of the step are added before the one division.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="nadam"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @param momentumDecay ψ, finite and at least 0; how fast μ warms up
 * @see <a href="https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ">Dozat: Incorporating Nesterov
 *     Momentum into Adam (ICLR Workshop 2016)</a>
 */
public record NAdam(double beta1, double beta2, double epsilon, double momentumDecay) implements Rule {

    /** The moving average of the gradient. */
    public static final Slot MEAN = Slot.state("m");

    /** The moving average of the squared gradient. */
    public static final Slot MEAN_SQUARE = Slot.state("v");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public NAdam {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
        Require.atLeast("momentumDecay", 0, momentumDecay);
    }

    /** PyTorch's defaults: β (0.9, 0.999), ε 1e-8, ψ 4e-3. */
    public NAdam() {
        this(0.9, 0.999, 1e-8, 4e-3);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public NAdam betas(double beta1, double beta2) {
        return new NAdam(beta1, beta2, epsilon, momentumDecay);
    }

    /** With ε ≥ 0. */
    public NAdam epsilon(double epsilon) {
        return new NAdam(beta1, beta2, epsilon, momentumDecay);
    }

    /** With a warm-up of the momentum ψ ≥ 0. */
    public NAdam momentumDecay(double momentumDecay) {
        return new NAdam(beta1, beta2, epsilon, momentumDecay);
    }

    @Override
    public double learningRate() {
        return 2e-3;
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr b2 = scalar("β₂", beta2);
        Expr m = ema(read(MEAN), scalar("β₁", beta1), g);
        Expr v = ema(read(MEAN_SQUARE), b2, g.squared());
        Expr now = scalar("μₜ", this::mu);
        Expr product = scalar("Πₜ", clock -> product(clock.step()));
        Expr next = scalar("μₜ₊₁", clock -> mu(clock.step() + 1));
        Expr nextProduct = scalar("Πₜ₊₁", clock -> product(clock.step() + 1));
        Expr ofGradient = LEARNING_RATE.times(ONE.minus(now)).over(ONE.minus(product));
        Expr ofMean = LEARNING_RATE.times(next).over(ONE.minus(nextProduct));
        Expr root = biasCorrectedRoot(v, b2).plus(scalar("ε", epsilon));
        return Program.empty()
                .set(MEAN, m)
                .set(MEAN_SQUARE, v)
                .set(
                        PARAMETER,
                        read(PARAMETER)
                                .minus(ofGradient.times(g).plus(ofMean.times(m)).over(root)));
    }

    private double mu(Clock clock) {
        return mu(clock.step());
    }

    private double mu(long t) {
        return beta1 * (1 - 0.5 * Power.of(0.96, t * momentumDecay));
    }

    /**
     * Πₜ in closed form. With q = 0.96^ψ, the product of 1 − ½qⁱ for i = 1..t is the exponential of
     * −Σₖ (½)ᵏ/k · qᵏ·(1−qᵏᵗ)/(1−qᵏ), since ln(1−x) = −Σ xᵏ/k; 54 terms are all that double
     * precision holds. The differences 1−qᵏ and 1−qᵏᵗ are built up by additions of positive numbers,
     * so nothing cancels.
     */
    private double product(long t) {
        if (beta1 == 0) {
            return 0;
        }
        double logQ = momentumDecay * StrictMath.log(0.96);
        double oneMinusQ = -StrictMath.expm1(logQ);
        double oneMinusQt = -StrictMath.expm1(t * logQ);
        double qk = 1 - oneMinusQ;
        double oneMinusQk = oneMinusQ;
        double qkt = 1 - oneMinusQt;
        double oneMinusQkt = oneMinusQt;
        double halfPower = 0.5;
        double series = 0;
        for (int k = 1; k <= 54; k++) {
            double ratio = oneMinusQk == 0 ? t : oneMinusQkt / oneMinusQk;
            series += halfPower / k * qk * ratio;
            halfPower *= 0.5;
            oneMinusQk += qk * oneMinusQ;
            oneMinusQkt += qkt * oneMinusQt;
            qk *= 1 - oneMinusQ;
            qkt *= 1 - oneMinusQt;
        }
        return StrictMath.exp(t * StrictMath.log(beta1) - series);
    }
}
