package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanewise.bench.report.Progress;

/** Fresh processes that step over one tensor of 1 Mi as soon as they can. */
final class ColdStart {
    private static final Workload WORKLOAD = Workload.tensor("adamw", 1 << 20, 1);
    private static final int STEPS = 1500;

    private static final List<Contestant> CONTESTANTS =
            List.of("lanewise", "scalar", "pytorch-fused", "djl", "nd4j").stream()
                    .map(Contestant::of)
                    .filter(EngineProcess::isThere)
                    .toList();

    private ColdStart() {}

    static long units(int rounds) {
        return (long) CONTESTANTS.size() * rounds;
    }

    /** Each round starts a process of each; the steps kept are those of the last. */
    static List<Results.ColdStart> run(int rounds, Progress progress, Map<String, String> leftOut) {
        List<Results.ColdStart> results = new ArrayList<>();
        List<List<Double>> seconds = new ArrayList<>();
        CONTESTANTS.forEach(_ -> seconds.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            results.clear();
            for (int i = 0; i < CONTESTANTS.size(); i++) {
                Contestant contestant = CONTESTANTS.get(i);
                progress.step(contestant.title() + " starts");
                try (EngineProcess process = new EngineProcess(contestant, 1)) {
                    EngineMain.Reply reply = process.start(contestant.engine(), WORKLOAD, STEPS);
                    if (reply.problem() != null) {
                        leftOut.put(contestant.title() + ", cold start", reply.problem());
                        continue;
                    }
                    seconds.get(i).add(process.secondsUntil(reply.firstDone()));
                    results.add(new Results.ColdStart(contestant.key(), seconds.get(i), reply.nanos()));
                }
            }
        }
        return results;
    }
}
