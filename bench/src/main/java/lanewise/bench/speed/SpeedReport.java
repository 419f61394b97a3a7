package lanewise.bench.speed;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Page;
import lanewise.bench.report.Section;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;

/** The report of {@code lanewise bench}: a section for everything that was measured. */
final class SpeedReport {
    private final Results results;
    private final Measurements measurements;
    private final Page page;

    private SpeedReport(Results results) {
        this.results = results;
        measurements = new Measurements(results.steps());
        page = new Page("Lanewise: the speed", lead());
    }

    /**
     * Draws results.
     *
     * @param results what a run found
     * @return the page, to be written
     */
    static Page of(Results results) {
        SpeedReport report = new SpeedReport(results);
        report.sizes();
        report.rules();
        report.tensors();
        report.starts();
        report.circumstances();
        return report.page;
    }

    private String lead() {
        List<Integer> rounds = results.steps().stream()
                .map(measured -> measured.nanos().size())
                .distinct()
                .sorted()
                .toList();
        String what = rounds.isEmpty()
                ? ""
                : " Everyone took turns in %s rounds; a number is the median of the rounds, in brackets or as a bar %s."
                        .formatted(
                                rounds.getFirst().equals(rounds.getLast())
                                        ? rounds.getFirst()
                                        : rounds.getFirst() + " to " + rounds.getLast(),
                                rounds.getFirst() < Interval.LEAST_SAMPLES
                                        ? "its 95 % interval, or the range where there are fewer than "
                                                + Interval.LEAST_SAMPLES
                                        : "its 95 % interval");
        return "Version %s, measured %s.%s%s".formatted(results.version(), results.at(), what, headline());
    }

    /** The largest tensor of AdamW with the most threads. */
    private String headline() {
        return measurements
                .workloads(workload ->
                        Measurements.isTensor(workload) && workload.rule().equals(Measurements.MAIN_RULE))
                .stream()
                .max(Comparator.comparingLong(Workload::parameters).thenComparingInt(Workload::threads))
                .flatMap(workload -> measurements
                        .of(Measurements.LANEWISE, workload, nanos -> nanos)
                        .map(nanos -> " A step of AdamW over %s with %s takes %s%s."
                                .formatted(
                                        Wording.tensors(workload),
                                        Wording.threads(workload.threads()),
                                        Wording.time(nanos.median()),
                                        measurements
                                                .shareOfRoof(Measurements.LANEWISE, workload)
                                                .map(
                                                        share -> ": " + Wording.percent(share.median())
                                                                + " of the speed of the same loads and stores with additions alone")
                                                .orElse(""))))
                .orElse("");
    }

    private void sizes() {
        SizePictures sizes = new SizePictures(measurements, results.caches());
        if (!sizes.groups().isEmpty()) {
            Section section = page.section("AdamW by size")
                    .text(
                            "GB/s are the bytes that Lanewise's kernel reads and writes, over the time, for everyone alike."
                                    + " The roof does the same loads and stores, and an addition for each.");
            List<Figure> throughput = sizes.throughput();
            if (!throughput.isEmpty()) {
                section.figures(across(throughput), throughput);
            }
            sizes.groups().forEach(group -> section.table(sizes.table(group), measurements.contestants(group)));
        }
        section("Against others", "Dots are medians of the ratios within rounds.", sizes.ratios());
        section(
                "Widths of vectors, and none",
                "The same kernels with narrower vectors; and the scalar backend, whose loops HotSpot's SuperWord turns"
                        + " into vectors, or not.",
                new VariantPictures(measurements, sizes.groups()).figures());
        section(
                "Mixes of precision",
                "Each mix took turns with Lanewise in fp32, the line at 1. A diamond is the roof of the mix: as many bytes loaded"
                        + " and stored.",
                new Mixes(measurements).figures());
        section(
                "Threads",
                "How many times as fast a step of AdamW gets, by the size of the tensor.",
                new ThreadPictures(measurements).figures());
    }

    private void rules() {
        section(
                "Every rule",
                "Each rule has a roof of its own: its loads and stores, and an addition for each.",
                new RulePictures(measurements).figures());
    }

    private void tensors() {
        TensorPictures tensors = new TensorPictures(measurements);
        List<Figure> many = tensors.many();
        if (!many.isEmpty()) {
            page.section("Many tensors")
                    .text("Where tensors are small, calls and waits count more than bytes.")
                    .figures(across(many), many)
                    .table(tensors.manyTable(), tensors.manyContestants());
        }
        section(
                "Clipping and averaging",
                "Gradients clipped by their global norm, the update, and an exponential average of the parameters.",
                tensors.clipped());
        section(
                "Subnormal numbers",
                "Gradients that vanish let the moments decay to where numbers are subnormal, on which many CPUs are slow.",
                tensors.vanishing());
    }

    private void starts() {
        if (!results.coldStarts().isEmpty()) {
            StartPictures starts = new StartPictures(results.coldStarts());
            section(
                    "Cold start",
                    "A fresh JVM with a tensor of 1 Mi: before HotSpot has compiled anything.",
                    List.of(starts.seconds(), starts.steps()));
        }
    }

    private void circumstances() {
        Table<Map.Entry<String, String>> machine = new Table<Map.Entry<String, String>>()
                .column("what", Kind.TEXT, Map.Entry::getKey)
                .column("here", Kind.TEXT, Map.Entry::getValue);
        page.section("Machine").table(machine, List.copyOf(results.machine().entrySet()));
        if (!results.leftOut().isEmpty()) {
            Table<Map.Entry<String, String>> leftOut = new Table<Map.Entry<String, String>>()
                    .column("who", Kind.TEXT, Map.Entry::getKey)
                    .column("why", Kind.TEXT, Map.Entry::getValue);
            page.section("Left out")
                    .table(leftOut, List.copyOf(results.leftOut().entrySet()));
        }
    }

    private void section(String title, String text, List<Figure> figures) {
        if (!figures.isEmpty()) {
            page.section(title).text(text).figures(across(figures), figures);
        }
    }

    private static int across(List<Figure> figures) {
        return Math.min(2, figures.size());
    }
}
