package lanewise.bench.race;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.BackendInfo;
import lanewise.bench.RuleCatalog;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Sweep;
import lanewise.bench.race.Race.Result;
import lanewise.bench.race.Training.Outcome;
import lanewise.bench.race.Training.Time;
import lanewise.bench.report.Progress;
import lanewise.bench.report.ReportOption;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.rule.Sophia;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Mixin;
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
            "Trains a small network on handwritten digits, once with each optimizer, and repeats every run on the"
                    + " scalar backend, where it must end with the same bits.",
            "Then sends the optimizers down landscapes of two variables, and draws it all in a report.",
            "With --precision it trains in bf16, fp16 and 8 bits instead, and holds what comes of it against fp32."
        },
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {
            "0:all runs ended with the same bits on both backends; with --precision always",
            "1:some did not",
            "2:an option or its value is wrong"
        })
public final class RaceCommand implements Callable<Integer> {
    /** Passing it is the goal that the table counts epochs to. */
    private static final double GOAL = 0.95;

    private static final int WIDTH = 100;

    private static final String NO_PRODUCTS =
            "Sophia-H can't train the network, which has no products with its Hessian to give";
    private static final String NO_LABELS = "Sophia-G can't go down landscapes, which have no labels to draw";

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
            description = "Of the first weights, of the order of the images and of noise; ${DEFAULT-VALUE} by default.")
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

    @Option(names = "--no-digits", description = "Leaves the digits out.")
    private boolean noDigits;

    @Mixin
    private LandscapeOptions landscapes;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private ReportOption report;

    /** Made by picocli. */
    public RaceCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Digits.Split digits = Digits.load().split();
        if (precision.asked()) {
            return racePrecisions(digits, out);
        }
        requireWithin("--epochs", 1, 10_000, epochs);
        requireWithin("--batch", 1, digits.training().count(), batch);
        requireWithin("--threads", 1, 1024, threads);
        List<Contestant> contestants = contestants();
        List<Contestant> onDigits = noDigits
                ? List.of()
                : contestants.stream().filter(Contestant::onDigits).toList();
        List<Contestant> onLandscapes =
                contestants.stream().filter(Contestant::onLandscapes).toList();
        List<Descent> descents = landscapes.descents(seed);
        OptionalDouble fixedRate = landscapes.rate();
        if (noDigits && descents.isEmpty()) {
            throw wrong("--no-digits and --no-landscapes leave nothing to race; drop one of them");
        }
        if (onLandscapes.isEmpty()) {
            descents = List.of();
        }
        if (onDigits.isEmpty() && descents.isEmpty()) {
            throw wrong(noDigits ? NO_LABELS + "; drop --no-digits" : NO_PRODUCTS + "; drop --no-landscapes");
        }
        Path file = report.file();

        BackendInfo backend = BackendInfo.detect();
        Race race = new Race(new Training.Settings(epochs, batch, seed, threads), digits, onDigits, backend.name());
        List<Contestant> swept = featured(onDigits);
        long digitsUnits =
                (long) race.runs() * epochs + (long) swept.size() * RateSweep.RATES.size() * RateSweep.EPOCHS;
        List<Result> results = List.of();
        List<RateSweep.Result> sweeps = List.of();
        List<Arena> arenas = new ArrayList<>();
        double seconds = 0;
        try (Progress bar = new Progress("race", digitsUnits + (long) descents.size() * onLandscapes.size())) {
            Watching progress = new Watching(bar);
            if (!onDigits.isEmpty()) {
                long from = System.nanoTime();
                results = race.run(progress);
                seconds = (System.nanoTime() - from) / 1e9;
                sweeps = RateSweep.run(digits, swept, batch, seed, progress);
            }
            for (Descent descent : descents) {
                arenas.add(Arena.run(descent, onLandscapes, fixedRate, progress));
            }
        }

        RaceReport pages = new RaceReport(lead(backend));
        if (!onDigits.isEmpty()) {
            Table<Result> table = table(results);
            String shown = whatIsShown(results, digits);
            String verdict = verdict(results, backend);
            pages.digits(shown + " " + verdict, table, results, sweeps);
            out.println(table.text(results));
            out.println();
            out.println(wrapped(shown, verdict, howItWasMeasured(race), whereTheTimeGoes(results, seconds)));
        }
        if (!arenas.isEmpty()) {
            pages.landscapes(howLandscapesWereRaced(fixedRate, onLandscapes), standings(), arenas);
            for (Arena arena : arenas) {
                out.println(whereItWent(arena));
                out.println();
                out.println(standings().text(arena.ranking()));
                out.println();
            }
            out.println(wrapped(howLandscapesWereRaced(fixedRate, onLandscapes)));
        }
        pages.exhibits().page().write(file);
        out.println("Report, to be opened in a browser: " + file);
        out.flush();
        return results.stream().anyMatch(result -> result.difference().isPresent()) ? 1 : 0;
    }

    private int racePrecisions(Digits.Split digits, PrintWriter out) throws InterruptedException {
        int runs = precision.runs();
        OptionalInt steps = landscapes.steps();
        Path file = report.file("precision");
        PrecisionRace race = new PrecisionRace(List.of(Lesson.digits(digits), Lesson.imitation()), runs, seed, steps);
        long from = System.nanoTime();
        List<PrecisionRace.Result> results;
        try (Progress bar = new Progress("precision", race.trainings())) {
            results = race.run((_, mix, pupil) -> bar.step("%s %.1f %%".formatted(mix.name(), 100 * pupil.accuracy())));
        }
        String definitions = PrecisionFindings.definitions(runs, seed);
        PrecisionReport pages = new PrecisionReport(definitions);
        for (PrecisionRace.Result result : results) {
            PrecisionFindings findings = new PrecisionFindings(result);
            out.println(result.lesson().title());
            out.println();
            out.println(findings.table().text(result.scores()));
            out.println();
            out.println(wrapped(findings.lesson(), findings.verdict()));
            pages.add(result);
        }
        out.println(wrapped(
                definitions,
                "%d trainings took %.0f s.".formatted(race.trainings(), (System.nanoTime() - from) / 1e9)));
        pages.page().write(file);
        out.println("Report, to be opened in a browser: " + file);
        out.flush();
        return 0;
    }

    private static String wrapped(String... paragraphs) {
        TextTable text = TextTable.forColumns(
                Help.defaultColorScheme(Ansi.OFF), new Help.Column(WIDTH, 0, Help.Column.Overflow.WRAP));
        for (String paragraph : paragraphs) {
            text.addRowValues(paragraph);
        }
        return text.toString();
    }

    // ----------------------------------------------------------------------------------- options

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static List<Contestant> featured(List<Contestant> contestants) {
        List<Contestant> featured =
                contestants.stream().filter(Contestant::featured).toList();
        return featured.isEmpty() ? contestants : featured;
    }

    private void requireWithin(String option, int least, int most, int value) {
        if (value < least || value > most) {
            throw wrong(option + " must be from " + least + " to " + most + ", got " + value);
        }
    }

    private List<Contestant> contestants() {
        if (only.isEmpty()) {
            return Contestant.ALL;
        }
        try {
            Set<RuleCatalog.Entry> chosen = only.stream().map(RuleCatalog::of).collect(Collectors.toSet());
            return Contestant.ALL.stream()
                    .filter(contestant -> chosen.contains(contestant.entry()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    // ------------------------------------------------------------------------------------ tables

    private static Table<Result> table(List<Result> results) {
        Table<Result> table = new Table<Result>()
                .column("optimizer", Kind.TEXT, result -> result.contestant().name())
                .column(
                        "rate",
                        Kind.TEXT,
                        result -> ArenaPictures.number(result.contestant().rate()))
                .column(
                        "95 % after",
                        Kind.NUMBER, result -> {
                            OptionalInt epoch = epochOfGoal(result.outcome());
                            return epoch.isEmpty()
                                    ? "–"
                                    : epoch.getAsInt() == 1 ? "1 epoch" : epoch.getAsInt() + " epochs";
                        })
                .column(
                        "accuracy",
                        Kind.NUMBER,
                        result -> "%.1f %%"
                                .formatted(100 * result.outcome().accuracies().getLast()))
                .column("B/weight", Kind.NUMBER, result -> bytesPerWeight(result.outcome()))
                .column(
                        "µs/step",
                        Kind.NUMBER,
                        result -> "%.1f".formatted(result.outcome().stepNanos() / 1e3))
                .column(
                        "GB/s",
                        Kind.NUMBER,
                        result -> "%.1f"
                                .formatted(result.outcome().bytesMoved()
                                        / result.outcome().stepNanos()));
        if (results.getFirst().scalar().isPresent()) {
            table.column(
                            "scalar µs/step",
                            Kind.NUMBER,
                            result -> "%.1f"
                                    .formatted(result.scalar().orElseThrow().stepNanos() / 1e3))
                    .column(
                            "same bits",
                            Kind.TEXT,
                            result -> result.difference().isPresent() ? "NO" : "yes");
        }
        return table;
    }

    /** Whole for most rules; not for those that keep values of rows and columns. */
    private static String bytesPerWeight(Outcome outcome) {
        return BigDecimal.valueOf((double) outcome.stateBytes() / outcome.weightCount())
                .setScale(2, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static Table<Arena.Standing> standings() {
        return new Table<Arena.Standing>()
                .column(
                        "optimizer",
                        Kind.TEXT,
                        standing -> standing.contestant().name())
                .column(
                        "rate",
                        Kind.TEXT,
                        standing -> ArenaPictures.number(standing.path().rate()))
                .column("there after", Kind.NUMBER, standing -> {
                    OptionalInt arrival = standing.path().arrival();
                    return arrival.isEmpty()
                            ? "–"
                            : arrival.getAsInt() == 1 ? "1 step" : "%,d steps".formatted(arrival.getAsInt());
                })
                .column(
                        "best loss",
                        Kind.NUMBER,
                        standing -> loss(standing.path().best()))
                .column(
                        "last loss",
                        Kind.NUMBER,
                        standing -> standing.path().diverged()
                                ? "diverged"
                                : loss(standing.path().last()))
                .column("ends at", Kind.TEXT, standing -> standing.path().end().rounded())
                .column("good rates", Kind.TEXT, standing -> {
                    List<Double> good = standing.sweep().good();
                    return good.isEmpty()
                            ? "–"
                            : Stream.of(good.getFirst(), good.getLast())
                                    .distinct()
                                    .map(ArenaPictures::number)
                                    .collect(Collectors.joining(" … "));
                });
    }

    private static String loss(double loss) {
        return loss == 0 ? "0" : "%.1e".formatted(loss);
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
                        + " of the steps and before a cosine down to 0.%s")
                .formatted(
                        results.getFirst().outcome().weightCount(),
                        seed,
                        digits.training().count(),
                        epochs,
                        batch,
                        digits.test().count(),
                        exceptions(results.stream().map(Result::contestant).toList()));
    }

    private String exceptions(List<Contestant> racing) {
        StringBuilder text = new StringBuilder();
        if (racing.stream().anyMatch(Contestant::isScheduleFree)) {
            text.append(" Schedule-Free keeps its rate constant and is tested at its average x, though it trains y.");
        }
        if (racing.stream().anyMatch(contestant -> contestant.wants(Sophia.Estimate.GAUSS_NEWTON_BARTLETT))) {
            text.append(" Sophia-G gets a gradient for labels drawn from the network every %d steps."
                    .formatted(Training.ESTIMATE_EVERY));
        }
        if (only.isEmpty()) {
            text.append(" ").append(NO_PRODUCTS).append(".");
        }
        return text.toString();
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

    private String lead(BackendInfo backend) {
        return ("What each optimizer of the library does on real handwriting and on landscapes with known minima, with seed"
                        + " %d on the %s backend. All numbers are this run's."
                        + " A click on a name in a legend shows or hides it in all pictures of the section, a double click shows it"
                        + " alone.")
                .formatted(seed, backend.name());
    }

    private static String whereItWent(Arena arena) {
        return "%s, f = %s, from %s, %,d steps, there = within %s of the minimum for good"
                .formatted(
                        arena.landscape().title(),
                        arena.landscape().formula(),
                        arena.descent().start(),
                        arena.descent().steps(),
                        ArenaPictures.number(arena.landscape().goal()));
    }

    private String howLandscapesWereRaced(OptionalDouble fixedRate, List<Contestant> racing) {
        String rates = fixedRate.isPresent()
                ? "All have the rate %s.".formatted(ArenaPictures.number(fixedRate.getAsDouble()))
                : ("Each has the rate, out of %d from %s to %s, with which it arrives first without going above its start;"
                                + " if none arrives, the one that ends lowest.")
                        .formatted(
                                Sweep.RATES.size(),
                                ArenaPictures.number(Sweep.RATES.getFirst()),
                                ArenaPictures.number(Sweep.RATES.getLast()));
        return "The optimizers move one point (x, y) down an exact gradient, without a schedule. " + rates
                + " Good rates leave less than 1 % of the loss at the end."
                + landscapeExceptions(racing);
    }

    private String landscapeExceptions(List<Contestant> racing) {
        StringBuilder text = new StringBuilder();
        if (racing.stream().anyMatch(Contestant::isScheduleFree)) {
            text.append(" Schedule-Free is shown at its average x; its gradients are those at y.");
        }
        if (racing.stream().anyMatch(contestant -> contestant.wants(Sophia.Estimate.HUTCHINSON))) {
            text.append(" Sophia-H gets u⊙(H·u), with the exact Hessian and random signs u, every %d steps, and no"
                            .formatted(Descent.ESTIMATE_EVERY)
                    + " weight decay, since its default of 0.1 outweighs steps of at most 0.01·η.");
        }
        if (only.isEmpty()) {
            text.append(" ").append(NO_LABELS).append(".");
        }
        return text.toString();
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

    /** A step of the bar for each epoch and each descent. */
    private record Watching(Progress bar) implements Race.Spectator, Arena.Spectator {
        @Override
        public void epoch(Contestant contestant, double accuracy) {
            bar.step("%s %.1f %%".formatted(contestant.name(), 100 * accuracy));
        }

        @Override
        public void arrived(Contestant contestant, Landscape landscape) {
            bar.step(contestant.name() + ", " + landscape.key());
        }
    }
}
