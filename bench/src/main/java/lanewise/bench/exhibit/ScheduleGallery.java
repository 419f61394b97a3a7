package lanewise.bench.exhibit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;
import lanewise.schedule.Curve;
import lanewise.schedule.ReduceOnPlateau;
import lanewise.schedule.Schedule;

/** Every ready schedule, drawn over 1,000 steps with 0.1 as its highest rate. */
public final class ScheduleGallery {
    private static final int STEPS = 1000;
    private static final int POINTS = 251;
    private static final long EVERY = STEPS / (POINTS - 1);
    private static final int HEIGHT = 210;
    private static final double HIGHEST = 0.1;

    /** A schedule with the code that makes it. */
    record Sample(String code, String sentence, Schedule schedule) {}

    private ScheduleGallery() {}

    /** A new schedule is a line here. */
    static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        samples.add(new Sample("constant(0.1)", "The same at every step.", Schedule.constant(0.1)));
        samples.add(
                new Sample("stepDecay(0.1, 0.5, 200)", "Halves every 200 steps.", Schedule.stepDecay(0.1, 0.5, 200)));
        samples.add(new Sample(
                "multiStep(0.1, 0.3, 300, 600, 900)",
                "A factor at each milestone.",
                Schedule.multiStep(0.1, 0.3, 300, 600, 900)));
        samples.add(new Sample(
                "piecewiseConstant({250, 500}, 0.04, 0.1, 0.02)",
                "Rates of one's own between boundaries of one's own.",
                Schedule.piecewiseConstant(new long[] {250, 500}, 0.04, 0.1, 0.02)));
        samples.add(new Sample(
                "exponential(0.1, 0.996)", "The same factor at every step.", Schedule.exponential(0.1, 0.996)));
        samples.add(new Sample(
                "inverseTime(0.1, 1, 100)",
                "Half after 100 steps, a third after 200.",
                Schedule.inverseTime(0.1, 1, 100)));
        samples.add(new Sample(
                "inverseSqrt(0.1, 100).withWarmup(100)",
                "Up in a line, then one over the root of time: a long tail.",
                Schedule.inverseSqrt(0.1, 100).withWarmup(100)));
        samples.add(new Sample(
                "noam(1, 1, 100)",
                "The Transformer's: linear warm-up, then one over the root.",
                Schedule.noam(1, 1, 100)));
        samples.add(
                new Sample("linear(0.1, 0, 1000)", "A straight line, all the way.", Schedule.linear(0.1, 0, STEPS)));
        samples.add(new Sample(
                "polynomial(0.1, 0, 1000, 2)",
                "Falls fast at first and ends flat.",
                Schedule.polynomial(0.1, 0, STEPS, 2)));
        samples.add(new Sample("cosine(0.1, 0, 1000)", "Flat at both ends.", Schedule.cosine(0.1, 0, STEPS)));
        samples.add(new Sample(
                "cosine(0.1, 0, 900).withWarmup(100)",
                "What most runs need: up for a tenth of the steps, down for the rest.",
                Schedule.cosine(0.1, 0, 900).withWarmup(100)));
        samples.add(new Sample(
                "ramp(0.1, 0, 1000, Curve.oneMinusSqrt())",
                "Steep at first: 1 − √ of the way gone.",
                Schedule.ramp(0.1, 0, STEPS, Curve.oneMinusSqrt())));
        samples.add(new Sample(
                "warmupStableDecay(0.1, 0, 100, 600, 300, Curve.linear())",
                "Up, level, down in a line: training can go on from the level.",
                Schedule.warmupStableDecay(0.1, 0, 100, 600, 300, Curve.linear())));
        samples.add(new Sample(
                "warmupStableDecay(…, Curve.oneMinusSqrt())",
                "The same with a decay that is steep at its top.",
                Schedule.warmupStableDecay(0.1, 0, 100, 600, 300, Curve.oneMinusSqrt())));
        samples.add(new Sample(
                "cosineWave(0.1, 0, 1000, 5)",
                "A cosine that comes up again as slowly as it went down.",
                Schedule.cosineWave(0.1, 0, STEPS, 5)));
        samples.add(new Sample(
                "cosineRestarts(0.1, 0, 140, 2)",
                "Restarts at full rate, each cycle twice as long.",
                Schedule.cosineRestarts(0.1, 0, 140, 2)));
        samples.add(new Sample(
                "cosineCycles(0.1, 0, 1000, 4)",
                "Equal cycles with restarts, the last one ending with the training.",
                Schedule.cosineCycles(0.1, 0, STEPS, 4)));
        samples.add(new Sample(
                "cyclic(0.02, 0.1, 100, 100)", "Up and down in straight lines.", Schedule.cyclic(0.02, 0.1, 100, 100)));
        samples.add(new Sample(
                "cyclic(0.01, 0.1, 100, 100, stepDecay(1, 0.5, 200))",
                "Each triangle half as high as the one before.",
                Schedule.cyclic(0.01, 0.1, 100, 100, Schedule.stepDecay(1, 0.5, 200))));
        samples.add(new Sample(
                "oneCycle(0.1, 1000)",
                "Up to the peak in 0.3 of the steps, then down to almost nothing.",
                Schedule.oneCycle(0.1, STEPS)));
        samples.add(new Sample(
                "oneCycle(0.1, 1000).inThreePhases()",
                "As long down as up, then a third phase to the end.",
                Schedule.oneCycle(0.1, STEPS).inThreePhases()));
        samples.add(new Sample(
                "constant(0.1).thenAt(500, cosine(0.1, 0, 500))",
                "One schedule after another, each on its own clock.",
                Schedule.constant(0.1).thenAt(500, Schedule.cosine(0.1, 0, 500))));
        samples.add(new Sample(
                "cosine(0.1, 0, 10).perEpoch(100)",
                "Asked once an epoch, so it stands in stairs.",
                Schedule.cosine(0.1, 0, 10).perEpoch(100)));
        samples.add(new Sample(
                "linear(0.1, 0, 600).delayedBy(400)",
                "Level until its clock starts.",
                Schedule.linear(0.1, 0, 600).delayedBy(400)));
        samples.add(new Sample(
                "exponential(0.1, 0.996).atLeast(0.02)",
                "With a floor; atMost gives a ceiling.",
                Schedule.exponential(0.1, 0.996).atLeast(0.02)));
        samples.add(new Sample(
                "cosineCycles(0.1, 0, 1000, 4) .times(linear(1, 0.2, 1000))",
                "One schedule times another: restarts that get lower.",
                Schedule.cosineCycles(0.1, 0, STEPS, 4).times(Schedule.linear(1, 0.2, STEPS))));
        return samples;
    }

    /**
     * The pictures.
     *
     * @return a small chart for each schedule
     */
    public static List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(samples().stream()
                .map(sample -> new Figure(sample.code(), sample.sentence(), chart(rates(sample.schedule()))))
                .toList());
        figures.add(plateau());
        return figures;
    }

    private static double[] steps() {
        return IntStream.range(0, POINTS).mapToDouble(i -> i * EVERY).toArray();
    }

    private static double[] rates(Schedule schedule) {
        return IntStream.range(0, POINTS)
                .mapToDouble(i -> schedule.at(i * EVERY))
                .toArray();
    }

    private static Chart chart(double[] rates) {
        return new Chart(
                        Axis.linear("step").range(0, STEPS), Axis.linear("rate").range(0, 1.08 * HIGHEST))
                .height(HEIGHT)
                .withoutLegend()
                .add(Trace.line("rate", steps(), rates)
                        .withColour(Palette.colour(0))
                        .withWidth(2.2));
    }

    /** The one schedule that listens: to a loss that stops falling twice. */
    private static Figure plateau() {
        ReduceOnPlateau schedule =
                ReduceOnPlateau.lowerIsBetter(HIGHEST).withFactor(0.4).withPatience(20);
        double[] rates = new double[POINTS];
        double[] losses = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            losses[i] = loss(i);
            schedule.observe(losses[i]);
            rates[i] = schedule.at(0);
        }
        Chart chart = chart(rates)
                .add(Trace.line("loss (not to scale)", steps(), losses)
                        .withColour(Palette.colour(10))
                        .withDash("dot"));
        return new Figure(
                "ReduceOnPlateau .lowerIsBetter(0.1)",
                "Listens to a loss (dotted): 20 looks without progress, and the rate falls, here to 0.4 of it.",
                chart);
    }

    private static double loss(int i) {
        int falling = i < 60 ? i : i < 110 ? 60 : i < 160 ? i - 50 : 110;
        return 0.02 + 0.07 * Math.exp(-falling / 40.0);
    }
}
