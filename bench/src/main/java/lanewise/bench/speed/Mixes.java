package lanewise.bench.speed;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lanewise.bench.Mix;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import org.apache.commons.text.WordUtils;

/** What steps in less than fp32: as a table and as pictures, against fp32 that took turns with each. */
final class Mixes {
    private static final int HEIGHT = 470;

    /** Narrower than {@link SpeedTable#TITLE_WIDTH}, since there is a column more. */
    static final int TITLE_WIDTH = 22;

    private final Measurements measurements;

    /** The same but for the mix and the threads. */
    private final Collection<List<Workload>> groups;

    Mixes(Measurements measurements) {
        this.measurements = measurements;
        Map<Workload, List<Workload>> groups = new LinkedHashMap<>();
        measurements
                .workloads(Measurements::isMixed)
                .forEach(
                        workload -> groups.computeIfAbsent(workload.in(Mix.FP32).withThreads(1), _ -> new ArrayList<>())
                                .add(workload));
        this.groups = groups.values();
    }

    /**
     * A row of the table, and a bar.
     *
     * @param title who, and in what
     * @param contestant its key
     * @param mix of the workload that it was measured at
     */
    record Row(String title, String contestant, Mix mix) {}

    /** Those who were measured in a mix on some of these numbers of threads: ours, then the peers. */
    private List<Row> rows(List<Workload> group) {
        List<Row> rows = new ArrayList<>();
        fp32(group).ifPresent(rows::add);
        for (Mix mix : Mix.values()) {
            if (measurements.contestants(in(mix, group)).contains(Measurements.LANEWISE)) {
                rows.add(new Row(mix.title(), Measurements.LANEWISE, mix));
            }
        }
        for (String peer : measurements.peers(group)) {
            // The nearest to what it does, if it was measured at more: to round to the nearest.
            Stream.of(Mix.values())
                    .filter(mix -> measurements.contestants(in(mix, group)).contains(peer))
                    .reduce((stochastic, plain) -> plain)
                    .ifPresent(mix ->
                            rows.add(new Row("%s, all %s".formatted(Wording.title(peer), mix.parameter()), peer, mix)));
        }
        return rows;
    }

    /** The step in fp32: on its own if that was measured, else as it took turns with the first mix. */
    private Optional<Row> fp32(List<Workload> group) {
        Workload plain = group.getFirst().in(Mix.FP32);
        return measurements.of(Measurements.LANEWISE, plain).isPresent()
                ? Optional.of(new Row(Mix.FP32.title(), Measurements.LANEWISE, Mix.FP32))
                : group.stream()
                        .filter(workload ->
                                measurements.of(Measurements.IN_FP32, workload).isPresent())
                        .findFirst()
                        .map(workload -> new Row(Mix.FP32.title(), Measurements.IN_FP32, workload.mix()));
    }

    private static List<Workload> in(Mix mix, List<Workload> group) {
        return group.stream().filter(workload -> workload.mix() == mix).toList();
    }

    /** How many times as long as fp32 takes. */
    private Optional<Interval> time(Row row, Workload any) {
        return measurements.timeOfFp32(row.contestant(), any.in(row.mix()));
    }

    private static double bytes(Row row, Workload any) {
        boolean fp32 = row.contestant().equals(Measurements.IN_FP32);
        return Moved.of(any.in(fp32 ? Mix.FP32 : row.mix())).bytes();
    }

    /** The roof of the mix, that of fp32 for fp32. */
    private Optional<Interval> shareOfRoof(Row row, Workload any) {
        return row.contestant().equals(Measurements.IN_FP32)
                ? Optional.empty()
                : measurements.shareOfRoof(row.contestant(), any.in(row.mix()));
    }

    /** One number of threads each, fewest first. */
    private static List<Workload> byThreads(List<Workload> group) {
        return group.stream()
                .map(workload -> workload.in(Mix.FP32))
                .distinct()
                .sorted((a, b) -> Integer.compare(a.threads(), b.threads()))
                .toList();
    }

    private static String work(List<Workload> group) {
        return Wording.work(group.getFirst().in(Mix.FP32));
    }

    /** Tables for the terminal, each under its title. */
    List<String> texts() {
        return groups.stream()
                .map(group -> "%s, in mixes of precision:%n%s%s"
                        .formatted(work(group), table(group).text(rows(group)), against(group)))
                .toList();
    }

    /** What {@link #texts} does not say: peers against the same mix, in the same rounds. */
    private String against(List<Workload> group) {
        return group.stream()
                .flatMap(workload -> measurements.peers(List.of(workload)).stream()
                        .flatMap(peer -> measurements.ratio(peer, Measurements.LANEWISE, workload).stream()
                                .map(ratio -> "%n%s, %s: %s takes %s times as long as Lanewise."
                                        .formatted(
                                                Wording.threads(workload.threads()),
                                                workload.mix().title(),
                                                Wording.title(peer),
                                                ratio.shortText()))))
                .collect(joining());
    }

    private Table<Row> table(List<Workload> group) {
        List<Workload> threads = byThreads(group);
        Table<Row> table = new Table<Row>()
                .column("", Kind.TEXT, row -> WordUtils.wrap(row.title(), TITLE_WIDTH))
                .column("\nB", Kind.NUMBER, row -> "%.0f".formatted(bytes(row, threads.getFirst())));
        Stream.of(threads.getFirst(), threads.getLast()).distinct().forEach(any -> columns(table, any));
        return table;
    }

    private void columns(Table<Row> table, Workload any) {
        table.column(
                        Wording.threads(any.threads()) + ":\ntime of fp32's",
                        Kind.NUMBER,
                        row -> row.contestant().equals(Measurements.IN_FP32) || row.mix() == Mix.FP32
                                ? "1"
                                : time(row, any).map(Interval::shortText).orElse(""))
                .column(
                        "\nns",
                        Kind.NUMBER,
                        row -> nanos(row, any)
                                .map(time -> Wording.number(time.median()))
                                .orElse(""))
                .column(
                        "\nGB/s",
                        Kind.NUMBER,
                        row -> nanos(row, any)
                                .map(time -> Wording.number(bytes(row, any) / time.median()))
                                .orElse(""))
                .column(
                        "\nroof",
                        Kind.NUMBER,
                        row -> shareOfRoof(row, any)
                                .map(share -> Wording.percent(share.median()))
                                .orElse(""));
    }

    private Optional<Interval> nanos(Row row, Workload any) {
        return measurements.nanosPerParameter(row.contestant(), any.in(row.mix()));
    }

    /** A picture for each size and number of threads. */
    List<Figure> figures() {
        return groups.stream()
                .flatMap(group -> byThreads(group).stream().flatMap(any -> figure(group, any).stream()))
                .toList();
    }

    private Optional<Figure> figure(List<Workload> group, Workload any) {
        Map<Row, Interval> times = new LinkedHashMap<>();
        rows(group).forEach(row -> {
            if (row.mix() != Mix.FP32 && !row.contestant().equals(Measurements.IN_FP32)) {
                time(row, any).ifPresent(time -> times.put(row, time));
            }
        });
        if (times.isEmpty()) {
            return Optional.empty();
        }
        List<String> roofed = new ArrayList<>();
        List<Interval> roofs = new ArrayList<>();
        times.keySet()
                .forEach(row -> measurements
                        .timeOfFp32(Measurements.ROOF, any.in(row.mix()))
                        .ifPresent(roof -> {
                            roofed.add(row.title());
                            roofs.add(roof);
                        }));
        List<Interval> shown =
                Stream.concat(times.values().stream(), roofs.stream()).toList();
        Chart chart = new Chart(Axis.linear(""), Scales.ratios("time of fp32's", shown))
                .height(HEIGHT)
                .withoutLegend()
                .level(1);
        times.forEach((row, time) -> chart.add(Drawn.bars(row.contestant(), List.of(row.title()), List.of(time))));
        if (!roofs.isEmpty()) {
            chart.add(Drawn.marks(Measurements.ROOF, roofed, roofs));
        }
        return Optional.of(new Figure(
                work(group) + ", " + Wording.threads(any.threads()),
                times.entrySet().stream()
                        .map(entry -> "%s %s"
                                .formatted(
                                        entry.getKey().title(),
                                        Wording.number(entry.getValue().median())))
                        .collect(joining("; ", "Times as long as in fp32: ", ".")),
                chart));
    }
}
