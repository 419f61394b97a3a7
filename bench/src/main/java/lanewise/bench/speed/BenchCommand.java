package lanewise.bench.speed;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lanewise.bench.Machine;
import lanewise.bench.Version;
import lanewise.bench.report.Progress;
import lanewise.bench.report.ReportOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lanewise bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures a step against the memory, loops in C and other engines, in one run: all of them in turn, round"
                    + " after round, each in a process of its own, so that only ratios within a round count.",
            "Leave the machine alone meanwhile. Other engines take part once they are built: mvn -Ppeers package"
                    + " -DskipTests."
        },
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {"0:done", "1:--compare has found something slower", "2:an option or its value is wrong"})
public final class BenchCommand implements Callable<Integer> {
    private static final int BRIEF_STARTS = 3;
    private static final int FULL_STARTS = 9;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--full",
            description = "All rules, sizes up to 64 Mi, widths and many tensors, in more rounds: about half an hour,"
                    + " and with all peers some 20 GiB of memory.")
    private boolean full;

    @Option(
            names = "--mixes",
            description =
                    "Only AdamW in mixes of precision, each beside fp32: a minute or so per number of threads; more"
                            + " of them with --full.")
    private boolean mixes;

    @Option(
            names = "--compare",
            paramLabel = "<file>",
            description = "JSON of an earlier run; says what has become slower or faster since, by a test of"
                    + " significance on shares of the roof.")
    private @Nullable Path old;

    @Option(
            names = "--contestants",
            split = ",",
            paramLabel = "<key>",
            description =
                    "Only these, the roof, and beside mixes fp32, separated by commas; such as lanewise,c,pytorch-fused.")
    private List<String> contestants = List.of();

    @Mixin
    private ReportOption report;

    /** Made by picocli. */
    public BenchCommand() {}

    @Override
    public Integer call() {
        Path file = report.file();
        Path json = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.html$", "") + ".json");
        Results before = old == null ? null : read(old);
        int threads = Runtime.getRuntime().availableProcessors();
        List<Session> planned = mixes ? Plan.mixesOnly(threads, full) : full ? Plan.full(threads) : Plan.brief(threads);
        List<Session> sessions =
                planned.stream().map(session -> session.only(contestants())).toList();
        Results results = run(sessions);
        ResultsJson.write(results, json);
        SpeedReport.of(results).write(file);

        PrintWriter out = spec.commandLine().getOut();
        out.print(SpeedTable.text(results));
        results.leftOut().forEach((who, why) -> out.println("Left out: " + who + ": " + why + "."));
        out.println("The pictures are in " + file + ", the numbers in " + json + ".");
        boolean slower = false;
        if (before != null) {
            Comparison comparison = Comparison.of(before, results);
            out.println();
            out.print(comparison.text());
            slower = comparison.anySlower();
        }
        out.flush();
        return slower ? 1 : 0;
    }

    private List<Contestant> contestants() {
        if (contestants.isEmpty()) {
            return Contestant.all();
        }
        List<Contestant> chosen = new ArrayList<>(List.of(Contestant.ROOF, Contestant.IN_FP32));
        for (String key : contestants) {
            try {
                chosen.add(Contestant.of(key));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--contestants: " + e.getMessage(), e);
            }
        }
        return chosen;
    }

    private Results read(Path file) {
        if (!Files.isReadable(file)) {
            throw new ParameterException(
                    spec.commandLine(), "--compare must be a file of an earlier run that can be read, got " + file);
        }
        try {
            return ResultsJson.read(file);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--compare: " + e.getMessage(), e);
        }
    }

    private Results run(List<Session> sessions) {
        Map<String, String> leftOut = new LinkedHashMap<>();
        List<Measured> steps = new ArrayList<>();
        ColdStart coldStart = new ColdStart(mixes ? List.of() : contestants(), full ? FULL_STARTS : BRIEF_STARTS);
        long units = sessions.stream().mapToLong(Session::units).sum() + coldStart.units();
        try (Progress progress = new Progress("bench", units)) {
            sessions.forEach(session -> steps.addAll(session.run(progress, leftOut)));
            return new Results(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    Version.text(),
                    Machine.rows(),
                    Machine.caches(),
                    steps,
                    coldStart.run(progress, leftOut),
                    leftOut);
        }
    }
}
