package lanewise.schedule;

import lanewise.program.Require;

/** {@code rate}. */
record Constant(double rate) implements Schedule {
    Constant {
        Require.atLeast("rate", 0, rate);
    }

    @Override
    public double at(long step) {
        Check.step(step);
        return rate;
    }
}
