package lanewise.bench.speed;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;

/** Every rule, each against the roof of its own loads and stores, and against the peers that know it. */
final class RulePictures {
    private static final double NEAR = 0.9;
    private static final int HEIGHT = 470;

    private final Measurements measurements;

    /** Of one size and number of threads each, a rule after the other. */
    private final List<List<Workload>> groups;

    RulePictures(Measurements measurements) {
        this.measurements = measurements;
        groups = measurements.workloads(Measurements::isTensor).stream()
                .sorted(Comparator.comparingInt(Workload::threads).thenComparingLong(Workload::parameters))
                .collect(Collectors.groupingBy(
                        workload -> List.of((long) workload.threads(), workload.parameters()),
                        LinkedHashMap::new,
                        Collectors.toList()))
                .values()
                .stream()
                .filter(rules -> rules.size() > 1)
                .toList();
    }

    List<Figure> figures() {
        return groups.stream().flatMap(this::figures).toList();
    }

    private Stream<Figure> figures(List<Workload> rules) {
        List<Series> shares = Series.of(List.of(Measurements.LANEWISE, "scalar"), rules, measurements::shareOfRoof);
        List<Series> ratios = Series.of(
                        measurements.peers(rules),
                        rules,
                        (peer, workload) -> measurements.ratio(peer, Measurements.LANEWISE, workload))
                .stream()
                .filter(series -> series.values().size() > 1)
                .toList();
        List<Figure> figures = new ArrayList<>();
        if (!shares.isEmpty()) {
            figures.add(share(shares, rules));
        }
        if (!ratios.isEmpty()) {
            figures.add(ratio(ratios, rules));
        }
        return figures.stream();
    }

    private static String where(List<Workload> rules) {
        Workload any = rules.getFirst();
        return Wording.size(any.parameters()) + ", " + Wording.threads(any.threads());
    }

    private static String name(Workload workload) {
        return Wording.rule(workload.rule());
    }

    private static Figure share(List<Series> all, List<Workload> rules) {
        Chart chart = new Chart(
                        Axis.linear(""), Axis.linear("share of the roof").format(".0%"))
                .height(HEIGHT)
                .withLegendAbove()
                .level(1);
        all.forEach(series ->
                chart.add(Drawn.bars(series.contestant(), series.named(RulePictures::name), series.values())));
        Series first = all.getFirst();
        Workload furthest = first.workloads().stream()
                .min(Comparator.comparingDouble(
                        workload -> first.at(workload).orElseThrow().median()))
                .orElseThrow();
        long near =
                first.values().stream().filter(share -> share.median() >= NEAR).count();
        return new Figure(
                "Share of the roof, " + where(rules),
                "%s reaches %s of the roof or more with %d of %d rules; furthest from it is %s with %s."
                        .formatted(
                                Wording.title(first.contestant()),
                                Wording.percent(NEAR),
                                near,
                                first.values().size(),
                                name(furthest),
                                Wording.percent(first.at(furthest).orElseThrow().median())),
                chart);
    }

    private static Figure ratio(List<Series> all, List<Workload> rules) {
        List<Workload> shown = rules.stream()
                .filter(workload ->
                        all.stream().anyMatch(series -> series.at(workload).isPresent()))
                .toList();
        Chart chart = new Chart(
                        Scales.places(shown, RulePictures::name),
                        Scales.ratios("time of Lanewise's", Series.values(all)))
                .height(HEIGHT)
                .withLegendAbove()
                .level(1);
        all.forEach(series -> chart.add(Drawn.dots(series.contestant(), series.placesIn(shown), series.values())));
        return new Figure(
                "Times as long as Lanewise takes, " + where(rules),
                all.stream()
                        .map(series -> "%s %s with %d rules"
                                .formatted(
                                        Wording.title(series.contestant()),
                                        Wording.range(series.values()),
                                        series.values().size()))
                        .collect(joining("; ", "", ".")),
                chart);
    }
}
