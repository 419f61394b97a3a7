package lanewise.rule;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Expr.select;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.STEP;
import static lanewise.program.Scalars.WEIGHT_DECAY;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * What the Schedule-Free rules share: the sequence z that is stepped, its average x that is evaluated, and y between
 * them, which is θ, where gradients are taken. x is not kept: it lies on the line through y and z.
 *
 * @param beta β in (0, 1], the share of x in y
 * @param warmup steps over which the rate grows to η, at least 0
 * @param power p, how steps are weighted by their rate in x: by its p-th power; finite and at least 0
 * @param stepPower r, how they are weighted by their number; finite and at least 0
 */
record ScheduleFree(double beta, long warmup, double power, double stepPower) {

    /** The sequence that is stepped; the first gradient finds it at θ. */
    static final Slot STEPPED = Slot.state("z");

    /** The largest rate so far. */
    private static final Slot MAX_RATE = Slot.state("η̂", Extent.TENSOR);

    /** The sum of the weights of the average. */
    private static final Slot WEIGHTS = Slot.state("W", Extent.TENSOR);

    ScheduleFree {
        Require.share("beta", beta);
        Require.atLeast("warmup", 0, warmup);
        Require.atLeast("power", 0, power);
        Require.atLeast("stepPower", 0, stepPower);
    }

    /** The steps of all three along a direction, to which the decay is added at y. */
    Program update(Program averages, Expr direction) {
        Expr y = read(PARAMETER);
        Expr z = select(STEP.minus(ONE), read(STEPPED), y);
        Expr warm = scalar("min(1,t/T)", clock -> warmup == 0 ? 1 : Math.min(1, clock.step() / (double) warmup));
        Expr rate = LEARNING_RATE.times(warm);
        Expr largest = read(MAX_RATE).max(rate);
        Expr weight = STEP.pow(scalar("r", stepPower)).times(largest.pow(scalar("p", power)));
        Expr weights = read(WEIGHTS).plus(weight);
        Expr c = select(weights, weight.over(weights), constant(0));
        Expr d = direction.plus(WEIGHT_DECAY.times(y));
        Expr inY = ONE.minus(scalar("β", beta).times(ONE.minus(c)));
        return averages.let("d", d)
                .set(MAX_RATE, largest)
                .set(WEIGHTS, weights)
                .let("c", c)
                .set(
                        PARAMETER,
                        y.plus(c.times(z.minus(y))).minus(rate.times(inY).times(d)))
                .set(STEPPED, z.minus(rate.times(d)));
    }

    /** {@code x = y + (1−1/β)·(z−y)}. */
    Program evaluation() {
        Expr y = read(PARAMETER);
        Expr x = y.plus(
                ONE.minus(ONE.over(scalar("β", beta))).times(read(STEPPED).minus(y)));
        return Program.empty().set(PARAMETER, select(STEP, x, y));
    }
}
