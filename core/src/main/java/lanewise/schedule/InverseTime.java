package lanewise.schedule;

import lanewise.program.Require;

/** {@code initial / (1 + decayRate·step/steps)}. */
record InverseTime(double initial, double decayRate, long steps) implements Schedule {
    InverseTime {
        Require.atLeast("initial", 0, initial);
        Require.atLeast("decayRate", 0, decayRate);
        Check.count("steps", 1, steps);
    }

    @Override
    public double at(long step) {
        return initial / (1 + decayRate * ((double) Check.step(step) / steps));
    }
}
