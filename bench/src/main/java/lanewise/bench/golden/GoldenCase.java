package lanewise.bench.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.rule.Rule;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sophia;
import lanewise.rule.WeightDecay;

/**
 * A golden file as a task: tensors, how they are optimised, the gradients of each step, and what must come out. What to
 * make of it is {@link GoldenRun}'s.
 *
 * <p>A file of clipped gradients is one step too: plain descent of rate 1 from 0 ends at minus what is left of the
 * gradients.
 *
 * @param rule how to optimise
 * @param tensors their names and shapes
 * @param initial their first values
 * @param groups the parameter groups; each tensor is in one
 * @param gradients by step, then tensor; empty where a tensor has none
 * @param float64 the values after each step in the float64 run, by step, then tensor
 * @param float32 the same of the float32 run
 * @param evaluated64 the weights to evaluate with after each step, in the float64 run; empty if not recorded
 * @param evaluated32 the same of the float32 run; often not recorded
 * @param hessian estimates of the Hessian's diagonal, if the rule takes them
 * @param norms the global norms of the gradients in the float64 run by step; empty if not recorded
 * @param calibration how far the recorded float32 run is from the float64 run, in units of 2⁻²³, if the file says so
 * @param unfollowed the recorded streams that are not compared
 */
record GoldenCase(
        GoldenRule rule,
        List<Named> tensors,
        List<float[]> initial,
        List<Group> groups,
        List<List<Optional<float[]>>> gradients,
        List<List<double[]>> float64,
        List<List<double[]>> float32,
        List<List<double[]>> evaluated64,
        List<List<double[]>> evaluated32,
        Optional<Hessian> hessian,
        List<Double> norms,
        OptionalDouble calibration,
        Set<String> unfollowed) {

    /**
     * A tensor.
     *
     * @param name its name
     * @param shape the lengths of its axes, none for a single value
     */
    record Named(String name, List<Long> shape) {
        int size() {
            return (int) shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }

        long[] lengths() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /**
     * A parameter group.
     *
     * @param tensors the names of its tensors
     * @param decay its weight decay
     * @param rates its learning rate by step
     */
    record Group(Set<String> tensors, WeightDecay decay, List<Double> rates) {}

    /**
     * Estimates of the Hessian's diagonal, in the gradient's place.
     *
     * @param estimates by step, then tensor
     * @param due whether one is taken in with a step
     * @param before whether they are taken in before the step
     */
    record Hessian(List<List<Optional<float[]>>> estimates, List<Boolean> due, boolean before) {}

    /** What a file says of itself. */
    private static final Set<String> DESCRIPTION = Set.of(
            "format",
            "case",
            "family",
            "status",
            "source",
            "hyperparameters",
            "notes",
            "encoding",
            "convention",
            "gradient_set",
            "params",
            "calibration");

    /** How far the rates of tensors may be apart by rounding. */
    private static final double SAME_RATE = 1e-9;

    /** Such as {@code t%5==0}, {@code (t+1) % 10 == 0}. */
    private static final Pattern DUE = Pattern.compile("\\(?\\bt\\s*(\\+\\s*1\\s*\\))?\\s*%\\s*(\\w+)\\s*==\\s*(\\d+)");

    /**
     * Reads a file.
     *
     * @throws NotOffered if the engine has no such rule or option
     * @throws BrokenFile if something is missing or of another form
     */
    static GoldenCase of(Json file) {
        List<Named> tensors = tensors(file.get("tensors"));
        GoldenRule rule = GoldenRule.of(file);
        GoldenCase golden = switch (file.get("family").text()) {
            case "ema" -> average(file, rule, tensors);
            case "clip" -> clipped(file, rule, tensors);
            default -> trajectory(file, rule, tensors);
        };
        golden.requireFollowable();
        return golden;
    }

    /** The same with another rule and decay in its place. */
    GoldenCase withRule(Rule other, UnaryOperator<WeightDecay> decay) {
        return new GoldenCase(
                rule.withRule(other, decay.apply(rule.decay())),
                tensors,
                initial,
                groups.stream()
                        .map(group -> new Group(group.tensors(), decay.apply(group.decay()), group.rates()))
                        .toList(),
                gradients,
                float64,
                float32,
                evaluated64,
                evaluated32,
                hessian,
                norms,
                calibration,
                unfollowed);
    }

    private static List<Named> tensors(Json array) {
        List<Named> tensors = array.list(tensor -> {
            List<Long> shape = tensor.get("shape").list(Json::whole);
            if (shape.stream().anyMatch(length -> length < 0 || length > 1 << 24)
                    || shape.stream().mapToDouble(Long::doubleValue).reduce(1, (x, y) -> x * y) > 1 << 24) {
                throw tensor.get("shape").wrong("lengths of at least 0, with at most 2^24 elements");
            }
            return new Named(tensor.get("name").text(), shape);
        });
        Set<String> names = new HashSet<>();
        if (tensors.isEmpty() || !tensors.stream().allMatch(each -> !each.name().isBlank() && names.add(each.name()))) {
            throw array.wrong("tensors with a name each, no two the same");
        }
        return tensors;
    }

    private static GoldenCase trajectory(Json file, GoldenRule rule, List<Named> tensors) {
        List<float[]> initial = values(file.get("init"), tensors);
        Json steps = file.get("grads");
        int count = steps.list(step -> step).size();
        if (count == 0) {
            throw steps.wrong("at least one step");
        }
        file.find("steps").ifPresent(said -> {
            if (said.whole() != count) {
                throw new BrokenFile("steps must be the number of grads, " + count + ", got " + said.node());
            }
        });
        List<List<double[]>> float64 = steps64(file.get("params_f64"), count, tensors);
        Optional<Json> average = file.find("ema_f64").or(() -> file.find("average_f64"));
        Optional<Json> evaluated = rule.average().isPresent() ? average : file.find("eval_x_f64");
        if (average.isPresent() && rule.average().isEmpty()) {
            throw new NotOffered("the file has averages but does not say of what kind");
        }
        return new GoldenCase(
                rule,
                tensors,
                initial,
                groups(file, tensors, rule, count, initial, float64),
                steps.list(step -> gradients(step, tensors)),
                float64,
                steps32(file.get("params_f32"), count, tensors),
                evaluated.map(each -> steps64(each, count, tensors)).orElse(List.of()),
                file.find(rule.average().isPresent() ? "ema_f32" : "eval_x_f32")
                        .map(each -> steps32(each, count, tensors))
                        .orElse(List.of()),
                hessian(file, count, tensors),
                file.find("total_norm_f64")
                        .map(norms -> norms.list(count, "step", Json::number))
                        .orElse(List.of()),
                calibration(file),
                unfollowed(
                        file,
                        "tensors",
                        "steps",
                        "init",
                        "grads",
                        "lr",
                        "hess_grads",
                        "hessian",
                        "params_f32",
                        "params_f64",
                        rule.average().isPresent() ? "ema_f64" : "eval_x_f64",
                        rule.average().isPresent() ? "ema_f32" : "eval_x_f32",
                        "average_f64",
                        "total_norm_f64"));
    }

    /** What the file holds beside what is read of it. */
    private static Set<String> unfollowed(Json file, String... read) {
        return file.node()
                .propertyStream()
                .map(property -> property.getKey())
                .filter(key -> !DESCRIPTION.contains(key) && !Set.of(read).contains(key))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static OptionalDouble calibration(Json file) {
        return file
                .find("calibration")
                .flatMap(calibration -> calibration.find("f32_vs_f64"))
                .flatMap(calibration -> calibration.find("max_scaled_eps32"))
                .stream()
                .mapToDouble(Json::number)
                .filter(Double::isFinite)
                .findFirst();
    }

    private static GoldenCase clipped(Json file, GoldenRule rule, List<Named> tensors) {
        List<float[]> zeros =
                tensors.stream().map(tensor -> new float[tensor.size()]).toList();
        List<Optional<float[]>> gradients = gradients(file.get("grads"), tensors);
        return new GoldenCase(
                rule,
                tensors,
                zeros,
                List.of(new Group(names(tensors), rule.decay(), List.of(1.0))),
                List.of(gradients),
                List.of(negated(file.get("out_f64"), tensors, gradients, Json::doubles)),
                List.of(negated(file.get("out_f32"), tensors, gradients, GoldenCase::widened)),
                List.of(),
                List.of(),
                Optional.empty(),
                file.find("returned_norm_f64").stream().map(Json::number).toList(),
                OptionalDouble.empty(),
                unfollowed(file, "tensors", "steps", "grads", "out_f32", "out_f64", "returned_norm_f64"));
    }

    /** The weights at each update, in the gradient's place. */
    private static GoldenCase average(Json file, GoldenRule rule, List<Named> tensors) {
        Json updates = file.get("model_params");
        List<List<Optional<float[]>>> gradients = updates.list(step -> gradients(step, tensors));
        int count = gradients.size();
        if (gradients.isEmpty() || gradients.stream().flatMap(List::stream).anyMatch(Optional::isEmpty)) {
            throw updates.wrong("the weights of each tensor at each of at least one update");
        }
        List<List<double[]>> weights = gradients.stream()
                .map(step -> step.stream()
                        .map(values -> widened(values.orElseThrow()))
                        .toList())
                .toList();
        return new GoldenCase(
                rule,
                tensors,
                values(file.get("init"), tensors),
                List.of(new Group(
                        names(tensors),
                        rule.decay(),
                        IntStream.range(0, count).mapToObj(_ -> 0.0).toList())),
                gradients,
                weights,
                weights,
                steps64(file.get("average_f64"), count, tensors),
                steps32(file.get("average_f32"), count, tensors),
                Optional.empty(),
                List.of(),
                OptionalDouble.empty(),
                unfollowed(file, "tensors", "steps", "init", "model_params", "average_f32", "average_f64"));
    }

    /** What the engine does otherwise than the recorded libraries by its design. */
    private void requireFollowable() {
        boolean missing = gradients.stream().flatMap(List::stream).anyMatch(Optional::isEmpty);
        if (missing && rule.average().isPresent()) {
            throw new NotOffered("an average is not updated in a step in which its tensor has no gradient");
        }
        if (missing && (rule.rule() instanceof ScheduleFreeSgd || rule.rule() instanceof ScheduleFreeAdamW)) {
            throw new NotOffered("Schedule-Free's sums are of a tensor, not of a group of which some miss a gradient");
        }
        if (hessian.isEmpty() && rule.rule() instanceof Sophia) {
            throw new BrokenFile("a file of Sophia must have hess_grads or hessian");
        }
        if (hessian.isPresent() && !(rule.rule() instanceof Sophia)) {
            throw new NotOffered("there is no use for an estimate of the Hessian but in Sophia");
        }
        for (Group group : groups) {
            if (group.rates().stream().anyMatch(rate -> !(rate >= 0 && rate <= Float.MAX_VALUE))) {
                throw new NotOffered("a learning rate is at least 0 and at most 3.4e38, got " + group.rates());
            }
        }
    }

    // ------------------------------------------------------------------------------------ hessian

    /** Sophia's authors take in the gradients of sampled labels after the step, kozistr an estimate before it. */
    private static Optional<Hessian> hessian(Json file, int count, List<Named> tensors) {
        Optional<Json> found = file.find("hess_grads").or(() -> file.find("hessian"));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        List<List<Optional<float[]>>> estimates = found.get()
                .list(
                        count,
                        "step",
                        step -> step.isNull()
                                ? tensors.stream()
                                        .map(_ -> Optional.<float[]>empty())
                                        .toList()
                                : gradients(step, tensors));
        boolean before = GoldenRule.codebase(file).equals(GoldenRule.KOZISTR);
        return Optional.of(new Hessian(estimates, due(file, estimates), before));
    }

    /**
     * Where there is one, if there is not one everywhere; else as the notes say it, such as {@code t%5==0}; else from the
     * first step on.
     */
    private static List<Boolean> due(Json file, List<List<Optional<float[]>>> estimates) {
        List<Boolean> given = estimates.stream()
                .map(step -> step.stream().anyMatch(Optional::isPresent))
                .toList();
        Json said = file.get("hyperparameters");
        long every = said.find("hessian_update_interval")
                .or(() -> said.find("update_interval"))
                .map(Json::whole)
                .orElse(1L);
        if (every < 1) {
            throw new BrokenFile("the steps between two estimates of the Hessian must be at least 1, got " + every);
        }
        if (given.contains(false)) {
            return given;
        }
        Matcher notes = DUE.matcher(file.find("notes").map(Json::text).orElse(""));
        long at = notes.find() ? Long.parseLong(notes.group(3)) - (notes.group(1) == null ? 0 : 1) : 0;
        return IntStream.range(0, given.size())
                .mapToObj(k -> Math.floorMod(k - at, every) == 0)
                .toList();
    }

    // ------------------------------------------------------------------------------------- groups

    /** One group, or those that the file describes, or one for each tensor if there is a rate for each. */
    private static List<Group> groups(
            Json file,
            List<Named> tensors,
            GoldenRule rule,
            int count,
            List<float[]> initial,
            List<List<double[]>> float64) {
        Json rates = file.get("lr");
        List<Json> steps = rates.list(count, "step", step -> step);
        boolean effective = isEffective(file) && steps.getFirst().isArray();
        List<GoldenGroups.Described> described = GoldenGroups.of(file, names(tensors));
        if (effective) {
            if (!described.isEmpty()) {
                throw new NotOffered("groups of a rule whose rates are recorded for each tensor");
            }
            List<List<Double>> ofTensors = IntStream.range(0, tensors.size())
                    .mapToObj(i -> baseRates(file, steps, i, tensors.size(), initial, float64))
                    .toList();
            requireOneRate(ofTensors);
            return IntStream.range(0, tensors.size())
                    .mapToObj(i -> new Group(Set.of(tensors.get(i).name()), rule.decay(), ofTensors.get(i)))
                    .toList();
        }
        if (!steps.getFirst().isArray()) {
            List<Double> all = steps.stream().map(Json::number).toList();
            return described.isEmpty()
                    ? List.of(new Group(names(tensors), rule.decay(), all))
                    : described.stream()
                            .map(group -> new Group(group.tensors(), decay(rule, group), all))
                            .toList();
        }
        int width = steps.getFirst().list(rate -> rate).size();
        List<List<Double>> table = steps.stream()
                .map(step -> step.list(width, "group", Json::number))
                .toList();
        if (described.isEmpty() && width == tensors.size()) {
            return IntStream.range(0, width)
                    .mapToObj(i -> new Group(Set.of(tensors.get(i).name()), rule.decay(), column(table, i)))
                    .toList();
        }
        if (described.size() != width) {
            throw new NotOffered("a file with " + width + " rates a step must describe as many groups, such as"
                    + " group0={a,b} lr 1e-2 wd 0.1, got " + described.size());
        }
        return IntStream.range(0, width)
                .mapToObj(i -> new Group(described.get(i).tensors(), decay(rule, described.get(i)), column(table, i)))
                .toList();
    }

    private static WeightDecay decay(GoldenRule rule, GoldenGroups.Described group) {
        return Said.offered(
                () -> rule.decay().withRate(group.decay().orElse(rule.decay().rate())));
    }

    private static List<Double> column(List<List<Double>> table, int i) {
        return table.stream().map(row -> row.get(i)).toList();
    }

    /** Hugging Face's Adafactor, which is fairseq's: there the step of each tensor is recorded, after scaling. */
    private static boolean isEffective(Json file) {
        return file.get("family").text().startsWith("Adafactor")
                && Set.of(GoldenRule.HUGGING_FACE, GoldenRule.FAIRSEQ).contains(GoldenRule.codebase(file));
    }

    /** The rates of a tensor before they were multiplied by the size of its weights. */
    private static List<Double> baseRates(
            Json file, List<Json> steps, int tensor, int tensors, List<float[]> initial, List<List<double[]>> float64) {
        Json said = file.get("hyperparameters");
        boolean scaled = said.node().path("scale_parameter").asBoolean(true);
        double least = scaled ? said.get("eps").list(Json::number).getLast() : 1;
        List<Double> rates = new ArrayList<>();
        for (int k = 0; k < steps.size(); k++) {
            Json rate = steps.get(k).list(tensors, "tensor", each -> each).get(tensor);
            double[] weights =
                    k == 0 ? widened(initial.get(tensor)) : float64.get(k - 1).get(tensor);
            double size =
                    Math.sqrt(Arrays.stream(weights).map(x -> x * x).average().orElse(0));
            // Without a gradient a tensor has no rate either, and needs none.
            rates.add(rate.isNull() ? 0 : rate.number() / (scaled ? Math.max(least, size) : 1));
        }
        return rates;
    }

    /** Before the scaling it is the same for all tensors that have a gradient, or it was scaled in another way. */
    private static void requireOneRate(List<List<Double>> ofTensors) {
        for (int k = 0; k < ofTensors.getFirst().size(); k++) {
            int step = k;
            DoubleSummaryStatistics rates = ofTensors.stream()
                    .mapToDouble(all -> all.get(step))
                    .filter(rate -> rate != 0)
                    .summaryStatistics();
            if (rates.getMax() - rates.getMin() > SAME_RATE * rates.getMax()) {
                throw new NotOffered(
                        "the recorded rates must be one rate times the size of each tensor's weights, or one"
                                + " rate if scale_parameter is false, but are from " + rates.getMin() + " to "
                                + rates.getMax()
                                + " times that at step " + k);
            }
        }
    }

    // ------------------------------------------------------------------------------------- values

    private static Set<String> names(List<Named> tensors) {
        return tensors.stream().map(Named::name).collect(Collectors.toUnmodifiableSet());
    }

    private static List<float[]> values(Json array, List<Named> tensors) {
        return byTensor(array, tensors, Json::floats);
    }

    private static List<Optional<float[]>> gradients(Json step, List<Named> tensors) {
        return byTensor(
                step, tensors, (value, size) -> value.isNull() ? Optional.empty() : Optional.of(value.floats(size)));
    }

    private static List<List<double[]>> steps64(Json steps, int count, List<Named> tensors) {
        return steps.list(count, "step", step -> byTensor(step, tensors, Json::doubles));
    }

    private static List<List<double[]>> steps32(Json steps, int count, List<Named> tensors) {
        return steps.list(count, "step", step -> byTensor(step, tensors, GoldenCase::widened));
    }

    /** A tensor without a gradient stays as it was. */
    private static List<double[]> negated(
            Json array, List<Named> tensors, List<Optional<float[]>> gradients, Read<double[]> read) {
        List<double[]> values = byTensor(
                array,
                tensors,
                (value, size) -> value.isNull()
                        ? new double[0]
                        : Arrays.stream(read.of(value, size)).map(x -> -x).toArray());
        return IntStream.range(0, values.size())
                .mapToObj(i -> {
                    int size = tensors.get(i).size();
                    if (values.get(i).length != size && gradients.get(i).isPresent()) {
                        throw new BrokenFile(array.path() + "[" + i + "] must not be null: its tensor has a gradient");
                    }
                    return values.get(i).length == size ? values.get(i) : new double[size];
                })
                .toList();
    }

    /** Reads the numbers of a tensor of a size. */
    private interface Read<T> {
        T of(Json value, int size);
    }

    private static <T> List<T> byTensor(Json array, List<Named> tensors, Read<T> read) {
        List<Json> values = array.list(tensors.size(), "tensor", value -> value);
        return IntStream.range(0, values.size())
                .mapToObj(i -> read.of(values.get(i), tensors.get(i).size()))
                .toList();
    }

    private static double[] widened(Json value, int size) {
        return widened(value.floats(size));
    }

    static double[] widened(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
