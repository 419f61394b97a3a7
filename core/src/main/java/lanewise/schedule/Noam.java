package lanewise.schedule;

import lanewise.program.Require;

/** {@code factor · modelSize^−½ · min(t^−½, t·W^−1.5)}, t = max(step, 1). */
record Noam(double factor, long modelSize, long warmupSteps) implements Schedule {
    Noam {
        Require.atLeast("factor", 0, factor);
        Check.count("modelSize", 1, modelSize);
        Check.count("warmupSteps", 1, warmupSteps);
    }

    @Override
    public double at(long step) {
        double t = Math.max(Check.step(step), 1);
        double rising = t / (warmupSteps * StrictMath.sqrt((double) warmupSteps));
        return factor / StrictMath.sqrt((double) modelSize) * Math.min(1 / StrictMath.sqrt(t), rising);
    }
}
