package lanewise.bench.landscape;

import java.util.Arrays;
import java.util.SplittableRandom;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.bench.landscape.Landscape.Slope;
import lanewise.buffer.Tensor;
import lanewise.rule.Rule;

/**
 * Goes down a landscape with an optimizer.
 *
 * @param landscape where
 * @param start from which point
 * @param steps how many at most
 * @param seed of the noise, which is the same for every rule and rate
 */
public record Descent(Landscape landscape, Point start, int steps, long seed) {
    /** Above this a descent counts as diverged: floats are far from their end, but it will not come back. */
    private static final double ABYSS = 1e12;

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

    /**
     * Takes the steps, on the scalar backend: two elements fill no vector, and the bits are the same.
     *
     * @param rule how
     * @param rate the learning rate, constant
     * @return the way
     */
    public Path run(Rule rule, double rate) {
        return run(rule, rate, "scalar");
    }

    Path run(Rule rule, double rate, String backend) {
        double[] x = new double[steps + 1];
        double[] y = new double[steps + 1];
        double[] losses = new double[steps + 1];
        SplittableRandom random = new SplittableRandom(seed);
        try (Parameters parameters = new Parameters()) {
            Tensor point = parameters.add("point", 2).value();
            Tensor gradient = parameters.get("point").gradient();
            point.set(0, (float) start.x());
            point.set(1, (float) start.y());
            try (Optimizer optimizer = Optimizer.builder(parameters, rule)
                    .learningRate(rate)
                    .backend(backend)
                    .threads(1)
                    .build()) {
                for (int step = 0; ; step++) {
                    x[step] = point.get(0);
                    y[step] = point.get(1);
                    Slope slope = landscape.at(x[step], y[step]);
                    losses[step] = slope.value();
                    if (!(slope.value() < ABYSS)) {
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
                    gradient.set(0, (float) (slope.dx() + noise(random)));
                    gradient.set(1, (float) (slope.dy() + noise(random)));
                    optimizer.step();
                }
            }
        }
    }

    private double noise(SplittableRandom random) {
        return landscape.noise() == 0 ? 0 : landscape.noise() * random.nextGaussian();
    }
}
