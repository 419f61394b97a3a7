package lanewise.bench.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.conformance.Mismatch;
import lanewise.conformance.Trial;
import lanewise.program.Code;
import lanewise.program.Phase;

/** The cases of some rules, held against the oracle in several ways, and the errors of their arithmetic. */
final class Verification {
    private final List<Engine> engines;
    private final long seed;
    private final Function<Case, Trial.Size> size;
    private final Predicate<Case> compiled;
    private final Command command;
    private final AtomicInteger leftSlow = new AtomicInteger();

    /** What replays a trial. */
    @FunctionalInterface
    interface Command {
        String of(Case subject, Engine engine, long seed);
    }

    /**
     * A verification.
     *
     * @param engines the ways to run kernels
     * @param seed of all data
     * @param size how much the trial of a case is
     * @param compiled which cases are run by warm vector kernels too, and in mixed precision by warm scalar ones
     * @param command says what replays a trial
     */
    Verification(
            List<Engine> engines,
            long seed,
            Function<Case, Trial.Size> size,
            Predicate<Case> compiled,
            Command command) {
        this.engines = engines;
        this.seed = seed;
        this.size = size;
        this.compiled = compiled;
        this.command = command;
    }

    private List<Engine> engines(Case subject) {
        return engines.stream()
                .filter(engine -> !(engine.isVector() && engine.warm()) || compiled.test(subject))
                .toList();
    }

    /**
     * Something that is not as it should be.
     *
     * @param subject what was tried
     * @param engine how
     * @param what what was found
     * @param command what replays it
     */
    record Failure(String subject, Engine engine, String what, String command) {}

    /**
     * What came of a rule in a mix of precisions.
     *
     * @param plan what was tried of it
     * @param trials how many trials that were
     * @param failures those that failed
     * @param errors of its arithmetic
     * @param digest of all its bits; nothing where none is kept
     */
    record Result(Plan plan, int trials, List<Failure> failures, UlpErrors errors, Optional<String> digest) {
        RuleCatalog.Entry entry() {
            return plan.entry;
        }

        /** Whether other machines have the same bits; nothing if nobody has published any. */
        Optional<Boolean> isPublished() {
            return digest.flatMap(own -> Digests.published(entry(), plan.mix).map(own::equals));
        }
    }

    /**
     * What is tried of a rule in a mix of precisions.
     *
     * @param entry the rule
     * @param mix the precisions
     * @param variants those whose errors are measured
     * @param cases those that are held against the oracle
     * @param impossible names of variants that can't be kept so, or not for all shapes
     */
    record Plan(RuleCatalog.Entry entry, Mix mix, List<Variant> variants, List<Case> cases, List<String> impossible) {
        /** How many steps of the progress bar it is. */
        int units() {
            return cases.size() + variants.size();
        }
    }

    /** Tries all plans, as many at once as there are processors. */
    Findings run(List<Plan> plans, Consumer<String> done) throws InterruptedException {
        long from = System.nanoTime();
        try (ExecutorService executor =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<List<Future<List<Failure>>>> trials = new ArrayList<>();
            List<List<Future<UlpErrors>>> errors = new ArrayList<>();
            for (Plan plan : plans) {
                trials.add(plan.cases().stream()
                        .map(subject -> executor.submit(() -> failures(subject, done)))
                        .toList());
                errors.add(plan.variants().stream()
                        .map(variant -> executor.submit((Callable<UlpErrors>) () -> {
                            UlpErrors found = UlpErrors.of(variant, seed);
                            done.accept(variant.name());
                            return found;
                        }))
                        .toList());
            }
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < plans.size(); i++) {
                Plan plan = plans.get(i);
                List<Failure> failures = new ArrayList<>();
                for (Future<List<Failure>> trial : trials.get(i)) {
                    failures.addAll(got(trial));
                }
                UlpErrors all = new UlpErrors();
                for (Future<UlpErrors> error : errors.get(i)) {
                    all = all.plus(got(error));
                }
                results.add(new Result(
                        plan,
                        plan.cases().stream()
                                .mapToInt(subject -> engines(subject).size())
                                .sum(),
                        failures,
                        all,
                        Digests.mixes(plan.entry()).contains(plan.mix())
                                ? Optional.of(Digests.of(plan.entry(), plan.mix()))
                                : Optional.empty()));
            }
            return new Findings(results, Codec.Result.NONE, engines, leftSlow.get(), (System.nanoTime() - from) / 1e9);
        }
    }

    private static <T> T got(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a trial could not be carried out: " + e.getCause(), e.getCause());
        }
    }

    private List<Failure> failures(Case subject, Consumer<String> done) throws InterruptedException {
        Trial trial = new Trial(subject.program(), subject.storages(), subject.seed(seed), size.apply(subject));
        List<Failure> failures = new ArrayList<>();
        for (Engine engine : engines(subject)) {
            failure(subject, trial, engine).ifPresent(failures::add);
        }
        done.accept(subject.variant().name());
        return failures;
    }

    private Optional<Failure> failure(Case subject, Trial trial, Engine engine) throws InterruptedException {
        Optional<String> problem;
        try {
            List<Code> codes = subject.program().phases(subject.storages()).stream()
                    .map(Phase::code)
                    .toList();
            boolean warm = engine.warm() && (subject.mix() == Mix.FP32 || compiled.test(subject));
            if (warm && !engine.warmUp(codes)) {
                leftSlow.incrementAndGet();
            }
            problem = trial.mismatch(engine.kernels(), engine.threads()).map(Mismatch::toString);
        } catch (RuntimeException | LinkageError e) {
            problem = Optional.of("it failed with " + e);
        }
        return problem.map(what -> new Failure(subject.name(), engine, what, command.of(subject, engine, seed)));
    }
}
