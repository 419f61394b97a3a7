package lanewise.schedule;

import lanewise.program.Require;

/** {@code cycles} equal cosines from {@code max} to {@code min} within {@code steps}, then {@code min}. */
record CosineCycles(double max, double min, long steps, int cycles) implements Schedule {
    CosineCycles {
        Require.atLeast("max", 0, max);
        Require.atLeast("min", 0, min);
        Check.count("steps", 1, steps);
        Check.count("cycles", 1, cycles);
        Check.product("steps × cycles", steps, cycles);
    }

    @Override
    public double at(long step) {
        if (Check.step(step) >= steps) {
            return min;
        }
        long into = step * cycles % steps;
        return Ramp.at(max, min, Curve.cosine(), steps - into, steps);
    }
}
