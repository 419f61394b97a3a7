package lanewise.bench.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import lanewise.BackendInfo;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.bench.verify.Verification.Failure;
import lanewise.bench.verify.Verification.Result;
import lanewise.kernel.Backends;

/**
 * What a verification found, in words.
 *
 * @param results by rule
 * @param engines the ways to run that were tried
 * @param leftSlow how many trials were to run compiled kernels and did not
 * @param seconds how long it took
 */
record Findings(List<Result> results, List<Engine> engines, int leftSlow, double seconds) {
    /** More of them would not fit a screen. */
    private static final int FAILURES_SHOWN = 5;

    private static final String VECTORS = "simd";

    boolean passed() {
        return problems().isEmpty();
    }

    List<Failure> failures() {
        return results.stream().flatMap(result -> result.failures().stream()).toList();
    }

    static Table<Result> table() {
        return new Table<Result>()
                .column("rule", Kind.TEXT, result -> result.entry().name())
                .column(
                        "options",
                        Kind.NUMBER,
                        result -> "%,d".formatted(result.plan().variants().size()))
                .column("trials", Kind.NUMBER, result -> "%,d".formatted(result.trials()))
                .column(
                        "bits",
                        Kind.TEXT,
                        result -> result.failures().isEmpty()
                                ? "same"
                                : "%,d WRONG".formatted(result.failures().size()))
                .column("digest", Kind.CODE, Result::digest)
                .column(
                        "mean ulp",
                        Kind.NUMBER,
                        result -> "%.2f".formatted(result.errors().mean()))
                .column("max ulp", Kind.NUMBER, result -> result.errors().mostInWords())
                .column("where", Kind.TEXT, result -> result.errors().where());
    }

    /** One sentence for all. */
    String verdict() {
        int trials = results.stream().mapToInt(Result::trials).sum();
        String vectors = "simd with " + Engine.widths(engines) + " lanes";
        String ways = engines.stream().noneMatch(Engine::isVector)
                ? "scalar alone"
                        + (isScalarChosen() ? "" : ", " + BackendInfo.detect().reason())
                : engines.stream().allMatch(Engine::isVector) ? vectors : vectors + " and scalar";
        int failed = failures().size();
        long published = results.stream()
                .filter(result -> result.isPublished().orElse(false))
                .count();
        return "%,d trials on %s in %.0f s: %s. %,d of %,d digests are the published ones.%s"
                .formatted(
                        trials,
                        ways,
                        seconds,
                        failed == 0 ? "every bit is the oracle's" : "%,d FAILED".formatted(failed),
                        published,
                        results.size(),
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
            lines.add(failure.subject().name() + " on " + failure.engine().name() + ":");
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
                lines.add(result.entry().name() + " has the digest " + result.digest() + ", other machines have "
                        + Digests.published(result.entry()).orElseThrow()
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
