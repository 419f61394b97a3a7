package lanewise.bench.exhibit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;
import lanewise.rule.Adam;
import lanewise.rule.Rule;

/** The lengths of Adam's steps under a constant gradient, with bias correction and without. */
public final class BiasCorrection {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double RATE = 1e-3;
    private static final int STEPS = 3000;
    private static final int CORRECTED_COLOUR = 6;
    private static final int UNCORRECTED_COLOUR = 0;

    private final double[] corrected = lengths(new Adam().betas(BETA1, BETA2));
    private final double[] uncorrected = lengths(new UncorrectedAdam(BETA1, BETA2, 1e-8));

    /** Runs both. */
    public BiasCorrection() {}

    private static double[] lengths(Rule rule) {
        // From a weight of 0 on, so that little is lost to rounding while the first steps are taken.
        double[] weights = Drive.weights(rule, builder -> builder.learningRate(RATE), 0, STEPS, _ -> 1);
        return IntStream.range(0, STEPS)
                .mapToDouble(i -> (weights[i] - weights[i + 1]) / RATE)
                .toArray();
    }

    /**
     * Adam's steps.
     *
     * @return their lengths in units of η
     */
    double[] corrected() {
        return corrected.clone();
    }

    /**
     * Steps without correction.
     *
     * @return their lengths in units of η
     */
    double[] uncorrected() {
        return uncorrected.clone();
    }

    /** (1−β₁ᵗ)/√(1−β₂ᵗ): by how much steps are off without correction. */
    static double theory(int t) {
        return (1 - Math.pow(BETA1, t)) / Math.sqrt(1 - Math.pow(BETA2, t));
    }

    /**
     * The picture.
     *
     * @return a chart of the steps' lengths
     */
    public Figure figure() {
        int longest = IntStream.range(0, STEPS).reduce(0, (best, i) -> uncorrected[i] > uncorrected[best] ? i : best);
        List<Integer> shown = new ArrayList<>();
        for (int t = 1; t <= STEPS; t = Math.max(t + 1, (int) (t * 1.06))) {
            shown.add(t);
        }
        double[] t = shown.stream().mapToDouble(Integer::doubleValue).toArray();
        double[] few =
                Arrays.stream(t).filter(step -> (int) step % 3 == 1 || step < 5).toArray();
        Map<Double, String> labels = new TreeMap<>();
        for (int label : new int[] {1, 10, 100, 1000}) {
            labels.put((double) label, Integer.toString(label));
        }
        Chart chart = new Chart(
                        Axis.log("step t").labels(labels),
                        Axis.linear("length of the step, in η").range(0, 7.2))
                .withLegendAbove()
                .add(Trace.line("without", t, at(uncorrected, t))
                        .withColour(Palette.colour(UNCORRECTED_COLOUR))
                        .withWidth(2.5))
                .add(Trace.points(
                                "(1−β₁ᵗ)/√(1−β₂ᵗ)",
                                few,
                                Arrays.stream(few)
                                        .map(step -> theory((int) step))
                                        .toArray())
                        .withMarks("circle-open", 7)
                        .withColour(Palette.colour(10)))
                .add(Trace.line("with bias correction", t, at(corrected, t))
                        .withColour(Palette.colour(CORRECTED_COLOUR))
                        .withWidth(2.5));
        return new Figure(
                "Adam's early steps, with and without bias correction",
                ("Under a constant gradient corrected steps are η long from the first on. Without correction the first is"
                                + " %.1f η and the %dth %.1f η, off by just (1−β₁ᵗ)/√(1−β₂ᵗ); after %,d steps still %.2f η.")
                        .formatted(uncorrected[0], longest + 1, uncorrected[longest], 1000, uncorrected[999]),
                chart);
    }

    private static double[] at(double[] lengths, double[] steps) {
        return Arrays.stream(steps).map(step -> lengths[(int) step - 1]).toArray();
    }
}
