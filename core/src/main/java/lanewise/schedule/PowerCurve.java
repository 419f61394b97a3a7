package lanewise.schedule;

import lanewise.program.Power;
import lanewise.program.Require;

/** {@code base(x)^exponent}. */
record PowerCurve(Curve base, double exponent) implements Curve {
    PowerCurve {
        Require.positive("exponent", exponent);
    }

    @Override
    public double at(double x) {
        return Power.of(base.at(x), exponent);
    }
}
