package lanewise.bench.speed;

import static java.util.stream.Collectors.joining;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.bench.report.Trace;

/** AdamW over the size of one tensor: from what fits the first cache to what fits none. */
final class SizePictures {
    private static final int HEIGHT = 480;

    private final Measurements measurements;
    private final List<Long> caches;

    /** Of one number of threads each, by size. */
    private final List<List<Workload>> groups;

    SizePictures(Measurements measurements, List<Long> caches) {
        this.measurements = measurements;
        this.caches = caches;
        groups = measurements
                .workloads(workload ->
                        Measurements.isTensor(workload) && workload.rule().equals(Measurements.MAIN_RULE))
                .stream()
                .sorted(Comparator.comparingLong(Workload::parameters))
                .collect(Collectors.groupingBy(Workload::threads, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .filter(sizes -> sizes.size() > 1)
                .toList();
    }

    List<List<Workload>> groups() {
        return groups;
    }

    List<Figure> throughput() {
        return groups.stream().flatMap(this::throughput).toList();
    }

    private Stream<Figure> throughput(List<Workload> sizes) {
        List<String> contestants = measurements.contestants(sizes).stream()
                .filter(contestant -> !Drawn.isVariant(contestant))
                .toList();
        List<Series> all = Series.of(contestants, sizes, measurements::gigabytesPerSecond);
        if (all.isEmpty()) {
            return Stream.empty();
        }
        Chart chart = new Chart(Scales.sizes(sizes), Axis.linear("GB/s")).height(HEIGHT);
        all.forEach(series -> chart.add(Drawn.line(series.contestant(), series.sizes(), series.values())
                .hiddenIf(Drawn.isMinor(series.contestant()))));
        Map<String, Double> full = fullCaches(sizes);
        full.values().forEach(chart::moment);
        String dotted = "";
        if (!full.isEmpty()) {
            chart.add(cacheNames(full, Series.values(all)));
            dotted = " Dotted: where the %.0f bytes that a step touches for each parameter fill %s."
                    .formatted(Moved.of(sizes.getFirst()).held(), String.join(", ", full.keySet()));
        }
        return Stream.of(
                new Figure("Throughput, " + Wording.threads(sizes.getFirst().threads()), ends(sizes) + dotted, chart));
    }

    /** What Lanewise reaches at the smallest and at the largest size. */
    private String ends(List<Workload> sizes) {
        String told = List.of(sizes.getFirst(), sizes.getLast()).stream()
                .flatMap(workload -> measurements.gigabytesPerSecond(Measurements.LANEWISE, workload).stream()
                        .map(speed -> "%s GB/s at %s%s"
                                .formatted(
                                        Wording.number(speed.median()),
                                        Wording.size(workload.parameters()),
                                        measurements
                                                .shareOfRoof(Measurements.LANEWISE, workload)
                                                .map(share -> ", " + Wording.percent(share.median()) + " of the roof")
                                                .orElse(""))))
                .collect(joining(", and "));
        return told.isEmpty() ? "Lanewise was not measured." : "Lanewise moves " + told + ".";
    }

    /**
     * How many parameters fill a cache, if that lies between the sizes. The last level is shared by all cores; of the
     * others each thread has its own.
     */
    private Map<String, Double> fullCaches(List<Workload> sizes) {
        double held = Moved.of(sizes.getFirst()).held();
        Map<String, Double> full = new LinkedHashMap<>();
        for (int level = 1; level <= caches.size(); level++) {
            int owners = level < caches.size() ? sizes.getFirst().threads() : 1;
            double parameters = owners * caches.get(level - 1) / held;
            if (parameters > sizes.getFirst().parameters()
                    && parameters < sizes.getLast().parameters()) {
                full.put("L" + level, parameters);
            }
        }
        return full;
    }

    /** Beside their lines, at the top. */
    private static Trace cacheNames(Map<String, Double> full, List<Interval> drawn) {
        double highest = drawn.stream().mapToDouble(Interval::high).max().orElseThrow();
        return Trace.texts(
                        "full caches",
                        full.values().stream().mapToDouble(Double::doubleValue).toArray(),
                        full.values().stream().mapToDouble(_ -> highest).toArray(),
                        List.copyOf(full.keySet()))
                .withTextAt("middle right");
    }

    List<Figure> ratios() {
        return groups.stream().flatMap(this::ratio).toList();
    }

    private Stream<Figure> ratio(List<Workload> sizes) {
        List<Series> all = Series.of(
                measurements.peers(sizes),
                sizes,
                (peer, workload) -> measurements.ratio(peer, Measurements.LANEWISE, workload));
        if (all.isEmpty()) {
            return Stream.empty();
        }
        Chart chart = new Chart(Scales.sizes(sizes), Scales.ratios("time of Lanewise's", Series.values(all)))
                .height(HEIGHT)
                .level(1);
        IntStream.range(0, all.size()).forEach(i -> {
            Series series = all.get(i);
            // Side by side, so that none hides another.
            double aside = Math.pow(1.06, i - (all.size() - 1) / 2.0);
            double[] x = series.workloads().stream()
                    .mapToDouble(workload -> workload.parameters() * aside)
                    .toArray();
            chart.add(Drawn.dots(series.contestant(), x, series.values()));
        });
        return Stream.of(new Figure(
                "Times as long as Lanewise takes, "
                        + Wording.threads(sizes.getFirst().threads()),
                all.stream()
                        .map(series -> Wording.title(series.contestant()) + " " + Wording.range(series.values()))
                        .collect(joining("; ", "Above the line they are slower than Lanewise. ", ".")),
                chart));
    }

    /** Medians; the figure has their intervals. */
    Table<String> table(List<Workload> sizes) {
        Table<String> table = new Table<String>()
                .column("ns per parameter, " + Wording.threads(sizes.getFirst().threads()), Kind.TEXT, Wording::title);
        sizes.forEach(workload -> table.column(
                Wording.size(workload.parameters()),
                Kind.NUMBER,
                contestant -> measurements
                        .nanosPerParameter(contestant, workload)
                        .map(nanos -> Wording.number(nanos.median()))
                        .orElse("")));
        return table;
    }
}
