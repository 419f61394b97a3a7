package lanewise.bench.speed;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import org.apache.commons.text.WordUtils;

/** The results for the terminal: a table for each workload, the fewest threads beside the most; one for its mixes. */
final class SpeedTable {
    /** So that two numbers of threads fit 120 columns. */
    static final int TITLE_WIDTH = 24;

    private static final String LEGEND = """
            ns: nanoseconds per parameter. GB/s: bytes that Lanewise's kernels read and write, B per parameter, over the
            time. roof: share of the speed of the same loads and stores with additions alone. time of Lanewise's, of
            fp32's: median of the ratios within rounds, with its interval of 95 %.""";

    private final Measurements measurements;

    private SpeedTable(Measurements measurements) {
        this.measurements = measurements;
    }

    /**
     * All steps.
     *
     * @param results what a run found
     * @return lines of at most 120 characters
     */
    static String text(Results results) {
        SpeedTable table = new SpeedTable(new Measurements(results.steps()));
        boolean ranges = results.steps().stream().anyMatch(step -> step.nanos().size() < Interval.LEAST_SAMPLES);
        String note = ranges ? " With fewer than %d rounds it is their range.".formatted(Interval.LEAST_SAMPLES) : "";
        return Stream.concat(
                        Stream.concat(
                                Measurements.byThreads(table.measurements.workloads(
                                                workload -> !Measurements.isMixed(workload)))
                                        .stream()
                                        .map(table::group),
                                new Mixes(table.measurements).texts().stream()),
                        Stream.of(LEGEND + note))
                .collect(joining("\n\n", "", "\n"));
    }

    /** One table. */
    private String group(List<Workload> byThreads) {
        Workload any = byThreads.getFirst();
        List<Workload> shown = byThreads.size() == 1 ? byThreads : List.of(any, byThreads.getLast());
        Table<String> table =
                new Table<String>().column("", Kind.TEXT, key -> WordUtils.wrap(Wording.title(key), TITLE_WIDTH));
        shown.forEach(workload -> columns(table, workload));
        return "%s: %s bytes per parameter%n%s"
                .formatted(
                        Wording.work(any),
                        "%.1f".formatted(Moved.of(any).bytes()).replaceFirst("\\.0$", ""),
                        table.text(measurements.contestants(shown)));
    }

    private void columns(Table<String> table, Workload workload) {
        double gigabytes = Moved.of(workload).bytes();
        Function<String, Optional<Interval>> nanos = key -> measurements.nanosPerParameter(key, workload);
        table.column(
                        Wording.threads(workload.threads()) + ":\ntime of Lanewise's",
                        Kind.NUMBER,
                        key -> cell(measurements.ratio(key, Measurements.LANEWISE, workload), Interval::shortText))
                .column("\nns", Kind.NUMBER, key -> cell(nanos.apply(key), time -> Wording.number(time.median())))
                .column(
                        "\nGB/s",
                        Kind.NUMBER,
                        key -> cell(nanos.apply(key), time -> Wording.number(gigabytes / time.median())))
                .column(
                        "\nroof",
                        Kind.NUMBER,
                        key -> cell(measurements.shareOfRoof(key, workload), share -> Wording.percent(share.median())));
    }

    private static String cell(Optional<Interval> interval, Function<Interval, String> text) {
        return interval.map(text).orElse("");
    }
}
