package lanewise.schedule;

/** {@code rate}. */
record Constant(double rate) implements Schedule {
    Constant {
        Check.rate("rate", rate);
    }

    @Override
    public double at(long step) {
        Check.step(step);
        return rate;
    }
}
