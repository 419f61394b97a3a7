/**
 * Learning-rate schedules: which rate each step uses.
 *
 * <p>A {@link lanewise.schedule.Schedule} is a pure function of the step number, {@code double at(long step)}, with
 * steps counted from 0: {@code at(0)} is the rate that the first optimizer step uses. Nothing is remembered between
 * steps, so a resumed run continues with the same bits by asking for the step it has reached. The one exception is
 * {@link lanewise.schedule.ReduceOnPlateau}, which listens to a metric and so has state, to be saved with the run.
 *
 * <p>Start here; most runs need no more:
 *
 * {@snippet :
 * Schedule rate = Schedule.cosine(1e-3, 0, 900).withWarmup(100); // up for 100 steps, down for 900
 * rate.at(0); // 0.0
 * }
 *
 * <p>There are few pieces, and they compose. A piece runs on its own clock, which starts at 0 where the piece starts; so
 * the cosine above is 900 steps long, not 1000.
 *
 * <table>
 * <caption>How the schedules of other libraries are said here</caption>
 * <tr><th>there</th><th>here</th></tr>
 * <tr><th colspan="2">PyTorch, {@code torch.optim.lr_scheduler}</th></tr>
 * <tr><td>StepLR</td><td>{@code stepDecay(η, γ, s)}</td></tr>
 * <tr><td>MultiStepLR</td><td>{@code multiStep(η, γ, milestones)}</td></tr>
 * <tr><td>ConstantLR</td><td>{@code constant(factor·η).thenAt(n, constant(η))}</td></tr>
 * <tr><td>LinearLR</td><td>{@code linear(start·η, end·η, n)}</td></tr>
 * <tr><td>ExponentialLR</td><td>{@code exponential(η, γ)}</td></tr>
 * <tr><td>PolynomialLR</td><td>{@code polynomial(η, 0, n, power)}</td></tr>
 * <tr><td>CosineAnnealingLR</td><td>{@code cosineWave(η, min, T, 1)}; {@code cosine(η, min, T)} stays low after T</td></tr>
 * <tr><td>CosineAnnealingWarmRestarts</td><td>{@code cosineRestarts(η, min, T₀, multiplier)}</td></tr>
 * <tr><td>CyclicLR</td><td>{@code cyclic(base, peak, up, down)}, with a scale for triangular2 and exp_range</td></tr>
 * <tr><td>OneCycleLR</td><td>{@code oneCycle(peak, total)}</td></tr>
 * <tr><td>ReduceLROnPlateau</td><td>{@code ReduceOnPlateau.lowerIsBetter(η)}</td></tr>
 * <tr><td>SequentialLR</td><td>{@code a.thenAt(milestone, b)}</td></tr>
 * <tr><td>ChainedScheduler</td><td>{@code a.times(b)}, one of the two around 1</td></tr>
 * <tr><td>LambdaLR</td><td>a lambda: {@code step -> …}</td></tr>
 * <tr><td>stepped once an epoch</td><td>{@code a.perEpoch(stepsPerEpoch)}</td></tr>
 * <tr><th colspan="2">Hugging Face transformers ({@code T} total steps, {@code W} of them warm-up)</th></tr>
 * <tr><td>linear, polynomial</td><td>{@code polynomial(η, end, T − W, power).withWarmup(W)}</td></tr>
 * <tr><td>cosine, with num_cycles = h / 2</td><td>{@code cosineWave(η, min, T − W, h).withWarmup(W)}</td></tr>
 * <tr><td>cosine with warmup_lr_rate</td><td>{@code cosineWave(η, min, T − W, 1).withWarmup(W − 1, rate·η)}</td></tr>
 * <tr><td>cosine with hard restarts</td><td>{@code cosineCycles(η, 0, T − W, cycles).withWarmup(W)}</td></tr>
 * <tr><td>inverse square root</td><td>{@code inverseSqrt(η, timescale).withWarmup(W)}; fairseq: timescale W</td></tr>
 * <tr><td>warmup_stable_decay</td><td>{@code warmupStableDecay(η, min, W, stable, decay, curve)}</td></tr>
 * <tr><th colspan="2">Keras and optax</th></tr>
 * <tr><td>CosineDecay, cosine_decay_schedule</td><td>{@code cosine(η, α·η, n)}; optax's exponent: {@code
 * ramp(η, α·η, n, Curve.cosine().raisedTo(p))}</td></tr>
 * <tr><td>ExponentialDecay, exponential_decay</td><td>{@code exponential(η, γ, n)}; staircase: {@code stepDecay}; {@code
 * .delayedBy(n)} and {@code .atLeast(end)} for the rest</td></tr>
 * <tr><td>InverseTimeDecay</td><td>{@code inverseTime(η, rate, n)}</td></tr>
 * <tr><td>PiecewiseConstantDecay</td><td>{@code piecewiseConstant(boundaries, rates)}</td></tr>
 * <tr><td>PolynomialDecay, polynomial_schedule</td><td>{@code polynomial(η, end, n, power).delayedBy(begin)}</td></tr>
 * <tr><td>cosine_onecycle_schedule</td><td>{@code cosine(η/25, η, 0.3·n).thenAt(0.3·n, cosine(η, …))}</td></tr>
 * <tr><td>warmup_cosine_decay_schedule</td><td>{@code cosine(peak, end, n − W).withWarmup(W, init)}</td></tr>
 * </table>
 *
 * <p><b>Numbers.</b> Every value is a closed form in the step number, computed in double with plain arithmetic
 * and {@code StrictMath}: the same bits on every CPU, with nothing summed up or multiplied up on the way. Steps may be as large as 2<sup>62</sup>;
 * periodic schedules find their place in the cycle in whole numbers, so step 10<sup>15</sup> is as exact as step 10.
 * Rates are finite and at least 0. One call costs some tens of nanoseconds and allocates nothing.
 *
 * <p><b>Errors.</b> Arguments are checked where a schedule is made, never where it is used: {@code warmupSteps must be at
 * least 0, got -1}.
 */
@NullMarked
package lanewise.schedule;

import org.jspecify.annotations.NullMarked;
