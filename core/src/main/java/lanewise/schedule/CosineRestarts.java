package lanewise.schedule;

import lanewise.program.Require;

/** A cosine from {@code max} to {@code min} again and again, each {@code multiplier} times as long as the last. */
record CosineRestarts(double max, double min, long firstCycle, int multiplier) implements Schedule {
    CosineRestarts {
        Require.atLeast("max", 0, max);
        Require.atLeast("min", 0, min);
        Check.count("firstCycle", 1, firstCycle);
        Check.count("multiplier", 1, multiplier);
    }

    @Override
    public double at(long step) {
        long into = Check.step(step);
        double length = firstCycle;
        if (multiplier == 1) {
            into %= firstCycle;
        } else {
            // At most 62 rounds; a logarithm would be wrong by one cycle at some of the restarts.
            for (long cycle = firstCycle; into >= cycle; cycle *= multiplier) {
                into -= cycle;
                length *= multiplier;
                if (cycle > Long.MAX_VALUE / multiplier) {
                    break; // the cycle that has begun is longer than there are steps
                }
            }
        }
        return Ramp.at(max, min, Curve.cosine(), length - into, length);
    }
}
