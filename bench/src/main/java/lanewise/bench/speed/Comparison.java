package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import org.apache.commons.math3.stat.inference.MannWhitneyUTest;
import org.apache.commons.text.WordUtils;

/**
 * Whether Lanewise became slower or faster from one run to another.
 *
 * <p>The same machine is up to {@link #DRIFT} slower in one run than in the next, so what is compared is the share of
 * the roof that was measured in the same round. A workload without a roof is compared by its plain time, and there only
 * what is beyond the drift counts.
 *
 * <p>Each row is tested by Mann and Whitney's U, which asks for no distribution. The p-values are corrected by Holm's
 * method: the answer decides over an exit code, so it is the chance of any false alarm among all rows that must stay
 * below {@link #ALPHA}, not, as with Benjamini and Hochberg, the share of false ones among the alarms: there many rows
 * that became faster would pass one that only seems slower. A difference below {@link #LEAST_EFFECT} is not reported
 * however certain: two processes of the same code differ by as much, and a process has all its rounds in common.
 *
 * @param rows ours of both runs, in the order of the later
 * @param differences of machine and version, a line for each
 * @param tooFewRounds whether no row could pass the test, however different its samples
 */
record Comparison(List<Row> rows, List<String> differences, boolean tooFewRounds) {
    /** The chance of any false alarm. */
    static final double ALPHA = 0.05;

    /** Changes below are none. */
    static final double LEAST_EFFECT = 0.03;

    /** How much slower a machine may be in one run than in another. */
    static final double DRIFT = 0.15;

    /** So that a row fits 120 columns. */
    private static final int WORK_WIDTH = 36;

    private static final MannWhitneyUTest TEST = new MannWhitneyUTest();

    /** What became of a row. */
    enum Verdict {
        SLOWER,
        FASTER,
        SAME
    }

    /**
     * One contestant at one workload.
     *
     * @param contestant its key
     * @param workload what was stepped
     * @param byRoof whether shares of the roof are compared; else nanoseconds of a step
     * @param before the median of the earlier run
     * @param after the median of the later run
     * @param change of the time, 0.1 for 10 % longer
     * @param p corrected
     * @param verdict slower, faster or the same
     */
    record Row(
            String contestant,
            Workload workload,
            boolean byRoof,
            double before,
            double after,
            double change,
            double p,
            Verdict verdict) {
        private String told(double value) {
            return byRoof ? Wording.percent(value) : Wording.time(value);
        }
    }

    /** The samples of a row: shares of the roof, or nanoseconds. */
    private record Pair(String contestant, Workload workload, boolean byRoof, List<Double> before, List<Double> after) {

        static Optional<Pair> of(String contestant, Workload workload, Measurements old, Measurements now) {
            Optional<List<Double>> sharesBefore = shares(old, contestant, workload);
            Optional<List<Double>> sharesAfter = shares(now, contestant, workload);
            boolean byRoof = sharesBefore.isPresent() && sharesAfter.isPresent();
            Optional<List<Double>> before = byRoof ? sharesBefore : nanos(old, contestant, workload);
            Optional<List<Double>> after = byRoof ? sharesAfter : nanos(now, contestant, workload);
            return before.flatMap(was -> after.map(is -> new Pair(contestant, workload, byRoof, was, is)));
        }

        private static Optional<List<Double>> shares(Measurements run, String contestant, Workload workload) {
            return run.of(Measurements.ROOF, workload)
                    .flatMap(roof -> run.of(contestant, workload).map(ours -> Ratio.samples(roof, ours)));
        }

        private static Optional<List<Double>> nanos(Measurements run, String contestant, Workload workload) {
            return run.of(contestant, workload).map(Measured::nanos);
        }

        double p() {
            return p(before.stream(), after.stream());
        }

        /** What p would be if all samples of one run were above all of the other: with few rounds still much. */
        double leastP() {
            return p(
                    IntStream.range(0, before.size()).mapToObj(Double::valueOf),
                    IntStream.range(0, after.size()).mapToObj(i -> (double) before.size() + i));
        }

        private static double p(Stream<Double> x, Stream<Double> y) {
            return TEST.mannWhitneyUTest(array(x), array(y));
        }

        private static double[] array(Stream<Double> values) {
            return values.mapToDouble(Double::doubleValue).toArray();
        }

        Row row(double corrected) {
            double was = Interval.of(before).median();
            double is = Interval.of(after).median();
            double change = (byRoof ? was / is : is / was) - 1;
            double least = byRoof ? LEAST_EFFECT : DRIFT;
            boolean seen = corrected < ALPHA && Math.abs(Math.log1p(change)) >= Math.log1p(least);
            Verdict verdict = !seen ? Verdict.SAME : change > 0 ? Verdict.SLOWER : Verdict.FASTER;
            return new Row(contestant, workload, byRoof, was, is, change, corrected, verdict);
        }
    }

    /**
     * Compares what both runs have of ours.
     *
     * @param before the earlier run
     * @param after the later run
     * @return a row for each contestant and workload that both measured
     */
    static Comparison of(Results before, Results after) {
        Measurements old = new Measurements(before.steps());
        Measurements now = new Measurements(after.steps());
        List<Pair> pairs = after.steps().stream()
                .filter(measured -> isOurs(measured.contestant()))
                .flatMap(measured -> Pair.of(measured.contestant(), measured.workload(), old, now).stream())
                .toList();
        List<Double> corrected = holm(pairs.stream().map(Pair::p).toList());
        return new Comparison(
                IntStream.range(0, pairs.size())
                        .mapToObj(i -> pairs.get(i).row(corrected.get(i)))
                        .toList(),
                differences(before, after),
                pairs.stream().noneMatch(pair -> pair.leastP() * pairs.size() < ALPHA));
    }

    private static boolean isOurs(String contestant) {
        return Contestant.all().stream()
                .anyMatch(known -> known.key().equals(contestant)
                        && known.engine().equals(Measurements.LANEWISE)
                        && !known.equals(Contestant.IN_FP32));
    }

    /** Holm: the smallest p times their number, the next times one less, and so on, none below the one before it. */
    static List<Double> holm(List<Double> ps) {
        Double[] corrected = new Double[ps.size()];
        List<Integer> ascending = IntStream.range(0, ps.size())
                .boxed()
                .sorted(Comparator.comparing(ps::get))
                .toList();
        double least = 0;
        for (int rank = 0; rank < ps.size(); rank++) {
            int index = ascending.get(rank);
            least = Math.max(least, Math.min(1, ps.get(index) * (ps.size() - rank)));
            corrected[index] = least;
        }
        return List.of(corrected);
    }

    private static List<String> differences(Results before, Results after) {
        List<String> lines = new ArrayList<>();
        if (!before.version().equals(after.version())) {
            lines.add("version: " + before.version() + " before, " + after.version() + " now");
        }
        Set<String> keys = new LinkedHashSet<>(after.machine().keySet());
        keys.addAll(before.machine().keySet());
        for (String key : keys) {
            String was = before.machine().getOrDefault(key, "not said");
            String is = after.machine().getOrDefault(key, "not said");
            if (!was.equals(is)) {
                lines.add(key + ": " + was + " before, " + is + " now");
            }
        }
        return lines;
    }

    /**
     * Whether to fail.
     *
     * @return true if a row became slower
     */
    boolean anySlower() {
        return count(Verdict.SLOWER) > 0;
    }

    private long count(Verdict verdict) {
        return rows.stream().filter(row -> row.verdict() == verdict).count();
    }

    /**
     * The outcome.
     *
     * @return one sentence
     */
    String sentence() {
        if (rows.isEmpty()) {
            return "Nothing of Lanewise was measured in both runs, so there is nothing to compare.";
        }
        if (tooFewRounds) {
            return "With so few rounds no difference among %,d measurements is beyond chance; measure more rounds, or fewer workloads."
                    .formatted(rows.size());
        }
        String slower = count(Verdict.SLOWER) == 0 ? "none" : "%,d".formatted(count(Verdict.SLOWER));
        return "Of %,d measurements of Lanewise %s became slower, %,d faster; the others are the same within %.0f %% or within chance."
                .formatted(rows.size(), slower, count(Verdict.FASTER), 100 * LEAST_EFFECT);
    }

    /**
     * The outcome with its rows.
     *
     * @return lines: what differs between the runs, the rows that became slower or faster, the worst first, and the
     *     sentence
     */
    String text() {
        StringBuilder text = new StringBuilder();
        if (!differences.isEmpty()) {
            text.append("The runs differ in more than the code, so a change may be due to that:\n");
            differences.forEach(line -> text.append("  ").append(line).append('\n'));
            text.append('\n');
        }
        List<Row> changed = rows.stream()
                .filter(row -> row.verdict() != Verdict.SAME)
                .sorted(Comparator.comparingDouble(Row::change).reversed())
                .toList();
        if (!changed.isEmpty()) {
            text.append(table().text(changed))
                    .append(
                            "\n\nbefore, now: share of the roof; where none was measured, the time of a step, of which only")
                    .append(" changes beyond %.0f %% count.\n\n".formatted(100 * DRIFT));
        }
        return text.append(sentence()).append('\n').toString();
    }

    private static Table<Row> table() {
        return new Table<Row>()
                .column("contestant", Kind.TEXT, Row::contestant)
                .column("what", Kind.TEXT, row -> WordUtils.wrap(Wording.work(row.workload()), WORK_WIDTH))
                .column(
                        "threads",
                        Kind.NUMBER,
                        row -> Integer.toString(row.workload().threads()))
                .column("before", Kind.NUMBER, row -> row.told(row.before()))
                .column("now", Kind.NUMBER, row -> row.told(row.after()))
                .column(
                        "time",
                        Kind.NUMBER,
                        row -> "%s: %+.1f %%"
                                .formatted(row.verdict().name().toLowerCase(Locale.ROOT), 100 * row.change()))
                .column("p", Kind.NUMBER, row -> row.p() < 1e-4 ? "< 0.0001" : "%.4f".formatted(row.p()));
    }
}
