package lanewise.bench.exhibit;

import java.util.Arrays;
import java.util.stream.IntStream;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Path;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;
import lanewise.program.Average;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sgd;

/** Plain descent under noise, its averages, which nothing but the evaluation uses, and Schedule-Free beside them. */
public final class WeightAverages {
    private static final double RATE = 0.1;
    private static final double DECAY = 0.99;
    private static final int FROM = 100;
    private static final long SEED = 1;
    private static final int TRAINED_COLOUR = 10;
    private static final int EMA_COLOUR = 1;
    private static final int UNIFORM_COLOUR = 3;
    private static final int SCHEDULE_FREE_COLOUR = 4;

    private final Descent descent = Descent.on(Landscape.NOISY, SEED);
    private final Path trained = descent.run(new Sgd(), RATE);
    private final Path ema = descent.runAveraged(new Sgd(), RATE, Average.ema(DECAY));
    private final Path uniform =
            descent.runAveraged(new Sgd(), RATE, Average.uniform().from(FROM));
    private final Path scheduleFree = descent.run(new ScheduleFreeSgd(), RATE);

    /** Runs all. */
    public WeightAverages() {}

    /** The weights that are stepped. */
    Path trained() {
        return trained;
    }

    /** Their exponential moving average. */
    Path ema() {
        return ema;
    }

    /** The mean of all from a step on. */
    Path uniform() {
        return uniform;
    }

    /** The average that the rule keeps by itself. */
    Path scheduleFree() {
        return scheduleFree;
    }

    /**
     * The picture.
     *
     * @return a chart of the losses over the steps
     */
    public Figure figure() {
        Chart chart = new Chart(
                        Axis.linear("step"),
                        Axis.log("loss, height above the minimum").range(1e-6, 2 * trained.losses()[0]))
                .height(380)
                .moment(FROM)
                .add(line("SGD, trained weights θ", trained, 0, TRAINED_COLOUR, 1))
                .add(line("SGD, EMA of θ, d " + DECAY, ema, 0, EMA_COLOUR, 2.2))
                .add(line("SGD, mean of θ from step " + FROM, uniform, FROM, UNIFORM_COLOUR, 2.2))
                .add(line("Schedule-Free SGD, x", scheduleFree, 0, SCHEDULE_FREE_COLOUR, 2.2));
        return new Figure(
                "Noisy bowl: the weights and their averages",
                ("All at the constant η %s. Over the last quarter the trained weights of plain descent are at %.2g on"
                                + " average, their exponential moving average at %.2g, their mean from step %d (dotted)"
                                + " on at %.2g: an average takes out noise that the rate leaves in. Schedule-Free,"
                                + " which takes its gradients close to its average, is at %.2g.")
                        .formatted(
                                RATE,
                                trained.meanOfLastQuarter(),
                                ema.meanOfLastQuarter(),
                                FROM,
                                uniform.meanOfLastQuarter(),
                                scheduleFree.meanOfLastQuarter()),
                chart);
    }

    private static Trace line(String name, Path path, int from, int colour, double width) {
        return Trace.line(
                        name,
                        IntStream.rangeClosed(from, path.steps())
                                .asDoubleStream()
                                .toArray(),
                        Arrays.copyOfRange(path.losses(), from, path.steps() + 1))
                .withColour(Palette.colour(colour))
                .withWidth(width)
                .withHover("step %{x}: %{y:.3g}");
    }
}
