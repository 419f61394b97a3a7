package lanewise.schedule;

/** {@code initial / (1 + decayRate·step/steps)}. */
record InverseTime(double initial, double decayRate, long steps) implements Schedule {
    InverseTime {
        Check.rate("initial", initial);
        Check.rate("decayRate", decayRate);
        Check.count("steps", 1, steps);
    }

    @Override
    public double at(long step) {
        return initial / (1 + decayRate * ((double) Check.step(step) / steps));
    }
}
