package lanewise.bench.speed;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.stream.Stream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;

/** Lanewise with narrower vectors, and without: what HotSpot's SuperWord makes of the scalar loops. */
final class VariantPictures {
    private static final List<String> VARIANTS = Contestant.all().stream()
            .filter(contestant -> contestant.engine().equals(Measurements.LANEWISE))
            .filter(contestant -> !contestant.equals(Contestant.LANEWISE) && !contestant.equals(Contestant.IN_FP32))
            .map(Contestant::key)
            .toList();

    private final Measurements measurements;
    private final List<List<Workload>> groups;

    VariantPictures(Measurements measurements, List<List<Workload>> groups) {
        this.measurements = measurements;
        this.groups = groups;
    }

    List<Figure> figures() {
        return groups.stream().flatMap(this::figure).toList();
    }

    private Stream<Figure> figure(List<Workload> sizes) {
        List<Series> all = Series.of(
                VARIANTS, sizes, (variant, workload) -> measurements.ratio(variant, Measurements.LANEWISE, workload));
        if (all.isEmpty()) {
            return Stream.empty();
        }
        Chart chart = new Chart(Axis.linear("parameters"), Scales.amounts("time of Lanewise's", Series.values(all)))
                .withLegendAbove()
                .level(1);
        all.forEach(series -> chart.add(Drawn.bars(
                series.contestant(), series.named(workload -> Wording.size(workload.parameters())), series.values())));
        return Stream.of(new Figure(
                "Times as long as by default, "
                        + Wording.threads(sizes.getFirst().threads()),
                all.stream()
                        .map(series -> Wording.title(series.contestant()) + " " + Wording.range(series.values()))
                        .collect(joining("; ", "", ".")),
                chart));
    }
}
