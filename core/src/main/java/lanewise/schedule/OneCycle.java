package lanewise.schedule;

import lanewise.program.Require;

/**
 * The one-cycle policy: up to a high peak, and down to far below where it began.
 *
 * <p>A short run is trained at a rate that a long one could not bear, with a gentle way in and a long way out. With
 * total steps T, warm-up fraction f, c the curve:
 *
 * <pre>
 * two phases     initial → peak   while k ≤ f·T − 1
 *                peak → last      while k ≤ T − 1, then last
 * three phases   initial → peak   while k ≤ f·T − 1
 *                peak → initial   while k ≤ 2·f·T − 2
 *                initial → last   while k ≤ T − 1, then last
 * </pre>
 *
 * <p>Made by {@link Schedule#oneCycle(double, long)} with PyTorch's defaults, changed by the methods here, each of which
 * returns another schedule:
 *
 * {@snippet :
 * Schedule rate = Schedule.oneCycle(0.1, 1000).withWarmupFraction(0.25).withCurve(Curve.linear());
 * Schedule momentum = Schedule.oneCycle(0.95, 0.85, 0.95, 1000); // the other way round, on the same clock
 * }
 *
 * <p><b>Differences.</b> Bends lie between steps, at f·T − 1, as in PyTorch: the peak itself is used by a step only where
 * that is a whole number. PyTorch names initial and last as {@code max_lr/div_factor} and {@code
 * initial_lr/final_div_factor}, and throws after T steps where this stays at {@code last}. In optax the bends lie on
 * steps; its one-cycle schedules are {@link Schedule#ramp ramps} put together by {@link Schedule#thenAt thenAt}.
 *
 * @param initial the rate of step 0, finite and at least 0
 * @param peak the highest rate (as a momentum, the lowest), finite and at least 0
 * @param last the rate of step T − 1 and after, finite and at least 0
 * @param totalSteps T, at least 1
 * @param warmupFraction f, the part of the steps that leads to the peak, with 1 &lt; f·T &lt; T, and in three phases 2·f·T
 *     &lt; T + 1
 * @param curve the shape of each phase
 * @param threePhases whether the way down visits {@code initial} at 2·f·T − 2
 * @see <a href="https://arxiv.org/abs/1708.07120">Smith, Topin, Super-Convergence: Very Fast Training of Neural Networks
 *     Using Large Learning Rates (2017)</a>
 */
public record OneCycle(
        double initial,
        double peak,
        double last,
        long totalSteps,
        double warmupFraction,
        Curve curve,
        boolean threePhases)
        implements Schedule {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one of them is left
     */
    public OneCycle {
        Require.atLeast("initial", 0, initial);
        Require.atLeast("peak", 0, peak);
        Require.atLeast("last", 0, last);
        Check.count("totalSteps", 1, totalSteps);
        Check.present("curve", curve);
        double up = warmupFraction * totalSteps;
        if (!(up > 1 && up < totalSteps)) {
            throw new IllegalArgumentException("warmupFraction must be above 1/totalSteps and below 1, got "
                    + warmupFraction + " of " + totalSteps + " steps");
        }
        if (threePhases && !(2 * up < totalSteps + 1.0)) {
            throw new IllegalArgumentException(
                    "warmupFraction must be below (totalSteps + 1)/(2·totalSteps) in three phases, got "
                            + warmupFraction + " of " + totalSteps + " steps");
        }
    }

    /**
     * The same cycle with its peak elsewhere.
     *
     * @param fraction f, the part of the steps that leads to the peak; PyTorch's {@code pct_start}, 0.3 by default
     * @return the schedule
     * @throws IllegalArgumentException if {@code fraction} is out of range
     */
    public OneCycle withWarmupFraction(double fraction) {
        return new OneCycle(initial, peak, last, totalSteps, fraction, curve, threePhases);
    }

    /**
     * The same cycle along another curve.
     *
     * @param shape of each phase; {@link Curve#cosine} by default
     * @return the schedule
     */
    public OneCycle withCurve(Curve shape) {
        return new OneCycle(initial, peak, last, totalSteps, warmupFraction, shape, threePhases);
    }

    /**
     * The same cycle with a way down as long as the way up, and a third phase from there to {@code last}.
     *
     * @return the schedule
     * @throws IllegalArgumentException if the first two phases leave no step for the third
     */
    public OneCycle inThreePhases() {
        return new OneCycle(initial, peak, last, totalSteps, warmupFraction, curve, true);
    }

    @Override
    public double at(long step) {
        double k = Check.step(step);
        double top = warmupFraction * totalSteps - 1;
        double end = totalSteps - 1.0;
        if (step >= totalSteps - 1) {
            return last;
        }
        if (k <= top) {
            return Ramp.at(peak, initial, curve, k, top);
        }
        if (!threePhases) {
            return Ramp.at(peak, last, curve, end - k, end - top);
        }
        double foot = 2 * warmupFraction * totalSteps - 2;
        return k <= foot
                ? Ramp.at(peak, initial, curve, foot - k, foot - top)
                : Ramp.at(initial, last, curve, end - k, end - foot);
    }
}
