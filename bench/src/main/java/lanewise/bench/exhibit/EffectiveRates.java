package lanewise.bench.exhibit;

import java.util.Arrays;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;
import lanewise.rule.AdaGrad;
import lanewise.rule.RmsProp;

/** What gradients are multiplied by, η/(√s + ε), under gradients of size 1 that shrink to 0.1 halfway. */
public final class EffectiveRates {
    private static final double RATE = 0.1;
    private static final double ALPHA = 0.9;
    private static final double BEFORE = 1;
    private static final double AFTER = 0.1;
    private static final int CHANGE = 200;
    private static final int STEPS = 400;
    private static final int ADAGRAD_COLOUR = 3;
    private static final int RMSPROP_COLOUR = 4;

    private final double[] adaGrad;
    private final double[] rmsProp;

    /** Runs both. */
    public EffectiveRates() {
        AdaGrad sum = new AdaGrad();
        RmsProp average = new RmsProp().alpha(ALPHA);
        adaGrad = rates(
                Drive.states(sum, sum.sumOfSquares().symbol(), builder -> builder, STEPS, EffectiveRates::gradient),
                sum.epsilon());
        rmsProp = rates(
                Drive.states(
                        average, average.meanSquare().symbol(), builder -> builder, STEPS, EffectiveRates::gradient),
                average.epsilon());
    }

    private static double gradient(int step) {
        return step <= CHANGE ? BEFORE : AFTER;
    }

    private static double[] rates(double[] squares, double epsilon) {
        return Arrays.stream(squares).map(s -> RATE / (Math.sqrt(s) + epsilon)).toArray();
    }

    /** AdaGrad's after a step, from 1. */
    double adaGrad(int step) {
        return adaGrad[step - 1];
    }

    /** RMSProp's after a step, from 1. */
    double rmsProp(int step) {
        return rmsProp[step - 1];
    }

    /**
     * The picture.
     *
     * @return a chart of the effective rates over the steps
     */
    public Figure figure() {
        double[] steps = Drive.steps(STEPS);
        Chart chart = new Chart(Axis.linear("step"), Axis.log("effective rate η/(√s + ε)"))
                .withLegendAbove()
                .moment(CHANGE)
                .add(Trace.line("AdaGrad", steps, adaGrad)
                        .withColour(Palette.colour(ADAGRAD_COLOUR))
                        .withWidth(2.5))
                .add(Trace.line("RMSProp, α 0.9", steps, rmsProp)
                        .withColour(Palette.colour(RMSPROP_COLOUR))
                        .withWidth(2.5));
        return new Figure(
                "Effective rates of AdaGrad and RMSProp",
                ("Gradients are 1, then 0.1 from the dotted line on. AdaGrad only ever adds: its rate has fallen to"
                                + " %.4f by then and never comes back (%.4f at the end). RMSProp forgets: it holds %.2f"
                                + " and, when gradients shrink tenfold, rises tenfold, to %.2f.")
                        .formatted(adaGrad(CHANGE), adaGrad(STEPS), rmsProp(CHANGE), rmsProp(STEPS)),
                chart);
    }
}
