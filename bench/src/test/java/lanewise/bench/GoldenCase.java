package lanewise.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.rule.WeightDecay;
import lanewise.schedule.Schedule;
import tools.jackson.databind.JsonNode;

/**
 * A golden file as a task: tensors, how they are optimised, the gradients of each step, and what must come out. What to
 * make of it is {@link GoldenRun}'s.
 *
 * <p>A file of clipped gradients is one step too: plain descent of rate 1 from 0 ends at minus what is left of the
 * gradients.
 *
 * @param name the name of the file, without its folder
 * @param rule how to optimise
 * @param tensors their names
 * @param shapes their shapes
 * @param initial their first values
 * @param groups the parameter groups; each tensor is in one
 * @param gradients by step, then tensor; empty where a tensor has none
 * @param float64 the values after each step in the float64 run, by step, then tensor
 * @param float32 the same of the float32 run
 * @param evaluated64 the weights to evaluate with after each step, in the float64 run; empty if not recorded
 * @param hessian estimates of the Hessian's diagonal, if the rule takes them
 * @param norms the global norms of the gradients in the float64 run by step; empty if not recorded
 * @param calibration how far the recorded float32 run is from the float64 run, in units of 2⁻²³
 */
record GoldenCase(
        String name,
        GoldenRule rule,
        List<String> tensors,
        List<long[]> shapes,
        List<float[]> initial,
        List<Group> groups,
        List<List<Optional<float[]>>> gradients,
        List<List<double[]>> float64,
        List<List<double[]>> float32,
        List<List<double[]>> evaluated64,
        Optional<Hessian> hessian,
        List<Double> norms,
        double calibration) {

    /**
     * A parameter group.
     *
     * @param tensors the names of its tensors
     * @param decay its weight decay
     * @param rate its learning rate by step, from 0
     */
    record Group(Set<String> tensors, WeightDecay decay, Schedule rate) {}

    /**
     * Estimates of the Hessian's diagonal, in the gradient's place.
     *
     * @param estimates by step, then tensor
     * @param every how many steps lie between two that are taken in
     * @param before whether they are taken in before the step
     */
    record Hessian(List<List<Optional<float[]>>> estimates, int every, boolean before) {
        /** Whether one is taken in with a step, from 0. */
        boolean isDue(int step) {
            return step % every == 0;
        }
    }

    /** Such as {@code group1={b,z} lr 2e-2 wd 0} and {@code b,z: lr 2e-2, wd 0}. */
    private static final Pattern GROUP = Pattern.compile("group\\d=\\{?([\\w,]+)[}:]* lr [^ ,]+,? wd ([\\d.eE+-]+)");

    /**
     * Reads a file.
     *
     * @throws GoldenRule.NotOffered if the engine has no such rule or option
     */
    static GoldenCase of(JsonNode file) {
        GoldenRule rule = GoldenRule.of(file);
        List<String> tensors =
                list(file.get("tensors"), tensor -> tensor.get("name").asString());
        List<long[]> shapes = list(
                file.get("tensors"),
                tensor -> list(tensor.get("shape"), JsonNode::asLong).stream()
                        .mapToLong(Long::longValue)
                        .toArray());
        String name = file.get("case").asString();
        String family = file.get("family").asString();
        if (family.equals("ema")) {
            return average(file, name, rule, tensors, shapes);
        }
        if (family.equals("clip")) {
            List<float[]> zeros = shapes.stream()
                    .map(shape -> new float[(int) Arrays.stream(shape).reduce(1, (x, y) -> x * y)])
                    .toList();
            return new GoldenCase(
                    name,
                    rule,
                    tensors,
                    shapes,
                    zeros,
                    List.of(new Group(Set.copyOf(tensors), rule.decay(), Schedule.constant(1))),
                    List.of(gradients(file.get("grads"))),
                    List.of(negated(file.get("out_f64"), Golden::doubles, zeros)),
                    List.of(negated(file.get("out_f32"), GoldenCase::widened, zeros)),
                    List.of(),
                    Optional.empty(),
                    file.get("returned_norm_f64").isNull() ? List.of() : List.of(number(file.get("returned_norm_f64"))),
                    0);
        }
        return new GoldenCase(
                name,
                rule,
                tensors,
                shapes,
                list(file.get("init"), hex -> Golden.floats(hex.asString())),
                groups(file, tensors, rule.decay()),
                list(file.get("grads"), GoldenCase::gradients),
                steps64(file.get("params_f64")),
                list(file.get("params_f32"), step -> list(step, hex -> widened(hex.asString()))),
                steps64(file.path(file.has("ema_f64") ? "ema_f64" : "eval_x_f64")),
                hessian(file),
                list(file.path("total_norm_f64"), GoldenCase::number),
                file.at("/calibration/f32_vs_f64/max_scaled_eps32").asDouble());
    }

    private static List<List<double[]>> steps64(JsonNode steps) {
        return list(steps, step -> list(step, hex -> Golden.doubles(hex.asString())));
    }

    /** Sophia's authors take in the gradients of sampled labels after the step, kozistr an estimate before it. */
    private static Optional<Hessian> hessian(JsonNode file) {
        JsonNode estimates = file.has("hess_grads") ? file.get("hess_grads") : file.path("hessian");
        if (estimates.isMissingNode()) {
            return Optional.empty();
        }
        JsonNode said = file.get("hyperparameters");
        int every = said.path("hessian_update_interval")
                .asInt(said.path("update_interval").asInt(1));
        boolean before = file.at("/source/repo").asString().endsWith("pytorch_optimizer");
        return Optional.of(new Hessian(list(estimates, GoldenCase::gradients), every, before));
    }

    /** The weights at each update, in the gradient's place. */
    private static GoldenCase average(
            JsonNode file, String name, GoldenRule rule, List<String> tensors, List<long[]> shapes) {
        List<List<double[]>> weights =
                list(file.get("model_params"), step -> list(step, hex -> widened(hex.asString())));
        return new GoldenCase(
                name,
                rule,
                tensors,
                shapes,
                list(file.get("init"), hex -> Golden.floats(hex.asString())),
                List.of(new Group(Set.copyOf(tensors), rule.decay(), Schedule.constant(0))),
                list(file.get("model_params"), GoldenCase::gradients),
                weights,
                weights,
                steps64(file.get("average_f64")),
                Optional.empty(),
                List.of(),
                0);
    }

    /** One group, or those that the hyper-parameters or the notes describe if there is a rate for each. */
    private static List<Group> groups(JsonNode file, List<String> tensors, WeightDecay decay) {
        JsonNode rates = file.get("lr");
        if (file.get("family").asString().equals("Adafactor(HF)")) {
            // There the step of each tensor is recorded, after scaling; without a rate it is bounded by 1e-2.
            double rate = file.at("/hyperparameters/lr").asDouble(1e-2);
            return List.of(new Group(Set.copyOf(tensors), decay, Schedule.constant(rate)));
        }
        if (!rates.get(0).isArray()) {
            return List.of(new Group(
                    Set.copyOf(tensors), decay, k -> rates.get((int) k).asDouble()));
        }
        String described = Stream.concat(
                        file.get("hyperparameters")
                                .propertyStream()
                                .map(said -> said.getKey() + "="
                                        + (said.getValue().isString()
                                                ? said.getValue().asString()
                                                : "")),
                        Stream.of(file.get("notes").asString()))
                .reduce("", (text, more) -> text + more + "\n");
        List<MatchResult> found = GROUP.matcher(described).results().toList();
        if (found.size() != rates.get(0).size()) {
            throw new IllegalArgumentException("a file with " + rates.get(0).size()
                    + " rates must describe as many groups, got " + found.size() + " in " + described);
        }
        return IntStream.range(0, found.size())
                .mapToObj(i -> new Group(
                        Set.of(found.get(i).group(1).split(",", -1)),
                        decay.withRate(Double.parseDouble(found.get(i).group(2))),
                        k -> rates.get((int) k).get(i).asDouble()))
                .toList();
    }

    private static List<Optional<float[]>> gradients(JsonNode step) {
        return list(step, hex -> hex.isNull() ? Optional.empty() : Optional.of(Golden.floats(hex.asString())));
    }

    /** A tensor without a gradient stays as it was. */
    private static List<double[]> negated(JsonNode step, Function<String, double[]> read, List<float[]> zeros) {
        return IntStream.range(0, step.size())
                .mapToObj(i -> step.get(i).isNull()
                        ? new double[zeros.get(i).length]
                        : Arrays.stream(read.apply(step.get(i).asString()))
                                .map(x -> -x)
                                .toArray())
                .toList();
    }

    static double[] widened(String hex) {
        return widened(Golden.floats(hex));
    }

    static double[] widened(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    /** JSON has no infinity: the files say it as a string. */
    private static double number(JsonNode node) {
        return node.isString() ? Double.parseDouble(node.asString()) : node.asDouble();
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> read) {
        List<T> list = new ArrayList<>();
        array.forEach(node -> list.add(read.apply(node)));
        return list;
    }
}
