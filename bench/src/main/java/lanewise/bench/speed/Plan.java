package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lanewise.bench.Mix;
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

    /** Other ways to run Lanewise or a loop, where there is memory enough for all. */
    private static final List<String> VARIANTS = List.of(
            "lanewise-128", "lanewise-256", "lanewise-512", "scalar-no-superword", "c-512", "c-roof", "copy", "tribuo");

    /** What PyTorch is held against: it has no other mix. */
    private static final List<Mix> OF_PEERS = List.of(Mix.STOCHASTIC, Mix.PLAIN_BF16);

    /** Those that promise speed. */
    private static final List<Mix> MIXES =
            List.of(Mix.MASTER_COPY, Mix.BF16_STATE, Mix.REST_BITS, Mix.STOCHASTIC, Mix.BLOCK8_STATE);

    private static final List<Mix> ALL_MIXES =
            Stream.of(Mix.values()).filter(mix -> mix != Mix.FP32).toList();

    private static final List<String> IN_MIXES = List.of("lanewise", "lanewise-fp32", "roof");

    private Plan() {}

    /** Some four and a half minutes on two cores, with all peers. */
    static List<Session> brief(int threads) {
        List<Session> sessions = new ArrayList<>();
        for (int count : counts(threads)) {
            List<Workload> workloads = new ArrayList<>(tensors(count, SIZES));
            if (count == 1) {
                workloads.add(smallTensors(1));
                workloads.add(Workload.tensor(Measurements.MAIN_RULE, L2, 1).vanishing());
            }
            sessions.add(session(ENGINES, workloads, 7, 30));
        }
        sessions.addAll(mixes(threads, DRAM, MIXES, List.of("pytorch-fused-cpp", "pytorch-default"), 7));
        return sessions;
    }

    /** All of it; nothing twice. */
    static List<Session> full(int threads) {
        List<Session> sessions = new ArrayList<>();
        for (int count : counts(threads)) {
            List<String> all =
                    Stream.concat(ENGINES.stream(), VARIANTS.stream()).toList();
            sessions.add(session(all, tensors(count, SIZES), 13, 50));
            sessions.add(session(ENGINES, tensors(count, LARGEST), 11, 50));
            sessions.add(session(
                    ENGINES,
                    List.of(
                            smallTensors(count),
                            Workload.tensor(Measurements.MAIN_RULE, L2, count).vanishing()),
                    11,
                    50));
            sessions.add(session(
                    List.of("lanewise", "roof", "pytorch-fused-cpp", "pytorch-fused"),
                    List.of(
                            gpt2(count),
                            Workload.tensor(Measurements.MAIN_RULE, LARGE, count)
                                    .clippedAndAveraged()),
                    11,
                    50));
            sessions.add(session(
                    List.of("lanewise", "scalar", "roof", "c", "pytorch-fused-cpp", "pytorch-default"),
                    RuleCatalog.all().stream()
                            .map(RuleCatalog.Entry::key)
                            .filter(rule -> !rule.equals(Measurements.MAIN_RULE))
                            .flatMap(rule -> LongStream.of(count == 1 ? new long[] {L2, DRAM} : new long[] {DRAM})
                                    .mapToObj(size -> Workload.tensor(rule, size, count)))
                            .toList(),
                    11,
                    30));
        }
        sessions.addAll(fullMixes(threads));
        return sessions;
    }

    /** Nothing but the mixes: those of {@link #brief} or of {@link #full}, on all numbers of threads. */
    static List<Session> mixesOnly(int threads, boolean full) {
        return full
                ? fullMixes(threads)
                : counts(threads).stream()
                        .flatMap(count ->
                                mixes(count, DRAM, MIXES, List.of("pytorch-fused-cpp", "pytorch-default"), 11).stream())
                        .toList();
    }

    private static List<Session> fullMixes(int threads) {
        List<String> peers = List.of("pytorch-fused-cpp", "pytorch-fused", "pytorch-default");
        return counts(threads).stream()
                .flatMap(count ->
                        Stream.of(mixes(count, DRAM, ALL_MIXES, peers, 11), mixes(count, LARGEST, MIXES, peers, 11)))
                .flatMap(List::stream)
                .toList();
    }

    /** AdamW in some mixes, each beside fp32, and where a peer has its mix beside that. */
    private static List<Session> mixes(int threads, long size, List<Mix> mixes, List<String> peers, int rounds) {
        return mixes.stream().collect(Collectors.partitioningBy(OF_PEERS::contains)).entrySet().stream()
                .map(entry -> session(
                        Stream.concat(IN_MIXES.stream(), entry.getKey() ? peers.stream() : Stream.empty())
                                .toList(),
                        entry.getValue().stream()
                                .map(mix -> Workload.tensor(Measurements.MAIN_RULE, size, threads)
                                        .in(mix))
                                .toList(),
                        rounds,
                        30))
                .toList();
    }

    private static List<Workload> tensors(int threads, long... sizes) {
        return LongStream.of(sizes)
                .mapToObj(size -> Workload.tensor(Measurements.MAIN_RULE, size, threads))
                .toList();
    }

    private static List<Integer> counts(int threads) {
        return threads == 1 ? List.of(1) : List.of(1, threads);
    }

    private static Workload smallTensors(int threads) {
        return Workload.many(Measurements.MAIN_RULE, 2000, 256, threads);
    }

    private static Workload gpt2(int threads) {
        return Workload.of(
                Measurements.MAIN_RULE,
                ModelShapes.gpt2().tensors().values().stream()
                        .map(shape -> LongStream.of(shape).boxed().toList())
                        .toList(),
                threads);
    }

    private static Session session(List<String> contestants, List<Workload> workloads, int rounds, int millis) {
        return new Session(contestants.stream().map(Contestant::of).toList(), workloads, rounds, millis);
    }
}
