package lanewise.schedule;

import lanewise.program.Require;

/** {@code initial · √(timescale / (timescale + step))}. */
record InverseSqrt(double initial, long timescale) implements Schedule {
    InverseSqrt {
        Require.atLeast("initial", 0, initial);
        Check.count("timescale", 1, timescale);
    }

    @Override
    public double at(long step) {
        return initial * StrictMath.sqrt(timescale / ((double) timescale + Check.step(step)));
    }
}
