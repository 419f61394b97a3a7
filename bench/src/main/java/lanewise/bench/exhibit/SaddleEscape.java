package lanewise.bench.exhibit;

import java.util.Arrays;
import java.util.stream.IntStream;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Path;
import lanewise.bench.landscape.Point;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;
import lanewise.rule.Adam;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;

/** Descents that lead onto the saddle, and some that just miss it, all at one rate. */
public final class SaddleEscape {
    /** A start from which the gradient leads exactly to the saddle. */
    public static final Point EXACT = new Point(1, 0);

    private static final double RATE = 0.02;
    private static final int STEPS = 800;
    private static final int SGD_COLOUR = 0;
    private static final int MOMENTUM_COLOUR = 1;
    private static final int ADAM_COLOUR = 6;

    private final Path sgd = path(new Sgd(), Landscape.SADDLE.start());
    private final Path momentum = path(new Sgd().momentum(0.9), Landscape.SADDLE.start());
    private final Path adam = path(new Adam(), Landscape.SADDLE.start());
    private final Path sgdFromExact = path(new Sgd(), EXACT);
    private final Path momentumFromExact = path(new Sgd().momentum(0.9), EXACT);
    private final Path adamFromExact = path(new Adam(), EXACT);

    /** Runs all. */
    public SaddleEscape() {}

    private static Path path(Rule rule, Point start) {
        return new Descent(Landscape.SADDLE, start, STEPS, 0).run(rule, RATE);
    }

    /** Plain descent from near the line that leads to the saddle. */
    Path sgd() {
        return sgd;
    }

    /** Momentum from near that line. */
    Path momentum() {
        return momentum;
    }

    /**
     * The picture.
     *
     * @return a chart of the losses over the steps
     */
    public Figure figure() {
        Chart chart = new Chart(Axis.linear("step"), Axis.linear("loss").range(0, 0.8))
                .height(340)
                .add(line("SGD", sgd, SGD_COLOUR, "solid"))
                .add(line("Momentum", momentum, MOMENTUM_COLOUR, "solid"))
                .add(line("Adam", adam, ADAM_COLOUR, "solid"))
                .add(line("SGD from y = 0", sgdFromExact, SGD_COLOUR, "dot"))
                .add(line("Momentum from y = 0", momentumFromExact, MOMENTUM_COLOUR, "dot"))
                .add(line("Adam from y = 0", adamFromExact, ADAM_COLOUR, "dot"));
        return new Figure(
                "Beside the saddle and exactly on it",
                ("All at η %s. From %s momentum is through after %d steps, plain descent after %d. From y = 0 the slope"
                                + " along y is exactly 0, and all stay at the saddle's ¼ for good.")
                        .formatted(
                                RATE,
                                Landscape.SADDLE.start(),
                                momentum.arrival().orElseThrow(),
                                sgd.arrival().orElseThrow()),
                chart);
    }

    private static Trace line(String name, Path path, int colour, String dash) {
        double[] steps = IntStream.rangeClosed(0, STEPS)
                .filter(step -> step % 4 == 0)
                .asDoubleStream()
                .toArray();
        double[] losses =
                Arrays.stream(steps).map(step -> path.losses()[(int) step]).toArray();
        return Trace.line(name, steps, losses)
                .withColour(Palette.colour(colour))
                .withDash(dash)
                .withWidth(2.2);
    }
}
