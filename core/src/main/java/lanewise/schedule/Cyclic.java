package lanewise.schedule;

import lanewise.program.Require;

/** Up from {@code base} to {@code peak} and down again, the height multiplied by {@code scale(step)}. */
record Cyclic(double base, double peak, long stepsUp, long stepsDown, Schedule scale) implements Schedule {
    Cyclic {
        Require.atLeast("base", 0, base);
        Require.atLeast("peak", 0, peak);
        Check.count("stepsUp", 1, stepsUp);
        Check.count("stepsDown", 1, stepsDown);
        Check.present("scale", scale);
        if (stepsUp > Check.MOST_STEPS - stepsDown) {
            throw new IllegalArgumentException(
                    "stepsUp + stepsDown must be at most 2^62, got " + stepsUp + " + " + stepsDown);
        }
    }

    @Override
    public double at(long step) {
        long cycle = stepsUp + stepsDown;
        long into = Check.step(step) % cycle;
        double height = into <= stepsUp ? (double) into / stepsUp : (double) (cycle - into) / stepsDown;
        return base + (peak - base) * height * scale.at(step);
    }
}
