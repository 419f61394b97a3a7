package lanewise.bench.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.BackendInfo;
import lanewise.bench.Mix;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.bench.verify.Verification.Failure;
import lanewise.bench.verify.Verification.Result;
import lanewise.kernel.Backends;

/**
 * What a verification found, in words.
 *
 * @param results by rule
 * @param codecs of those, if they were tried
 * @param engines the ways to run that were tried
 * @param leftSlow how many trials were to run compiled kernels and did not
 * @param seconds how long it took
 */
record Findings(List<Result> results, Codec.Result codecs, List<Engine> engines, int leftSlow, double seconds) {
    /** More of them would not fit a screen. */
    private static final int FAILURES_SHOWN = 5;

    private static final String VECTORS = "simd";

    Findings with(Codec.Result tried, double more) {
        return new Findings(results, tried, engines, leftSlow, seconds + more);
    }

    boolean passed() {
        return problems().isEmpty();
    }

    List<Failure> failures() {
        return Stream.concat(codecs.failures().stream(), results.stream().flatMap(result -> result.failures().stream()))
                .toList();
    }

    /** What came of the rules in fp32. */
    List<Result> inFp32() {
        return results.stream()
                .filter(result -> result.plan().mix() == Mix.FP32)
                .toList();
    }

    /**
     * What came of a mix of precisions.
     *
     * @param mix the mix
     * @param results those of all rules in it
     */
    record OfMix(Mix mix, List<Result> results) {
        private long rules() {
            return results.stream()
                    .filter(result -> !result.plan().cases().isEmpty())
                    .count();
        }

        private int trials() {
            return results.stream().mapToInt(Result::trials).sum();
        }

        private String bits() {
            return bitsOf(results.stream()
                    .mapToInt(result -> result.failures().size())
                    .sum());
        }

        private String impossible() {
            return results.stream()
                    .flatMap(result -> result.plan().impossible().stream())
                    .collect(Collectors.joining("; "));
        }
    }

    /** What came of each mix, fp32 aside. */
    List<OfMix> mixes() {
        return Arrays.stream(Mix.values())
                .filter(mix -> mix != Mix.FP32)
                .map(mix -> new OfMix(
                        mix,
                        results.stream()
                                .filter(result -> result.plan().mix() == mix)
                                .toList()))
                .filter(found -> !found.results.isEmpty())
                .toList();
    }

    static Table<OfMix> mixTable() {
        return new Table<OfMix>()
                .column("precision", Kind.TEXT, found -> found.mix.key())
                .column("what is kept", Kind.TEXT, found -> found.mix.toString())
                .column("rules", Kind.NUMBER, found -> "%,d".formatted(found.rules()))
                .column("trials", Kind.NUMBER, found -> "%,d".formatted(found.trials()))
                .column("bits", Kind.TEXT, OfMix::bits)
                .column("impossible for matrices", Kind.TEXT, OfMix::impossible);
    }

    private static String bitsOf(int failures) {
        return failures == 0 ? "same" : "%,d WRONG".formatted(failures);
    }

    static Table<Result> table() {
        return new Table<Result>()
                .column("rule", Kind.TEXT, result -> result.entry().name())
                .column(
                        "options",
                        Kind.NUMBER,
                        result -> "%,d".formatted(result.plan().variants().size()))
                .column("trials", Kind.NUMBER, result -> "%,d".formatted(result.trials()))
                .column("bits", Kind.TEXT, result -> bitsOf(result.failures().size()))
                .column("digest", Kind.CODE, result -> result.digest().orElse(""))
                .column(
                        "mean ulp",
                        Kind.NUMBER,
                        result -> "%.2f".formatted(result.errors().mean()))
                .column("max ulp", Kind.NUMBER, result -> result.errors().mostInWords())
                .column("where", Kind.TEXT, result -> result.errors().where());
    }

    /** One sentence for all. */
    String verdict() {
        int trials = codecs.trials() + results.stream().mapToInt(Result::trials).sum();
        String vectors = "simd with " + Engine.widths(engines) + " lanes";
        String ways = engines.stream().noneMatch(Engine::isVector)
                ? "scalar alone"
                        + (isScalarChosen() ? "" : ", " + BackendInfo.detect().reason())
                : engines.stream().allMatch(Engine::isVector) ? vectors : vectors + " and scalar";
        int failed = failures().size();
        long published = results.stream()
                .filter(result -> result.isPublished().orElse(false))
                .count();
        long digests =
                results.stream().filter(result -> result.digest().isPresent()).count();
        return "%,d trials on %s in %.0f s: %s.%s%s%s"
                .formatted(
                        trials,
                        ways,
                        seconds,
                        failed == 0 ? "every bit is the oracle's" : "%,d FAILED".formatted(failed),
                        results.isEmpty()
                                ? ""
                                : " %,d of %,d digests are the published ones.".formatted(published, digests),
                        codecs.trials() > 0 && codecs.failures().isEmpty()
                                ? " All 65,536 numbers of bf16, of fp16 and all 8-bit ones are coded as defined."
                                : "",
                        leftSlow == 0 ? "" : " In %,d trials C2 had not made the kernels fast.".formatted(leftSlow));
    }

    /** Whether vectors could run, but were not asked for. */
    private static boolean isScalarChosen() {
        return BackendInfo.detect().name().equals(VECTORS);
    }

    /** What is not as it should be: lines of text, none if all is well. */
    List<String> problems() {
        List<String> lines = new ArrayList<>();
        for (Failure failure : failures().stream().limit(FAILURES_SHOWN).toList()) {
            lines.add("");
            lines.add(failure.subject() + " on " + failure.engine().name() + ":");
            lines.add("  " + failure.what());
            lines.add("  to see it again: " + failure.command());
        }
        if (failures().size() > FAILURES_SHOWN) {
            lines.add("");
            lines.add("and %,d more".formatted(failures().size() - FAILURES_SHOWN));
        }
        for (Result result : results) {
            if (!result.isPublished().orElse(true)) {
                lines.add("");
                Mix mix = result.plan().mix();
                lines.add(result.entry().name() + (mix == Mix.FP32 ? "" : " in " + mix) + " has the digest "
                        + result.digest().orElseThrow() + ", other machines have "
                        + Digests.published(result.entry(), mix).orElseThrow()
                        + ": this JVM computes even plain Java otherwise."
                        + " Please report it with the output of lanewise info.");
            }
        }
        Stream.concat(
                        Stream.of(VECTORS),
                        engines.stream().map(engine -> engine.choice().backend().name()))
                .distinct()
                .map(Backends::distrusted)
                .filter(Objects::nonNull)
                .forEach(problem -> {
                    lines.add("");
                    lines.add("The self-test gave the vector backend up: " + problem + ".");
                });
        return lines;
    }
}
