package lanewise.schedule;

import java.util.ArrayList;
import java.util.List;
import lanewise.program.Require;

/**
 * The learning rate as a function of the step.
 *
 * <p>{@code at(k)} is the rate that optimizer step k uses, k from 0: the first step uses {@code at(0)}. It is a pure
 * function of k, so it can be asked in any order, from any thread, and a resumed run continues with the same bits. (The
 * exception is {@link ReduceOnPlateau}.) Steps may be as large as 2<sup>62</sup>; the ready schedules throw {@link
 * IllegalArgumentException} for a step below 0, and give finite rates of at least 0.
 *
 * <p>The ready ones are below, and what puts them together: {@link #withWarmup(long) withWarmup}, {@link #thenAt
 * thenAt}, {@link #times(Schedule) times}, {@link #delayedBy delayedBy}, {@link #perEpoch perEpoch}, {@link #atLeast
 * atLeast}, {@link #atMost atMost}. Each part runs on its own clock, which starts at 0 where the part starts. Any lambda
 * is a schedule too, and composes the same way; it should keep to {@code StrictMath} if runs are to be the same on every
 * CPU.
 *
 * {@snippet :
 * Schedule usual = Schedule.cosine(1e-3, 0, 900).withWarmup(100);
 * Schedule own = step -> 0.1 / StrictMath.cbrt(step + 1.0);
 * }
 *
 * <p>In the formulas, η is the first rate and k the step. {@code package lanewise.schedule} lists the names that
 * PyTorch, Hugging Face, Keras and optax have for these.
 */
@FunctionalInterface
public interface Schedule {
    /**
     * The rate of a step.
     *
     * @param step k, counted from 0, at most 2<sup>62</sup>
     * @return the rate that this step uses
     */
    double at(long step);

    // ---- Constant pieces

    /**
     * The same rate at every step: {@code η}.
     *
     * {@snippet :
     * Schedule.constant(0.1).at(1_000_000); // 0.1
     * }
     *
     * @param rate η, finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code rate} is out of range
     */
    static Schedule constant(double rate) {
        return new Constant(rate);
    }

    /**
     * A cut at regular intervals: {@code η·γ^⌊k/every⌋}.
     *
     * <p>PyTorch's {@code StepLR}; the staircase of Keras and optax.
     *
     * {@snippet :
     * Schedule.stepDecay(0.1, 0.5, 10).at(10); // 0.05
     * }
     *
     * @param initial η, finite and at least 0
     * @param factor γ, finite and above 0; above 1 the rate grows, up to {@link Double#MAX_VALUE}: see {@link #atMost}
     * @param every the steps between two cuts, at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule stepDecay(double initial, double factor, long every) {
        Check.count("every", 1, every);
        return exponential(initial, factor).perEpoch(every);
    }

    /**
     * A cut at each milestone: {@code η·γⁿ}, n the number of milestones ≤ k. A milestone that is listed twice cuts twice.
     *
     * <p>PyTorch's {@code MultiStepLR}: the step with the milestone's number is the first to use the new rate. ({@link
     * #piecewiseConstant} changes one step later.)
     *
     * {@snippet :
     * Schedule.multiStep(0.1, 0.5, 30, 60).at(60); // 0.025
     * }
     *
     * @param initial η, finite and at least 0
     * @param factor γ, finite and above 0
     * @param milestones in ascending order, each at least 0
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range, or the milestones are out of order
     */
    static Schedule multiStep(double initial, double factor, long... milestones) {
        Require.atLeast("initial", 0, initial);
        Require.positive("factor", factor);
        List<Long> changes = new ArrayList<>();
        List<Double> rates = new ArrayList<>(List.of(initial));
        for (int i = 0; i < milestones.length; i++) {
            Check.count("milestones[" + i + "]", i == 0 ? 0 : milestones[i - 1], milestones[i]);
            changes.add(milestones[i]);
            rates.add(Exponential.scaled(initial, factor, i + 1));
        }
        return new Piecewise(changes, rates);
    }

    /**
     * A rate for each stretch: {@code rates[i]} for {@code boundaries[i−1] < k ≤ boundaries[i]}.
     *
     * <p>Keras's {@code PiecewiseConstantDecay}: the step with the boundary's number still uses the old rate, one step
     * later than the milestones of {@link #multiStep}.
     *
     * {@snippet :
     * Schedule.piecewiseConstant(new long[] {10, 30}, 0.1, 0.05, 0.01).at(10); // 0.1
     * }
     *
     * @param boundaries the last step of each stretch but the last one, ascending, no two the same, each at least 0
     * @param rates one more than boundaries; each finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range, or the counts do not fit
     */
    static Schedule piecewiseConstant(long[] boundaries, double... rates) {
        if (rates.length != boundaries.length + 1) {
            throw new IllegalArgumentException(
                    "rates must be one more than the boundaries, " + (boundaries.length + 1) + ", got " + rates.length);
        }
        List<Long> changes = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < rates.length; i++) {
            values.add(Require.atLeast("rates[" + i + "]", 0, rates[i]));
        }
        for (int i = 0; i < boundaries.length; i++) {
            changes.add(Check.count("boundaries[" + i + "]", i == 0 ? 0 : changes.getLast(), boundaries[i]) + 1);
        }
        return new Piecewise(changes, values);
    }

    // ---- Decays without an end

    /**
     * A cut by the same factor at every step: {@code η·γᵏ}.
     *
     * <p>PyTorch's {@code ExponentialLR}, which multiplies step by step, so that its last bits differ.
     *
     * {@snippet :
     * Schedule.exponential(0.1, 0.5).at(2); // 0.025
     * }
     *
     * @param initial η, finite and at least 0
     * @param factor γ, finite and above 0; above 1 the rate grows, up to {@link Double#MAX_VALUE}: see {@link #atMost}
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule exponential(double initial, double factor) {
        return exponential(initial, factor, 1);
    }

    /**
     * A smooth cut by a factor over a number of steps: {@code η·γ^(k/steps)}.
     *
     * <p>Keras's {@code ExponentialDecay}, optax's {@code exponential_decay}; with a staircase it is {@link #stepDecay}.
     *
     * {@snippet :
     * Schedule.exponential(0.1, 0.5, 100).at(200); // 0.025
     * }
     *
     * @param initial η, finite and at least 0
     * @param factor γ, finite and above 0
     * @param steps over which the rate falls by {@code factor}, at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule exponential(double initial, double factor, long steps) {
        return new Exponential(initial, factor, steps);
    }

    /**
     * One over time: {@code η / (1 + decayRate·k/steps)}.
     *
     * <p>Keras's {@code InverseTimeDecay}. With a staircase: {@code inverseTime(η, rate, 1).perEpoch(steps)}.
     *
     * {@snippet :
     * Schedule.inverseTime(0.1, 0.5, 5).at(10); // 0.05
     * }
     *
     * @param initial η, finite and at least 0
     * @param decayRate finite and at least 0
     * @param steps the unit of time, at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule inverseTime(double initial, double decayRate, long steps) {
        return new InverseTime(initial, decayRate, steps);
    }

    /**
     * One over the square root of time: {@code η·√(timescale/(timescale + k))}.
     *
     * <p>Behind a warm-up of W steps it is Hugging Face's {@code get_inverse_sqrt_schedule}; with {@code timescale = W} it
     * is fairseq's {@code inverse_sqrt}, η·√(W/step) from step W on.
     *
     * {@snippet :
     * Schedule.inverseSqrt(0.1, 4000).withWarmup(4000).at(16_000); // 0.05
     * }
     *
     * @param initial η, finite and at least 0
     * @param timescale after three of these the rate has halved; at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule inverseSqrt(double initial, long timescale) {
        return new InverseSqrt(initial, timescale);
    }

    /**
     * The Transformer's: {@code factor·modelSize^−½·min(t^−½, t·W^−1.5)}, t = max(k, 1).
     *
     * <p>A linear warm-up to {@code factor/√(modelSize·W)} at step W, then one over the square root. Step 0 counts as step
     * 1, so the first two steps use the same rate, as in The Annotated Transformer.
     *
     * {@snippet :
     * Schedule.noam(1, 512, 4000).at(4000); // 6.9877e-4
     * }
     *
     * @param factor finite and at least 0
     * @param modelSize the width of the model, at least 1; with 1 {@code factor} alone sets the height
     * @param warmupSteps W, at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser,
     *     Polosukhin, Attention Is All You Need (2017), section 5.3</a>
     */
    static Schedule noam(double factor, long modelSize, long warmupSteps) {
        return new Noam(factor, modelSize, warmupSteps);
    }

    // ---- From one rate to another

    /**
     * From one rate to another along a curve: {@code to + (from − to)·curve((steps − k)/steps)} while k &lt; steps, then
     * {@code to}.
     *
     * <p>The pattern of {@link #linear}, {@link #polynomial} and {@link #cosine}; may also rise. Both ends are exact.
     *
     * {@snippet :
     * Schedule.ramp(0.1, 0.01, 400, Curve.oneMinusSqrt()).at(100); // 0.055
     * }
     *
     * @param from the rate of step 0, finite and at least 0
     * @param to the rate from step {@code steps} on, finite and at least 0
     * @param steps at least 1
     * @param curve the shape
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule ramp(double from, double to, long steps, Curve curve) {
        return new Ramp(from, to, steps, curve);
    }

    /**
     * A straight line: {@code to + (from − to)·(1 − k/steps)} while k &lt; steps, then {@code to}.
     *
     * <p>PyTorch's {@code LinearLR}; behind a warm-up and with {@code to = 0} Hugging Face's linear schedule.
     *
     * {@snippet :
     * Schedule.linear(0.1, 0, 100).at(25); // 0.075
     * }
     *
     * @param from the rate of step 0, finite and at least 0
     * @param to the rate from step {@code steps} on, finite and at least 0
     * @param steps at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule linear(double from, double to, long steps) {
        return ramp(from, to, steps, Curve.linear());
    }

    /**
     * A power of what is left: {@code to + (from − to)·(1 − k/steps)^power} while k &lt; steps, then {@code to}.
     *
     * <p>PyTorch's {@code PolynomialLR} (to = 0), Hugging Face's polynomial schedule, Keras's {@code PolynomialDecay},
     * optax's {@code polynomial_schedule}.
     *
     * {@snippet :
     * Schedule.polynomial(0.1, 0, 40, 2).at(20); // 0.025
     * }
     *
     * @param from the rate of step 0, finite and at least 0
     * @param to the rate from step {@code steps} on, finite and at least 0
     * @param steps at least 1
     * @param power finite and above 0; 1 is a straight line
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule polynomial(double from, double to, long steps, double power) {
        Require.positive("power", power);
        return ramp(from, to, steps, Curve.linear().raisedTo(power));
    }

    /**
     * Half a cosine: {@code to + (from − to)·(1 + cos(πk/steps))/2} while k &lt; steps, then {@code to}.
     *
     * <p>Keras's {@code CosineDecay} and optax's {@code cosine_decay_schedule}, with {@code to = α·η}. It stays at {@code
     * to}; PyTorch's and Hugging Face's rise again: {@link #cosineWave}.
     *
     * {@snippet :
     * Schedule.cosine(1e-3, 0, 900).withWarmup(100).at(550); // 5e-4
     * }
     *
     * @param from the rate of step 0, finite and at least 0
     * @param to the rate from step {@code steps} on, finite and at least 0
     * @param steps at least 1; a warm-up before it is not among them
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule cosine(double from, double to, long steps) {
        return ramp(from, to, steps, Curve.cosine());
    }

    /**
     * A linear warm-up from {@code min}, a constant stretch, a decay to {@code min}, and {@code min} from there on.
     *
     * <p>Hugging Face's {@code get_wsd_schedule} with {@code min = min_lr_ratio·peak}. For another form of warm-up,
     * write out what this is short for:
     *
     * {@snippet :
     * Schedule wsd = Schedule.constant(0.1)
     *         .thenAt(700, Schedule.ramp(0.1, 0.01, 200, Curve.oneMinusSqrt()))
     *         .withWarmup(100, 0.01, Curve.cosine());
     * }
     *
     * @param peak the constant rate, finite and at least 0
     * @param min the rate of step 0 and of the end, finite and at least 0
     * @param warmupSteps at least 0
     * @param stableSteps at least 0
     * @param decaySteps at least 1
     * @param decay the shape of the decay: {@link Curve#linear}, {@link Curve#cosine}, {@link Curve#oneMinusSqrt}
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     * @see <a href="https://arxiv.org/abs/2404.06395">Hu and others, MiniCPM: Unveiling the Potential of Small Language
     *     Models with Scalable Training Strategies (2024)</a>
     */
    static Schedule warmupStableDecay(
            double peak, double min, long warmupSteps, long stableSteps, long decaySteps, Curve decay) {
        Require.atLeast("peak", 0, peak);
        Require.atLeast("min", 0, min);
        Check.count("warmupSteps", 0, warmupSteps);
        Check.count("stableSteps", 0, stableSteps);
        Check.count("decaySteps", 1, decaySteps);
        return ramp(peak, min, decaySteps, decay).delayedBy(stableSteps).withWarmup(warmupSteps, min);
    }

    // ---- Cycles

    /**
     * A cosine that goes on: {@code min + (max − min)·(1 + cos(π·halfCycles·k/steps))/2}.
     *
     * <p>With one half-cycle it is the closed form of PyTorch's {@code CosineAnnealingLR}, {@code steps = T_max}. Behind a
     * warm-up it is Hugging Face's cosine schedule, {@code halfCycles = 2·num_cycles}. Both rise again after {@code
     * steps}; {@link #cosine} does not.
     *
     * {@snippet :
     * Schedule.cosineWave(0.1, 0, 50, 1).at(100); // 0.1 again
     * }
     *
     * @param max the rate of step 0, finite and at least 0
     * @param min the rate at the bottom, finite and at least 0
     * @param steps at least 1
     * @param halfCycles the ways down and up within {@code steps}, at least 1; {@code steps × halfCycles} at most
     *     2<sup>62</sup>
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule cosineWave(double max, double min, long steps, int halfCycles) {
        return new CosineWave(max, min, steps, halfCycles);
    }

    /**
     * A cosine from {@code max} to {@code min} that starts again at {@code max}, each time {@code multiplier} times as
     * long: {@code min + (max − min)·(1 + cos(πj/Tᵢ))/2}, j the steps since the last restart, {@code Tᵢ =
     * firstCycle·multiplierⁱ}.
     *
     * <p>PyTorch's {@code CosineAnnealingWarmRestarts}. For restarts that end with the training, see {@link
     * #cosineCycles}.
     *
     * {@snippet :
     * Schedule.cosineRestarts(0.1, 0, 8, 2).at(8 + 16); // 0.1: the second restart
     * }
     *
     * @param max the rate after each restart, finite and at least 0
     * @param min the rate that each cycle goes towards, finite and at least 0
     * @param firstCycle T₀, at least 1
     * @param multiplier at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov, Hutter, SGDR: Stochastic Gradient Descent with Warm
     *     Restarts (2017)</a>
     */
    static Schedule cosineRestarts(double max, double min, long firstCycle, int multiplier) {
        return new CosineRestarts(max, min, firstCycle, multiplier);
    }

    /**
     * A number of equal cosines within a number of steps, each from {@code max} to {@code min}, then {@code min}: {@code
     * min + (max − min)·(1 + cos(π·(cycles·k/steps mod 1)))/2}.
     *
     * <p>Hugging Face's {@code get_cosine_with_hard_restarts_schedule_with_warmup}. A cycle need not be a whole number of
     * steps.
     *
     * {@snippet :
     * Schedule.cosineCycles(0.1, 0, 45, 3).at(15); // 0.1: the first restart
     * }
     *
     * @param max the rate after each restart, finite and at least 0
     * @param min the rate that each cycle goes towards, finite and at least 0
     * @param steps of all cycles together, at least 1
     * @param cycles at least 1; {@code steps × cycles} at most 2<sup>62</sup>
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule cosineCycles(double max, double min, long steps, int cycles) {
        return new CosineCycles(max, min, steps, cycles);
    }

    /**
     * Up and down in straight lines: PyTorch's {@code CyclicLR} in mode {@code triangular}; {@link #cyclic(double, double,
     * long, long, Schedule)} without a scale.
     *
     * {@snippet :
     * Schedule.cyclic(0.01, 0.1, 10, 10).at(30); // 0.1
     * }
     *
     * @param base the rate of step 0, finite and at least 0
     * @param peak the rate of step {@code stepsUp}, finite and at least 0
     * @param stepsUp at least 1
     * @param stepsDown at least 1
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    static Schedule cyclic(double base, double peak, long stepsUp, long stepsDown) {
        return cyclic(base, peak, stepsUp, stepsDown, constant(1));
    }

    /**
     * Up and down in straight lines, to a height that is scaled: {@code base + (peak − base)·h·scale(k)}, with h going
     * from 0 to 1 in {@code stepsUp} and back in {@code stepsDown}, over and over.
     *
     * <p>PyTorch's {@code CyclicLR}: mode {@code triangular2} halves the height each cycle, {@code exp_range} shrinks it
     * each step. A {@code peak} below {@code base} cycles the other way round, as its momentum does.
     *
     * {@snippet :
     * Schedule triangular2 = Schedule.cyclic(0.01, 0.1, 10, 10, Schedule.stepDecay(1, 0.5, 20));
     * Schedule expRange = Schedule.cyclic(0.01, 0.1, 10, 10, Schedule.exponential(1, 0.98));
     * }
     *
     * @param base the rate of step 0, finite and at least 0
     * @param peak the highest rate where the scale is 1, finite and at least 0
     * @param stepsUp at least 1
     * @param stepsDown at least 1
     * @param scale what the height is multiplied by; from 0 to 1, on the clock of the whole
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     * @see <a href="https://arxiv.org/abs/1506.01186">Smith, Cyclical Learning Rates for Training Neural Networks
     *     (2017)</a>
     */
    static Schedule cyclic(double base, double peak, long stepsUp, long stepsDown, Schedule scale) {
        return new Cyclic(base, peak, stepsUp, stepsDown, scale);
    }

    /**
     * The one-cycle policy with PyTorch's defaults: from {@code peak/25} up to {@code peak} in the first 0.3 of the steps,
     * then down to {@code peak/25/10⁴}, along cosines.
     *
     * {@snippet :
     * Schedule.oneCycle(0.1, 1000).inThreePhases().at(0); // 0.004
     * }
     *
     * @param peak the highest rate, finite and at least 0
     * @param totalSteps at least 4
     * @return the schedule, whose methods change what is not as wanted
     * @throws IllegalArgumentException if an argument is out of range
     */
    static OneCycle oneCycle(double peak, long totalSteps) {
        Require.atLeast("peak", 0, peak);
        Check.count("totalSteps", 4, totalSteps);
        return oneCycle(peak / 25, peak, peak / 25 / 1e4, totalSteps);
    }

    /**
     * The one-cycle policy between three rates: from {@code initial} up to {@code peak} in the first 0.3 of the steps,
     * then down to {@code last}, along cosines. With {@code peak} below the others it cycles a momentum.
     *
     * {@snippet :
     * Schedule momentum = Schedule.oneCycle(0.95, 0.85, 0.95, 1000);
     * }
     *
     * @param initial the rate of step 0, finite and at least 0
     * @param peak the rate in between, finite and at least 0
     * @param last the rate of the last step and after, finite and at least 0
     * @param totalSteps at least 4
     * @return the schedule, whose methods change what is not as wanted
     * @throws IllegalArgumentException if an argument is out of range
     */
    static OneCycle oneCycle(double initial, double peak, double last, long totalSteps) {
        Check.count("totalSteps", 4, totalSteps);
        return new OneCycle(initial, peak, last, totalSteps, 0.3, Curve.cosine(), false);
    }

    // ---- Putting together

    /**
     * A linear warm-up from 0, then this schedule on its own clock: {@code at(0)·k/W} while k &lt; W, then {@code at(k −
     * W)}.
     *
     * <p>Step 0 uses a rate of 0, as Hugging Face's warm-ups do. A warm-up that begins with η/W instead, {@code η·(k +
     * 1)/W}, is {@code withWarmup(W − 1, η/W)}.
     *
     * {@snippet :
     * Schedule.constant(1e-3).withWarmup(100).at(50); // 5e-4
     * }
     *
     * @param warmupSteps W, at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code warmupSteps} is out of range
     */
    default Schedule withWarmup(long warmupSteps) {
        return withWarmup(warmupSteps, 0);
    }

    /**
     * A linear warm-up from a rate: {@code from + (at(0) − from)·k/W} while k &lt; W, then {@code at(k − W)}.
     *
     * {@snippet :
     * Schedule.constant(0.1).withWarmup(10, 0.05).at(5); // 0.075
     * }
     *
     * @param warmupSteps W, at least 0
     * @param from the rate of step 0, finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    default Schedule withWarmup(long warmupSteps, double from) {
        return withWarmup(warmupSteps, from, Curve.linear());
    }

    /**
     * A warm-up along a curve: {@code from + (at(0) − from)·curve(k/W)} while k &lt; W, then {@code at(k − W)}.
     *
     * {@snippet :
     * Schedule.constant(0.1).withWarmup(10, 0, Curve.cosine()).at(5); // 0.05
     * }
     *
     * @param warmupSteps W, at least 0
     * @param from the rate of step 0, finite and at least 0
     * @param curve the shape of the way up
     * @return the schedule
     * @throws IllegalArgumentException if an argument is out of range
     */
    default Schedule withWarmup(long warmupSteps, double from, Curve curve) {
        return new Warmup(this, warmupSteps, from, curve);
    }

    /**
     * This schedule up to a milestone, another from there on, on its own clock: {@code at(k)} while k &lt; milestone, then
     * {@code next.at(k − milestone)}.
     *
     * <p>PyTorch's {@code SequentialLR}, optax's {@code join_schedules}. Of several in a row each milestone counts from the
     * start of the whole, and hides what came before it from there on: give them in ascending order.
     *
     * {@snippet :
     * Schedule.constant(0.01).thenAt(5, Schedule.exponential(0.1, 0.9)).thenAt(25, Schedule.constant(0.001));
     * }
     *
     * @param milestone the first step of {@code next}, at least 1
     * @param next what follows
     * @return the schedule
     * @throws IllegalArgumentException if {@code milestone} is out of range
     */
    default Schedule thenAt(long milestone, Schedule next) {
        return new Sequence(this, milestone, next);
    }

    /**
     * The product of two schedules on the same clock: {@code at(k)·factor.at(k)}.
     *
     * <p>PyTorch's {@code ChainedScheduler}, where each schedule scales what the others made; so one of the two is a rate
     * and the other a number around 1.
     *
     * {@snippet :
     * Schedule.constant(0.1).times(Schedule.exponential(1, 0.9)).at(1); // 0.09
     * }
     *
     * @param factor the other schedule
     * @return the schedule
     */
    default Schedule times(Schedule factor) {
        return new Product(this, factor);
    }

    /**
     * This schedule, scaled: {@code at(k)·factor}.
     *
     * {@snippet :
     * Schedule.cosine(1e-3, 0, 900).times(0.1).at(0); // 1e-4
     * }
     *
     * @param factor finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code factor} is out of range
     */
    default Schedule times(double factor) {
        return times(constant(Require.atLeast("factor", 0, factor)));
    }

    /**
     * This schedule, later: {@code at(0)} for a number of steps, then {@code at(k − steps)}.
     *
     * <p>The {@code transition_begin} of optax.
     *
     * {@snippet :
     * Schedule.linear(0.1, 0, 100).delayedBy(50).at(75); // 0.075
     * }
     *
     * @param steps at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code steps} is out of range
     */
    default Schedule delayedBy(long steps) {
        return new Delayed(this, steps);
    }

    /**
     * This schedule with an epoch where it says step: {@code at(⌊k/stepsPerEpoch⌋)}.
     *
     * <p>For what was written to be stepped once an epoch, as many PyTorch recipes are; and for staircases.
     *
     * {@snippet :
     * Schedule.cosineWave(0.1, 0, 90, 1).perEpoch(1000).at(45_999); // 0.05, the rate of epoch 45
     * }
     *
     * @param stepsPerEpoch at least 1
     * @return the schedule
     * @throws IllegalArgumentException if {@code stepsPerEpoch} is out of range
     */
    default Schedule perEpoch(long stepsPerEpoch) {
        return new PerEpoch(this, stepsPerEpoch);
    }

    /**
     * This schedule with a floor: {@code max(at(k), least)}.
     *
     * {@snippet :
     * Schedule.exponential(0.1, 0.5).atLeast(0.01).at(100); // 0.01
     * }
     *
     * @param least finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code least} is out of range
     */
    default Schedule atLeast(double least) {
        return new Bounded(this, Require.atLeast("least", 0, least), Double.POSITIVE_INFINITY);
    }

    /**
     * This schedule with a ceiling: {@code min(at(k), most)}.
     *
     * {@snippet :
     * Schedule.exponential(1e-6, 1.1).atMost(0.1).at(1000); // 0.1
     * }
     *
     * @param most finite and at least 0
     * @return the schedule
     * @throws IllegalArgumentException if {@code most} is out of range
     */
    default Schedule atMost(double most) {
        return new Bounded(this, 0, Require.atLeast("most", 0, most));
    }
}
