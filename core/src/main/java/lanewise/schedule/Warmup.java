package lanewise.schedule;

import lanewise.program.Require;

/** {@code from + (rest(0) − from)·curve(step/warmupSteps)}, then {@code rest} on its own clock. */
record Warmup(Schedule rest, long warmupSteps, double from, Curve curve) implements Schedule {
    Warmup {
        Check.count("warmupSteps", 0, warmupSteps);
        Require.atLeast("from", 0, from);
        Check.present("curve", curve);
    }

    @Override
    public double at(long step) {
        if (Check.step(step) >= warmupSteps) {
            return rest.at(step - warmupSteps);
        }
        return step == 0 ? from : from + (rest.at(0) - from) * curve.at((double) step / warmupSteps);
    }
}
