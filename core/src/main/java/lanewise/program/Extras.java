package lanewise.program;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.ONE;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * What can be asked of any rule, as a rewrite of its program: an extra that is absent leaves no
 * instruction behind. They act in this order, all folded into the rule's own pass over memory:
 *
 * <ol>
 *   <li>{@code g ← gradientScale·g},
 *   <li>clipping by value, then by global norm,
 *   <li>{@code g ← −g} to maximise,
 *   <li>weight decay, coupled ({@code g ← g + λθ}) or decoupled ({@code θ ← (1−ηλ)θ}),
 *   <li>the rule,
 *   <li>the average of the weights,
 *   <li>subnormal states become 0.
 * </ol>
 *
 * @param decay where weight decay acts
 * @param maximize whether the step goes up the gradient
 * @param scaled whether gradients are multiplied by {@link Clock#gradientScale()}
 * @param accumulated whether the sum of gradients in {@link #ACCUMULATED} is taken for the gradient,
 *     and cleared
 * @param clipValue the largest magnitude of an element of the gradient
 * @param clipNorm the largest global norm
 * @param observeNorm whether the global norm is computed and shown even if nothing is clipped
 * @param checkFinite whether the norm of the gradients before any clipping by value is shown, which is finite only if
 *     they are
 * @param flushSubnormals whether states below 2<sup>−126</sup> in magnitude become 0
 * @param average the running average of the weights that is kept
 */
public record Extras(
        Decay decay,
        boolean maximize,
        boolean scaled,
        boolean accumulated,
        OptionalDouble clipValue,
        OptionalDouble clipNorm,
        boolean observeNorm,
        boolean checkFinite,
        boolean flushSubnormals,
        Optional<Average> average) {

    /** Where weight decay acts. */
    public enum Decay {
        /** Where the rule's own formula has λ, if it has; else nowhere. */
        IN_RULE,
        /** On the gradient, as L2 regularisation does. */
        COUPLED,
        /** On the parameter, before the update. */
        DECOUPLED
    }

    /** The gradients of the micro-batches since the last step, summed. */
    public static final Slot ACCUMULATED = Slot.state("Σg");

    /** The name under which the global norm of the gradients is observed. */
    public static final String GRADIENT_NORM = "gradientNorm";

    /** The name under which the norm before clipping by value is observed. */
    public static final String UNCLIPPED_NORM = "unclippedNorm";

    /** The name under which the clip coefficient is observed. */
    public static final String CLIP_COEFFICIENT = "clipCoefficient";

    /** Added to the norm by {@code torch.nn.utils.clip_grad_norm_}, so that 0 is no divisor. */
    private static final Expr CLIP_EPSILON = constant(1e-6);

    /** No extra but the flush of subnormal states. */
    public static final Extras DEFAULT = new Extras(
            Decay.IN_RULE,
            false,
            false,
            false,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            false,
            false,
            true,
            Optional.empty());

    /** A copy in the making, its components by name: ten in a row are easily exchanged. */
    private static final class Draft {
        private Decay decay;
        private boolean maximize;
        private boolean scaled;
        private boolean accumulated;
        private OptionalDouble clipValue;
        private OptionalDouble clipNorm;
        private boolean observeNorm;
        private boolean checkFinite;
        private boolean flushSubnormals;
        private Optional<Average> average;

        Draft(Extras from) {
            decay = from.decay;
            maximize = from.maximize;
            scaled = from.scaled;
            accumulated = from.accumulated;
            clipValue = from.clipValue;
            clipNorm = from.clipNorm;
            observeNorm = from.observeNorm;
            checkFinite = from.checkFinite;
            flushSubnormals = from.flushSubnormals;
            average = from.average;
        }

        Extras done() {
            return new Extras(
                    decay,
                    maximize,
                    scaled,
                    accumulated,
                    clipValue,
                    clipNorm,
                    observeNorm,
                    checkFinite,
                    flushSubnormals,
                    average);
        }
    }

    private Extras with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** With decay in another place. */
    public Extras decay(Decay decay) {
        return with(draft -> draft.decay = decay);
    }

    /** Up the gradient or down. */
    public Extras maximize(boolean maximize) {
        return with(draft -> draft.maximize = maximize);
    }

    /** With gradients multiplied by the scale or not. */
    public Extras scaled(boolean scaled) {
        return with(draft -> draft.scaled = scaled);
    }

    /** With the sum of gradients in the place of the gradient or not. */
    public Extras accumulated(boolean accumulated) {
        return with(draft -> draft.accumulated = accumulated);
    }

    /** With elements clipped or not. */
    public Extras clipValue(OptionalDouble clipValue) {
        return with(draft -> draft.clipValue = clipValue);
    }

    /** With the global norm clipped or not. */
    public Extras clipNorm(OptionalDouble clipNorm) {
        return with(draft -> draft.clipNorm = clipNorm);
    }

    /** With the norm shown or not. */
    public Extras observeNorm(boolean observeNorm) {
        return with(draft -> draft.observeNorm = observeNorm);
    }

    /** With the norm before clipping by value shown or not. */
    public Extras checkFinite(boolean checkFinite) {
        return with(draft -> draft.checkFinite = checkFinite);
    }

    /** With subnormal states flushed or kept. */
    public Extras flushSubnormals(boolean flushSubnormals) {
        return with(draft -> draft.flushSubnormals = flushSubnormals);
    }

    /** With an average of the weights or none. */
    public Extras average(Optional<Average> average) {
        return with(draft -> draft.average = average);
    }

    /**
     * The program that adds a micro-batch's gradient to {@link #ACCUMULATED}.
     *
     * @return {@code Σg ← Σg + g}
     */
    public static Program accumulation() {
        return Program.empty().set(ACCUMULATED, read(ACCUMULATED).plus(read(Slot.GRADIENT)));
    }

    /**
     * Rewrites a rule's program.
     *
     * @param rule the program of the rule alone
     * @return the program with these extras
     */
    public Program applyTo(Program rule) {
        Expr gradient = read(Slot.GRADIENT);
        Expr g = accumulated ? read(ACCUMULATED) : gradient;
        Expr scale = scaled ? Scalars.GRADIENT_SCALE : ONE;
        Expr unclippedNorm = scaled(scale, g.norm(Extent.ALL));
        if (clipValue.isPresent()) {
            g = scaled(scale, g).clamp(scalar("c", clipValue.getAsDouble()));
            scale = ONE;
        }
        Expr norm = scaled(scale, g.norm(Extent.ALL));
        Expr coefficient = ONE;
        if (clipNorm.isPresent()) {
            Expr bound = scalar(clipValue.isPresent() ? "c₂" : "c", clipNorm.getAsDouble());
            coefficient = ONE.min(bound.over(norm.plus(CLIP_EPSILON)));
            scale = scaled(scale, coefficient);
        }
        if (maximize) {
            g = scale.equals(ONE) ? g.negate() : scale.negate().times(g);
        } else {
            g = scaled(scale, g);
        }
        if (decay == Decay.COUPLED) {
            g = Blocks.coupledDecay(g, read(Slot.PARAMETER));
        }
        Expr newGradient = g;
        Program program = decay == Decay.IN_RULE ? rule : rule.rewrite(Extras::withoutDecay);
        program = program.rewrite(expr -> expr.equals(gradient) ? newGradient : expr);
        if (decay == Decay.DECOUPLED) {
            program = program.rewrite(expr -> expr.equals(read(Slot.PARAMETER)) ? Blocks.decoupledDecay(expr) : expr);
        }
        if (average.isPresent()) {
            program = program.set(Average.AVERAGE, average.get().next(program.newValue(Slot.PARAMETER)));
        }
        if (flushSubnormals) {
            program = program.mapSets(Slot.Role.STATE, Expr::flush);
        }
        if (accumulated) {
            program = program.set(ACCUMULATED, constant(0));
        }
        if (checkFinite) {
            program = program.observe(UNCLIPPED_NORM, unclippedNorm);
        }
        if (observeNorm || checkFinite || clipNorm.isPresent()) {
            program = program.observe(GRADIENT_NORM, norm);
        }
        if (clipNorm.isPresent()) {
            program = program.observe(CLIP_COEFFICIENT, coefficient);
        }
        return program;
    }

    /**
     * What gives the parameter the weights to evaluate with.
     *
     * @param rule what the rule itself says of that, empty if nothing
     * @return empty if those weights are the ones that are trained
     * @throws IllegalArgumentException if both the rule and an average are asked for
     */
    public Program evaluation(Program rule) {
        if (average.isEmpty()) {
            return rule;
        }
        if (!rule.equals(Program.empty())) {
            throw new IllegalArgumentException(
                    "a rule that evaluates with weights of its own must have no average beside," + " got "
                            + average.get() + "; leave one of both out");
        }
        return average.get().evaluation();
    }

    /**
     * The extras that act on an estimate of the Hessian in the gradient's place, taken from the same scaled loss.
     *
     * @return neither decay, clipping, accumulation nor average
     */
    public Extras ofHessian() {
        return DEFAULT.maximize(maximize)
                .scaled(scaled)
                .checkFinite(checkFinite)
                .flushSubnormals(flushSubnormals);
    }

    /** A rule that has λ in its formula is not to decay twice. */
    private static Expr withoutDecay(Expr expr) {
        return expr.equals(Scalars.WEIGHT_DECAY) ? constant(0) : expr;
    }

    private static Expr scaled(Expr scale, Expr x) {
        return scale.equals(ONE) ? x : scale.times(x);
    }
}
