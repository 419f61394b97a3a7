package lanewise.schedule;

import lanewise.program.Require;

/** {@code to + (from − to)·curve((steps − step)/steps)}, then {@code to}. */
record Ramp(double from, double to, long steps, Curve curve) implements Schedule {
    Ramp {
        Require.atLeast("from", 0, from);
        Require.atLeast("to", 0, to);
        Check.count("steps", 1, steps);
        Check.present("curve", curve);
    }

    @Override
    public double at(long step) {
        return at(from, to, curve, steps - Math.min(Check.step(step), steps), steps);
    }

    /** {@link #at(double, double, Curve, double, double)} in whole steps. */
    static double at(double from, double to, Curve curve, long left, long length) {
        return at(from, to, curve, (double) left, (double) length);
    }

    /** The way from {@code from} to {@code to} with {@code left} of {@code length} steps to go; exact at both ends. */
    static double at(double from, double to, Curve curve, double left, double length) {
        if (left == length) {
            return from;
        }
        return left == 0 ? to : to + (from - to) * curve.at(left / length);
    }
}
