package lanewise.bench.speed;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What one contestant has over several workloads.
 *
 * @param contestant its key
 * @param workloads those that it was measured at
 * @param values one for each
 */
record Series(String contestant, List<Workload> workloads, List<Interval> values) {
    /**
     * A series for each contestant that has any.
     *
     * @param contestants their keys
     * @param workloads in the order of the chart
     * @param value of a contestant at a workload, if it was measured
     * @return in the order of the contestants
     */
    static List<Series> of(
            List<String> contestants,
            List<Workload> workloads,
            BiFunction<String, Workload, Optional<Interval>> value) {
        return contestants.stream()
                .map(contestant -> {
                    List<Workload> measured = workloads.stream()
                            .filter(workload ->
                                    value.apply(contestant, workload).isPresent())
                            .toList();
                    return new Series(
                            contestant,
                            measured,
                            measured.stream()
                                    .map(workload ->
                                            value.apply(contestant, workload).orElseThrow())
                                    .toList());
                })
                .filter(series -> !series.values.isEmpty())
                .toList();
    }

    double[] sizes() {
        return workloads.stream().mapToDouble(Workload::parameters).toArray();
    }

    /** For charts whose places are numbered. */
    double[] placesIn(List<Workload> all) {
        return workloads.stream().mapToDouble(all::indexOf).toArray();
    }

    List<String> named(Function<Workload, String> name) {
        return workloads.stream().map(name).toList();
    }

    Optional<Interval> at(Workload workload) {
        return IntStream.range(0, values.size())
                .filter(i -> workloads.get(i).equals(workload))
                .mapToObj(values::get)
                .findFirst();
    }

    static Optional<Series> of(Collection<Series> all, String contestant) {
        return all.stream()
                .filter(series -> series.contestant.equals(contestant))
                .findFirst();
    }

    static List<Interval> values(Collection<Series> all) {
        return all.stream().flatMap(series -> series.values.stream()).toList();
    }
}
