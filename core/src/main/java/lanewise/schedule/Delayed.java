package lanewise.schedule;

/** {@code rest(0)} for {@code steps} steps, then {@code rest} on its own clock. */
record Delayed(Schedule rest, long steps) implements Schedule {
    Delayed {
        Check.count("steps", 0, steps);
    }

    @Override
    public double at(long step) {
        return rest.at(Math.max(Check.step(step) - steps, 0));
    }
}
