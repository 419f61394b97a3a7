package lanewise.bench.race;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Landscape.View;
import lanewise.bench.landscape.Path;
import lanewise.bench.landscape.Point;
import lanewise.bench.landscape.Sweep;
import lanewise.bench.race.Arena.Standing;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;

/** The pictures of one landscape: paths over contour lines, losses over steps, the last loss over rates. */
final class ArenaPictures {
    private static final int GRID = 120;

    /** Added below the logarithm of the heights, relative to the start: contour lines end there. */
    private static final double DEEPEST_CONTOUR = 1e-3;

    private static final int HEIGHT = 560;
    private static final int NARROW = 340;
    private static final List<Double> NOISY_RATES = List.of(0.5, 0.1, 0.02, 0.005);
    private static final List<Integer> NOISY_COLOURS = List.of(6, 1, 3, 0);

    /** All steps up to here are drawn, then fewer and fewer: zig-zags are short and come first. */
    private static final int DENSE = 160;

    private static final double THINNING = 1.02;

    /** Losses below are zero as far as floats can tell. */
    private static final double FLOOR = 1e-8;

    /** What the sentences of a landscape speak of, as far as they take part. */
    private static final List<String> SPOKEN_OF = List.of("SGD", "Momentum", "Adam");

    private static final Map<String, String> LEADS = Map.of(
            "bowl", "Nearly round, so no direction needs a rate of its own and plain descent needs no help.",
            "ravine",
                    "198 times as steep across as along: plain descent zig-zags between the walls, momentum lets steps"
                            + " across cancel and steps along add up.",
            "rosenbrock",
                    "A bent valley that hardly falls: plain descent creeps along its floor, Adam follows it, momentum"
                            + " overshoots its bends.",
            "saddle", "The middle is level: descents that come close slow down, and their rate decides for how long.",
            "noisy",
                    "The same bowl through noisy gradients: large rates circle around the minimum, small ones or an"
                            + " average come closer.");

    private final Arena arena;
    private final Landscape landscape;
    private final boolean featuredOnly;

    ArenaPictures(Arena arena) {
        this.arena = arena;
        landscape = arena.landscape();
        featuredOnly = arena.standings().stream()
                        .filter(standing -> standing.contestant().featured())
                        .count()
                >= 2;
    }

    private boolean hidden(Standing standing) {
        return featuredOnly && !standing.contestant().featured();
    }

    // ------------------------------------------------------------------------------------- paths

    Figure paths() {
        View view = view();
        double[] x = grid(view.left(), view.right());
        double[] y = grid(view.bottom(), view.top());
        double[][] z = new double[GRID][GRID];
        for (int row = 0; row < GRID; row++) {
            for (int column = 0; column < GRID; column++) {
                // Logarithms, so that lines are as dense at the bottom as above.
                z[row][column] = Math.log10(landscape.at(x[column], y[row]).value() + DEEPEST_CONTOUR * first());
            }
        }
        Chart chart = new Chart(
                        Axis.linear("x").range(view.left(), view.right()),
                        Axis.linear("y").range(view.bottom(), view.top()))
                .height(HEIGHT)
                .add(Trace.contour("f", x, y, z));
        for (Standing standing : arena.standings()) {
            Path path = standing.path();
            int[] steps = thinned(path.steps());
            chart.add(Trace.line(standing.contestant().name(), at(path.x(), steps), at(path.y(), steps))
                    .withColour(standing.contestant().colour())
                    .withDash(standing.contestant().dash())
                    .withWidth(1.7)
                    .withMarks("circle", 3.4)
                    .withNotes(Arrays.stream(steps).mapToObj(Integer::toString).toList())
                    .withHover("step %{customdata}: (%{x:.4g}, %{y:.4g})")
                    .hiddenIf(hidden(standing)));
        }
        chart.add(place("start", List.of(arena.descent().start()), "circle-open", 11))
                .add(place("minimum", landscape.minima(), "star", 14));
        return new Figure(
                landscape.title() + ": paths over contour lines of " + landscape.formula(),
                LEADS.get(landscape.key()) + " " + spokenOf(),
                chart);
    }

    private static Trace place(String name, List<Point> points, String symbol, double size) {
        return Trace.points(
                        name,
                        points.stream().mapToDouble(Point::x).toArray(),
                        points.stream().mapToDouble(Point::y).toArray())
                .withMarks(symbol, size)
                .withColour(name.equals("start") ? "#8a94a6" : "#e0a800")
                .withHover(name + " (%{x:.4g}, %{y:.4g})<extra></extra>");
    }

    /** The landscape's own, and the start wherever it is. */
    private View view() {
        View own = landscape.view();
        Point start = arena.descent().start();
        double across = 0.05 * (own.right() - own.left());
        double along = 0.05 * (own.top() - own.bottom());
        return new View(
                Math.min(own.left(), start.x() - across),
                Math.max(own.right(), start.x() + across),
                Math.min(own.bottom(), start.y() - along),
                Math.max(own.top(), start.y() + along));
    }

    private static double[] grid(double from, double to) {
        return IntStream.range(0, GRID)
                .mapToDouble(i -> from + (to - from) * i / (GRID - 1))
                .toArray();
    }

    private static int[] thinned(int last) {
        IntStream.Builder steps = IntStream.builder();
        int step = 0;
        while (step < last) {
            steps.add(step);
            step = step < DENSE ? step + 1 : Math.max(step + 1, (int) (step * THINNING));
        }
        return steps.add(last).build().toArray();
    }

    private static double[] at(double[] values, int[] steps) {
        return Arrays.stream(steps).mapToDouble(step -> values[step]).toArray();
    }

    // ------------------------------------------------------------------------------------ losses

    Figure losses() {
        Chart chart = new Chart(
                        Axis.linear("step").range(0, arena.descent().steps()),
                        Axis.log("loss, height above the minimum").range(FLOOR, ceiling()))
                .height(HEIGHT)
                .level(landscape.goal());
        for (Standing standing : arena.standings()) {
            Path path = standing.path();
            int[] steps = thinned(path.steps());
            double[] losses = Arrays.stream(at(path.losses(), steps))
                    .map(loss -> Math.max(loss, FLOOR / 10))
                    .toArray();
            chart.add(Trace.line(
                            standing.contestant().name(),
                            Arrays.stream(steps).asDoubleStream().toArray(),
                            losses)
                    .withColour(standing.contestant().colour())
                    .withDash(standing.contestant().dash())
                    .withHover("step %{x}: %{y:.3g}")
                    .hiddenIf(hidden(standing)));
        }
        return new Figure(landscape.title() + ": loss over steps", arrivals(), chart);
    }

    /** The loss at the start. */
    private double first() {
        return Math.max(arena.standings().getFirst().path().losses()[0], FLOOR);
    }

    private double ceiling() {
        return 10 * first();
    }

    private String arrivals() {
        List<Standing> ranking = arena.ranking();
        List<Standing> arrived = ranking.stream()
                .filter(standing -> standing.path().arrival().isPresent())
                .toList();
        String goal = "within %s of the minimum (dotted)".formatted(number(landscape.goal()));
        String others = share(arrived.size());
        if (arrived.isEmpty()) {
            return "No optimizer stays %s within %,d steps; %s gets lowest, to %.2g."
                    .formatted(
                            goal,
                            arena.descent().steps(),
                            ranking.getFirst().contestant().name(),
                            ranking.getFirst().path().last());
        }
        return "First to stay %s: %s. %s"
                .formatted(
                        goal,
                        arrived.stream()
                                .limit(3)
                                .map(standing -> "%s after %s"
                                        .formatted(
                                                standing.contestant().name(),
                                                steps(standing.path().arrival().orElseThrow())))
                                .collect(Collectors.joining(", ")),
                        others);
    }

    private String share(int count) {
        int of = arena.standings().size();
        String steps = "%,d steps".formatted(arena.descent().steps());
        return count == of
                ? "All " + of + " do so within " + steps + "."
                : "%d of %d do so within %s.".formatted(count, of, steps);
    }

    private String spokenOf() {
        List<String> told = SPOKEN_OF.stream()
                .flatMap(name -> arena.of(name).stream())
                .map(standing -> standing.path().arrival().isPresent()
                        ? "%s (η %s) is there after %s"
                                .formatted(
                                        standing.contestant().name(),
                                        number(standing.path().rate()),
                                        steps(standing.path().arrival().getAsInt()))
                        : "%s (η %s) is not there within %s"
                                .formatted(
                                        standing.contestant().name(),
                                        number(standing.path().rate()),
                                        steps(arena.descent().steps())))
                .toList();
        return told.isEmpty() ? "" : String.join(", ", told) + ".";
    }

    private static String steps(int count) {
        return count == 1 ? "1 step" : "%,d steps".formatted(count);
    }

    /** Rates and goals in as few digits as they have. */
    static String number(double value) {
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    // ------------------------------------------------------------------------------------ sweeps

    Figure sweeps() {
        Chart chart = new Chart(
                        Axis.log("learning rate η"), Axis.log("loss at the end").range(FLOOR, 1.5 * ceiling()))
                .height(HEIGHT);
        for (Standing standing : arena.standings()) {
            Sweep sweep = standing.sweep();
            chart.add(Trace.line(
                            standing.contestant().name(),
                            sweep.paths().stream().mapToDouble(Path::rate).toArray(),
                            sweep.paths().stream()
                                    .mapToDouble(path -> Math.clamp(path.last(), FLOOR, ceiling()))
                                    .toArray())
                    .withColour(standing.contestant().colour())
                    .withDash(standing.contestant().dash())
                    .withMarks("circle", 5)
                    .withHover("η %{x}: %{y:.3g}")
                    .hiddenIf(hidden(standing)));
        }
        return new Figure(landscape.title() + ": final loss over the learning rate", widths(), chart);
    }

    /** Plain descent at rates far apart: what noise does and what a small rate does against it. */
    Optional<Figure> noiseFloor() {
        return landscape.noise() > 0 ? arena.of("SGD").map(this::noiseFloor) : Optional.empty();
    }

    private Figure noiseFloor(Standing sgd) {
        Chart chart = new Chart(
                        Axis.linear("step").range(0, arena.descent().steps()),
                        Axis.log("loss, height above the minimum").range(1e-5, ceiling()))
                .height(NARROW);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < NOISY_RATES.size(); i++) {
            Path path = sgd.sweep().at(NOISY_RATES.get(i));
            String name = "SGD, η " + number(path.rate());
            chart.add(Trace.line(
                            name,
                            IntStream.rangeClosed(0, path.steps())
                                    .asDoubleStream()
                                    .toArray(),
                            path.losses())
                    .withColour(Palette.colour(NOISY_COLOURS.get(i)))
                    .withWidth(1.3)
                    .withHover("step %{x}: %{y:.3g}"));
            told.add("%.2g with η %s".formatted(path.meanOfLastQuarter(), number(path.rate())));
        }
        return new Figure(
                "Noisy bowl: plain descent at four rates",
                "The smaller the rate, the slower the way down, and the lower the floor that noise leaves at the end: on"
                        + " average over the last quarter " + String.join(", ", told) + ".",
                chart);
    }

    private String widths() {
        List<Standing> told = Stream.of("SGD", "Adam")
                .map(arena::of)
                .flatMap(Optional::stream)
                .toList();
        return (told.isEmpty() ? arena.standings().stream().limit(2) : told.stream())
                .map(this::width)
                .collect(Collectors.joining(
                        " ",
                        "How wide is the range of rates that leaves less than 1 % of the loss? ",
                        " At the top edge it is ten times that of the start, or more."));
    }

    private String width(Standing standing) {
        List<Double> good = standing.sweep().good();
        String name = standing.contestant().name();
        if (good.isEmpty()) {
            return "No rate does for " + name + ".";
        }
        return "%s: from %s to %s, %,.0f-fold."
                .formatted(name, number(good.getFirst()), number(good.getLast()), good.getLast() / good.getFirst());
    }
}
