package lanewise.bench.race;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of a race of mixed precisions. */
final class PrecisionOptions {
    private static final int RUNS = 5;

    /** A standard deviation needs two. */
    private static final int LEAST_RUNS = 2;

    private static final int MOST_RUNS = 1000;

    private static final List<String> ALLOWED = List.of("--precision", "--runs", "--steps", "--seed", "--report");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--precision",
            description = "Trains in mixed precision instead: bf16, fp16 and 8 bits beside fp32, on the digits and on a"
                    + " harder problem. Goes with --runs, --steps, --seed and --report.")
    private boolean asked;

    @Option(
            names = "--runs",
            paramLabel = "<n>",
            description = "With --precision, how many seeds each mix is trained with; " + RUNS + " by default.")
    private @Nullable Integer runs;

    /** Whether such a race is to be held; checks what goes with it. */
    boolean asked() {
        if (!asked) {
            if (runs != null) {
                throw wrong("--runs goes with --precision; add that, or leave --runs out");
            }
            return false;
        }
        for (OptionSpec option : mixee.commandLine().getParseResult().matchedOptions()) {
            if (!ALLOWED.contains(option.longestName())) {
                throw wrong("--precision goes with --runs, --steps, --seed and --report, got " + option.longestName()
                        + "; leave that out");
            }
        }
        return true;
    }

    int runs() {
        if (runs == null) {
            return RUNS;
        }
        if (runs < LEAST_RUNS || runs > MOST_RUNS) {
            throw wrong("--runs must be from " + LEAST_RUNS + " to " + MOST_RUNS + ", got " + runs);
        }
        return runs;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(mixee.commandLine(), message);
    }
}
