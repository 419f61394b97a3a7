package lanewise.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.kernel.Arithmetic;
import lanewise.kernel.Oracle;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Slot;

/**
 * A golden case run by the engine in fp32 on both backends, and its formulas run in float64, each compared with the
 * recorded float64 run.
 *
 * <p>The measure is that of the golden README: the difference divided by the largest magnitude that the element has had
 * so far, since parameters cross zero. fp32 is held to 64 units of 2⁻²³, or 4 times what the recorded float32 run strays;
 * float64 to 1e-11, which pins the formula itself.
 *
 * @param golden the case
 * @param float32 the worst of the engine
 * @param float64 the worst of the formulas
 * @param sameBits whether both backends gave the same bits
 */
record GoldenRun(GoldenCase golden, Deviation float32, Deviation float64, boolean sameBits) {

    private static final double EPSILON = 0x1p-23;

    /**
     * A place where a run strays from what was recorded.
     *
     * @param scaled by how much, relative to the largest magnitude so far
     * @param where step, tensor and element
     * @param expected the recorded value
     * @param actual ours
     */
    record Deviation(double scaled, String where, double expected, double actual) {
        static final Deviation NONE = new Deviation(0, "nowhere", 0, 0);

        double eps32() {
            return scaled / EPSILON;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.3g (%.3g eps32) at %s: recorded %s, got %s",
                    scaled,
                    eps32(),
                    where,
                    expected,
                    actual);
        }
    }

    /**
     * What a run leaves behind.
     *
     * @param values after each step, by step, then tensor
     * @param norms of the gradients by step; NaN where nothing asked for it
     */
    record Trajectory(List<List<double[]>> values, List<Double> norms) {}

    /** Runs a case. */
    static GoldenRun of(GoldenCase golden) {
        Trajectory simd = engine(golden, "simd");
        return new GoldenRun(
                golden,
                worst(golden, simd, Float.MIN_NORMAL),
                worst(golden, formulas(golden), Double.MIN_NORMAL),
                sameBits(simd, engine(golden, "scalar")));
    }

    /** The bound of the fp32 runs, in units of 2⁻²³. */
    double bound32() {
        // Where upstream flushed what we keep, its float32 run says nothing of the size of rounding.
        return golden.rule().flushedSubnormals() ? 64 : Math.max(64, 4 * golden.calibration());
    }

    boolean follows() {
        return float32.eps32() <= bound32() && float64.scaled() <= golden.rule().bound64() && sameBits;
    }

    // ------------------------------------------------------------------------------------ running

    /** The public way: fp32 on a backend, subnormals kept as in the recorded runs. */
    static Trajectory engine(GoldenCase golden, String backend) {
        try (Parameters parameters = new Parameters()) {
            List<Parameter> tensors = new ArrayList<>();
            for (int i = 0; i < golden.tensors().size(); i++) {
                Parameter parameter =
                        parameters.add(golden.tensors().get(i), golden.shapes().get(i));
                parameter.value().copyFrom(golden.initial().get(i));
                tensors.add(parameter);
            }
            List<Tensor> gradients = tensors.stream().map(Parameter::gradient).toList();
            try (Optimizer optimizer =
                    builder(golden, parameters).backend(backend).build()) {
                if (!optimizer.warmUp()) {
                    throw new IllegalStateException("the kernels of " + backend + " were given up");
                }
                Trajectory trajectory = new Trajectory(new ArrayList<>(), new ArrayList<>());
                for (List<Optional<float[]>> step : golden.gradients()) {
                    for (int i = 0; i < step.size(); i++) {
                        Tensor gradient = gradients.get(i);
                        if (step.get(i).isPresent()) {
                            tensors.get(i)
                                    .setGradient(gradient.copyFrom(step.get(i).get()));
                        } else {
                            tensors.get(i).removeGradient();
                        }
                    }
                    trajectory.norms().add(optimizer.step().gradientNorm());
                    trajectory
                            .values()
                            .add(tensors.stream()
                                    .map(tensor ->
                                            GoldenCase.widened(tensor.value().toArray()))
                                    .toList());
                }
                return trajectory;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private static Optimizer.Builder builder(GoldenCase golden, Parameters parameters) {
        GoldenRule rule = golden.rule();
        Optimizer.Builder builder = Optimizer.builder(parameters, rule.rule())
                .maximize(rule.maximize())
                .flushSubnormals(false)
                .threads(1);
        rule.clipValue().ifPresent(builder::clipValue);
        rule.clipNorm().ifPresent(builder::clipGlobalNorm);
        for (GoldenCase.Group group : golden.groups()) {
            builder.group(
                    group.tensors().toString(),
                    group.tensors()::contains,
                    options -> options.learningRate(group.rate()).weightDecay(group.decay()));
        }
        return builder;
    }

    /** The rule's own expressions, evaluated in float64. */
    static Trajectory formulas(GoldenCase golden) {
        Oracle<Double> oracle = new Oracle<>(Arithmetic.DOUBLE);
        List<Program> programs = new ArrayList<>();
        List<Map<Slot, List<Double>>> values = new ArrayList<>();
        long[] steps = new long[golden.tensors().size()];
        for (int i = 0; i < steps.length; i++) {
            List<Double> initial = boxed(GoldenCase.widened(golden.initial().get(i)));
            Program program = program(golden, group(golden, i));
            Map<Slot, List<Double>> slots = new HashMap<>();
            slots.put(Slot.PARAMETER, initial);
            program.states()
                    .forEach(slot -> slots.put(
                            slot, initial.stream().map(_ -> slot.initial()).toList()));
            programs.add(program);
            values.add(slots);
        }
        Trajectory trajectory = new Trajectory(new ArrayList<>(), new ArrayList<>());
        for (int k = 0; k < golden.gradients().size(); k++) {
            List<Oracle.Member<Double>> members = new ArrayList<>();
            for (int i = 0; i < steps.length; i++) {
                if (golden.gradients().get(k).get(i).isPresent()) {
                    float[] gradient = golden.gradients().get(k).get(i).get();
                    values.get(i).put(Slot.GRADIENT, boxed(GoldenCase.widened(gradient)));
                    GoldenCase.Group group = group(golden, i);
                    Time time = new Time(
                            ++steps[i], group.rate().at(k), group.decay().rate(), gradient.length);
                    members.add(new Oracle.Member<>(programs.get(i), time, values.get(i)));
                }
            }
            trajectory.norms().add(norm(oracle, members));
            oracle.step(members);
            trajectory
                    .values()
                    .add(values.stream()
                            .map(slots -> Objects.requireNonNull(slots.get(Slot.PARAMETER)).stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                            .toList());
        }
        return trajectory;
    }

    /** A moment of the run in float64. */
    private record Time(long step, double learningRate, double weightDecay, long elements) implements Clock {
        @Override
        public double gradientScale() {
            return 1;
        }
    }

    private static GoldenCase.Group group(GoldenCase golden, int tensor) {
        return golden.groups().stream()
                .filter(group -> group.tensors().contains(golden.tensors().get(tensor)))
                .findFirst()
                .orElseThrow();
    }

    private static Program program(GoldenCase golden, GoldenCase.Group group) {
        GoldenRule rule = golden.rule();
        Extras.Decay decay =
                group.decay().rate() == 0 ? Extras.Decay.IN_RULE : group.decay().where();
        Extras extras = Extras.DEFAULT
                .decay(decay)
                .maximize(rule.maximize())
                .clipValue(rule.clipValue())
                .clipNorm(rule.clipNorm())
                .flushSubnormals(false);
        return extras.applyTo(rule.rule().program());
    }

    private static double norm(Oracle<Double> oracle, List<Oracle.Member<Double>> members) {
        for (Program.Statement statement : members.getFirst().program().statements()) {
            if (statement instanceof Program.Statement.Observe(String name, Expr value)
                    && name.equals(Extras.GRADIENT_NORM)) {
                return oracle.observe(value, members);
            }
        }
        return Double.NaN;
    }

    private static List<Double> boxed(double[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    // ---------------------------------------------------------------------------------- comparing

    /** The recorded float32 run, compared as ours is: must give the file's own calibration. */
    static Deviation recorded32(GoldenCase golden) {
        return worst(golden, new Trajectory(golden.float32(), golden.norms()), Float.MIN_NORMAL);
    }

    /**
     * The largest deviation of a run from the recorded float64 run.
     *
     * @param smallest the least magnitude that differences are divided by: below it the number type has fewer digits
     */
    private static Deviation worst(GoldenCase golden, Trajectory run, double smallest) {
        Deviation worst = Deviation.NONE;
        for (int i = 0; i < golden.tensors().size(); i++) {
            for (int j = 0; j < golden.initial().get(i).length; j++) {
                boolean either = golden.rule().flushedSubnormals() && onlySubnormal(golden, i, j);
                double largest = Math.max(smallest, Math.abs(golden.initial().get(i)[j]));
                for (int k = 0; k < golden.float64().size(); k++) {
                    double expected = golden.float64().get(k).get(i)[j];
                    double actual = run.values().get(k).get(i)[j];
                    largest = Math.max(largest, Double.isFinite(expected) ? Math.abs(expected) : 0);
                    double scaled = difference(expected, actual) / largest;
                    if (either) {
                        scaled = Math.min(
                                scaled, difference(golden.float32().get(k).get(i)[j], actual) / largest);
                    }
                    if (scaled > worst.scaled()) {
                        String where = "step " + k + ", " + golden.tensors().get(i) + "[" + j + "]";
                        worst = new Deviation(scaled, where, expected, actual);
                    }
                }
            }
        }
        for (int k = 0; k < golden.norms().size(); k++) {
            double expected = golden.norms().get(k);
            double actual = run.norms().get(k);
            double scaled =
                    difference(expected, actual) / (Double.isFinite(expected) ? Math.max(expected, smallest) : 1);
            if (scaled > worst.scaled()) {
                worst = new Deviation(scaled, "step " + k + ", gradient norm", expected, actual);
            }
        }
        return worst;
    }

    /** 0 where both are the same infinity or NaN, infinite where only one is. */
    private static double difference(double expected, double actual) {
        if (Double.isFinite(expected) && Double.isFinite(actual)) {
            return Math.abs(expected - actual);
        }
        return Double.compare(expected, actual) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }

    /**
     * The one exception, for rules that take a sign: XLA flushes subnormals, so an element that sees nothing else stands
     * still in its float32 run and moves by ±η in its float64 run. Either is followed there.
     *
     * <p>Centred RMSProp needs none, though the golden README warns of constant gradients: s − a² is αᵗ(1−αᵗ)g² then,
     * which α = 0.99 brings near rounding after some thousand steps, not after 25.
     */
    private static boolean onlySubnormal(GoldenCase golden, int tensor, int element) {
        return golden.gradients().stream()
                .flatMap(step -> step.get(tensor).stream())
                .allMatch(gradient -> Math.abs(gradient[element]) < Float.MIN_NORMAL);
    }

    private static boolean sameBits(Trajectory x, Trajectory y) {
        return bits(x).equals(bits(y));
    }

    /** One pattern for all NaNs, since which one comes out is not defined. */
    private static List<Long> bits(Trajectory run) {
        List<Long> bits = new ArrayList<>();
        run.norms().forEach(norm -> bits.add(Double.doubleToLongBits(norm)));
        for (List<double[]> step : run.values()) {
            for (double[] tensor : step) {
                for (double value : tensor) {
                    bits.add(Double.doubleToLongBits(value));
                }
            }
        }
        return bits;
    }
}
