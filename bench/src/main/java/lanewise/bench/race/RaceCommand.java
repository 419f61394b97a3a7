package lanewise.bench.race;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.Console;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.BackendInfo;
import lanewise.bench.race.Race.Result;
import lanewise.bench.race.Training.Outcome;
import lanewise.bench.race.Training.Time;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lanewise race}. */
@Command(
        name = "race",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a small network on handwritten digits, once with each optimizer.",
            "Every run is repeated on the scalar backend and must end with the same bits."
        },
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {
            "0:all runs ended with the same bits on both backends",
            "1:some did not",
            "2:an option or its value is wrong"
        })
public final class RaceCommand implements Callable<Integer> {
    /** Passing it is the goal that the table counts epochs to. */
    private static final double GOAL = 0.95;

    private static final int WIDTH = 100;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--epochs",
            paramLabel = "<n>",
            defaultValue = "20",
            description = "How often each image is seen; ${DEFAULT-VALUE} by default.")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "<n>",
            defaultValue = "32",
            description = "Images in a minibatch; ${DEFAULT-VALUE} by default.")
    private int batch;

    @Option(
            names = "--seed",
            paramLabel = "<n>",
            defaultValue = "1",
            description = "Of the first weights and of the order of the images; ${DEFAULT-VALUE} by default.")
    private long seed;

    @Option(
            names = "--only",
            paramLabel = "<name>",
            split = ",",
            description = "Some of the optimizers, such as adamw,lion.")
    private List<String> only = List.of();

    @Option(
            names = "--threads",
            paramLabel = "<n>",
            defaultValue = "1",
            description = "That share a step; ${DEFAULT-VALUE} by default, since this network is small.")
    private int threads;

    /** Made by picocli. */
    public RaceCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Digits.Split digits = Digits.load().split();
        requireWithin("--epochs", 1, 10_000, epochs);
        requireWithin("--batch", 1, digits.training().count(), batch);
        requireWithin("--threads", 1, 1024, threads);
        List<Contestant> contestants = contestants();

        BackendInfo backend = BackendInfo.detect();
        Training.Settings settings = new Training.Settings(epochs, batch, seed, threads);
        Race race = new Race(settings, digits, contestants, backend.name());
        long start = System.nanoTime();
        List<Result> results;
        try (Progress progress = new Progress((long) race.runs() * epochs)) {
            results = race.run(progress);
        }
        double seconds = (System.nanoTime() - start) / 1e9;

        out.println(table(results));
        out.println();
        TextTable text = TextTable.forColumns(
                Help.defaultColorScheme(Ansi.OFF), new Help.Column(WIDTH, 0, Help.Column.Overflow.WRAP));
        text.addRowValues(whatIsShown(results, digits));
        text.addRowValues(verdict(results, backend));
        text.addRowValues(howItWasMeasured(race));
        text.addRowValues(whereTheTimeGoes(results, seconds));
        out.println(text);
        out.flush();
        return results.stream().anyMatch(result -> result.difference().isPresent()) ? 1 : 0;
    }

    private void requireWithin(String option, int least, int most, int value) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " must be from " + least + " to " + most + ", got " + value);
        }
    }

    private List<Contestant> contestants() {
        if (only.isEmpty()) {
            return Contestant.ALL;
        }
        Set<String> names = only.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Contestant> chosen = Contestant.ALL.stream()
                .filter(contestant -> names.remove(contestant.key()))
                .toList();
        if (!names.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--only knows "
                            + Contestant.ALL.stream().map(Contestant::key).collect(Collectors.joining(", ")) + ", got "
                            + names.iterator().next());
        }
        return chosen;
    }

    // ------------------------------------------------------------------------------------- table

    private static String table(List<Result> results) {
        boolean compared = results.getFirst().scalar().isPresent();
        List<Column> columns = new ArrayList<>();
        List<Function<Result, String>> cells = new ArrayList<>();
        column(
                columns,
                cells,
                "optimizer",
                HorizontalAlign.LEFT,
                result -> result.contestant().name());
        column(
                columns,
                cells,
                "rate",
                HorizontalAlign.LEFT,
                result -> BigDecimal.valueOf(result.contestant().rate())
                        .stripTrailingZeros()
                        .toPlainString());
        column(columns, cells, "95 % after", HorizontalAlign.RIGHT, result -> {
            OptionalInt epoch = epochOfGoal(result.outcome());
            return epoch.isEmpty() ? "–" : epoch.getAsInt() == 1 ? "1 epoch" : epoch.getAsInt() + " epochs";
        });
        column(
                columns,
                cells,
                "accuracy",
                HorizontalAlign.RIGHT,
                result ->
                        "%.1f %%".formatted(100 * result.outcome().accuracies().getLast()));
        column(
                columns,
                cells,
                "B/weight",
                HorizontalAlign.RIGHT,
                result -> "%d"
                        .formatted(
                                result.outcome().stateBytes() / result.outcome().weightCount()));
        column(
                columns,
                cells,
                "µs/step",
                HorizontalAlign.RIGHT,
                result -> "%.1f".formatted(result.outcome().stepNanos() / 1e3));
        column(
                columns,
                cells,
                "GB/s",
                HorizontalAlign.RIGHT,
                result -> "%.1f"
                        .formatted(
                                result.outcome().bytesMoved() / result.outcome().stepNanos()));
        if (compared) {
            column(
                    columns,
                    cells,
                    "scalar µs/step",
                    HorizontalAlign.RIGHT,
                    result -> "%.1f".formatted(result.scalar().orElseThrow().stepNanos() / 1e3));
            column(
                    columns,
                    cells,
                    "same bits",
                    HorizontalAlign.LEFT,
                    result -> result.difference().isPresent() ? "NO" : "yes");
        }
        return AsciiTable.builder()
                .border(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER)
                .data(
                        columns.toArray(Column[]::new),
                        results.stream()
                                .map(result -> cells.stream()
                                        .map(cell -> cell.apply(result))
                                        .toArray())
                                .toArray(Object[][]::new))
                .asString();
    }

    private static void column(
            List<Column> columns,
            List<Function<Result, String>> cells,
            String header,
            HorizontalAlign align,
            Function<Result, String> cell) {
        columns.add(new Column().header(header).headerAlign(align).dataAlign(align));
        cells.add(cell);
    }

    private static OptionalInt epochOfGoal(Outcome outcome) {
        return IntStream.range(0, outcome.accuracies().size())
                .filter(i -> outcome.accuracies().get(i) >= GOAL)
                .map(i -> i + 1)
                .findFirst();
    }

    // --------------------------------------------------------------------------------- sentences

    private String whatIsShown(List<Result> results, Digits.Split digits) {
        return ("Every optimizer trained the same network (%,d weights, seed %d) on %,d handwritten digits, %d epochs in"
                        + " batches of %d; accuracy is that on %d others. Rates are peaks, after a warm-up over a tenth"
                        + " of the steps and before a cosine down to 0.")
                .formatted(
                        results.getFirst().outcome().weightCount(),
                        seed,
                        digits.training().count(),
                        epochs,
                        batch,
                        digits.test().count());
    }

    private static String verdict(List<Result> results, BackendInfo backend) {
        if (results.getFirst().scalar().isEmpty()) {
            return "All ran on the scalar backend alone (" + backend.reason() + "), so there is nothing to compare.";
        }
        List<String> differences = results.stream()
                .flatMap(result -> result.difference().stream()
                        .map(difference -> result.contestant().name() + ": " + difference + "."))
                .toList();
        if (!differences.isEmpty()) {
            return "The backends DIFFER. " + String.join(" ", differences);
        }
        return ("Each was trained twice, on the %s backend with %d lanes and on the scalar one, and ended with the same"
                        + " bits in all weights.")
                .formatted(backend.name(), backend.lanes());
    }

    private String howItWasMeasured(Race race) {
        return ("Steps are timed on %s, %s; the median of the second half is shown. All weights with their state fit in"
                        + " a core's caches, hence more GB/s than memory gives.")
                .formatted(
                        threads == 1 ? "one thread" : threads + " threads",
                        race.runsAtOnce() == 1 ? "one run after the other" : "two runs side by side, each with a core");
    }

    private static String whereTheTimeGoes(List<Result> results, double seconds) {
        Time time = results.stream()
                .flatMap(result -> Stream.concat(Stream.of(result.outcome()), result.scalar().stream()))
                .map(Outcome::time)
                .reduce(new Time(0, 0, 0, 0), Time::plus);
        double percent = time.total() / 100.0;
        return ("It took %.1f s: %.0f %% in the network's own passes, %.0f %% in optimizer steps, %.0f %% in tests,"
                        + " %.0f %% in the warm-up of kernels.")
                .formatted(
                        seconds,
                        time.passes() / percent,
                        time.steps() / percent,
                        time.tests() / percent,
                        time.warmUp() / percent);
    }

    // ---------------------------------------------------------------------------------- progress

    /** A bar on a terminal, nothing elsewhere; gone when the table comes. */
    private static final class Progress implements Race.Spectator, AutoCloseable {
        private static final int BAR_WIDTH = 80;

        private final Optional<ProgressBar> bar;

        // It is null again where there is no terminal: JDK-8351435.
        @SuppressWarnings("SystemConsoleNull")
        Progress(long epochs) {
            Console console = System.console();
            bar = console == null || !console.isTerminal()
                    ? Optional.empty()
                    : Optional.of(new ProgressBarBuilder()
                            .setTaskName("race")
                            .setInitialMax(epochs)
                            .setUpdateIntervalMillis(200)
                            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err, BAR_WIDTH))
                            .clearDisplayOnFinish()
                            .build());
        }

        @Override
        public void epoch(Contestant contestant, double accuracy) {
            bar.ifPresent(shown -> {
                shown.setExtraMessage("%s %.1f %%".formatted(contestant.name(), 100 * accuracy));
                shown.step();
            });
        }

        @Override
        public void close() {
            bar.ifPresent(ProgressBar::close);
        }
    }
}
