package lanewise.schedule;

import lanewise.program.Power;
import lanewise.program.Require;

/** {@code initial · factor^(step/steps)}, at most {@link Double#MAX_VALUE}. */
record Exponential(double initial, double factor, long steps) implements Schedule {
    Exponential {
        Require.atLeast("initial", 0, initial);
        Require.positive("factor", factor);
        Check.count("steps", 1, steps);
    }

    @Override
    public double at(long step) {
        return scaled(initial, factor, (double) Check.step(step) / steps);
    }

    /** {@code initial · factor^exponent}; where it overflows, the largest number, and 0 where {@code initial} is 0. */
    static double scaled(double initial, double factor, double exponent) {
        double scale = Math.min(Power.of(factor, exponent), Double.MAX_VALUE);
        return Math.min(initial * scale, Double.MAX_VALUE);
    }
}
