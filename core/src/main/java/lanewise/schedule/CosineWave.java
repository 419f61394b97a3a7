package lanewise.schedule;

import lanewise.program.Require;

/** {@code min + (max − min)·(1 + cos(π·halfCycles·step/steps))/2}, without end. */
record CosineWave(double max, double min, long steps, int halfCycles) implements Schedule {
    CosineWave {
        Require.atLeast("max", 0, max);
        Require.atLeast("min", 0, min);
        Check.count("steps", 1, steps);
        Check.count("halfCycles", 1, halfCycles);
        Check.product("steps × halfCycles", steps, halfCycles);
    }

    @Override
    public double at(long step) {
        // Whole half-cycles are taken off in whole numbers, so a far step is as exact as a near one.
        long position = Check.step(step) % steps * halfCycles;
        long wholeHalves = step / steps * halfCycles + position / steps; // may wrap: its last bit stays right
        long into = position % steps;
        boolean falling = (wholeHalves & 1) == 0;
        return Ramp.at(max, min, Curve.cosine(), falling ? steps - into : into, steps);
    }
}
