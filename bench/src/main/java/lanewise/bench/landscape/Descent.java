package lanewise.bench.landscape;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.bench.landscape.Landscape.Hessian;
import lanewise.bench.landscape.Landscape.Slope;
import lanewise.buffer.Tensor;
import lanewise.curvature.Hutchinson;
import lanewise.program.Average;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sophia;
import lanewise.rule.WeightDecay;

/**
 * Goes down a landscape with an optimizer.
 *
 * @param landscape where
 * @param start from which point
 * @param steps how many at most
 * @param seed of the noise, which is the same for every rule and rate, and of the probes for estimates of the Hessian
 */
public record Descent(Landscape landscape, Point start, int steps, long seed) {
    /** Above this a descent counts as diverged: floats are far from their end, but it will not come back. */
    private static final double ABYSS = 1e12;

    /** Steps from one estimate of the Hessian to the next, for rules that want them. */
    public static final int ESTIMATE_EVERY = 10;

    private static final String POINT = "point";

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the start is not finite or there is no step
     */
    public Descent {
        if (!Double.isFinite(start.x()) || !Double.isFinite(start.y())) {
            throw new IllegalArgumentException("the start of a descent must be finite, got " + start);
        }
        if (steps < 1) {
            throw new IllegalArgumentException("a descent must have at least 1 step, got " + steps);
        }
    }

    /**
     * From the landscape's own start, as long as it advises.
     *
     * @param landscape where
     * @param seed of the noise
     * @return the descent
     */
    public static Descent on(Landscape landscape, long seed) {
        return new Descent(landscape, landscape.start(), landscape.steps(), seed);
    }

    /** The weights that a path shows, which need not be those that are stepped. */
    private interface Shown {
        Shown TRAINED = (_, trained, _, i) -> trained.get(i);

        /** One coordinate after so many steps. */
        float at(Optimizer optimizer, Tensor trained, int step, int i);
    }

    /**
     * Takes the steps, on the scalar backend: two elements fill no vector, and the bits are the same. Weights decay as
     * the rule has it.
     *
     * @param rule how
     * @param rate the learning rate, constant
     * @return the way
     */
    public Path run(Rule rule, double rate) {
        return run(rule, rule.weightDecay(), rate);
    }

    /**
     * Takes the steps. A rule that wants estimates of the Hessian gets one every ten steps; the path of a Schedule-Free
     * rule is that of its average x, though gradients are taken at y.
     *
     * @param rule how
     * @param decay of the weights
     * @param rate the learning rate, constant
     * @return the way
     * @throws IllegalArgumentException if the rule wants labels to be sampled
     */
    public Path run(Rule rule, WeightDecay decay, double rate) {
        return run(rule, rate, builder -> builder.weightDecay(decay), shown(rule));
    }

    /**
     * Takes the steps and shows the running average of the points in place of the points.
     *
     * @param rule how
     * @param rate the learning rate, constant
     * @param average which
     * @return the way of the average; until there is one, that of the point
     */
    public Path runAveraged(Rule rule, double rate, Average average) {
        return run(
                rule,
                rate,
                builder -> builder.average(average),
                (optimizer, trained, step, i) -> step < average.from()
                        ? trained.get(i)
                        : optimizer.state(POINT, Average.AVERAGE.symbol()).get(i));
    }

    Path run(Rule rule, double rate, String backend) {
        return run(rule, rate, builder -> builder.backend(backend), shown(rule));
    }

    /** What {@link Optimizer#eval()} would put in place, which plans anew at every call: too slow for every step. */
    private static Shown shown(Rule rule) {
        return switch (rule) {
            case ScheduleFreeSgd sgd -> average(ScheduleFreeSgd.STEPPED, sgd.beta());
            case ScheduleFreeAdamW adamW -> average(ScheduleFreeAdamW.STEPPED, adamW.beta1());
            default -> Shown.TRAINED;
        };
    }

    /** {@code x = y + (1−1/β)·(z−y)}; before the first step there is no z. */
    private static Shown average(Slot stepped, double beta) {
        float share = (float) (1 - 1 / beta);
        return (optimizer, trained, step, i) -> {
            float y = trained.get(i);
            return step == 0
                    ? y
                    : y + share * (optimizer.state(POINT, stepped.symbol()).get(i) - y);
        };
    }

    private Path run(Rule rule, double rate, UnaryOperator<Optimizer.Builder> options, Shown shown) {
        boolean estimates = wantsEstimates(rule);
        double[] x = new double[steps + 1];
        double[] y = new double[steps + 1];
        double[] losses = new double[steps + 1];
        SplittableRandom random = new SplittableRandom(seed);
        try (Parameters parameters = new Parameters();
                Hutchinson hutchinson = new Hutchinson(parameters, seed)) {
            Tensor point = parameters.add(POINT, 2).value();
            Tensor gradient = parameters.get(POINT).gradient();
            point.set(0, (float) start.x());
            point.set(1, (float) start.y());
            Optimizer.Builder builder = Optimizer.builder(parameters, rule)
                    .learningRate(rate)
                    .backend("scalar")
                    .threads(1);
            try (Optimizer optimizer = options.apply(builder).build()) {
                for (int step = 0; ; step++) {
                    x[step] = shown.at(optimizer, point, step, 0);
                    y[step] = shown.at(optimizer, point, step, 1);
                    Slope slope = landscape.at(point.get(0), point.get(1));
                    losses[step] = shown.equals(Shown.TRAINED)
                            ? slope.value()
                            : landscape.at(x[step], y[step]).value();
                    if (!(losses[step] < ABYSS)) {
                        int finite = Math.max(step, 1);
                        return new Path(
                                landscape,
                                rate,
                                Arrays.copyOf(x, finite),
                                Arrays.copyOf(y, finite),
                                Arrays.copyOf(losses, finite),
                                true);
                    }
                    if (step == steps) {
                        return new Path(landscape, rate, x, y, losses, false);
                    }
                    if (estimates && step % ESTIMATE_EVERY == 0) {
                        // It overwrites the gradient, so it comes first.
                        Hessian hessian = landscape.hessianAt(point.get(0), point.get(1));
                        hutchinson.estimate(step, u -> multiply(hessian, u.of(POINT), gradient));
                        optimizer.updateHessian();
                    }
                    gradient.set(0, (float) (slope.dx() + noise(random)));
                    gradient.set(1, (float) (slope.dy() + noise(random)));
                    optimizer.step();
                }
            }
        }
    }

    private static boolean wantsEstimates(Rule rule) {
        if (rule instanceof Sophia sophia && sophia.estimate() == Sophia.Estimate.GAUSS_NEWTON_BARTLETT) {
            throw new IllegalArgumentException("a landscape has no labels to sample, so the rule's estimates must be"
                    + " Hutchinson's, got " + rule + "; take Sophia.h()");
        }
        return !rule.hessianUpdate().equals(Program.empty());
    }

    private static void multiply(Hessian hessian, Tensor u, Tensor product) {
        product.set(0, (float) (hessian.xx() * u.get(0) + hessian.xy() * u.get(1)));
        product.set(1, (float) (hessian.xy() * u.get(0) + hessian.yy() * u.get(1)));
    }

    private double noise(SplittableRandom random) {
        return landscape.noise() == 0 ? 0 : landscape.noise() * random.nextGaussian();
    }
}
