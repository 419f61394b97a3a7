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
import java.util.function.Predicate;
import lanewise.bench.RuleCatalog;
import lanewise.conformance.Mismatch;
import lanewise.conformance.Trial;
import lanewise.program.Code;
import lanewise.program.Phase;

/** The cases of some rules, held against the oracle in several ways, and the errors of their arithmetic. */
final class Verification {
    private final List<Engine> engines;
    private final long seed;
    private final Trial.Size size;
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
     * @param size how much each trial is
     * @param compiled which cases are run by warm vector kernels too
     * @param command says what replays a trial
     */
    Verification(List<Engine> engines, long seed, Trial.Size size, Predicate<Case> compiled, Command command) {
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
    record Failure(Case subject, Engine engine, String what, String command) {}

    /**
     * What came of a rule.
     *
     * @param plan what was tried of it
     * @param trials how many trials that were
     * @param failures those that failed
     * @param errors of its arithmetic
     * @param digest of all its bits
     */
    record Result(Plan plan, int trials, List<Failure> failures, UlpErrors errors, String digest) {
        RuleCatalog.Entry entry() {
            return plan.entry;
        }

        /** Whether other machines have the same bits; nothing if nobody has published any. */
        Optional<Boolean> isPublished() {
            return Digests.published(entry()).map(digest::equals);
        }
    }

    /**
     * What is tried of a rule.
     *
     * @param entry the rule
     * @param variants those whose errors are measured
     * @param cases those that are held against the oracle
     */
    record Plan(RuleCatalog.Entry entry, List<Variant> variants, List<Case> cases) {
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
                        Digests.of(plan.entry())));
            }
            return new Findings(results, engines, leftSlow.get(), (System.nanoTime() - from) / 1e9);
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
        Trial trial = new Trial(subject.program(), subject.seed(seed), size);
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
            List<Code> codes =
                    subject.program().phases().stream().map(Phase::code).toList();
            if (engine.warm() && !engine.warmUp(codes)) {
                leftSlow.incrementAndGet();
            }
            problem = trial.mismatch(engine.kernels(), engine.threads()).map(Mismatch::toString);
        } catch (RuntimeException | LinkageError e) {
            problem = Optional.of("it failed with " + e);
        }
        return problem.map(what -> new Failure(subject, engine, what, command.of(subject, engine, seed)));
    }
}
