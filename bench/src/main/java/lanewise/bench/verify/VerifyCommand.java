package lanewise.bench.verify;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lanewise.BackendInfo;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleKeys;
import lanewise.bench.golden.GoldenVerification;
import lanewise.bench.golden.Verdict;
import lanewise.bench.report.Progress;
import lanewise.bench.report.ReportOption;
import lanewise.bench.verify.Verification.Plan;
import lanewise.conformance.Trial;
import lanewise.kernel.Backends;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = {"lanewise verify [<rule>...] [options]", "lanewise verify --golden <folder>"},
        description = {
            "Shows on this machine that every kernel computes what its formula says: each rule with each option, on each"
                    + " backend and vector width, over awkward lengths, odd offsets and special values, bit for bit"
                    + " against an interpreter of the formula.",
            "Then measures what fp32 itself leaves: the error of a step in units in the last place, against the same"
                    + " formula in fifty digits."
        },
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {
            "0:everything agrees",
            "1:a kernel has other bits, or a golden file is not followed",
            "2:an option or its value is wrong"
        })
public final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "<rule>",
            completionCandidates = RuleKeys.class,
            description = "Some of ${COMPLETION-CANDIDATES}; all by default.")
    private List<String> rules = List.of();

    @Option(
            names = "--set",
            paramLabel = "<name=value>",
            description = "One combination of a rule's options in place of all, such as amsgrad=true; may be repeated.")
    private List<String> settings = List.of();

    @Option(
            names = "--extras",
            paramLabel = "<which>",
            description = "What the rule is extended by, such as alone, l2, clipped-by-norm or everything.")
    private @Nullable String extras;

    @Option(
            names = "--mix",
            paramLabel = "<name>",
            description = "One mix of precisions, such as rest-bits, in place of all; fp32 where --set or --extras are"
                    + " given.")
    private @Nullable String mix;

    @Option(names = "--codecs", description = "The codecs of bf16, fp16 and 8 bits alone: every pattern there is.")
    private boolean codecs;

    @Option(
            names = "--seed",
            paramLabel = "<n>",
            defaultValue = "1",
            description = "Of all values; ${DEFAULT-VALUE} by default.")
    private long seed;

    @Option(names = "--backend", paramLabel = "<name>", description = "simd or scalar; both by default.")
    private @Nullable String backend;

    @Option(
            names = "--lanes",
            paramLabel = "<n>",
            description = "4, 8 or 16; by default all that this CPU has vectors for.")
    private @Nullable Integer lanes;

    @Option(names = "--threads", paramLabel = "<n>", description = "That share a step; by default 1, 2 and 3.")
    private @Nullable Integer threads;

    @Option(
            names = "--thorough",
            description =
                    "Options combined, extras one by one, each option in all precisions, more numbers of threads, and compiled"
                            + " kernels at each width: some minutes.")
    private boolean thorough;

    @Option(
            names = "--digests",
            description =
                    "Prints a number for the bits of each rule, to be compared with that of another machine, once the"
                            + " kernels that the dispatcher chooses have left the same bits; nothing else, and no report.")
    private boolean digests;

    @Option(
            names = "--golden",
            paramLabel = "<folder>",
            description = "Follows trajectories that other implementations recorded, in the format of this project's"
                    + " golden files, in place of all else.")
    private @Nullable Path golden;

    @Mixin
    private ReportOption report;

    /** Made by picocli. */
    public VerifyCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        requireOptionsThatFit();
        if (golden != null) {
            return followGolden(golden);
        }
        List<RuleCatalog.Entry> entries = entries();
        if (digests) {
            return printDigests(entries);
        }
        Path file = report.file();
        List<Engine> engines = Engine.all(backend, lanes, threads, thorough);
        requireEngines(engines);
        List<Mix> mixes = mixes();
        List<Plan> plans = codecs
                ? List.of()
                : mixes.stream()
                        .flatMap(each -> entries.stream().map(entry -> plan(entry, each)))
                        .toList();
        Findings findings =
                run(new Verification(engines, seed, this::size, this::isRunCompiled, VerifyCommand::replay), plans);
        if (codecs || mixes.size() > 1) {
            long from = System.nanoTime();
            Codec.Result tried = Codec.run(engines, VerifyCommand::replayCodecs);
            findings = findings.with(tried, (System.nanoTime() - from) / 1e9);
        }

        PrintWriter out = spec.commandLine().getOut();
        if (!findings.inFp32().isEmpty()) {
            out.println(Findings.table().text(findings.inFp32()));
            out.println();
        }
        if (!findings.mixes().isEmpty()) {
            out.println(Findings.mixTable().text(findings.mixes()));
            out.println();
        }
        out.println(findings.verdict());
        if (!findings.inFp32().isEmpty()) {
            out.println(
                    "An ulp is a unit in the last place of the exact result of a step; where there are many, a difference of"
                            + " like numbers has cancelled.");
        }
        findings.problems().forEach(out::println);
        new VerifyReport(findings).page().write(file);
        out.println("Report, to be opened in a browser: " + file);
        out.flush();
        return findings.passed() ? 0 : 1;
    }

    // ----------------------------------------------------------------------------------- options

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void requireOptionsThatFit() {
        if (!settings.isEmpty() && rules.size() != 1) {
            throw wrong("--set must go with one rule, got " + rules.size()
                    + "; name it, as in lanewise verify adam --set amsgrad=true");
        }
        if (backend != null && !backend.equals("simd") && !backend.equals("scalar")) {
            throw wrong("--backend must be simd or scalar, got " + backend);
        }
        if (lanes != null && lanes != 4 && lanes != 8 && lanes != 16) {
            throw wrong("--lanes must be 4, 8 or 16, got " + lanes);
        }
        if ("scalar".equals(backend) && lanes != null) {
            throw wrong("--lanes must go with vectors, got --backend scalar; drop one of them");
        }
        requireAlone(
                "--codecs",
                codecs,
                Set.of("--codecs", "--backend", "--lanes", "--threads", "--thorough", "--report", "--stacktrace"));
        if (codecs && !rules.isEmpty()) {
            throw wrong("--codecs must go without rules, got " + String.join(", ", rules));
        }
        requireAlone("--golden", golden != null, Set.of("--golden", "--report", "--stacktrace"));
        requireAlone("--digests", digests, Set.of("--digests", "--backend", "--lanes", "--threads", "--stacktrace"));
        if (golden != null && !rules.isEmpty()) {
            throw wrong("--golden must go without rules, got " + String.join(", ", rules) + "; the files say which");
        }
        if (threads != null && (threads < 1 || threads > 1024)) {
            throw wrong("--threads must be from 1 to 1024, got " + threads);
        }
    }

    private void requireAlone(String option, boolean given, Set<String> beside) {
        for (OptionSpec other : spec.commandLine().getParseResult().matchedOptions()) {
            if (given && !beside.contains(other.longestName())) {
                throw wrong(option + " must go without " + other.longestName() + ", got both; drop one of them");
            }
        }
    }

    private void requireEngines(List<Engine> engines) {
        // A backend with wrong bits is a finding, not a wrong option.
        if (engines.isEmpty() && Backends.distrusted("simd") == null) {
            BackendInfo chosen = BackendInfo.detect();
            throw wrong("there is nothing to verify: this CPU and JVM have no vectors"
                    + (lanes == null ? "" : " of " + lanes + " lanes") + "; they run " + chosen.name() + ", "
                    + chosen.reason());
        }
    }

    private List<RuleCatalog.Entry> entries() {
        try {
            return rules.isEmpty()
                    ? RuleCatalog.all()
                    : rules.stream().map(RuleCatalog::of).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /** One combination of options is tried as it is named. */
    private List<Mix> mixes() {
        try {
            return mix != null
                    ? List.of(Mix.of(mix))
                    : settings.isEmpty() && extras == null ? Arrays.asList(Mix.values()) : List.of(Mix.FP32);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private Plan plan(RuleCatalog.Entry entry, Mix mix) {
        try {
            boolean fp32 = mix == Mix.FP32;
            boolean all = fp32 || thorough || this.mix != null;
            List<Variant> variants = settings.isEmpty()
                    ? all ? Variant.all(entry, fp32 && thorough) : List.of(Variant.of(entry, List.of()))
                    : List.of(Variant.of(entry, settings));
            return new Plan(
                    entry,
                    mix,
                    fp32 ? variants : List.of(),
                    variants.stream()
                            .flatMap(variant -> cases(variant, mix, all))
                            .toList(),
                    variants.stream()
                            .filter(variant -> variant.forms().stream()
                                    .anyMatch(form -> mix.objection(form).isPresent()))
                            .map(Variant::name)
                            .toList());
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Each variant alone and with everything around it; the extras one by one with AdamW, or with all but combinations.
     * In mixed precision alone, or with everything for AdamW.
     */
    private Stream<Case> cases(Variant variant, Mix mix, boolean all) {
        boolean adamW = variant.entry().key().equals("adamw");
        boolean each = mix == Mix.FP32 && (thorough ? isSimple(variant) : adamW);
        List<String> tried = extras != null
                ? List.of(extras)
                : each ? Case.extrasKeys() : all || adamW ? List.of(Case.ALONE, Case.EVERYTHING) : List.of(Case.ALONE);
        Stream<Case> cases = tried.stream().flatMap(key -> Case.of(variant, key, mix).stream());
        return variant.name().equals("AdamW") && tried.contains(Case.EVERYTHING)
                ? Stream.concat(cases, Stream.of(Case.accumulation(variant, mix)))
                : cases;
    }

    /**
     * In mixed precision small ones by default, whose data are the first of the full ones, so that what replays one finds
     * the same; AdamW goes beyond a block for all.
     */
    private Trial.Size size(Case subject) {
        boolean full = subject.mix() == Mix.FP32
                || thorough
                || mix != null
                || subject.variant().name().equals("AdamW");
        return full ? Trial.Size.FULL : Trial.Size.SMALL;
    }

    /** Not all, since C2 takes its time for each program. */
    private boolean isRunCompiled(Case subject) {
        boolean everything = thorough && subject.extras().equals(Case.EVERYTHING);
        if (subject.mix() != Mix.FP32 && mix == null && !thorough) {
            return subject.variant().name().equals("AdamW") && subject.extras().equals(Case.ALONE);
        }
        return extras != null
                || (isSimple(subject.variant())
                        && (everything || subject.extras().equals(Case.ALONE)));
    }

    private static boolean isSimple(Variant variant) {
        return variant.settings().size() <= 1;
    }

    // ----------------------------------------------------------------------------------- running

    private static Findings run(Verification verification, List<Plan> plans) throws InterruptedException {
        try (Progress progress =
                new Progress("verify", plans.stream().mapToInt(Plan::units).sum())) {
            return verification.run(plans, progress::step);
        }
    }

    private int printDigests(List<RuleCatalog.Entry> entries) throws InterruptedException {
        Backends.Choice choice = Backends.choose(backend, lanes);
        List<Engine> engines = (threads == null ? Stream.of(1, 3) : Stream.of(threads))
                .map(count -> new Engine(choice, count, true))
                .toList();
        List<Plan> plans = Arrays.stream(Mix.values())
                .flatMap(each -> entries.stream()
                        .filter(entry -> Digests.mixes(entry).contains(each))
                        .map(entry -> new Plan(entry, each, List.of(), Digests.cases(entry, each), List.of())))
                .toList();
        Findings findings = run(
                new Verification(engines, Digests.SEED, _ -> Digests.SIZE, _ -> true, VerifyCommand::replayDigest),
                plans);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        err.println("lanewise: " + choice.backend().name() + " backend, " + choice.reason());
        findings.results().stream()
                .filter(result -> result.failures().isEmpty())
                .forEach(result -> out.println(Digests.line(
                        result.entry(), result.plan().mix(), result.digest().orElseThrow())));
        findings.problems().forEach(err::println);
        out.flush();
        return findings.passed() ? 0 : 1;
    }

    private int followGolden(Path folder) {
        PrintWriter out = spec.commandLine().getOut();
        Path file = report.file("golden");
        List<Verdict> verdicts;
        try (Progress progress =
                new Progress("golden", GoldenVerification.files(folder).size())) {
            verdicts = GoldenVerification.of(folder, verdict -> progress.step(verdict.file()));
        }
        out.println(GoldenVerification.table().text(verdicts));
        out.println();
        out.println(GoldenVerification.summary(verdicts));
        GoldenVerification.page(verdicts).write(file);
        out.println("Report, to be opened in a browser: " + file);
        out.flush();
        return GoldenVerification.failed(verdicts) ? 1 : 0;
    }

    // ----------------------------------------------------------------------------------- replays

    private static String replay(Case subject, Engine engine, long seed) {
        StringBuilder command = program(subject);
        subject.variant()
                .settings()
                .forEach(setting -> command.append(" --set ").append(setting));
        return command.append(" --extras ")
                .append(subject.extras())
                .append(
                        subject.mix() == Mix.FP32
                                ? ""
                                : " --mix " + subject.mix().key())
                .append(" --seed ")
                .append(seed)
                .append(' ')
                .append(engine.options())
                .toString();
    }

    private static String replayDigest(Case subject, Engine engine, long seed) {
        return program(subject).append(" --digests ").append(engine.options()).toString();
    }

    private static String replayCodecs(Engine engine) {
        return command().append(" --codecs ").append(engine.options()).toString();
    }

    private static StringBuilder program(Case subject) {
        return command().append(' ').append(subject.variant().entry().key());
    }

    private static StringBuilder command() {
        return new StringBuilder(ReportOption.home().resolve("lanewise").toString()).append(" verify");
    }
}
