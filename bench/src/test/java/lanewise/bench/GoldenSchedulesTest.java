package lanewise.bench;

import static lanewise.schedule.Schedule.constant;
import static lanewise.schedule.Schedule.cosine;
import static lanewise.schedule.Schedule.cosineCycles;
import static lanewise.schedule.Schedule.cosineRestarts;
import static lanewise.schedule.Schedule.cosineWave;
import static lanewise.schedule.Schedule.cyclic;
import static lanewise.schedule.Schedule.exponential;
import static lanewise.schedule.Schedule.inverseSqrt;
import static lanewise.schedule.Schedule.inverseTime;
import static lanewise.schedule.Schedule.linear;
import static lanewise.schedule.Schedule.multiStep;
import static lanewise.schedule.Schedule.noam;
import static lanewise.schedule.Schedule.oneCycle;
import static lanewise.schedule.Schedule.piecewiseConstant;
import static lanewise.schedule.Schedule.polynomial;
import static lanewise.schedule.Schedule.ramp;
import static lanewise.schedule.Schedule.stepDecay;
import static lanewise.schedule.Schedule.warmupStableDecay;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import lanewise.schedule.Curve;
import lanewise.schedule.OneCycle;
import lanewise.schedule.ReduceOnPlateau;
import lanewise.schedule.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * The schedules follow PyTorch, Hugging Face, Keras, optax, fairseq and The Annotated Transformer, rate by rate.
 *
 * <p>Each golden file becomes a schedule by its family and hyper-parameters alone, so this is also the translation from
 * their names to ours. Every recorded form is offered, none is left out: a family that is not known here fails.
 */
class GoldenSchedulesTest {
    /** Relative to the expected rate, and exactly 0 where 0 is expected. */
    private static final double BOUND = 1e-12;

    /** Keras computes these cosines in float32: a few of its roundings, relative to the highest rate. */
    private static final Set<String> FLOAT32 = Set.of("keras_cosine", "keras_cosine_warmup");

    private static final double FLOAT32_BOUND = 4 * 0x1p-24;

    static List<String> files() {
        return Golden.list("schedules");
    }

    @ParameterizedTest
    @MethodSource("files")
    void followsTheRecordedRates(String path) {
        JsonNode file = Golden.open(path);
        String name = file.get("case").asString();
        double[] expected = numbers(file.get("lr"));
        if (file.has("metrics")) {
            followsPlateau(name, plateau(file.get("hyperparameters")), expected, numbers(file.get("metrics")));
            return;
        }
        Schedule schedule = schedule(file.get("family").asString(), file.get("hyperparameters"));
        for (int k = 0; k < expected.length; k++) {
            assertFollows(name, k, expected, schedule.at(k));
        }
        if (file.has("momentum")) {
            double[] momentum = numbers(file.get("momentum"));
            Schedule cycled = momentum(file.get("family").asString(), file.get("hyperparameters"));
            for (int k = 0; k < momentum.length; k++) {
                assertFollows(name + " momentum", k, momentum, cycled.at(k));
            }
        }
    }

    private static void followsPlateau(String name, ReduceOnPlateau plateau, double[] expected, double[] metrics) {
        for (int k = 0; k < expected.length; k++) {
            assertFollows(name, k, expected, plateau.at(k));
            if (k < metrics.length) {
                plateau.observe(metrics[k]);
            }
        }
    }

    private static void assertFollows(String name, int k, double[] expected, double actual) {
        double bound = FLOAT32.contains(name)
                ? FLOAT32_BOUND * Arrays.stream(expected).max().orElseThrow()
                : BOUND * expected[k];
        assertEquals(expected[k], actual, bound, () -> name + ", step " + k);
    }

    private static Schedule schedule(String family, JsonNode h) {
        double rate = number(h, "optimizer_lr", Double.NaN);
        return switch (family) {
            // PyTorch
            case "LambdaLR" -> {
                assertEquals("epoch -> 1.0", h.get("lr_lambda").asString());
                yield constant(rate);
            }
            case "ConstantLR" -> constant(number(h, "factor") * rate).thenAt(whole(h, "total_iters"), constant(rate));
            case "StepLR" -> stepDecay(rate, number(h, "gamma"), whole(h, "step_size"));
            case "MultiStepLR" -> multiStep(rate, number(h, "gamma"), wholes(h.get("milestones")));
            case "ExponentialLR" -> exponential(rate, number(h, "gamma"));
            case "PolynomialLR" -> polynomial(rate, 0, whole(h, "total_iters"), number(h, "power"));
            case "CosineAnnealingLR" -> cosineWave(rate, number(h, "eta_min"), whole(h, "T_max"), 1);
            case "CosineAnnealingWarmRestarts" ->
                cosineRestarts(rate, number(h, "eta_min"), whole(h, "T_0"), (int) whole(h, "T_mult"));
            case "CyclicLR" -> cycle(h, number(h, "base_lr"), number(h, "max_lr"));
            case "OneCycleLR" -> {
                double peak = number(h, "max_lr");
                double initial = peak / number(h, "div_factor", 25);
                yield oneCycle(h, initial, peak, initial / number(h, "final_div_factor", 1e4));
            }
            case "SequentialLR" -> {
                List<Schedule> parts = parts(h, rate);
                long[] milestones = wholes(h.get("milestones"));
                Schedule all = parts.getFirst();
                for (int i = 0; i < milestones.length; i++) {
                    all = all.thenAt(milestones[i], parts.get(i + 1));
                }
                yield all;
            }
            case "ChainedScheduler" -> parts(h, 1).stream().reduce(constant(rate), Schedule::times);

            // Hugging Face
            case "get_constant_schedule" -> constant(rate);
            case "get_linear_schedule_with_warmup" ->
                linear(rate, 0, afterWarmup(h)).withWarmup(warmup(h));
            case "get_polynomial_decay_schedule_with_warmup" ->
                polynomial(rate, number(h, "lr_end"), afterWarmup(h), number(h, "power"))
                        .withWarmup(warmup(h));
            case "get_cosine_schedule_with_warmup", "get_cosine_with_min_lr_schedule_with_warmup" ->
                cosineWave(rate, minimum(h, rate), afterWarmup(h), halfCycles(h))
                        .withWarmup(warmup(h));
            case "get_cosine_with_min_lr_schedule_with_warmup_lr_rate" ->
                cosineWave(rate, minimum(h, rate), afterWarmup(h), halfCycles(h))
                        .withWarmup(warmup(h) - 1, number(h, "warmup_lr_rate") * rate);
            case "get_cosine_with_hard_restarts_schedule_with_warmup" ->
                cosineCycles(rate, 0, afterWarmup(h), (int) whole(h, "num_cycles"))
                        .withWarmup(warmup(h));
            case "get_inverse_sqrt_schedule" ->
                inverseSqrt(rate, whole(h, "timescale")).withWarmup(warmup(h));
            case "get_wsd_schedule" -> {
                long decaySteps = whole(h, "num_decay_steps");
                long stableSteps = h.has("num_stable_steps")
                        ? whole(h, "num_stable_steps")
                        : whole(h, "num_training_steps") - warmup(h) - decaySteps;
                double min = number(h, "min_lr_ratio", 0) * rate;
                Curve decay = curve(h.path("decay_type").asString("cosine"));
                Curve warmup = curve(h.path("warmup_type").asString("linear"));
                yield warmup.equals(Curve.linear())
                        ? warmupStableDecay(rate, min, warmup(h), stableSteps, decaySteps, decay)
                        : ramp(rate, min, decaySteps, decay)
                                .delayedBy(stableSteps)
                                .withWarmup(warmup(h), min, warmup);
            }

            // fairseq; a warmup_init_lr below 0 stands for 0
            case "InverseSquareRootSchedule" -> {
                long warmup = whole(h, "warmup_updates");
                yield inverseSqrt(h.get("lr").get(0).asDouble(), warmup)
                        .withWarmup(warmup, Math.max(number(h, "warmup_init_lr"), 0));
            }
            // The Annotated Transformer
            case "Noam" -> noam(number(h, "factor") * number(h, "base_lr"), whole(h, "model_size"), whole(h, "warmup"));

            // Keras
            case "CosineDecay" -> {
                double initial = number(h, "initial_learning_rate");
                double target = number(h, "warmup_target", initial);
                yield cosine(target, number(h, "alpha") * target, whole(h, "decay_steps"))
                        .withWarmup((long) number(h, "warmup_steps", 0), initial);
            }
            case "ExponentialDecay" -> decay(h, "initial_learning_rate", "decay_steps");
            case "InverseTimeDecay" ->
                inverseTime(number(h, "initial_learning_rate"), number(h, "decay_rate"), whole(h, "decay_steps"));
            case "PiecewiseConstantDecay" -> piecewiseConstant(wholes(h.get("boundaries")), numbers(h.get("values")));

            // optax
            case "cosine_decay_schedule" -> {
                double initial = number(h, "init_value");
                Curve curve = Curve.cosine().raisedTo(number(h, "exponent", 1));
                yield ramp(initial, number(h, "alpha") * initial, whole(h, "decay_steps"), curve);
            }
            case "exponential_decay" ->
                decay(h, "init_value", "transition_steps")
                        .delayedBy((long) number(h, "transition_begin", 0))
                        .atLeast(number(h, "end_value", 0));
            case "polynomial_schedule" ->
                polynomial(
                                number(h, "init_value"),
                                number(h, "end_value"),
                                whole(h, "transition_steps"),
                                number(h, "power"))
                        .delayedBy((long) number(h, "transition_begin", 0));
            case "warmup_cosine_decay_schedule" -> {
                long warmup = whole(h, "warmup_steps");
                yield cosine(number(h, "peak_value"), number(h, "end_value"), whole(h, "decay_steps") - warmup)
                        .withWarmup(warmup, number(h, "init_value"));
            }
            case "cosine_onecycle_schedule" -> {
                long total = whole(h, "transition_steps");
                double peak = number(h, "peak_value");
                double initial = peak / number(h, "div_factor", 25);
                long top = (long) (number(h, "pct_start", 0.3) * total);
                double last = initial / number(h, "final_div_factor", 1e4);
                yield cosine(initial, peak, top).thenAt(top, cosine(peak, last, total - top));
            }
            case "linear_onecycle_schedule" -> {
                long total = whole(h, "transition_steps");
                double peak = number(h, "peak_value");
                double initial = peak / number(h, "div_factor", 25);
                long top = (long) (number(h, "pct_start", 0.3) * total);
                long foot = (long) (number(h, "pct_final", 0.85) * total);
                double last = initial / number(h, "final_div_factor", 1e4);
                yield linear(initial, peak, top)
                        .thenAt(top, linear(peak, initial, foot - top))
                        .thenAt(foot, linear(initial, last, total - foot));
            }
            default ->
                fail("no schedule is known for the family " + family
                        + "; say it here, or list the file with the reason");
        };
    }

    /** The momentum that PyTorch's cycling schedules turn the other way round. */
    private static Schedule momentum(String family, JsonNode h) {
        return switch (family) {
            case "CyclicLR" -> cycle(h, number(h, "max_momentum", 0.9), number(h, "base_momentum", 0.8));
            case "OneCycleLR" -> {
                double max = number(h, "max_momentum", 0.95);
                yield oneCycle(h, max, number(h, "base_momentum", 0.85), max);
            }
            default -> fail("no momentum is known for the family " + family);
        };
    }

    private static ReduceOnPlateau plateau(JsonNode h) {
        double rate = number(h, "optimizer_lr");
        double threshold = number(h, "threshold", 1e-4);
        ReduceOnPlateau plateau = switch (h.path("mode").asString("min")) {
            case "min" -> ReduceOnPlateau.lowerIsBetter(rate);
            case "max" -> ReduceOnPlateau.higherIsBetter(rate);
            default -> fail("mode of " + h);
        };
        plateau = switch (h.path("threshold_mode").asString("rel")) {
            case "rel" -> plateau.withRelativeThreshold(threshold);
            case "abs" -> plateau.withAbsoluteThreshold(threshold);
            default -> fail("threshold_mode of " + h);
        };
        return plateau.withFactor(number(h, "factor", 0.1))
                .withPatience((int) number(h, "patience", 10))
                .withCooldown((int) number(h, "cooldown", 0))
                .withMinimum(number(h, "min_lr", 0))
                .withLeastChange(number(h, "eps", 1e-8));
    }

    private static Schedule cycle(JsonNode h, double base, double peak) {
        long up = whole(h, "step_size_up");
        long down = (long) number(h, "step_size_down", up);
        return switch (h.path("mode").asString("triangular")) {
            case "triangular" -> cyclic(base, peak, up, down);
            case "triangular2" -> cyclic(base, peak, up, down, stepDecay(1, 0.5, up + down));
            case "exp_range" -> cyclic(base, peak, up, down, exponential(1, number(h, "gamma")));
            default -> fail("mode of " + h);
        };
    }

    private static Schedule oneCycle(JsonNode h, double initial, double peak, double last) {
        OneCycle cycle = Schedule.oneCycle(initial, peak, last, whole(h, "total_steps"))
                .withWarmupFraction(number(h, "pct_start", 0.3))
                .withCurve(
                        h.path("anneal_strategy").asString("cos").equals("linear") ? Curve.linear() : Curve.cosine());
        return h.path("three_phase").asBoolean(false) ? cycle.inThreePhases() : cycle;
    }

    /** Exponential decay as Keras and optax have it. */
    private static Schedule decay(JsonNode h, String initial, String steps) {
        double first = number(h, initial);
        double factor = number(h, "decay_rate");
        return h.path("staircase").asBoolean(false)
                ? stepDecay(first, factor, whole(h, steps))
                : exponential(first, factor, whole(h, steps));
    }

    /** The schedules in a string like {@code [ConstantLR(0.1,5), StepLR(5,0.5)]}, for a rate. */
    private static List<Schedule> parts(JsonNode h, double rate) {
        return Pattern.compile("(\\w+)\\(([^)]*)\\)")
                .matcher(h.get("schedulers").asString())
                .results()
                .map(part -> part(part, rate))
                .toList();
    }

    private static Schedule part(MatchResult part, double rate) {
        double[] arguments = Arrays.stream(part.group(2).split(",", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        return switch (part.group(1)) {
            case "ConstantLR" -> constant(arguments[0] * rate).thenAt((long) arguments[1], constant(rate));
            case "ExponentialLR" -> exponential(rate, arguments[0]);
            case "StepLR" -> stepDecay(rate, arguments[1], (long) arguments[0]);
            default -> fail("no schedule is known for " + part.group());
        };
    }

    private static Curve curve(String name) {
        return switch (name) {
            case "linear" -> Curve.linear();
            case "cosine" -> Curve.cosine();
            case "1-sqrt" -> Curve.oneMinusSqrt();
            default -> fail("no curve is known for " + name);
        };
    }

    private static long warmup(JsonNode h) {
        return whole(h, "num_warmup_steps");
    }

    private static long afterWarmup(JsonNode h) {
        return whole(h, "num_training_steps") - warmup(h);
    }

    private static int halfCycles(JsonNode h) {
        return (int) (2 * number(h, "num_cycles", 0.5));
    }

    private static double minimum(JsonNode h, double rate) {
        return h.has("min_lr") ? number(h, "min_lr") : number(h, "min_lr_rate", 0) * rate;
    }

    private static double number(JsonNode h, String name) {
        return h.get(name).asDouble();
    }

    private static double number(JsonNode h, String name, double otherwise) {
        return h.has(name) ? number(h, name) : otherwise;
    }

    private static long whole(JsonNode h, String name) {
        return h.get(name).asLong();
    }

    private static double[] numbers(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }

    private static long[] wholes(JsonNode array) {
        return LongStream.range(0, array.size())
                .map(i -> array.get((int) i).asLong())
                .toArray();
    }
}
