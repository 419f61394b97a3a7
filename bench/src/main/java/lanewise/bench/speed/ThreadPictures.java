package lanewise.bench.speed;

import static java.util.stream.Collectors.joining;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;

/** How many times as fast a step of AdamW gets with more threads. */
final class ThreadPictures {
    private final Measurements measurements;

    ThreadPictures(Measurements measurements) {
        this.measurements = measurements;
    }

    /** One for each number of threads above the fewest. */
    List<Figure> figures() {
        List<Workload> tensors = measurements
                .workloads(workload ->
                        Measurements.isTensor(workload) && workload.rule().equals(Measurements.MAIN_RULE))
                .stream()
                .sorted(Comparator.comparingLong(Workload::parameters))
                .toList();
        List<Integer> threads =
                tensors.stream().map(Workload::threads).distinct().sorted().toList();
        return threads.stream()
                .skip(1)
                .flatMap(more -> figure(threads.getFirst(), more, tensors).stream())
                .toList();
    }

    private Optional<Figure> figure(int few, int many, List<Workload> tensors) {
        List<Workload> sizes =
                tensors.stream().filter(workload -> workload.threads() == many).toList();
        List<Series> all = Series.of(
                measurements.contestants(sizes).stream()
                        .filter(contestant -> !Drawn.isVariant(contestant))
                        .toList(),
                sizes,
                (contestant, workload) -> measurements.between(contestant, workload.withThreads(few), workload));
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Chart chart = new Chart(Scales.sizes(sizes), Axis.linear("times as fast"))
                .level(1)
                .level((double) many / few);
        all.forEach(series -> chart.add(Drawn.line(series.contestant(), series.sizes(), series.values())
                .hiddenIf(Drawn.isMinor(series.contestant()))));
        Workload largest = sizes.getLast();
        String told = Stream.of(Measurements.LANEWISE, Measurements.ROOF)
                .flatMap(contestant -> Series.of(all, contestant).stream())
                .flatMap(series -> series.at(largest).stream()
                        .map(times -> Wording.title(series.contestant()) + " " + times.text()))
                .collect(joining(", "));
        return Optional.of(new Figure(
                "%s against %d".formatted(Wording.threads(many), few),
                "Dotted: no gain, and as many times as fast as there are threads."
                        + (told.isEmpty() ? "" : " At %s: %s.".formatted(Wording.size(largest.parameters()), told)),
                chart));
    }
}
