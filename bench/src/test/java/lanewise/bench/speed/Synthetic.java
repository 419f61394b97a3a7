package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;

/**
 * Results as a run could find them: each round has a speed of the machine, and each contestant a factor on the roof's
 * time.
 */
final class Synthetic {
    static final List<Workload> SIZES = Stream.of(1, 4)
            .flatMap(threads ->
                    Stream.of(12, 14, 16, 18, 20, 22, 24).map(log -> Workload.tensor("adamw", 1L << log, threads)))
            .toList();

    static final List<Workload> RULES = RuleCatalog.all().stream()
            .map(RuleCatalog.Entry::key)
            .filter(rule -> !rule.equals("adamw"))
            .map(rule -> Workload.tensor(rule, 1 << 16, 1))
            .toList();

    static final List<Workload> MANY = List.of(
            Workload.many("adamw", 1000, 768, 1),
            Workload.of(
                    "adamw",
                    Stream.concat(
                                    Stream.of(List.of(50_257L, 768L)),
                                    Collections.nCopies(147, List.of(768L, 768L)).stream())
                            .toList(),
                    4));

    static final List<Workload> SPECIAL = List.of(
            Workload.tensor("adamw", 1 << 20, 4).clippedAndAveraged(),
            Workload.tensor("adamw", 1 << 16, 1).vanishing());

    /** Each beside fp32; PyTorch where it has such a mix. */
    static final List<Workload> MIXES = Stream.of(1, 4)
            .flatMap(threads -> Stream.of(Mix.values())
                    .filter(mix -> mix != Mix.FP32)
                    .map(mix -> Workload.tensor("adamw", 1 << 24, threads).in(mix)))
            .toList();

    /** Times of the roof's. */
    private static final Map<String, Double> FACTORS = Map.ofEntries(
            Map.entry("lanewise", 1.05),
            Map.entry("lanewise-fp32", 1.7),
            Map.entry("lanewise-128", 1.6),
            Map.entry("lanewise-256", 1.1),
            Map.entry("lanewise-512", 1.05),
            Map.entry("scalar", 2.2),
            Map.entry("scalar-no-superword", 4.5),
            Map.entry("by-hand", 1.06),
            Map.entry("roof", 1.0),
            Map.entry("copy", 0.97),
            Map.entry("c", 1.08),
            Map.entry("c-512", 1.09),
            Map.entry("c-roof", 1.01),
            Map.entry("pytorch-fused-cpp", 1.4),
            Map.entry("pytorch-fused", 1.7),
            Map.entry("pytorch-default", 4.0),
            Map.entry("djl", 6.0),
            Map.entry("nd4j", 3.0),
            Map.entry("tribuo", 9.0));

    private final Random random;
    private final double noise;
    private final ToDoubleBiFunction<String, Workload> slowdown;

    Synthetic(long seed, double noise, ToDoubleBiFunction<String, Workload> slowdown) {
        random = new Random(seed);
        this.noise = noise;
        this.slowdown = slowdown;
    }

    Synthetic(long seed) {
        this(seed, 0.02, (_, _) -> 1);
    }

    static List<String> contestants() {
        return Contestant.all().stream().map(Contestant::key).toList();
    }

    /** Nanoseconds of the roof. */
    private static double roof(Workload workload) {
        double megabytes = 16e-6 * workload.parameters();
        double gigabytesPerSecond = 18 + 90 / (1 + megabytes / workload.threads() / 2);
        double waiting = workload.threads() == 1 ? 0 : 4000;
        return waiting
                + 200.0 * workload.shapes().size()
                + 28 * workload.parameters() / gigabytesPerSecond / Math.min(workload.threads(), 3);
    }

    List<Measured> measured(List<Workload> workloads, List<String> contestants, int rounds) {
        List<Measured> all = new ArrayList<>();
        for (Workload workload : workloads) {
            double[] machine = DoubleStream.generate(() -> 1 + 0.1 * random.nextDouble())
                    .limit(rounds)
                    .toArray();
            for (String contestant : contestants) {
                double median = roof(workload)
                        * FACTORS.get(contestant)
                        * slowdown.applyAsDouble(contestant, workload)
                        * (workload.gradients() == Workload.Gradients.VANISHING && contestant.startsWith("pytorch")
                                ? 30
                                : 1);
                all.add(new Measured(
                        contestant,
                        workload,
                        DoubleStream.of(machine)
                                .map(speed -> median * speed * Math.exp(noise * random.nextGaussian()))
                                .boxed()
                                .toList()));
            }
        }
        return all;
    }

    /** Steps alone. */
    static Results of(List<Measured> steps) {
        return new Results(
                "2026-01-02T03:04:05Z", "1.2.3", Map.of("CPU", "synthetic"), List.of(), steps, List.of(), Map.of());
    }

    /** With everything that a report has a section for. */
    Results everything() {
        List<Measured> steps = new ArrayList<>(measured(SIZES, contestants(), 10));
        steps.addAll(measured(RULES, List.of("lanewise", "scalar", "roof", "c", "pytorch-fused"), 10));
        List<String> few =
                contestants().stream().filter(key -> !Drawn.isVariant(key)).toList();
        steps.addAll(measured(MANY, few, 10));
        steps.addAll(measured(SPECIAL, few, 10));
        for (Workload mixed : MIXES) {
            boolean alike = mixed.mix() == Mix.STOCHASTIC || mixed.mix() == Mix.PLAIN_BF16;
            List<String> contestants = List.of("lanewise", "lanewise-fp32", "roof", "pytorch-fused-cpp");
            steps.addAll(measured(List.of(mixed), contestants.subList(0, alike ? 4 : 3), 10));
        }
        List<Results.ColdStart> starts = Stream.of("lanewise", "scalar", "djl", "pytorch-fused")
                .map(contestant -> new Results.ColdStart(
                        contestant,
                        DoubleStream.generate(() -> 0.3 * FACTORS.get(contestant) * (1 + 0.1 * random.nextDouble()))
                                .limit(5)
                                .boxed()
                                .toList(),
                        IntStream.rangeClosed(1, 200)
                                .mapToObj(step -> 1e6 * FACTORS.get(contestant) * (1 + 30.0 / step / step))
                                .toList()))
                .toList();
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("CPU", "synthetic, of 4 cores");
        machine.put("JDK", "25");
        return new Results(
                "2026-01-02T03:04:05Z",
                "1.2.3",
                machine,
                List.of(48L << 10, 2L << 20, 32L << 20),
                steps,
                starts,
                Map.of("tribuo", "AdamW has no clipping there"));
    }
}
