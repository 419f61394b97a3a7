package lanewise.bench.speed;

import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.List;
import lanewise.bench.RuleCatalog;

/** How tables and reports name what was measured. */
final class Wording {
    private static final long KI = 1024;
    private static final long MI = KI * KI;

    private Wording() {}

    /** Such as 64 Ki, 768 or 124.4 M. */
    static String size(long elements) {
        if (elements >= MI && elements % MI == 0) {
            return "%,d Mi".formatted(elements / MI);
        }
        if (elements >= KI && elements % KI == 0 && elements < MI) {
            return "%d Ki".formatted(elements / KI);
        }
        return elements < 1_000_000 ? "%,d".formatted(elements) : "%.1f M".formatted(elements / 1e6);
    }

    static String threads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** Such as a tensor of 64 Ki, 1,000 tensors of 768, or 148 tensors of 124.4 M together. */
    static String tensors(Workload workload) {
        int count = workload.shapes().size();
        if (count == 1) {
            return "a tensor of " + size(workload.parameters());
        }
        boolean alike = new HashSet<>(workload.shapes()).size() == 1;
        return "%,d tensors of %s%s"
                .formatted(
                        count,
                        size(alike ? workload.parameters() / count : workload.parameters()),
                        alike ? "" : " together");
    }

    /** As papers write it. */
    static String rule(String key) {
        return RuleCatalog.of(key).name();
    }

    /** All of it but the threads. */
    static String work(Workload workload) {
        return rule(workload.rule()) + ", " + tensors(workload)
                + switch (workload.task()) {
                    case STEP -> "";
                    case CLIP_AND_AVERAGE -> ", clipped and averaged";
                }
                + switch (workload.gradients()) {
                    case ORDINARY -> "";
                    case VANISHING -> ", gradients that vanish";
                }
                + (Measurements.isMixed(workload) ? ", " + workload.mix().title() : "");
    }

    /** The title of a contestant; its key if this version has none of the name. */
    static String title(String contestant) {
        return Contestant.all().stream()
                .filter(known -> known.key().equals(contestant))
                .map(Contestant::title)
                .findFirst()
                .orElse(contestant);
    }

    /** Three digits. */
    static String number(double value) {
        return rounded(value, value);
    }

    /** A number with as many decimals as another needs for three digits. */
    static String rounded(double value, double like) {
        int decimals = like < 0.0995 ? 4 : like < 0.995 ? 3 : like < 9.995 ? 2 : like < 99.95 ? 1 : 0;
        return ("%,." + decimals + "f").formatted(value);
    }

    static String percent(double share) {
        return "%.0f %%".formatted(100 * share);
    }

    /** Such as 0.98 to 1.32; one number if both read alike. */
    static String range(List<Interval> intervals) {
        DoubleSummaryStatistics medians =
                intervals.stream().mapToDouble(Interval::median).summaryStatistics();
        String least = number(medians.getMin());
        String most = number(medians.getMax());
        return least.equals(most) ? least : least + " to " + most;
    }

    /** Such as 412 ns or 3.40 ms. */
    static String time(double nanos) {
        Unit unit = Unit.of(nanos);
        return number(unit.count(nanos)) + " " + unit.symbol();
    }
}
