package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lanewise.bench.ModelShapes;
import lanewise.bench.RuleCatalog;

/** What {@code lanewise bench} measures. */
final class Plan {
    /** A tensor in the first cache, in the second, in the third, in none. */
    private static final long[] SIZES = {4 << 10, 64 << 10, 1 << 20, 16 << 20};

    private static final long LARGEST = 64 << 20;
    private static final long L2 = 64 << 10;
    private static final long DRAM = 16 << 20;

    /** For {@link Workload.Task#CLIP_AND_AVERAGE}. */
    private static final long LARGE = 32 << 20;

    private static final List<String> ENGINES = List.of(
            "lanewise",
            "scalar",
            "by-hand",
            "roof",
            "c",
            "pytorch-fused-cpp",
            "pytorch-fused",
            "pytorch-default",
            "djl",
            "nd4j");

    private static final List<String> WIDTHS =
            List.of("lanewise-128", "lanewise-256", "lanewise-512", "scalar", "scalar-no-superword", "roof");

    private Plan() {}

    /** Two or three minutes. */
    static List<Session> brief(int threads) {
        List<Session> sessions = new ArrayList<>();
        for (int count : counts(threads)) {
            List<Workload> workloads = new ArrayList<>(LongStream.of(SIZES)
                    .mapToObj(size -> Workload.tensor("adamw", size, count))
                    .toList());
            if (count == 1) {
                workloads.add(smallTensors(1));
                workloads.add(Workload.tensor("adamw", L2, 1).vanishing());
            }
            sessions.add(session(ENGINES, workloads, 7, 30));
        }
        return sessions;
    }

    /** All of it. */
    static List<Session> full(int threads) {
        List<Session> sessions = new ArrayList<>();
        long[] sizes =
                LongStream.concat(LongStream.of(SIZES), LongStream.of(LARGEST)).toArray();
        for (int count : counts(threads)) {
            List<String> all = Stream.concat(ENGINES.stream(), Stream.of("c-512", "c-roof", "copy", "tribuo"))
                    .toList();
            sessions.add(session(
                    all,
                    LongStream.of(sizes)
                            .mapToObj(size -> Workload.tensor("adamw", size, count))
                            .toList(),
                    15,
                    60));
            sessions.add(session(
                    ENGINES,
                    List.of(
                            smallTensors(count),
                            Workload.tensor("adamw", L2, count).vanishing()),
                    15,
                    60));
            sessions.add(session(
                    List.of("lanewise", "roof", "pytorch-fused-cpp", "pytorch-fused"),
                    List.of(gpt2(count), Workload.tensor("adamw", LARGE, count).clippedAndAveraged()),
                    11,
                    60));
        }
        sessions.add(session(
                WIDTHS,
                LongStream.of(SIZES)
                        .mapToObj(size -> Workload.tensor("adamw", size, 1))
                        .toList(),
                9,
                60));
        for (int count : counts(threads)) {
            sessions.add(session(
                    List.of("lanewise", "scalar", "roof", "c", "pytorch-fused-cpp", "pytorch-default"),
                    RuleCatalog.all().stream()
                            .flatMap(rule -> LongStream.of(count == 1 ? new long[] {L2, DRAM} : new long[] {DRAM})
                                    .mapToObj(size -> Workload.tensor(rule.key(), size, count)))
                            .toList(),
                    12,
                    40));
        }
        return sessions;
    }

    private static List<Integer> counts(int threads) {
        return threads == 1 ? List.of(1) : List.of(1, threads);
    }

    private static Workload smallTensors(int threads) {
        return Workload.many("adamw", 2000, 256, threads);
    }

    private static Workload gpt2(int threads) {
        return Workload.of(
                "adamw",
                ModelShapes.gpt2().tensors().values().stream()
                        .map(shape -> LongStream.of(shape).boxed().toList())
                        .toList(),
                threads);
    }

    private static Session session(List<String> contestants, List<Workload> workloads, int rounds, int millis) {
        return new Session(contestants.stream().map(Contestant::of).toList(), workloads, rounds, millis);
    }
}
