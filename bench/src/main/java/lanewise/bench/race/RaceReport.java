package lanewise.bench.race;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.bench.exhibit.BiasCorrection;
import lanewise.bench.exhibit.DecayForms;
import lanewise.bench.exhibit.EffectiveRates;
import lanewise.bench.exhibit.SaddleEscape;
import lanewise.bench.exhibit.ScheduleGallery;
import lanewise.bench.exhibit.WeightAverages;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Page;
import lanewise.bench.report.Section;
import lanewise.bench.report.Table;
import lanewise.bench.report.Trace;

/** The report of a race: what ran, drawn, with a sentence for each picture. */
final class RaceReport {
    private static final int HEIGHT = 510;

    /** A loss that is no longer a training's. */
    private static final double DIVERGED = 10;

    private final Page page;

    RaceReport(String lead) {
        page = new Page("Lanewise: the race of the optimizers", lead);
    }

    Page page() {
        return page;
    }

    RaceReport digits(String text, Table<Race.Result> table, List<Race.Result> results, List<RateSweep.Result> sweeps) {
        Section section = page.section("Handwritten digits").text(text);
        section.figures(2, losses(results), accuracies(results));
        if (!sweeps.isEmpty()) {
            section.figures(1, rates(sweeps));
        }
        section.table(table, results);
        return this;
    }

    private static Figure losses(List<Race.Result> results) {
        Chart chart = new Chart(Axis.linear("epoch"), Axis.log("training loss, cross-entropy")).height(HEIGHT);
        results.forEach(result -> chart.add(overEpochs(result, result.outcome().losses(), results)));
        List<Race.Result> ranking = results.stream()
                .sorted(Comparator.comparingDouble(
                        result -> result.outcome().losses().getLast()))
                .toList();
        Race.Result lowest = ranking.getFirst();
        Race.Result highest = ranking.getLast();
        return new Figure(
                "Training loss over epochs",
                "Lowest at the end is %s with %.2g; %s still has %.2g."
                        .formatted(
                                lowest.contestant().name(),
                                lowest.outcome().losses().getLast(),
                                highest.contestant().name(),
                                highest.outcome().losses().getLast()),
                chart);
    }

    private static Figure accuracies(List<Race.Result> results) {
        Chart chart = new Chart(
                        Axis.linear("epoch"),
                        Axis.linear("accuracy on the test images").format(".0%"))
                .height(HEIGHT);
        results.forEach(result -> chart.add(overEpochs(result, result.outcome().accuracies(), results)));
        double least = results.stream()
                .mapToDouble(result -> result.outcome().accuracies().getLast())
                .min()
                .orElseThrow();
        double most = results.stream()
                .mapToDouble(result -> result.outcome().accuracies().getLast())
                .max()
                .orElseThrow();
        return new Figure(
                "Accuracy over epochs",
                "On images that were not trained with all end between %.1f and %.1f %%: at rates that suit them optimizers"
                                .formatted(100 * least, 100 * most)
                        + " differ more in how soon they get there than in where they end.",
                chart);
    }

    private static Trace overEpochs(Race.Result result, List<Double> values, List<Race.Result> all) {
        boolean featured =
                all.stream().filter(other -> other.contestant().featured()).count() >= 2;
        return Trace.line(
                        result.contestant().name(),
                        IntStream.rangeClosed(1, values.size()).asDoubleStream().toArray(),
                        values.stream().mapToDouble(Double::doubleValue).toArray())
                .withColour(result.contestant().colour())
                .withDash(result.contestant().dash())
                .withHover("epoch %{x}: %{y:.3g}")
                .hiddenIf(featured && !result.contestant().featured());
    }

    private static Figure rates(List<RateSweep.Result> sweeps) {
        Chart chart = new Chart(
                        Axis.log("learning rate η, peak of the schedule"),
                        Axis.log("training loss (top edge: 10, or diverged)"))
                .height(HEIGHT);
        for (RateSweep.Result sweep : sweeps) {
            chart.add(Trace.line(
                            sweep.contestant().name(),
                            RateSweep.RATES.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray(),
                            sweep.losses().stream()
                                    .mapToDouble(loss -> loss < DIVERGED ? loss : DIVERGED)
                                    .toArray())
                    .withColour(sweep.contestant().colour())
                    .withDash(sweep.contestant().dash())
                    .withWidth(2.2)
                    .withMarks("circle", 6)
                    .withHover("η %{x}: %{y:.3g}"));
        }
        double[] bestRates = sweeps.stream().mapToDouble(RaceReport::bestRate).toArray();
        String best = sweeps.stream()
                .map(sweep -> sweep.contestant().name() + " at " + ArenaPictures.number(bestRate(sweep)))
                .collect(Collectors.joining(", "));
        return new Figure(
                "Loss after " + RateSweep.EPOCHS + " epochs over the learning rate",
                "Each optimizer has a valley of rates of its own; their lowest points lie up to a factor of %,.0f apart: %s."
                        .formatted(
                                Arrays.stream(bestRates).max().orElseThrow()
                                        / Arrays.stream(bestRates).min().orElseThrow(),
                                best),
                chart);
    }

    private static double bestRate(RateSweep.Result sweep) {
        return IntStream.range(0, RateSweep.RATES.size())
                .boxed()
                .min(Comparator.comparingDouble(i -> {
                    double loss = sweep.losses().get(i);
                    return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
                }))
                .map(RateSweep.RATES::get)
                .orElseThrow();
    }

    RaceReport landscapes(String text, Table<Arena.Standing> table, List<Arena> arenas) {
        Section section = page.section("Landscapes").text(text);
        for (Arena arena : arenas) {
            ArenaPictures pictures = new ArenaPictures(arena);
            section.heading(arena.landscape().title())
                    .figures(2, pictures.paths(), pictures.losses())
                    .beside(pictures.sweeps(), table, arena.ranking());
            pictures.noiseFloor().ifPresent(figure -> section.figures(1, figure));
            if (arena.landscape().equals(Landscape.SADDLE)) {
                section.figures(1, new SaddleEscape().figure());
            }
            if (arena.landscape().equals(Landscape.NOISY)) {
                section.figures(1, new WeightAverages().figure());
            }
        }
        return this;
    }

    /** What needs no race. */
    RaceReport exhibits() {
        page.section("What the parts of a formula do")
                .figures(3, new BiasCorrection().figure(), new DecayForms().figure(), new EffectiveRates().figure());
        page.section("Schedules")
                .text(
                        "Every ready schedule of lanewise.schedule over 1,000 steps, under the code that makes it (without"
                                + " “Schedule.” in front).")
                .figures(4, ScheduleGallery.figures());
        FamilyTree tree = new FamilyTree(Contestant.ALL);
        page.section("Family tree of the rules").figures(1, tree.figure()).table(FamilyTree.table(), tree.inOrder());
        return this;
    }
}
