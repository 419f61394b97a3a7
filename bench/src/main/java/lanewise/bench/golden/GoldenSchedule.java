package lanewise.bench.golden;

import static lanewise.bench.golden.Said.offered;
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
import static lanewise.schedule.Schedule.piecewiseConstant;
import static lanewise.schedule.Schedule.polynomial;
import static lanewise.schedule.Schedule.ramp;
import static lanewise.schedule.Schedule.stepDecay;
import static lanewise.schedule.Schedule.warmupStableDecay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.schedule.Curve;
import lanewise.schedule.OneCycle;
import lanewise.schedule.ReduceOnPlateau;
import lanewise.schedule.Schedule;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A golden file of learning rates: the translation from the names of PyTorch, Hugging Face, Keras, optax, fairseq and The
 * Annotated Transformer to ours, and the comparison rate by rate.
 *
 * @param rates the schedule, at its beginning
 * @param expected the recorded rates
 * @param metrics what a plateau is shown after each step; else empty
 * @param momentum the schedule of the momentum and what is recorded of it, if it is recorded
 * @param float32 whether upstream computed in float32
 */
record GoldenSchedule(
        Schedule rates, List<Double> expected, List<Double> metrics, Optional<Momentum> momentum, boolean float32) {
    /** Relative to the expected rate, and exactly 0 where 0 is expected. */
    private static final double BOUND = 1e-12;

    /** A few roundings of float32, relative to the highest rate. */
    private static final double FLOAT32_BOUND = 4 * 0x1p-24;

    /** Keras computes these in float32, in part. */
    private static final Set<String> FLOAT32 = Set.of("CosineDecay", "CosineDecayRestarts");

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * The momentum that PyTorch's cycling schedules turn the other way round.
     *
     * @param schedule the momentum by step
     * @param expected what is recorded
     */
    record Momentum(Schedule schedule, List<Double> expected) {}

    /**
     * Reads a file.
     *
     * @throws NotOffered if there is no such schedule
     * @throws BrokenFile if something is missing or of another form
     */
    static GoldenSchedule of(Json file) {
        String family = file.get("family").text();
        List<Double> expected = file.get("lr").list(rate -> {
            if (rate.isArray()) {
                throw new NotOffered("a schedule of the rates of several groups");
            }
            return rate.number();
        });
        if (expected.isEmpty()) {
            throw file.get("lr").wrong("at least one rate");
        }
        Said said = new Said(file.get("hyperparameters"));
        boolean byMetric = file.has("metrics");
        Schedule schedule = offered(() -> byMetric ? plateau(family, said) : schedule(family, said));
        Optional<Momentum> momentum = file.find("momentum")
                .map(recorded -> new Momentum(
                        offered(() -> momentum(family, said)), recorded.list(expected.size(), "step", Json::number)));
        // Of no consequence for the rates, if the momentum is not recorded.
        said.skip("optimizer_lr", "base_momentum", "max_momentum", "cycle_momentum", "lr");
        said.requireAllAsked();
        boolean halfPrecise = Set.of(GoldenRule.KERAS, GoldenRule.OPTAX).contains(GoldenRule.codebase(file))
                && (FLOAT32.contains(family) || expected.stream().allMatch(rate -> rate == rate.floatValue()));
        List<Double> metrics =
                file.find("metrics").map(values -> values.list(Json::number)).orElse(List.of());
        return new GoldenSchedule(schedule, expected, metrics, momentum, halfPrecise);
    }

    double bound() {
        return float32 ? FLOAT32_BOUND : BOUND;
    }

    /** The largest deviation from what is recorded; infinite where 0 is expected and something else comes. */
    Deviation worst() {
        Deviation worst = worst("", rates, expected, metrics);
        if (momentum.isPresent()) {
            Deviation other = worst(
                    "momentum, ", momentum.get().schedule(), momentum.get().expected(), List.of());
            worst = other.scaled() > worst.scaled() ? other : worst;
        }
        return worst;
    }

    private Deviation worst(String which, Schedule schedule, List<Double> expected, List<Double> metrics) {
        double highest = expected.stream().mapToDouble(Math::abs).max().orElseThrow();
        Deviation worst = Deviation.NONE;
        for (int k = 0; k < expected.size(); k++) {
            double actual = schedule.at(k);
            double difference = Math.abs(expected.get(k) - actual);
            double scaled = difference == 0 ? 0 : difference / (float32 ? highest : Math.abs(expected.get(k)));
            // A NaN is no rate at all.
            if (!(scaled <= worst.scaled())) {
                worst = new Deviation(
                        Double.isNaN(scaled) ? Double.POSITIVE_INFINITY : scaled,
                        which + "step " + k,
                        expected.get(k),
                        actual);
            }
            if (k < metrics.size() && schedule instanceof ReduceOnPlateau plateau) {
                plateau.observe(metrics.get(k));
            }
        }
        return worst;
    }

    // ---------------------------------------------------------------------------------- schedules

    private static Schedule schedule(String family, Said h) {
        return switch (family) {
            // PyTorch, and Hugging Face's constant
            case "LambdaLR",
                    "ConstantLR",
                    "LinearLR",
                    "StepLR",
                    "MultiStepLR",
                    "ExponentialLR",
                    "PolynomialLR",
                    "CosineAnnealingLR",
                    "CosineAnnealingWarmRestarts",
                    "get_constant_schedule" -> torch(family, h, h.number("optimizer_lr"));
            case "CyclicLR" -> cycle(h, h.number("base_lr"), h.number("max_lr"));
            case "OneCycleLR" -> {
                double peak = h.number("max_lr");
                double initial = peak / h.number(25, "div_factor");
                yield oneCycle(h, initial, peak, initial / h.number(1e4, "final_div_factor"));
            }
            case "SequentialLR" -> sequence(h, h.number("optimizer_lr"));
            case "ChainedScheduler" -> chain(h, h.number("optimizer_lr"));

            // Hugging Face
            case "get_constant_schedule_with_warmup" ->
                constant(h.number("optimizer_lr")).withWarmup(warmup(h));
            case "get_linear_schedule_with_warmup" ->
                linear(h.number("optimizer_lr"), 0, afterWarmup(h)).withWarmup(warmup(h));
            case "get_polynomial_decay_schedule_with_warmup" ->
                polynomial(h.number("optimizer_lr"), h.number(1e-7, "lr_end"), afterWarmup(h), h.number(1, "power"))
                        .withWarmup(warmup(h));
            case "get_cosine_schedule_with_warmup", "get_cosine_with_min_lr_schedule_with_warmup" ->
                wave(h, h.number("optimizer_lr")).withWarmup(warmup(h));
            case "get_cosine_with_min_lr_schedule_with_warmup_lr_rate" -> {
                double rate = h.number("optimizer_lr");
                long warmup = warmup(h);
                Schedule wave = wave(h, rate);
                yield warmup == 0
                        ? step -> wave.at(step + 1)
                        : wave.withWarmup(warmup - 1, h.number(1.0 / warmup, "warmup_lr_rate") * rate);
            }
            case "get_cosine_with_hard_restarts_schedule_with_warmup" ->
                cosineCycles(h.number("optimizer_lr"), 0, afterWarmup(h), (int) h.whole(1, "num_cycles"))
                        .withWarmup(warmup(h));
            case "get_inverse_sqrt_schedule" -> {
                long warmup = warmup(h);
                yield inverseSqrt(h.number("optimizer_lr"), h.whole(warmup == 0 ? 10_000 : warmup, "timescale"))
                        .withWarmup(warmup);
            }
            case "get_wsd_schedule" -> warmupStable(h, h.number("optimizer_lr"));

            // fairseq; a warmup_init_lr below 0 stands for 0
            case "InverseSquareRootSchedule" -> {
                long warmup = h.whole("warmup_updates");
                List<Double> rates = h.numbers("lr");
                if (rates.size() != 1) {
                    throw new NotOffered("lr must be one rate, got " + rates);
                }
                yield inverseSqrt(rates.getFirst(), warmup)
                        .withWarmup(warmup, Math.max(h.number(-1, "warmup_init_lr"), 0));
            }
            // The Annotated Transformer
            case "Noam" -> noam(h.number("factor") * h.number("base_lr"), h.whole("model_size"), h.whole("warmup"));

            // Keras
            case "CosineDecay" -> {
                double initial = h.number("initial_learning_rate");
                boolean warm = h.has("warmup_target");
                double target = h.number(initial, "warmup_target");
                long warmup = h.whole(0, "warmup_steps");
                yield cosine(target, h.number(0, "alpha") * target, h.whole("decay_steps"))
                        .withWarmup(warm ? warmup : 0, initial);
            }
            case "ExponentialDecay" -> decay(h, "initial_learning_rate", "decay_steps");
            case "InverseTimeDecay" -> {
                double initial = h.number("initial_learning_rate");
                long steps = h.whole("decay_steps");
                yield h.flag(false, "staircase")
                        ? inverseTime(initial, h.number("decay_rate"), 1).perEpoch(steps)
                        : inverseTime(initial, h.number("decay_rate"), steps);
            }
            case "PolynomialDecay" -> {
                if (h.flag(false, "cycle")) {
                    throw new NotOffered("a polynomial decay that starts again");
                }
                yield polynomial(
                        h.number("initial_learning_rate"),
                        h.number(1e-4, "end_learning_rate"),
                        h.whole("decay_steps"),
                        h.number(1, "power"));
            }
            case "PiecewiseConstantDecay" -> piecewiseConstant(wholes(h, "boundaries"), numbers(h.numbers("values")));

            // optax
            case "constant_schedule" -> constant(h.number("value"));
            case "linear_schedule" ->
                linear(h.number("init_value"), h.number("end_value"), h.whole("transition_steps"))
                        .delayedBy(h.whole(0, "transition_begin"));
            case "cosine_decay_schedule" -> {
                double initial = h.number("init_value");
                Curve curve = Curve.cosine().raisedTo(h.number(1, "exponent"));
                yield ramp(initial, h.number(0, "alpha") * initial, h.whole("decay_steps"), curve);
            }
            case "exponential_decay" -> {
                Schedule decay = decay(h, "init_value", "transition_steps").delayedBy(h.whole(0, "transition_begin"));
                if (!h.has("end_value")) {
                    yield decay;
                }
                double end = h.number("end_value");
                yield h.number("decay_rate") < 1 ? decay.atLeast(end) : decay.atMost(end);
            }
            case "polynomial_schedule" ->
                polynomial(
                                h.number("init_value"),
                                h.number("end_value"),
                                h.whole("transition_steps"),
                                h.number("power"))
                        .delayedBy(h.whole(0, "transition_begin"));
            case "piecewise_constant_schedule" -> scales(h);
            case "warmup_constant_schedule" ->
                constant(h.number("peak_value")).withWarmup(h.whole("warmup_steps"), h.number("init_value"));
            case "warmup_cosine_decay_schedule" -> {
                long warmup = h.whole("warmup_steps");
                Curve curve = Curve.cosine().raisedTo(h.number(1, "exponent"));
                yield ramp(h.number("peak_value"), h.number(0, "end_value"), h.whole("decay_steps") - warmup, curve)
                        .withWarmup(warmup, h.number("init_value"));
            }
            case "cosine_onecycle_schedule" -> {
                long total = h.whole("transition_steps");
                double peak = h.number("peak_value");
                double initial = peak / h.number(25, "div_factor");
                long top = (long) (h.number(0.3, "pct_start") * total);
                double last = initial / h.number(1e4, "final_div_factor");
                yield cosine(initial, peak, top).thenAt(top, cosine(peak, last, total - top));
            }
            case "linear_onecycle_schedule" -> {
                long total = h.whole("transition_steps");
                double peak = h.number("peak_value");
                double initial = peak / h.number(25, "div_factor");
                long top = (long) (h.number(0.3, "pct_start") * total);
                long foot = (long) (h.number(0.85, "pct_final") * total);
                double last = initial / h.number(1e4, "final_div_factor");
                yield linear(initial, peak, top)
                        .thenAt(top, linear(peak, initial, foot - top))
                        .thenAt(foot, linear(initial, last, total - foot));
            }
            default -> throw new NotOffered("there is no schedule " + family);
        };
    }

    /** Those of PyTorch that can be parts of others. */
    private static Schedule torch(String family, Said h, double rate) {
        return switch (family) {
            case "LambdaLR" -> lambda(h.text("", "lr_lambda"), rate);
            case "get_constant_schedule" -> constant(rate);
            case "ConstantLR" -> {
                double factor = h.number(1 / 3.0, "factor");
                long steps = h.whole(5, "total_iters");
                yield steps == 0 ? constant(rate) : constant(factor * rate).thenAt(steps, constant(rate));
            }
            case "LinearLR" ->
                linear(
                        h.number(1 / 3.0, "start_factor") * rate,
                        h.number(1, "end_factor") * rate,
                        h.whole(5, "total_iters"));
            case "StepLR" -> stepDecay(rate, h.number(0.1, "gamma"), h.whole("step_size"));
            case "MultiStepLR" -> {
                long[] milestones = wholes(h, "milestones");
                Arrays.sort(milestones);
                yield multiStep(rate, h.number(0.1, "gamma"), milestones);
            }
            case "ExponentialLR" -> exponential(rate, h.number("gamma"));
            case "PolynomialLR" -> polynomial(rate, 0, h.whole(5, "total_iters"), h.number(1, "power"));
            case "CosineAnnealingLR" -> cosineWave(rate, h.number(0, "eta_min"), h.whole("T_max"), 1);
            case "CosineAnnealingWarmRestarts" ->
                cosineRestarts(rate, h.number(0, "eta_min"), h.whole("T_0"), (int) h.whole(1, "T_mult"));
            default -> throw new NotOffered("there is no schedule " + family + " as a part of another");
        };
    }

    /** Code is recorded by its text; of that a constant can be read. */
    private static Schedule lambda(String text, double rate) {
        Matcher matcher = Pattern.compile("\\w+ -> ([0-9.eE+-]+)").matcher(text);
        if (!matcher.matches()) {
            throw new NotOffered("lr_lambda is code, of which only epoch -> 1.0 can be read, got " + text);
        }
        return constant(rate * Double.parseDouble(matcher.group(1)));
    }

    private static Schedule wave(Said h, double rate) {
        double min = h.has("min_lr") ? h.number("min_lr") : h.number(0, "min_lr_rate") * rate;
        h.skip("min_lr_rate");
        double halves = 2 * h.number(0.5, "num_cycles");
        // Parts of a half-cycle are whole ones of a longer wave.
        int times = 1;
        while (halves * times != Math.rint(halves * times) && times < 1000) {
            times++;
        }
        if (halves * times != Math.rint(halves * times)) {
            throw new NotOffered("num_cycles must be a fraction, got " + halves / 2);
        }
        return cosineWave(rate, min, afterWarmup(h) * times, (int) (halves * times));
    }

    private static Schedule warmupStable(Said h, double rate) {
        long warmup = warmup(h);
        long decaySteps = h.whole("num_decay_steps");
        boolean counted = h.has("num_stable_steps");
        h.skip("num_training_steps");
        long stableSteps = counted ? h.whole("num_stable_steps") : h.whole("num_training_steps") - warmup - decaySteps;
        if (h.number(0.5, "num_cycles") != 0.5) {
            throw new NotOffered("num_cycles of get_wsd_schedule must be 0.5, got " + h);
        }
        double min = h.number(0, "min_lr_ratio") * rate;
        Curve decay = curve(h.text("cosine", "decay_type"));
        Curve up = curve(h.text("linear", "warmup_type"));
        return up.equals(Curve.linear())
                ? warmupStableDecay(rate, min, warmup, stableSteps, decaySteps, decay)
                : ramp(rate, min, decaySteps, decay).delayedBy(stableSteps).withWarmup(warmup, min, up);
    }

    private static Schedule momentum(String family, Said h) {
        double otherwise = family.equals("CyclicLR") ? 0.9 : 0.95;
        double max = h.number(otherwise, "max_momentum");
        return switch (family) {
            case "CyclicLR" -> cycle(h, max, h.number(0.8, "base_momentum"));
            case "OneCycleLR" -> oneCycle(h, max, h.number(0.85, "base_momentum"), max);
            default -> throw new NotOffered("there is no momentum to follow in " + family);
        };
    }

    private static ReduceOnPlateau plateau(String family, Said h) {
        if (!family.equals("ReduceLROnPlateau") && !family.equals("get_reduce_on_plateau_schedule")) {
            throw new NotOffered("there is no schedule " + family);
        }
        double rate = h.number("optimizer_lr");
        double threshold = h.number(1e-4, "threshold");
        ReduceOnPlateau plateau = switch (h.text("min", "mode")) {
            case "min" -> ReduceOnPlateau.lowerIsBetter(rate);
            case "max" -> ReduceOnPlateau.higherIsBetter(rate);
            default -> throw new NotOffered("mode must be min or max, got " + h);
        };
        plateau = switch (h.text("rel", "threshold_mode")) {
            case "rel" -> plateau.withRelativeThreshold(threshold);
            case "abs" -> plateau.withAbsoluteThreshold(threshold);
            default -> throw new NotOffered("threshold_mode must be rel or abs, got " + h);
        };
        return plateau.withFactor(h.number(0.1, "factor"))
                .withPatience((int) h.whole(10, "patience"))
                .withCooldown((int) h.whole(0, "cooldown"))
                .withMinimum(h.number(0, "min_lr"))
                .withLeastChange(h.number(1e-8, "eps"));
    }

    private static Schedule cycle(Said h, double base, double peak) {
        long up = h.whole(2000, "step_size_up");
        long down = h.whole(up, "step_size_down");
        double gamma = h.number(1, "gamma");
        h.skip("scale_mode");
        return switch (h.text("triangular", "mode")) {
            case "triangular" -> cyclic(base, peak, up, down);
            case "triangular2" -> cyclic(base, peak, up, down, stepDecay(1, 0.5, up + down));
            case "exp_range" -> cyclic(base, peak, up, down, exponential(1, gamma));
            default -> throw new NotOffered("mode must be triangular, triangular2 or exp_range, got " + h);
        };
    }

    private static Schedule oneCycle(Said h, double initial, double peak, double last) {
        long total = h.has("total_steps") ? h.whole("total_steps") : h.whole("epochs") * h.whole("steps_per_epoch");
        h.skip("epochs", "steps_per_epoch");
        Curve curve = switch (h.text("cos", "anneal_strategy")) {
            case "cos" -> Curve.cosine();
            case "linear" -> Curve.linear();
            default -> throw new NotOffered("anneal_strategy must be cos or linear, got " + h);
        };
        OneCycle cycle = Schedule.oneCycle(initial, peak, last, total)
                .withWarmupFraction(h.number(0.3, "pct_start"))
                .withCurve(curve);
        return h.flag(false, "three_phase") ? cycle.inThreePhases() : cycle;
    }

    /** Exponential decay as Keras and optax have it. */
    private static Schedule decay(Said h, String initial, String steps) {
        double first = h.number(initial);
        double factor = h.number("decay_rate");
        return h.flag(false, "staircase")
                ? stepDecay(first, factor, h.whole(steps))
                : exponential(first, factor, h.whole(steps));
    }

    /** optax multiplies by a scale after each boundary, where Keras has the rates themselves. */
    private static Schedule scales(Said h) {
        TreeMap<Long, Double> scales = new TreeMap<>();
        if (h.has("boundaries_and_scales")) {
            h.object("boundaries_and_scales").forEach((step, scale) -> {
                if (!step.matches("\\d{1,15}") || !scale.isNumber()) {
                    throw new NotOffered("boundaries_and_scales must be steps and numbers, got " + h);
                }
                scales.put(Long.valueOf(step), scale.asDouble());
            });
        }
        h.skip("boundaries_and_scales");
        List<Double> rates = new ArrayList<>(List.of(h.number("init_value")));
        scales.values().forEach(scale -> rates.add(rates.getLast() * scale));
        return piecewiseConstant(
                scales.keySet().stream().mapToLong(Long::longValue).toArray(), numbers(rates));
    }

    private static Curve curve(String name) {
        return switch (name) {
            case "linear" -> Curve.linear();
            case "cosine" -> Curve.cosine();
            case "1-sqrt" -> Curve.oneMinusSqrt();
            default -> throw new NotOffered("there is no curve " + name + "; there are linear, cosine, 1-sqrt");
        };
    }

    private static long warmup(Said h) {
        return h.whole("num_warmup_steps");
    }

    private static long afterWarmup(Said h) {
        return h.whole("num_training_steps") - warmup(h);
    }

    private static double[] numbers(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static long[] wholes(Said h, String name) {
        return h.wholes(name).stream().mapToLong(Long::longValue).toArray();
    }

    // -------------------------------------------------------------------------------------- parts

    /** The arguments that may stand without a name, in order. */
    private static final Map<String, List<String>> POSITIONS = Map.of(
            "ConstantLR", List.of("factor", "total_iters"),
            "LinearLR", List.of("start_factor", "end_factor", "total_iters"),
            "StepLR", List.of("step_size", "gamma"),
            "MultiStepLR", List.of("milestones", "gamma"),
            "ExponentialLR", List.of("gamma"),
            "PolynomialLR", List.of("total_iters", "power"),
            "CosineAnnealingLR", List.of("T_max", "eta_min"),
            "CosineAnnealingWarmRestarts", List.of("T_0", "T_mult", "eta_min"));

    /** Those that multiply whatever rate there is, so that they can be chained. */
    private static final Set<String> FACTORS =
            Set.of("ConstantLR", "LinearLR", "StepLR", "MultiStepLR", "ExponentialLR", "PolynomialLR");

    private static final Pattern PART = Pattern.compile("\\s*,?\\s*(\\w+)\\(((?:[^()\\[\\]]|\\[[^\\]]*\\])*)\\)");

    /** An argument: a number, a list, a word. */
    private static final Pattern ARGUMENT = Pattern.compile("\\s*(?:(\\w+)\\s*=)?\\s*(\\[[^\\]]*\\]|[^,]+)\\s*(?:,|$)");

    /** A schedule in words. */
    private record Part(String family, Said arguments) {
        Schedule of(double rate) {
            Schedule schedule = torch(family, arguments, rate);
            arguments.requireAllAsked();
            return schedule;
        }
    }

    private static Schedule sequence(Said h, double rate) {
        List<Part> parts = parts(h);
        List<Long> milestones = h.wholes("milestones");
        if (parts.size() != milestones.size() + 1) {
            throw new NotOffered("schedulers must be one more than milestones, got " + h);
        }
        Schedule all = parts.getFirst().of(rate);
        for (int i = 0; i < milestones.size(); i++) {
            all = all.thenAt(milestones.get(i), parts.get(i + 1).of(rate));
        }
        return all;
    }

    private static Schedule chain(Said h, double rate) {
        Schedule all = constant(rate);
        for (Part part : parts(h)) {
            if (!FACTORS.contains(part.family())) {
                throw new NotOffered(
                        "a chain is a product of " + FACTORS.stream().sorted().toList() + ", got " + part.family());
            }
            all = all.times(part.of(1));
        }
        return all;
    }

    /** The schedules in a string like {@code [ConstantLR(0.1,5), StepLR(5, gamma=0.5)]}. */
    private static List<Part> parts(Said h) {
        String text = h.text("", "schedulers").strip();
        NotOffered unclear = new NotOffered("schedulers must be like [ConstantLR(0.1,5), StepLR(5,0.5)], got " + text);
        if (!text.startsWith("[") || !text.endsWith("]")) {
            throw unclear;
        }
        String inside = text.substring(1, text.length() - 1);
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PART.matcher(inside);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            end = matcher.end();
            parts.add(part(matcher.group(1), matcher.group(2)));
        }
        if (parts.isEmpty() || !inside.substring(end).isBlank()) {
            throw unclear;
        }
        return parts;
    }

    private static Part part(String family, String arguments) {
        List<String> positions = POSITIONS.getOrDefault(family, List.of());
        ObjectNode said = JsonNodeFactory.instance.objectNode();
        Matcher matcher = ARGUMENT.matcher(arguments.strip());
        int end = 0;
        for (int i = 0; matcher.find() && matcher.start() == end; i++) {
            end = matcher.end();
            String name = matcher.group(1) != null ? matcher.group(1) : i < positions.size() ? positions.get(i) : "?";
            said.set(name, value(matcher.group(2).strip()));
        }
        if (end != arguments.strip().length()) {
            throw new NotOffered("the arguments of " + family + " can't be read: " + arguments);
        }
        return new Part(family, new Said(new Json(family, said)));
    }

    private static JsonNode value(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException _) {
            return JsonNodeFactory.instance.stringNode(text);
        }
    }
}
