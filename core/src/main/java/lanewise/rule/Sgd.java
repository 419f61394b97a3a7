package lanewise.rule;

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
 * Stochastic gradient descent, plain, with momentum, or in Nesterov's form.
 *
 * <p>Plain descent steps against the gradient. Momentum keeps a velocity that remembers earlier
 * gradients, so that steps across a ravine cancel and steps along it add up; Nesterov's form looks
 * ahead along that velocity.
 *
 * <pre>
 * plain       θ ← θ − η·g
 * momentum    v ← μ·v + (1−τ)·g  (v₁ = g₁)     θ ← θ − η·v
 * Nesterov    v as above                        θ ← θ − η·(g + μ·v)
 * </pre>
 *
 * <p><b>State</b>: none, or the velocity v with momentum, first 0. Moves 12 bytes per parameter
 * plain, 20 with momentum.
 *
 * <p><b>Differences</b>: this is PyTorch's form, with the rate outside the velocity and no dampening
 * in the first step. {@link #rateInVelocity} gives Keras's, {@code v ← μ·v + η·g; θ ← θ − v}: the
 * same while η is constant, another sequence under a schedule. Nesterov here is PyTorch's
 * restatement, which keeps the look-ahead point as θ: that of the textbook's sequence while η is constant, and under a
 * schedule too with {@link #rateInVelocity}.
 *
 * <p><b>Rounding</b>: each operation once, in the order written.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="sgd"}
 *
 * @param momentum μ in [0, 1); 0 keeps no velocity
 * @param dampening τ, finite and at least 0; weakens the gradient's part in the velocity by 1−τ
 * @param nesterov whether to look ahead; needs momentum above 0 and dampening 0
 * @param rateInVelocity whether η multiplies the gradient on its way into the velocity
 * @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever, Martens, Dahl, Hinton:
 *     On the importance of initialization and momentum in deep learning (ICML 2013)</a>
 */
public record Sgd(double momentum, double dampening, boolean nesterov, boolean rateInVelocity) implements Rule {

    /** The velocity. */
    public static final Slot VELOCITY = Slot.state("v");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Sgd {
        Require.decayRate("momentum", momentum);
        Require.atLeast("dampening", 0, dampening);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("nesterov needs momentum above 0 and dampening 0, got momentum "
                    + momentum + " and dampening " + dampening);
        }
    }

    /** Plain descent. */
    public Sgd() {
        this(0, 0, false, false);
    }

    /** With a velocity of decay rate μ in [0, 1). */
    public Sgd momentum(double momentum) {
        return new Sgd(momentum, dampening, nesterov, rateInVelocity);
    }

    /** With dampening τ ≥ 0. */
    public Sgd dampening(double dampening) {
        return new Sgd(momentum, dampening, nesterov, rateInVelocity);
    }

    /** In Nesterov's form; set the momentum first. */
    public Sgd nesterov(boolean nesterov) {
        return new Sgd(momentum, dampening, nesterov, rateInVelocity);
    }

    /** With the rate inside the velocity, as in Keras. */
    public Sgd rateInVelocity(boolean rateInVelocity) {
        return new Sgd(momentum, dampening, nesterov, rateInVelocity);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr theta = read(PARAMETER);
        if (momentum == 0) {
            return Program.empty().set(PARAMETER, theta.minus(LEARNING_RATE.times(g)));
        }
        Expr mu = scalar("μ", momentum);
        Expr x = rateInVelocity ? LEARNING_RATE.times(g) : g;
        Expr damped = dampening == 0
                ? x
                : scalar("(1−τ)", clock -> clock.step() == 1 ? 1 : 1 - dampening)
                        .times(x);
        Expr v = mu.times(read(VELOCITY)).plus(damped);
        Expr step = nesterov ? x.plus(mu.times(v)) : v;
        return Program.empty()
                .set(VELOCITY, v)
                .set(PARAMETER, theta.minus(rateInVelocity ? step : LEARNING_RATE.times(step)));
    }
}
