package lanewise.bench.race;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Point;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say on which landscapes to race, and how. */
final class LandscapeOptions {
    private static final int MOST_STEPS = 100_000;
    private static final double FARTHEST = 100;
    private static final double HIGHEST_RATE = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--landscape",
            paramLabel = "<name>",
            split = ",",
            description = "Some of the landscapes bowl, ravine, rosenbrock, saddle, noisy; all by default.")
    private List<String> landscape = List.of();

    @Option(names = "--no-landscapes", description = "Leaves the landscapes out.")
    private boolean none;

    @Option(
            names = "--start",
            paramLabel = "<x,y>",
            description = "Where descents start, such as -1.2,1; each landscape has a start of its own.")
    private @Nullable String start;

    @Option(
            names = "--rate",
            paramLabel = "<eta>",
            description = "The rate of all optimizers on the landscapes; by default each gets the one of"
                    + " 1, 2, 5, 10 ... from 0.0001 to 500 with which it arrives first without going above its start.")
    private @Nullable Double rate;

    @Option(
            names = "--steps",
            paramLabel = "<n>",
            description =
                    "The length of descents; each landscape has its own, from 300 to 3000. With --precision that of"
                            + " trainings, 675 on the digits and 1500 on the harder problem by default.")
    private @Nullable Integer steps;

    /** What to race on: nothing if landscapes are to be left out. */
    List<Descent> descents(long seed) {
        List<Landscape> chosen = chosen();
        OptionalInt length = steps();
        Optional<Point> from = from();
        if (none && !landscape.isEmpty()) {
            throw wrong("--landscape and --no-landscapes exclude each other; drop one of them");
        }
        return none
                ? List.of()
                : chosen.stream()
                        .map(known ->
                                new Descent(known, from.orElse(known.start()), length.orElse(known.steps()), seed))
                        .toList();
    }

    /** The length of descents, or of trainings in mixed precision, if it was asked for. */
    OptionalInt steps() {
        if (steps == null) {
            return OptionalInt.empty();
        }
        if (steps < 1 || steps > MOST_STEPS) {
            throw wrong("--steps must be from 1 to " + MOST_STEPS + ", got " + steps);
        }
        return OptionalInt.of(steps);
    }

    private List<Landscape> chosen() {
        Set<String> names = names(landscape);
        List<Landscape> chosen = Landscape.ALL.stream()
                .filter(known -> landscape.isEmpty() || names.remove(known.key()))
                .toList();
        if (!names.isEmpty()) {
            throw wrong("--landscape knows "
                    + Landscape.ALL.stream().map(Landscape::key).collect(Collectors.joining(", ")) + ", got "
                    + names.iterator().next());
        }
        return chosen;
    }

    private Optional<Point> from() {
        if (start == null) {
            return Optional.empty();
        }
        String[] numbers = start.split(",", -1);
        try {
            if (numbers.length == 2) {
                double x = Double.parseDouble(numbers[0].strip());
                double y = Double.parseDouble(numbers[1].strip());
                if (Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST) {
                    return Optional.of(new Point(x, y));
                }
            }
        } catch (NumberFormatException _) { // Told below.
        }
        throw wrong("--start must be two numbers from -100 to 100 with a comma between, such as -1.2,1, got " + start);
    }

    /** One for all optimizers, if it was asked for. */
    OptionalDouble rate() {
        if (rate == null) {
            return OptionalDouble.empty();
        }
        if (!(rate > 0 && rate <= HIGHEST_RATE)) {
            throw wrong("--rate must be above 0 and at most 1000, got " + rate);
        }
        return OptionalDouble.of(rate);
    }

    /** As they are compared. */
    static Set<String> names(List<String> given) {
        return given.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(mixee.commandLine(), message);
    }
}
