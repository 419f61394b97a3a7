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
 * Signum: momentum through a sign; without momentum, signSGD.
 *
 * <p>Every weight moves by exactly η against the sign of its averaged gradient, so that only one bit
 * of it counts. Robust to the scale of gradients and to outliers.
 *
 * <pre>
 * v ← μ·v + (1−μ)·g
 * θ ← θ − η·sign(v)          signSGD: θ ← θ − η·sign(g)
 * </pre>
 *
 * <p><b>State</b>: v, first 0; none for signSGD. Moves 20 bytes per parameter, signSGD 12.
 *
 * <p><b>Differences</b>: as optax's signum. sign(0) is 0 and the sign of NaN is NaN.
 *
 * <p><b>Rounding</b>: each operation once, in the order written.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="signum"}
 *
 * @param momentum μ in [0, 1); 0 is signSGD and keeps no state
 * @see <a href="https://arxiv.org/abs/1802.04434">Bernstein, Wang, Azizzadenesheli, Anandkumar:
 *     signSGD, Compressed Optimisation for Non-Convex Problems (ICML 2018)</a>
 */
public record Signum(double momentum) implements Rule {

    /** The momentum. */
    public static final Slot VELOCITY = Slot.state("v");

    /**
     * Checks the hyper-parameter.
     *
     * @throws IllegalArgumentException if it is out of its range
     */
    public Signum {
        Require.decayRate("momentum", momentum);
    }

    /** The paper's default: μ 0.9. */
    public Signum() {
        this(0.9);
    }

    /** The form without momentum. */
    public static Signum signSgd() {
        return new Signum(0);
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
        Expr theta = read(PARAMETER);
        if (momentum == 0) {
            return Program.empty().set(PARAMETER, signUpdate(theta, g));
        }
        Expr v = ema(read(VELOCITY), scalar("μ", momentum), g);
        return Program.empty().set(VELOCITY, v).set(PARAMETER, signUpdate(theta, v));
    }
}
