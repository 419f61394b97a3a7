package lanewise.bench.speed;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;

/** Workloads that stand by themselves: many tensors, clipping with an average, gradients that vanish. */
final class TensorPictures {
    private final Measurements measurements;

    TensorPictures(Measurements measurements) {
        this.measurements = measurements;
    }

    private static String where(Workload workload) {
        return "%s, %s, %s%s"
                .formatted(
                        Wording.rule(workload.rule()),
                        Wording.tensors(workload),
                        Wording.threads(workload.threads()),
                        Measurements.isMixed(workload) ? ", " + workload.mix().title() : "");
    }

    private ContestantBars bars(Workload workload, DoubleUnaryOperator ofNanos) {
        return ContestantBars.of(
                measurements.contestants(List.of(workload)),
                contestant -> measurements.of(contestant, workload, ofNanos));
    }

    /** What a step takes when calls and waits count more than bytes. */
    List<Figure> many() {
        return manyTensors().stream()
                .map(workload -> {
                    Unit unit = unit(workload, 1);
                    ContestantBars bars = bars(workload, unit::count);
                    return new Figure(
                            where(workload),
                            bars.told(count -> Wording.number(count) + " " + unit.symbol()) + ".",
                            bars.chart(unit.symbol() + " per step"));
                })
                .toList();
    }

    /** That of the quickest. */
    private Unit unit(Workload workload, int parts) {
        return Unit.of(measurements.contestants(List.of(workload)).stream()
                .flatMap(contestant -> measurements.of(contestant, workload, nanos -> nanos / parts).stream())
                .mapToDouble(Interval::median)
                .min()
                .orElseThrow());
    }

    private List<Workload> manyTensors() {
        return measurements.workloads(
                workload -> Measurements.isPlain(workload) && workload.shapes().size() > 1);
    }

    /** Time for each tensor. */
    Table<String> manyTable() {
        Table<String> table = new Table<String>().column("", Kind.TEXT, Wording::title);
        for (Workload workload : manyTensors()) {
            int count = workload.shapes().size();
            Unit unit = unit(workload, count);
            table.column(
                    where(workload).replace(", ", ",\n") + ":\n" + unit.symbol() + " per tensor",
                    Kind.NUMBER,
                    contestant -> measurements
                            .of(contestant, workload, nanos -> unit.count(nanos / count))
                            .map(Interval::shortText)
                            .orElse(""));
        }
        return table;
    }

    List<String> manyContestants() {
        return measurements.contestants(manyTensors());
    }

    /** Clipping and averaging folded into the step, against those who do it in passes of their own. */
    List<Figure> clipped() {
        return measurements.workloads(workload -> workload.task() == Workload.Task.CLIP_AND_AVERAGE).stream()
                .map(workload -> {
                    ContestantBars bars = bars(workload, nanos -> nanos / workload.parameters());
                    String more = measurements
                            .between(Measurements.LANEWISE, workload, workload.step())
                            .map(ratio -> " Lanewise takes " + ratio.text() + " times as long as for the update alone.")
                            .orElse("");
                    return new Figure(
                            where(workload),
                            "In ns: " + bars.told(Wording::number) + "." + more,
                            bars.chart("ns per parameter"));
                })
                .toList();
    }

    /** Who gets slower where the moments are subnormal. */
    List<Figure> vanishing() {
        return measurements.workloads(workload -> workload.gradients() == Workload.Gradients.VANISHING).stream()
                .flatMap(workload -> {
                    Workload ordinary = workload.ordinary();
                    ContestantBars bars = ContestantBars.of(
                            measurements.contestants(List.of(workload)),
                            contestant -> measurements.between(contestant, workload, ordinary));
                    return bars.isEmpty()
                            ? Stream.empty()
                            : Stream.of(new Figure(
                                    where(workload),
                                    "Times as long as with ordinary gradients: " + bars.told(Wording::number) + ".",
                                    bars.chart("times as long").level(1)));
                })
                .toList();
    }
}
