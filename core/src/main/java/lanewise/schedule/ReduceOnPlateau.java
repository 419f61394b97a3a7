package lanewise.schedule;

import lanewise.program.Require;

/**
 * A rate that is cut when a metric has stopped getting better, as PyTorch's {@code ReduceLROnPlateau}.
 *
 * <p>This is the only schedule with state: {@link #at} answers the current rate whatever the step, and {@link #observe}
 * changes it. So it has to be saved and restored with the run ({@link #state}, {@link #restore}), and must not be shared
 * between runs. Nothing in it is synchronized: observe between steps, from the thread that steps.
 *
 * <pre>
 * better(x)    x &lt; best·(1 − threshold)    lower is better, relative threshold
 *              x &lt; best − threshold         lower is better, absolute
 *              x &gt; best·(1 + threshold)    higher is better, relative
 *              x &gt; best + threshold         higher is better, absolute
 *
 * observe(x)   if better(x): best ← x, bad ← 0; otherwise bad ← bad + 1
 *              if cooling &gt; 0: cooling ← cooling − 1, bad ← 0
 *              if bad &gt; patience: rate ← max(factor·rate, minimum), unless that changes it by no more than leastChange;
 *                                  cooling ← cooldown, bad ← 0
 * </pre>
 *
 * <p>The defaults are PyTorch's: factor 0.1, patience 10, relative threshold 1e-4, cooldown 0, minimum 0, least change
 * 1e-8.
 *
 * {@snippet :
 * ReduceOnPlateau plateau = ReduceOnPlateau.lowerIsBetter(0.1).withFactor(0.5).withPatience(3);
 * plateau.observe(validationLoss); // once an epoch; later steps use the new rate
 * }
 *
 * <p>It composes like any schedule: {@code plateau.withWarmup(100)}, or with a rate of 1 as a factor of another, {@code
 * cosine.times(plateau)}. Keep the {@code plateau} itself to observe with.
 *
 * <p><b>Non-finite metrics.</b> NaN is never better, so it counts as a bad observation, as in PyTorch; so does an
 * infinity on the wrong side. An infinity on the right side is best for good.
 *
 * <p><b>Differences.</b> None from PyTorch, where too a relative threshold asks for less, not more, while the best metric
 * is negative: such metrics want {@link #withAbsoluteThreshold}. Keras's {@code ReduceLROnPlateau} has an absolute
 * threshold and cuts at {@code bad ≥ patience}.
 *
 * @see <a href="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html">PyTorch's
 *     ReduceLROnPlateau</a>
 */
public final class ReduceOnPlateau implements Schedule {
    /**
     * All that a plateau remembers; what a checkpoint has to hold.
     *
     * @param rate the current rate, finite and at least 0
     * @param best the best metric so far; an infinity before the first
     * @param bad observations in a row that were not better, at least 0
     * @param cooling observations that are still not to be counted, at least 0
     */
    public record State(double rate, double best, int bad, int cooling) {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if one of them is left
         */
        public State {
            Require.atLeast("rate", 0, rate);
            if (Double.isNaN(best)) {
                throw new IllegalArgumentException("best must be a number or an infinity, got NaN");
            }
            Check.count("bad", 0, bad);
            Check.count("cooling", 0, cooling);
        }
    }

    private final double initial;
    private final boolean lowerIsBetter;

    // Set by the with… methods only, before anyone else sees the object.
    private double factor = 0.1;
    private int patience = 10;
    private double threshold = 1e-4;
    private boolean relative = true;
    private int cooldown = 0;
    private double minimum = 0;
    private double leastChange = 1e-8;

    private double rate;
    private double best;
    private int bad;
    private int cooling;

    private ReduceOnPlateau(double initial, boolean lowerIsBetter) {
        this.initial = Require.atLeast("rate", 0, initial);
        this.lowerIsBetter = lowerIsBetter;
        rate = initial;
        best = lowerIsBetter ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    private ReduceOnPlateau atItsBeginning() {
        ReduceOnPlateau other = new ReduceOnPlateau(initial, lowerIsBetter);
        other.factor = factor;
        other.patience = patience;
        other.threshold = threshold;
        other.relative = relative;
        other.cooldown = cooldown;
        other.minimum = minimum;
        other.leastChange = leastChange;
        return other;
    }

    /**
     * A plateau for a metric that should fall, such as a loss.
     *
     * @param rate to begin with, finite and at least 0
     * @return the schedule, with PyTorch's defaults
     * @throws IllegalArgumentException if {@code rate} is out of range
     */
    public static ReduceOnPlateau lowerIsBetter(double rate) {
        return new ReduceOnPlateau(rate, true);
    }

    /**
     * A plateau for a metric that should rise, such as an accuracy.
     *
     * @param rate to begin with, finite and at least 0
     * @return the schedule, with PyTorch's defaults
     * @throws IllegalArgumentException if {@code rate} is out of range
     */
    public static ReduceOnPlateau higherIsBetter(double rate) {
        return new ReduceOnPlateau(rate, false);
    }

    /**
     * Another plateau, at its beginning, with this factor.
     *
     * @param factor what a cut multiplies the rate by, in (0, 1)
     * @return the schedule
     * @throws IllegalArgumentException if {@code factor} is out of range
     */
    public ReduceOnPlateau withFactor(double factor) {
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("factor must be in (0, 1), got " + factor);
        }
        ReduceOnPlateau other = atItsBeginning();
        other.factor = factor;
        return other;
    }

    /**
     * Another plateau, at its beginning, with this patience.
     *
     * @param observations in a row that may be no better without a cut; the next one cuts. At least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code observations} is out of range
     */
    public ReduceOnPlateau withPatience(int observations) {
        ReduceOnPlateau other = atItsBeginning();
        other.patience = (int) Check.count("patience", 0, observations);
        return other;
    }

    /**
     * Another plateau, at its beginning, that asks for a gain in proportion to the best metric.
     *
     * @param threshold the part of the best metric that a better one differs by, in [0, 1)
     * @return the schedule
     * @throws IllegalArgumentException if {@code threshold} is out of range
     */
    public ReduceOnPlateau withRelativeThreshold(double threshold) {
        if (!(threshold >= 0 && threshold < 1)) {
            throw new IllegalArgumentException("relative threshold must be in [0, 1), got " + threshold);
        }
        return withThreshold(threshold, true);
    }

    /**
     * Another plateau, at its beginning, that asks for a gain of a fixed size.
     *
     * @param threshold the amount that a better metric differs by, finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code threshold} is out of range
     */
    public ReduceOnPlateau withAbsoluteThreshold(double threshold) {
        return withThreshold(Require.atLeast("absolute threshold", 0, threshold), false);
    }

    private ReduceOnPlateau withThreshold(double threshold, boolean relative) {
        ReduceOnPlateau other = atItsBeginning();
        other.threshold = threshold;
        other.relative = relative;
        return other;
    }

    /**
     * Another plateau, at its beginning, that counts nothing for a while after each cut.
     *
     * @param observations after a cut that do not count as bad, at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code observations} is out of range
     */
    public ReduceOnPlateau withCooldown(int observations) {
        ReduceOnPlateau other = atItsBeginning();
        other.cooldown = (int) Check.count("cooldown", 0, observations);
        return other;
    }

    /**
     * Another plateau, at its beginning, that cuts no deeper than this.
     *
     * @param minimum the lowest rate, finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code minimum} is out of range
     */
    public ReduceOnPlateau withMinimum(double minimum) {
        ReduceOnPlateau other = atItsBeginning();
        other.minimum = Require.atLeast("minimum", 0, minimum);
        return other;
    }

    /**
     * Another plateau, at its beginning, that leaves the rate alone when a cut would hardly change it.
     *
     * @param leastChange a cut by no more than this is not made; PyTorch's {@code eps}; finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code leastChange} is out of range
     */
    public ReduceOnPlateau withLeastChange(double leastChange) {
        ReduceOnPlateau other = atItsBeginning();
        other.leastChange = Require.atLeast("leastChange", 0, leastChange);
        return other;
    }

    /**
     * Takes a new value of the metric, once an epoch or an evaluation. Allocates nothing.
     *
     * @param metric the value; NaN is never better
     */
    public void observe(double metric) {
        if (better(metric)) {
            best = metric;
            bad = 0;
        } else {
            bad++;
        }
        if (cooling > 0) {
            cooling--;
            bad = 0;
        }
        if (bad > patience) {
            double reduced = Math.max(factor * rate, minimum);
            if (rate - reduced > leastChange) {
                rate = reduced;
            }
            cooling = cooldown;
            bad = 0;
        }
    }

    private boolean better(double metric) {
        if (lowerIsBetter) {
            return metric < (relative ? best * (1 - threshold) : best - threshold);
        }
        return metric > (relative ? best * (1 + threshold) : best + threshold);
    }

    /**
     * The current rate, whatever the step.
     *
     * @param step at least 0; does not matter
     */
    @Override
    public double at(long step) {
        Check.step(step);
        return rate;
    }

    /**
     * What the next checkpoint has to hold.
     *
     * @return the state
     */
    public State state() {
        return new State(rate, best, bad, cooling);
    }

    /**
     * Continues where another plateau with the same options was.
     *
     * @param state from {@link #state}
     */
    public void restore(State state) {
        rate = state.rate;
        best = state.best;
        bad = state.bad;
        cooling = state.cooling;
    }

    @Override
    public String toString() {
        return "ReduceOnPlateau[initial=" + initial + ", lowerIsBetter=" + lowerIsBetter + ", factor=" + factor
                + ", patience=" + patience + ", threshold=" + threshold + ", relative=" + relative + ", cooldown="
                + cooldown + ", minimum=" + minimum + ", leastChange=" + leastChange + ", " + state() + "]";
    }
}
