package lanewise.rule;

import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.constant;
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
 * RMSProp: a rate for each parameter, set by a moving average of its squared gradients.
 *
 * <p>AdaGrad's idea with a memory that fades, so that rates recover when gradients shrink. Centred,
 * it divides by the standard deviation rather than the root mean square.
 *
 * <pre>
 * s ← α·s + (1−α)·g²
 * centred     a ← α·a + (1−α)·g      s̃ = max(s − a², 0)      else  s̃ = s
 * d = g / (√s̃ + ε)
 * momentum    b ← μ·b + d      θ ← θ − η·b                    else  θ ← θ − η·d
 * </pre>
 *
 * <p><b>State</b>: s, first {@code initial}; a if centred, b with momentum, first 0. Moves 20 bytes
 * per parameter, 8 more for each of a and b.
 *
 * <p><b>Differences</b>: PyTorch's form, but for the centred variance, which rounding can take below
 * zero, where PyTorch's root is NaN; here it is 0. TensorFlow, Keras, optax and timm have ε under the
 * root ({@link #epsilonInRoot}) and the rate inside the velocity, {@code b ← μ·b + η·d; θ ← θ − b}
 * ({@link #rateInVelocity}); TensorFlow 1 and timm start s at 1 ({@link #initial}).
 *
 * <p><b>Rounding</b>: each operation once; the rate is applied to g before the division, or to b.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="rmsprop"}
 *
 * @param alpha α in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @param momentum μ in [0, 1); 0 keeps no velocity
 * @param centered whether the mean of the gradient is taken out of its mean square
 * @param initial s₀, finite and at least 0
 * @param epsilonInRoot whether ε is under the root
 * @param rateInVelocity whether η multiplies d on its way into the velocity
 * @see <a href="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf">Tieleman,
 *     Hinton: Lecture 6.5, Neural Networks for Machine Learning (2012)</a>
 */
public record RmsProp(
        double alpha,
        double epsilon,
        double momentum,
        boolean centered,
        double initial,
        boolean epsilonInRoot,
        boolean rateInVelocity)
        implements Rule {

    /** The moving average of the gradient, kept if centred. */
    public static final Slot MEAN = Slot.state("a");

    /** The velocity, kept with momentum. */
    public static final Slot VELOCITY = Slot.state("b");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RmsProp {
        Require.decayRate("alpha", alpha);
        Require.atLeast("epsilon", 0, epsilon);
        Require.decayRate("momentum", momentum);
        Require.atLeast("initial", 0, initial);
    }

    /** PyTorch's defaults: α 0.99, ε 1e-8, no momentum, not centred. */
    public RmsProp() {
        this(0.99, 1e-8, 0, false, 0, false, false);
    }

    /** With a decay rate α in [0, 1). */
    public RmsProp alpha(double alpha) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** With ε ≥ 0. */
    public RmsProp epsilon(double epsilon) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** With a velocity of decay rate μ in [0, 1). */
    public RmsProp momentum(double momentum) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** With the variance in place of the mean square. */
    public RmsProp centered(boolean centered) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** With a first mean square s₀ ≥ 0. */
    public RmsProp initial(double initial) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** With ε under the root or beside it. */
    public RmsProp epsilonInRoot(boolean epsilonInRoot) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** With the rate inside the velocity or outside. */
    public RmsProp rateInVelocity(boolean rateInVelocity) {
        return new RmsProp(alpha, epsilon, momentum, centered, initial, epsilonInRoot, rateInVelocity);
    }

    /** The moving average of the squared gradient. */
    public Slot meanSquare() {
        return Slot.state("s", initial);
    }

    @Override
    public double learningRate() {
        return 1e-2;
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr theta = read(PARAMETER);
        Expr a = scalar("α", alpha);
        Expr eps = scalar("ε", epsilon);
        Expr s = ema(read(meanSquare()), a, g.squared());
        Program program = Program.empty().set(meanSquare(), s);
        Expr variance = s;
        if (centered) {
            Expr mean = ema(read(MEAN), a, g);
            program = program.set(MEAN, mean);
            variance = s.minus(mean.squared()).max(constant(0));
        }
        Expr root = epsilonInRoot ? variance.plus(eps).sqrt() : variance.sqrt().plus(eps);
        if (momentum == 0) {
            return program.set(PARAMETER, theta.minus(LEARNING_RATE.times(g).over(root)));
        }
        Expr d = rateInVelocity ? LEARNING_RATE.times(g).over(root) : g.over(root);
        Expr b = scalar("μ", momentum).times(read(VELOCITY)).plus(d);
        return program.set(VELOCITY, b).set(PARAMETER, theta.minus(rateInVelocity ? b : LEARNING_RATE.times(b)));
    }
}
