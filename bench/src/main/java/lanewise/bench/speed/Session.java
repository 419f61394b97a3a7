package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lanewise.bench.report.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Workloads that the same contestants step in turn, on the same number of threads.
 *
 * @param contestants who
 * @param workloads what
 * @param rounds how often each is timed
 * @param millis for how long
 */
record Session(List<Contestant> contestants, List<Workload> workloads, int rounds, int millis) {

    /** The threads of those who have just stepped spin for a while, in the way of those who step next. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The same with fewer contestants. */
    Session only(List<Contestant> some) {
        return new Session(contestants.stream().filter(some::contains).toList(), workloads, rounds, millis);
    }

    /** The steps of progress that {@link #run} makes. */
    long units() {
        return (long) contestants.size() * workloads.size() * (rounds + 1);
    }

    /**
     * Measures.
     *
     * @param leftOut where to say who can't take part in what
     * @return what was measured
     */
    List<Measured> run(Progress progress, Map<String, String> leftOut) {
        List<Measured> results = new ArrayList<>();
        Map<String, EngineProcess> processes = new LinkedHashMap<>();
        try {
            for (Workload workload : workloads) {
                results.addAll(run(workload, processes, progress, leftOut));
            }
        } finally {
            processes.values().forEach(EngineProcess::close);
        }
        return results;
    }

    private List<Measured> run(
            Workload workload, Map<String, EngineProcess> processes, Progress progress, Map<String, String> leftOut) {
        Map<Contestant, List<Double>> nanos = new LinkedHashMap<>();
        for (Contestant contestant : contestants) {
            String problem = prepare(contestant, workload, processes);
            progress.step(contestant.title() + " gets ready");
            if (problem == null) {
                nanos.put(contestant, new ArrayList<>());
            } else {
                leftOut.putIfAbsent(who(contestant, workload), problem);
            }
        }
        List<Contestant> order = new ArrayList<>(nanos.keySet());
        for (int round = 0; round < rounds; round++) {
            // Nobody always follows the same neighbour, whose data fill the caches.
            Collections.shuffle(order, new Random(round));
            for (Contestant contestant : List.copyOf(order)) {
                if (workload.threads() > 1) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                try {
                    nanos.get(contestant).add(process(contestant, processes).time(contestant.engine(), millis));
                } catch (IllegalStateException e) {
                    leftOut.put(who(contestant, workload), e.getMessage());
                    nanos.remove(contestant);
                    order.remove(contestant);
                }
                progress.step(contestant.title());
            }
        }
        for (Contestant contestant : order) {
            process(contestant, processes).release(contestant.engine());
        }
        return nanos.entrySet().stream()
                .map(entry -> new Measured(entry.getKey().key(), workload, entry.getValue()))
                .toList();
    }

    private static String who(Contestant contestant, Workload workload) {
        return contestant.title() + ", " + workload.rule()
                + (Measurements.isMixed(workload) ? ", " + workload.mix().title() : "");
    }

    private @Nullable String prepare(Contestant contestant, Workload workload, Map<String, EngineProcess> processes) {
        if (!EngineProcess.isThere(contestant)) {
            return "not built; mvn -Ppeers package -DskipTests builds it";
        }
        EngineProcess process = processes.computeIfAbsent(
                processKey(contestant), _ -> EngineProcess.of(contestant, workload.threads()));
        return process.prepare(contestant.engine(), contestant.stepped(workload));
    }

    private static EngineProcess process(Contestant contestant, Map<String, EngineProcess> processes) {
        EngineProcess process = processes.get(processKey(contestant));
        if (process == null) {
            throw new IllegalStateException("no process for " + contestant);
        }
        return process;
    }

    /** Engines of one peer share a process; their libraries are the same. */
    private static String processKey(Contestant contestant) {
        String peer = contestant.peer();
        return peer != null ? peer : contestant.key();
    }
}
