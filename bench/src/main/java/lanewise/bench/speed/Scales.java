package lanewise.bench.speed;

import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.report.Axis;

/** The axes of the report. */
final class Scales {
    /** Beyond this even axes hide the small ones. */
    private static final double WIDE = 20;

    private static final double[] FINE = {
        0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.5, 3, 4, 5
    };
    private static final double[] COARSE = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

    private Scales() {}

    /** The sizes of one tensor. */
    static Axis sizes(Collection<Workload> workloads) {
        return Axis.log("parameters")
                .labels(workloads.stream()
                        .map(Workload::parameters)
                        .distinct()
                        .collect(Collectors.toMap(Long::doubleValue, Wording::size)));
    }

    /** Numbered places with names. */
    static Axis places(List<Workload> workloads, Function<Workload, String> name) {
        return Axis.linear("")
                .labels(IntStream.range(0, workloads.size())
                        .boxed()
                        .collect(Collectors.toMap(Integer::doubleValue, i -> name.apply(workloads.get(i)))))
                .range(-0.5, workloads.size() - 0.5);
    }

    /** Ratios, on a logarithmic axis, so that twice and half are as far from 1. */
    static Axis ratios(String title, Collection<Interval> values) {
        double[] marks = spread(values) < WIDE / 4 ? FINE : COARSE;
        Map<Double, String> labels = DoubleStream.of(marks)
                .boxed()
                .collect(Collectors.toMap(
                        Function.identity(), mark -> mark.toString().replaceFirst("\\.0$", "")));
        DoubleSummaryStatistics ends = ends(values);
        return Axis.log(title).labels(labels).range(Math.min(ends.getMin(), 1) / 1.1, Math.max(ends.getMax(), 1) * 1.1);
    }

    /** Amounts: from 0, unless the least could not be seen then. */
    static Axis amounts(String title, Collection<Interval> values) {
        return spread(values) < WIDE ? Axis.linear(title) : Axis.log(title);
    }

    private static double spread(Collection<Interval> values) {
        DoubleSummaryStatistics ends = ends(values);
        return ends.getMax() / ends.getMin();
    }

    private static DoubleSummaryStatistics ends(Collection<Interval> values) {
        return values.stream()
                .flatMap(value -> Stream.of(value.low(), value.high()))
                .mapToDouble(Double::doubleValue)
                .summaryStatistics();
    }
}
