package lanewise.rule;

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
 * Adadelta: steps scaled by the size of earlier steps, so that no rate need be chosen.
 *
 * <p>The gradient is divided by its root mean square and multiplied by that of the updates so far,
 * which gives the step the parameter's own unit.
 *
 * <pre>
 * s ← ρ·s + (1−ρ)·g²
 * d = √(u+ε) / √(s+ε) · g
 * u ← ρ·u + (1−ρ)·d²
 * θ ← θ − η·d
 * </pre>
 *
 * <p><b>State</b>: s and u, first 0. Moves 28 bytes per parameter.
 *
 * <p><b>Differences</b>: none from PyTorch; the paper has no η, here 1.
 *
 * <p><b>Rounding</b>: each operation once, in the order written.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="adadelta"}
 *
 * @param rho ρ in [0, 1)
 * @param epsilon ε, finite and at least 0; at 0 nothing ever moves
 * @see <a href="https://arxiv.org/abs/1212.5701">Zeiler: ADADELTA, An Adaptive Learning Rate Method
 *     (2012)</a>
 */
public record Adadelta(double rho, double epsilon) implements Rule {

    /** The moving average of the squared gradient. */
    public static final Slot MEAN_SQUARE = Slot.state("s");

    /** The moving average of the squared update. */
    public static final Slot MEAN_SQUARE_UPDATE = Slot.state("u");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Adadelta {
        Require.decayRate("rho", rho);
        Require.atLeast("epsilon", 0, epsilon);
    }

    /** PyTorch's defaults: ρ 0.9, ε 1e-6. */
    public Adadelta() {
        this(0.9, 1e-6);
    }

    /** With a decay rate ρ in [0, 1). */
    public Adadelta rho(double rho) {
        return new Adadelta(rho, epsilon);
    }

    /** With ε ≥ 0. */
    public Adadelta epsilon(double epsilon) {
        return new Adadelta(rho, epsilon);
    }

    @Override
    public double learningRate() {
        return 1;
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr decay = scalar("ρ", rho);
        Expr eps = scalar("ε", epsilon);
        Expr s = ema(read(MEAN_SQUARE), decay, g.squared());
        Expr d = read(MEAN_SQUARE_UPDATE)
                .plus(eps)
                .sqrt()
                .over(s.plus(eps).sqrt())
                .times(g);
        return Program.empty()
                .set(MEAN_SQUARE, s)
                .let("d", d)
                .set(MEAN_SQUARE_UPDATE, ema(read(MEAN_SQUARE_UPDATE), decay, d.squared()))
                .set(PARAMETER, read(PARAMETER).minus(LEARNING_RATE.times(d)));
    }
}
