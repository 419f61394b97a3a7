package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import lanewise.bench.Mix;

/** The timed steps of a run, to be looked up. */
final class Measurements {
    /** The rule that everything is measured with; other rules with some of it. */
    static final String MAIN_RULE = "adamw";

    static final String LANEWISE = Contestant.LANEWISE.key();
    static final String ROOF = Contestant.ROOF.key();
    static final String IN_FP32 = Contestant.IN_FP32.key();

    private static final List<String> ORDER =
            Contestant.all().stream().map(Contestant::key).toList();

    private final Map<Workload, Map<String, Measured>> steps = new LinkedHashMap<>();

    Measurements(List<Measured> measured) {
        for (Measured one : measured) {
            Measured other = steps.computeIfAbsent(one.workload(), _ -> new LinkedHashMap<>())
                    .put(one.contestant(), one);
            if (other != null) {
                throw new IllegalArgumentException("a contestant must be measured once at a workload, but "
                        + one.contestant() + " was twice at " + one.workload());
            }
        }
    }

    /** In the order in which they were measured. */
    List<Workload> workloads(Predicate<Workload> which) {
        return steps.keySet().stream().filter(which).toList();
    }

    /** One ordinary step over one tensor, in fp32. */
    static boolean isTensor(Workload workload) {
        return workload.shapes().size() == 1 && isPlain(workload);
    }

    /** One ordinary step in fp32. */
    static boolean isPlain(Workload workload) {
        return workload.task() == Workload.Task.STEP
                && workload.gradients() == Workload.Gradients.ORDINARY
                && !isMixed(workload);
    }

    /** Whether anything is kept in less than fp32. */
    static boolean isMixed(Workload workload) {
        return workload.mix() != Mix.FP32;
    }

    /** Who has taken part in any of these, in the order in which tables show them. */
    List<String> contestants(Collection<Workload> workloads) {
        return workloads.stream()
                .flatMap(workload -> steps.getOrDefault(workload, Map.of()).keySet().stream())
                .distinct()
                .sorted(Comparator.comparingInt(Measurements::place))
                .toList();
    }

    private static int place(String contestant) {
        int place = ORDER.indexOf(contestant);
        return place < 0 ? ORDER.size() : place;
    }

    /** Those of them that a user could take in place of Lanewise. */
    List<String> peers(Collection<Workload> workloads) {
        return contestants(workloads).stream().filter(Measurements::isPeer).toList();
    }

    /** One that this version does not know is a peer. */
    static boolean isPeer(String contestant) {
        return Contestant.kindOf(contestant) == Contestant.Kind.PEER;
    }

    Optional<Measured> of(String contestant, Workload workload) {
        return Optional.ofNullable(steps.getOrDefault(workload, Map.of()).get(contestant));
    }

    /** Something that is computed from the nanoseconds of a step. */
    Optional<Interval> of(String contestant, Workload workload, DoubleUnaryOperator ofNanos) {
        return of(contestant, workload)
                .map(measured -> Interval.of(
                        measured.nanos().stream().map(ofNanos::applyAsDouble).toList()));
    }

    Optional<Interval> nanosPerParameter(String contestant, Workload workload) {
        return of(contestant, workload, nanos -> nanos / workload.parameters());
    }

    /** Bytes in a nanosecond are GB in a second. */
    Optional<Interval> gigabytesPerSecond(String contestant, Workload workload) {
        double bytes = Moved.of(workload).bytes() * workload.parameters();
        return of(contestant, workload, nanos -> bytes / nanos);
    }

    /** How many times as long theirs takes as ours. */
    Optional<Interval> ratio(String theirs, String ours, Workload workload) {
        return of(theirs, workload)
                .flatMap(numerator -> of(ours, workload).map(denominator -> Ratio.of(numerator, denominator)));
    }

    /** 1 for a step as fast as loads, stores and additions alone. */
    Optional<Interval> shareOfRoof(String contestant, Workload workload) {
        return ratio(ROOF, contestant, workload);
    }

    /** How many times as long as Lanewise's own step in fp32, which took turns with it. */
    Optional<Interval> timeOfFp32(String contestant, Workload workload) {
        return ratio(contestant, IN_FP32, workload);
    }

    /** How many times as long the first workload takes as the second. */
    Optional<Interval> between(String contestant, Workload first, Workload second) {
        return of(contestant, first)
                .flatMap(numerator -> of(contestant, second).map(denominator -> Ratio.of(numerator, denominator)));
    }

    /** Workloads that are the same but for the threads, fewest first, in the order of the first of each. */
    static Collection<List<Workload>> byThreads(Collection<Workload> workloads) {
        Map<Workload, List<Workload>> groups = new LinkedHashMap<>();
        workloads.stream()
                .sorted(Comparator.comparingInt(Workload::threads))
                .forEach(workload -> groups.computeIfAbsent(workload.withThreads(1), _ -> new ArrayList<>())
                        .add(workload));
        return groups.values();
    }
}
