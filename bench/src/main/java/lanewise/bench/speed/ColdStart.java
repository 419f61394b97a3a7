package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import lanewise.bench.report.Progress;

/** Fresh processes that step over one tensor of 1 Mi as soon as they can. */
final class ColdStart {
    static final Workload WORKLOAD = Workload.tensor("adamw", 1 << 20, 1);
    private static final int STEPS = 1500;

    private final List<Contestant> contestants;
    private final int rounds;

    /**
     * Who starts, of those who are there.
     *
     * @param rounds how many processes of each
     */
    ColdStart(List<Contestant> among, int rounds) {
        this.rounds = rounds;
        contestants = Stream.of("lanewise", "scalar", "pytorch-fused", "djl", "nd4j")
                .map(Contestant::of)
                .filter(among::contains)
                .filter(EngineProcess::isThere)
                .toList();
    }

    long units() {
        return (long) contestants.size() * rounds;
    }

    /** The steps that are kept are those of the last process of each. */
    List<Results.ColdStart> run(Progress progress, Map<String, String> leftOut) {
        Map<Contestant, List<Double>> seconds = new HashMap<>();
        Map<Contestant, List<Double>> nanos = new HashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contestant contestant : contestants) {
                progress.step(contestant.title() + " starts");
                try (EngineProcess process = EngineProcess.thatStarts(contestant, STEPS)) {
                    EngineMain.Reply reply = process.firstSteps();
                    if (reply.problem() == null) {
                        seconds.computeIfAbsent(contestant, _ -> new ArrayList<>())
                                .add(process.secondsUntil(reply.firstDone()));
                        nanos.put(contestant, reply.nanos());
                    } else {
                        leftOut.put(contestant.title() + ", cold start", reply.problem());
                    }
                }
            }
        }
        return contestants.stream()
                .filter(seconds::containsKey)
                .map(contestant -> new Results.ColdStart(
                        contestant.key(),
                        Objects.requireNonNull(seconds.get(contestant)),
                        Objects.requireNonNull(nanos.get(contestant))))
                .toList();
    }
}
