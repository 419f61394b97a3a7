package lanewise.program;

import static lanewise.program.Expr.read;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.STEP;

import java.util.Objects;

/**
 * A running average of the weights, kept in the pass that moves them: {@code θ̄ ← θ̄ + cₙ·(θ − θ̄)}. It costs 4 bytes
 * of state per parameter and moves 8 more in a step.
 *
 * <p>The n-th update has the weight cₙ:
 *
 * <pre>
 * {@link #ema}           1−d, but 1 for n = 1        copies first, as PyTorch's AveragedModel with get_ema_multi_avg_fn
 * {@link #debiasedEma}   (1−d)/(1−dⁿ)                as optax's ema: an average from zero, divided by 1−dⁿ
 * {@link #warmedUpEma}   1−min(d, 1−(1+s/γ)^−p)      with s = max(0, n−2), as timm's ModelEmaV3
 * {@link #countedEma}    1−min(d, (1+n)/(10+n))      starts from the first weights, as TensorFlow and torch_ema
 * {@link #uniform}       1/n                         stochastic weight averaging, as PyTorch's AveragedModel
 * </pre>
 *
 * <p>A parameter that has no gradient in a step is not averaged in that step: nothing of it changes.
 *
 * @param kind the law of the weight
 * @param decay d in [0, 1); 0 for {@link Kind#UNIFORM}
 * @param gamma γ, finite and above 0; for {@link Kind#WARMED_UP_EMA}
 * @param power p, finite and above 0; for {@link Kind#WARMED_UP_EMA}
 * @param from the first step that is averaged, at least 1
 * @param every how many steps are between two updates, at least 1
 * @see <a href="https://arxiv.org/abs/1803.05407">Izmailov, Podoprikhin, Garipov, Vetrov, Wilson: Averaging Weights
 *     Leads to Wider Optima and Better Generalization (UAI 2018)</a>
 */
public record Average(Kind kind, double decay, double gamma, double power, long from, long every) {

    /** The average, kept beside the weights. */
    public static final Slot AVERAGE = Slot.state("θ̄");

    /** The law by which updates are weighted. */
    public enum Kind {
        /** Exponential; the first update copies. */
        EMA,
        /** Exponential, as if from zero and corrected for it. */
        DEBIASED_EMA,
        /** Exponential, its decay warmed up by a power of the number of updates. */
        WARMED_UP_EMA,
        /** Exponential from the first weights, its decay bounded by a ratio of the number of updates. */
        COUNTED_EMA,
        /** All alike. */
        UNIFORM
    }

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Average {
        Objects.requireNonNull(kind, "kind");
        Require.decayRate("decay", decay);
        Require.positive("gamma", gamma);
        Require.positive("power", power);
        Require.atLeast("from", 1, from);
        Require.atLeast("every", 1, every);
    }

    /**
     * An exponential moving average whose first update copies the weights.
     *
     * @param decay d in [0, 1)
     * @return the average
     */
    public static Average ema(double decay) {
        return new Average(Kind.EMA, decay, 1, 1, 1, 1);
    }

    /**
     * An exponential moving average corrected for its start at zero.
     *
     * @param decay d in [0, 1)
     * @return the average
     */
    public static Average debiasedEma(double decay) {
        return new Average(Kind.DEBIASED_EMA, decay, 1, 1, 1, 1);
    }

    /**
     * An exponential moving average whose decay grows to d.
     *
     * @param decay d in [0, 1)
     * @param gamma γ, finite and above 0; timm's and diffusers' is 1
     * @param power p, finite and above 0; theirs is 2/3
     * @return the average
     */
    public static Average warmedUpEma(double decay, double gamma, double power) {
        return new Average(Kind.WARMED_UP_EMA, decay, gamma, power, 1, 1);
    }

    /**
     * An exponential moving average from the first weights whose decay is at most (1+n)/(10+n).
     *
     * @param decay d in [0, 1)
     * @return the average
     */
    public static Average countedEma(double decay) {
        return new Average(Kind.COUNTED_EMA, decay, 1, 1, 1, 1);
    }

    /**
     * The mean of all weights: stochastic weight averaging.
     *
     * @return the average
     */
    public static Average uniform() {
        return new Average(Kind.UNIFORM, 0, 1, 1, 1, 1);
    }

    /** With the first update after step {@code step}, at least 1. */
    public Average from(long step) {
        return new Average(kind, decay, gamma, power, step, every);
    }

    /** With an update every {@code steps} steps, at least 1. */
    public Average every(long steps) {
        return new Average(kind, decay, gamma, power, from, steps);
    }

    /** What the average becomes, given the new weights. */
    Expr next(Expr weights) {
        Expr average = read(AVERAGE);
        Expr before = kind == Kind.COUNTED_EMA ? Expr.select(STEP.minus(ONE), average, read(Slot.PARAMETER)) : average;
        Expr c = Expr.scalar("cₙ", clock -> weight(clock.step()));
        Expr next = before.plus(c.times(weights.minus(before)));
        // 0·(θ−θ̄) would let NaN through.
        return from == 1 && every == 1 ? next : Expr.select(c, next, before);
    }

    /** The weights to evaluate with: those at hand until there is an average. */
    Program evaluation() {
        Expr begun = STEP.minus(Expr.constant(from - 1.0));
        return Program.empty().set(Slot.PARAMETER, Expr.select(begun, read(AVERAGE), read(Slot.PARAMETER)));
    }

    private double weight(long step) {
        long since = step - from;
        if (since < 0 || since % every != 0) {
            return 0;
        }
        long updates = since / every + 1;
        return weightOfUpdate(updates);
    }

    private double weightOfUpdate(double n) {
        return switch (kind) {
            case EMA -> n == 1 ? 1 : 1 - decay;
            case DEBIASED_EMA -> (1 - decay) / (1 - Power.of(decay, n));
            case WARMED_UP_EMA -> 1 - Math.min(decay, 1 - 1 / Power.of(1 + Math.max(0, n - 2) / gamma, power));
            case COUNTED_EMA -> 1 - Math.min(decay, (1 + n) / (10 + n));
            case UNIFORM -> 1 / n;
        };
    }
}
