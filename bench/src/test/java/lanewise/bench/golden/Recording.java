package lanewise.bench.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A golden file made by a plain loop over doubles, which knows nothing of the engine. Its float32 run is the same loop with
 * what it keeps rounded after each step.
 */
final class Recording {
    private static final JsonMapper JSON = new JsonMapper();

    /** What a step does to one tensor. */
    interface Loop {
        void step(Tensor tensor, double rate, double[] g);
    }

    /** A tensor in the making: its parameters, and arrays of state by name, first 0. */
    static final class Tensor {
        final String name;
        final double[] p;
        /** The steps in which it had a gradient, this one among them. */
        int t;

        private final Map<String, double[]> states = new HashMap<>();

        Tensor(String name, double[] p) {
            this.name = name;
            this.p = p;
        }

        double[] state(String key) {
            return states.computeIfAbsent(key, _ -> new double[p.length]);
        }

        private void round(DoubleUnaryOperator round) {
            states.values().forEach(state -> Arrays.setAll(state, i -> round.applyAsDouble(state[i])));
            Arrays.setAll(p, i -> round.applyAsDouble(p[i]));
        }
    }

    private final ObjectNode file = JSON.createObjectNode();
    private final Map<String, List<Integer>> shapes;
    private int steps = 12;
    private BiPredicate<Integer, String> missing = (_, _) -> false;
    private IntToDoubleFunction rate = _ -> 0.05;
    private UnaryOperator<double[]> clipping = g -> g;

    /** Of a family, as run by an entry of a repository. */
    Recording(String family, String repository, String entry, Map<String, List<Integer>> shapes) {
        this.shapes = shapes;
        file.put("format", "golden-optimizer-trajectory/1");
        file.put("case", "made_" + family);
        file.put("family", family);
        file.putObject("source").put("repo", "github.com/" + repository).put("entry", entry);
        file.putObject("hyperparameters").put("lr", "per step: see lr[]");
        file.put("notes", "");
    }

    /** Hyper-parameters, as JSON. */
    Recording with(String hyperparameters) {
        ((ObjectNode) file.get("hyperparameters")).setAll((ObjectNode) JSON.readTree(hyperparameters));
        return this;
    }

    Recording notes(String notes) {
        file.put("notes", notes);
        return this;
    }

    Recording steps(int count) {
        steps = count;
        return this;
    }

    Recording rate(IntToDoubleFunction byStep) {
        rate = byStep;
        return this;
    }

    /** Where a step leaves out a tensor. */
    Recording missing(BiPredicate<Integer, String> where) {
        missing = where;
        return this;
    }

    /** What happens to the gradients of a single tensor first. */
    Recording clipped(UnaryOperator<double[]> by) {
        clipping = by;
        return this;
    }

    /** The file. */
    ObjectNode by(Loop loop) {
        List<String> names = shapes.keySet().stream().sorted().toList();
        SplittableRandom random = new SplittableRandom(7);
        List<float[]> initial =
                names.stream().map(name -> random(random, size(name))).toList();
        List<List<float[]>> gradients = IntStream.range(0, steps)
                .mapToObj(_ ->
                        names.stream().map(name -> random(random, size(name))).toList())
                .toList();
        ArrayNode tensors = file.putArray("tensors");
        names.forEach(name -> tensors.add(
                JSON.createObjectNode().put("name", name).set("shape", JSON.valueToTree(shapes.get(name)))));
        file.put("steps", steps);
        ArrayNode rates = file.putArray("lr");
        IntStream.range(0, steps).forEach(k -> rates.add(rate.applyAsDouble(k)));
        ArrayNode init = file.putArray("init");
        initial.forEach(values -> init.add(hex32(values)));
        ArrayNode grads = file.putArray("grads");
        for (int k = 0; k < steps; k++) {
            ArrayNode step = grads.addArray();
            for (int i = 0; i < names.size(); i++) {
                if (missing.test(k, names.get(i))) {
                    step.addNull();
                } else {
                    step.add(hex32(gradients.get(k).get(i)));
                }
            }
        }
        run(loop, names, initial, gradients, x -> (float) x, file.putArray("params_f32"), true);
        run(loop, names, initial, gradients, x -> x, file.putArray("params_f64"), false);
        return file;
    }

    private void run(
            Loop loop,
            List<String> names,
            List<float[]> initial,
            List<List<float[]>> gradients,
            DoubleUnaryOperator round,
            ArrayNode out,
            boolean narrow) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            tensors.add(new Tensor(names.get(i), widened(initial.get(i))));
        }
        for (int k = 0; k < steps; k++) {
            ArrayNode step = out.addArray();
            for (int i = 0; i < names.size(); i++) {
                Tensor tensor = tensors.get(i);
                if (!missing.test(k, names.get(i))) {
                    tensor.t++;
                    loop.step(
                            tensor,
                            rate.applyAsDouble(k),
                            clipping.apply(widened(gradients.get(k).get(i))));
                    tensor.round(round);
                }
                step.add(narrow ? hex32(narrowed(tensor.p)) : hex64(tensor.p));
            }
        }
    }

    private int size(String name) {
        return shapes.get(name).stream().reduce(1, (x, y) -> x * y);
    }

    static float[] random(SplittableRandom random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-2, 2);
        }
        return values;
    }

    static double[] widened(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    static float[] narrowed(double[] values) {
        float[] narrowed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrowed[i] = (float) values[i];
        }
        return narrowed;
    }

    static String hex32(float[] values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> "%08x".formatted(Float.floatToIntBits(values[i])))
                .collect(Collectors.joining());
    }

    static String hex64(double[] values) {
        return Arrays.stream(values)
                .mapToObj(x -> "%016x".formatted(Double.doubleToLongBits(x)))
                .collect(Collectors.joining());
    }
}
