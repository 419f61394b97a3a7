package lanewise.schedule;

/** {@code ofEpoch(⌊step/stepsPerEpoch⌋)}. */
record PerEpoch(Schedule ofEpoch, long stepsPerEpoch) implements Schedule {
    PerEpoch {
        Check.count("stepsPerEpoch", 1, stepsPerEpoch);
    }

    @Override
    public double at(long step) {
        return ofEpoch.at(Check.step(step) / stepsPerEpoch);
    }
}
