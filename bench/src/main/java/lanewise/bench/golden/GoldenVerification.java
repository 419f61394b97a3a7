package lanewise.bench.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.bench.report.Page;
import lanewise.bench.report.Section;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.kernel.Backends;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows the recorded runs of other people's optimizers in a directory, whatever rules, options and shapes they hold.
 *
 * <p>Each file is mapped by what it says of itself, run on both backends in fp32 and as formulas in float64, and compared
 * with the recorded float64 run. What is not offered is told with the reason, and is no failure; a file that can't be read
 * is one, since it was not verified.
 *
 * {@snippet :
 * List<Verdict> verdicts = GoldenVerification.of(directory, verdict -> System.out.println(verdict.file()));
 * System.out.println(GoldenVerification.table().text(verdicts));
 * System.out.println(GoldenVerification.summary(verdicts));
 * int exitCode = GoldenVerification.failed(verdicts) ? 1 : 0;
 * }
 */
public final class GoldenVerification {
    /** Kernels are warmed up by one thread of the engine's own, so two keep it and a second core busy. */
    private static final int THREADS = 2;

    /** Python writes infinities as bare words. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** More names of files are a number. */
    private static final int SHOWN = 5;

    private GoldenVerification() {}

    /**
     * Verifies a directory.
     *
     * @param directory with JSON files in it, at any depth
     * @param each takes each verdict as soon as it and those before it are there, in the order of the paths
     * @return the verdicts in the order of the paths
     * @throws IllegalArgumentException if there is no such directory, or no JSON file in it
     */
    public static List<Verdict> of(Path directory, Consumer<Verdict> each) {
        Map<String, Path> files = files(directory);
        boolean withSimd = withoutSimdBecause().isEmpty();
        List<Verdict> verdicts = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Verdict>> coming = new ArrayList<>();
            files.forEach((name, file) -> coming.add(threads.submit(() -> verdict(name, file, withSimd))));
            try {
                for (Future<Verdict> next : coming) {
                    Verdict verdict = next.get();
                    verdicts.add(verdict);
                    each.accept(verdict);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } finally {
                threads.shutdownNow();
            }
        }
        return verdicts;
    }

    /**
     * Why the simd backend has no part in the verification.
     *
     * @return what is missing in this JVM; empty if nothing is
     */
    public static Optional<String> withoutSimdBecause() {
        try {
            Backends.choose("simd", null);
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The files that would be followed.
     *
     * @param directory with JSON files in it, at any depth
     * @return the files by their path below the directory, in order
     * @throws IllegalArgumentException if there is no such directory, or no JSON file in it
     */
    public static Map<String, Path> files(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("the golden files must be in a directory, but "
                    + (Files.exists(directory) ? directory + " is none" : "there is no " + directory)
                    + "; name one that has *.json files in it");
        }
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(file -> String.valueOf(file.getFileName()).endsWith(".json") && !Files.isDirectory(file))
                    .forEach(file -> files.put(name(directory, file), file));
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "the golden files must be in a directory that can be read, got " + directory + ": " + e, e);
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "the golden files must be *.json, but there is none in " + directory + " or below; name another");
        }
        return files;
    }

    private static String name(Path directory, Path file) {
        List<String> names = new ArrayList<>();
        directory.relativize(file).forEach(name -> names.add(name.toString()));
        return String.join("/", names);
    }

    // ------------------------------------------------------------------------------------ verdicts

    private static Verdict verdict(String name, Path file, boolean withSimd) {
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            return root.isMissingNode()
                    ? Verdict.notRun(name, Verdict.Kind.UNREADABLE, "the file must be JSON: it is empty")
                    : verdict(name, new Json("", root), withSimd);
        } catch (IOException e) {
            return Verdict.notRun(name, Verdict.Kind.UNREADABLE, "the file can't be read: " + e);
        } catch (JacksonException e) {
            return Verdict.notRun(name, Verdict.Kind.UNREADABLE, "the file must be JSON: " + e.getOriginalMessage());
        }
    }

    /** The verdict on a file that was read. */
    static Verdict verdict(String name, Json file, boolean withSimd) {
        try {
            if (!isGolden(file.node())) {
                return Verdict.notRun(
                        name, Verdict.Kind.FOREIGN, "has neither a format golden-… nor a family with a source");
            }
            return isSchedule(file) ? ofSchedule(name, GoldenSchedule.of(file)) : ofRun(name, file, withSimd);
        } catch (NotOffered e) {
            return Verdict.notRun(name, Verdict.Kind.NOT_OFFERED, message(e));
        } catch (BrokenFile e) {
            return Verdict.notRun(name, Verdict.Kind.UNREADABLE, message(e));
        } catch (RuntimeException | StackOverflowError e) {
            // One file must not cost the others their verdicts.
            String where = e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
            return Verdict.notRun(
                    name, Verdict.Kind.UNREADABLE, "a fault of the verification, please report it: " + e + where);
        }
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    private static boolean isGolden(JsonNode root) {
        return root.isObject()
                && (root.path("format").asString("").startsWith("golden-")
                        || (root.has("family") && root.has("source")));
    }

    /** Also says what is wrong with a format that is not known. */
    private static boolean isSchedule(Json file) {
        String format = file.get("format").text();
        String family = file.get("family").text();
        return switch (format) {
            case "golden-lr-schedule/1" -> true;
            case "golden-optimizer-trajectory/1", "golden-clip/1", "golden-ema/1" -> {
                boolean fits = switch (family) {
                    case "clip" -> format.contains("clip");
                    case "ema" -> format.contains("ema");
                    default -> format.contains("trajectory");
                };
                if (!fits) {
                    throw new BrokenFile("format and family must be of one kind, got " + format + " and " + family);
                }
                yield false;
            }
            default ->
                throw new BrokenFile(
                        "format must be golden-optimizer-trajectory/1, golden-lr-schedule/1, golden-clip/1 or"
                                + " golden-ema/1, got " + format);
        };
    }

    private static Verdict ofSchedule(String name, GoldenSchedule schedule) {
        String mapping = schedule.rates().toString();
        Deviation worst = schedule.worst();
        boolean follows = worst.scaled() <= schedule.bound();
        OptionalDouble none = OptionalDouble.empty();
        return new Verdict(
                name,
                follows ? Verdict.Kind.FOLLOWED : Verdict.Kind.FALLS_SHORT,
                mapping.contains("$$Lambda")
                        ? schedule.rates().getClass().getInterfaces()[0].getSimpleName()
                        : mapping,
                none,
                none,
                OptionalDouble.of(worst.scaled()),
                none,
                OptionalDouble.of(schedule.bound()),
                Optional.empty(),
                follows ? worst.where() : tooFar("in float64", worst, schedule.bound()),
                Set.of());
    }

    private static Verdict ofRun(String name, Json file, boolean withSimd) {
        GoldenCase golden = GoldenCase.of(file);
        return ofRun(name, GoldenRun.of(golden, withSimd));
    }

    /** The verdict on a run. */
    static Verdict ofRun(String name, GoldenRun run) {
        GoldenCase golden = run.golden();
        return new Verdict(
                name,
                run.follows() ? Verdict.Kind.FOLLOWED : Verdict.Kind.FALLS_SHORT,
                golden.rule().inWords(),
                OptionalDouble.of(run.float32().eps32()),
                OptionalDouble.of(GoldenRun.recorded32(golden).eps32()),
                OptionalDouble.of(run.float64().scaled()),
                OptionalDouble.of(run.bound32()),
                OptionalDouble.of(run.bound64()),
                switch (run.simd()) {
                    case SAME_BITS -> Optional.of(true);
                    case OTHER_BITS -> Optional.of(false);
                    case GIVEN_UP, MISSING -> Optional.empty();
                },
                reason(run),
                golden.unfollowed());
    }

    private static String reason(GoldenRun run) {
        List<String> reasons = new ArrayList<>();
        if (!run.follows64()) {
            reasons.add(tooFar("in float64", run.float64(), run.bound64()));
        }
        if (!run.follows32()) {
            reasons.add(tooFar("in fp32", run.float32(), Deviation.scaled(run.bound32())));
        }
        if (run.simd() == GoldenRun.Simd.OTHER_BITS) {
            reasons.add("simd and scalar give different bits");
        }
        if (reasons.isEmpty()) {
            reasons.add(run.float32().where());
        }
        return String.join("; ", reasons);
    }

    private static String tooFar(String what, Deviation worst, double bound) {
        return String.format(Locale.ROOT, "%s %s, at most %.3g", what, worst, bound);
    }

    /**
     * Whether the engine does something else than was recorded anywhere, or could not be shown not to.
     *
     * @param verdicts from {@link #of}
     * @return whether one falls short or is unreadable, or the vector backend showed wrong bits on the way
     */
    public static boolean failed(Collection<Verdict> verdicts) {
        return distrusted().isPresent()
                || verdicts.stream().anyMatch(verdict -> verdict.kind().isFailure());
    }

    // --------------------------------------------------------------------------------------- text

    /**
     * A row for each file, narrow enough for a terminal.
     *
     * @return the columns
     */
    public static Table<Verdict> table() {
        return new Table<Verdict>()
                .column("file", Kind.TEXT, Verdict::file)
                .column("verdict", Kind.TEXT, verdict -> verdict.kind().toString())
                .column("ours, eps32", Kind.NUMBER, verdict -> number("%.2f", verdict.error32()))
                .column("theirs, eps32", Kind.NUMBER, verdict -> number("%.2f", verdict.theirs32()))
                .column("ours, fp64", Kind.NUMBER, verdict -> number("%.1e", verdict.error64()))
                .column(
                        "same bits",
                        Kind.TEXT,
                        verdict -> verdict.sameBits()
                                .map(same -> same ? "yes" : "NO")
                                .orElse(""));
    }

    /**
     * All of it for a browser.
     *
     * @param verdicts from {@link #of}
     * @return the page
     */
    public static Page page(List<Verdict> verdicts) {
        List<String> summary = summary(verdicts).lines().toList();
        Page page = new Page("Lanewise: other people's numbers", summary.getFirst());
        Section section = page.section("Files");
        summary.stream().skip(1).forEach(section::text);
        section.table(
                table().column("at most, eps32", Kind.NUMBER, verdict -> number("%.0f", verdict.bound32()))
                        .column("at most, fp64", Kind.NUMBER, verdict -> number("%.0e", verdict.bound64()))
                        .column("what", Kind.TEXT, GoldenVerification::what),
                verdicts);
        return page;
    }

    private static String what(Verdict verdict) {
        return Stream.of(verdict.mapping(), verdict.kind() == Verdict.Kind.FOLLOWED ? "" : verdict.reason())
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(": "));
    }

    private static String number(String format, OptionalDouble number) {
        return number.isPresent() ? String.format(Locale.ROOT, format, number.getAsDouble()) : "";
    }

    /**
     * How many files came to what, and why those that were not followed were not.
     *
     * @param verdicts from {@link #of}
     * @return lines of text
     */
    public static String summary(Collection<Verdict> verdicts) {
        Map<Verdict.Kind, Long> counts =
                verdicts.stream().collect(Collectors.groupingBy(Verdict::kind, TreeMap::new, Collectors.counting()));
        List<String> lines = new ArrayList<>();
        lines.add(verdicts.size()
                + (verdicts.size() == 1 ? " file: " : " files: ")
                + counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", ")));
        for (Verdict.Kind kind : counts.keySet()) {
            if (kind != Verdict.Kind.FOLLOWED) {
                lines.addAll(reasons(kind, verdicts));
            }
        }
        Map<String, List<String>> unfollowed = new TreeMap<>();
        verdicts.forEach(verdict -> verdict.unfollowed()
                .forEach(key ->
                        unfollowed.computeIfAbsent(key, _ -> new ArrayList<>()).add(verdict.file())));
        unfollowed.forEach((key, files) -> lines.add("not compared: " + key + " of " + some(files)));
        distrusted()
                .or(GoldenVerification::withoutSimdBecause)
                .ifPresentOrElse(
                        problem -> lines.add("scalar alone: " + problem),
                        () -> lines.add("same bits: of scalar and of simd at "
                                + Backends.choose("simd", null).lanes() + " lanes, on one thread"));
        return String.join(System.lineSeparator(), lines);
    }

    private static String some(List<String> files) {
        return files.size() <= SHOWN ? String.join(", ", files) : files.size() + " files";
    }

    /** What the self-test saw of the vector backend. */
    private static Optional<String> distrusted() {
        return Optional.ofNullable(Backends.distrusted("simd"));
    }

    /** Each reason once, with the files that it is for; the most frequent first. */
    private static List<String> reasons(Verdict.Kind kind, Collection<Verdict> verdicts) {
        Map<String, List<String>> files = verdicts.stream()
                .filter(verdict -> verdict.kind() == kind)
                .collect(Collectors.groupingBy(
                        Verdict::reason, TreeMap::new, Collectors.mapping(Verdict::file, Collectors.toList())));
        List<Map.Entry<String, List<String>>> entries = new ArrayList<>(files.entrySet());
        Collections.sort(entries, (x, y) -> y.getValue().size() - x.getValue().size());
        return entries.stream()
                .map(entry -> kind + ", " + entry.getValue().size() + ": " + entry.getKey() + " ("
                        + String.join(", ", entry.getValue()) + ")")
                .toList();
    }
}
