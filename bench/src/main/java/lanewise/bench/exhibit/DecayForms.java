package lanewise.bench.exhibit;

import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;

/**
 * Two weights that no gradient pushes anywhere on the whole: theirs change sign at every step, one's large, the other's
 * small. So what moves the weights is decay.
 */
public final class DecayForms {
    private static final double FIRST = 5;
    private static final double DECAY = 0.1;
    private static final double RATE = 1e-3;
    private static final double LARGE = 2;
    private static final double SMALL = 0.02;
    private static final int STEPS = 3000;
    private static final int EVERY = 20;
    private static final int L2_COLOUR = 6;
    private static final int DECOUPLED_COLOUR = 8;

    private final double[] l2Large = weights(new Adam(), LARGE);
    private final double[] l2Small = weights(new Adam(), SMALL);
    private final double[] decoupledLarge = weights(new AdamW(), LARGE);
    private final double[] decoupledSmall = weights(new AdamW(), SMALL);

    /** Runs all four. */
    public DecayForms() {}

    private static double[] weights(Rule rule, double magnitude) {
        return Drive.weights(
                rule,
                builder -> builder.learningRate(RATE).weightDecay(DECAY),
                FIRST,
                STEPS,
                step -> step % 2 == 1 ? magnitude : -magnitude);
    }

    /** What Adam with L2 leaves of the weight with large gradients. */
    double l2Large() {
        return l2Large[STEPS];
    }

    /** What Adam with L2 leaves of the weight with small gradients. */
    double l2Small() {
        return l2Small[STEPS];
    }

    /** What AdamW leaves of the weight with large gradients. */
    double decoupledLarge() {
        return decoupledLarge[STEPS];
    }

    /** What AdamW leaves of the weight with small gradients. */
    double decoupledSmall() {
        return decoupledSmall[STEPS];
    }

    /**
     * The picture.
     *
     * @return a chart of the weights over the steps
     */
    public Figure figure() {
        Chart chart = new Chart(Axis.linear("step"), Axis.linear("weight θ"))
                .withLegendAbove()
                .add(line("Adam + L2, |g| = 2", l2Large, L2_COLOUR, "solid"))
                .add(line("Adam + L2, |g| = 0.02", l2Small, L2_COLOUR, "dash"))
                .add(line("AdamW, |g| = 2", decoupledLarge, DECOUPLED_COLOUR, "solid"))
                .add(line("AdamW, |g| = 0.02", decoupledSmall, DECOUPLED_COLOUR, "dash"));
        return new Figure(
                "Weights under Adam + L2 and under AdamW",
                ("Gradients of changing sign, λ %.1f. L2 goes through the division by √v̂: the weight with large gradients"
                                + " keeps %.2f of its 5, the one with small gradients only %.2f. AdamW decays both alike,"
                                + " to %.2f and %.2f.")
                        .formatted(DECAY, l2Large(), l2Small(), decoupledLarge(), decoupledSmall()),
                chart);
    }

    private static Trace line(String name, double[] weights, int colour, String dash) {
        int points = STEPS / EVERY + 1;
        double[] steps = new double[points];
        double[] values = new double[points];
        for (int i = 0; i < points; i++) {
            steps[i] = i * EVERY;
            values[i] = weights[i * EVERY];
        }
        return Trace.line(name, steps, values)
                .withColour(Palette.colour(colour))
                .withDash(dash)
                .withWidth(2.5);
    }
}
