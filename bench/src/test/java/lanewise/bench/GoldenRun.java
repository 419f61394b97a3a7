package lanewise.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.WeightDecay;

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
     * @param evaluated the weights to evaluate with after each step; empty if they are not followed
     * @param norms of the gradients by step; NaN where nothing asked for it
     */
    record Trajectory(List<List<double[]>> values, List<List<double[]>> evaluated, List<Double> norms) {
        Trajectory() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

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
                Trajectory trajectory = new Trajectory();
                for (int k = 0; k < golden.gradients().size(); k++) {
                    takeInHessian(golden, k, true, optimizer, tensors, gradients);
                    fill(tensors, gradients, golden.gradients().get(k));
                    trajectory.norms().add(optimizer.step().gradientNorm());
                    takeInHessian(golden, k, false, optimizer, tensors, gradients);
                    trajectory.values().add(values(tensors));
                    if (!golden.evaluated64().isEmpty()) {
                        optimizer.eval();
                        trajectory.evaluated().add(values(tensors));
                        optimizer.train();
                    }
                }
                return trajectory;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private static void fill(List<Parameter> tensors, List<Tensor> gradients, List<Optional<float[]>> step) {
        for (int i = 0; i < step.size(); i++) {
            if (step.get(i).isPresent()) {
                tensors.get(i).setGradient(gradients.get(i).copyFrom(step.get(i).get()));
            } else {
                tensors.get(i).removeGradient();
            }
        }
    }

    private static void takeInHessian(
            GoldenCase golden,
            int step,
            boolean before,
            Optimizer optimizer,
            List<Parameter> tensors,
            List<Tensor> gradients) {
        GoldenCase.Hessian hessian = golden.hessian().orElse(null);
        if (hessian != null && hessian.before() == before && hessian.isDue(step)) {
            fill(tensors, gradients, hessian.estimates().get(step));
            optimizer.updateHessian();
        }
    }

    private static List<double[]> values(List<Parameter> tensors) {
        return tensors.stream()
                .map(tensor -> GoldenCase.widened(tensor.value().toArray()))
                .toList();
    }

    private static Optimizer.Builder builder(GoldenCase golden, Parameters parameters) {
        GoldenRule rule = golden.rule();
        Optimizer.Builder builder = Optimizer.builder(parameters, rule.rule())
                .maximize(rule.maximize())
                .flushSubnormals(false)
                .threads(1);
        rule.clipValue().ifPresent(builder::clipValue);
        rule.clipNorm().ifPresent(builder::clipGlobalNorm);
        rule.average().ifPresent(builder::average);
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
        Formulas formulas = new Formulas(golden);
        Trajectory trajectory = new Trajectory();
        for (int k = 0; k < golden.gradients().size(); k++) {
            formulas.takeInHessian(k, true);
            trajectory.norms().add(formulas.step(k));
            formulas.takeInHessian(k, false);
            trajectory.values().add(formulas.values(false));
            if (!golden.evaluated64().isEmpty()) {
                trajectory.evaluated().add(formulas.values(true));
            }
        }
        return trajectory;
    }

    /** The tensors of a case in float64. */
    private static final class Formulas {
        private final Oracle<Double, Double> oracle = new Oracle<>(Arithmetic.DOUBLE);
        private final GoldenCase golden;
        private final Extras extras;
        private final List<Map<Slot, List<Double>>> values = new ArrayList<>();
        private final List<Map<Slot, Double>> ofTensors = new ArrayList<>();
        private final long[] steps;

        Formulas(GoldenCase golden) {
            this.golden = golden;
            steps = new long[golden.tensors().size()];
            GoldenRule rule = golden.rule();
            extras = Extras.DEFAULT
                    .maximize(rule.maximize())
                    .clipValue(rule.clipValue())
                    .clipNorm(rule.clipNorm())
                    .average(rule.average())
                    .flushSubnormals(false);
            for (int i = 0; i < steps.length; i++) {
                Map<Slot, List<Double>> slots = new HashMap<>();
                Map<Slot, Double> states = new HashMap<>();
                slots.put(
                        Slot.PARAMETER,
                        boxed(GoldenCase.widened(golden.initial().get(i))));
                for (Slot slot : program(i).states()) {
                    int count = (int) shape(i).values(slot.extent());
                    slots.put(slot, Collections.nCopies(count, slot.initial()));
                    states.put(slot, slot.initial());
                }
                values.add(slots);
                ofTensors.add(states);
            }
        }

        private Shape shape(int tensor) {
            return Shape.of(golden.shapes().get(tensor));
        }

        private GoldenCase.Group group(int tensor) {
            return golden.groups().stream()
                    .filter(group -> group.tensors().contains(golden.tensors().get(tensor)))
                    .findFirst()
                    .orElseThrow();
        }

        private Program program(int tensor) {
            WeightDecay decay = group(tensor).decay();
            return extras.decay(decay.rate() == 0 ? Extras.Decay.IN_RULE : decay.where())
                    .applyTo(golden.rule().rule().forShape(shape(tensor)).program());
        }

        /** The tensor with values of its own, or with a copy of them. */
        private Oracle.Member<Double, Double> member(int tensor, int step, Program program, boolean copied) {
            GoldenCase.Group group = group(tensor);
            Time time =
                    new Time(steps[tensor], group.rate().at(step), group.decay().rate(), shape(tensor));
            Map<Slot, List<Double>> slots = values.get(tensor);
            return new Oracle.Member<>(
                    program, shape(tensor), time, copied ? new HashMap<>(slots) : slots, ofTensors.get(tensor));
        }

        /** Returns the norm of the gradients. */
        double step(int step) {
            List<Oracle.Member<Double, Double>> members = new ArrayList<>();
            for (int i = 0; i < steps.length; i++) {
                Optional<float[]> gradient = golden.gradients().get(step).get(i);
                if (gradient.isPresent()) {
                    values.get(i).put(Slot.GRADIENT, boxed(GoldenCase.widened(gradient.get())));
                    steps[i]++;
                    members.add(member(i, step, program(i), false));
                }
            }
            double norm = norm(members);
            oracle.step(members);
            return norm;
        }

        void takeInHessian(int step, boolean before) {
            GoldenCase.Hessian hessian = golden.hessian().orElse(null);
            if (hessian == null || hessian.before() != before || !hessian.isDue(step)) {
                return;
            }
            for (int i = 0; i < steps.length; i++) {
                Optional<float[]> estimate = hessian.estimates().get(step).get(i);
                if (estimate.isPresent()) {
                    values.get(i).put(Slot.GRADIENT, boxed(GoldenCase.widened(estimate.get())));
                    oracle.step(List.of(member(
                            i,
                            step,
                            extras.ofHessian().applyTo(golden.rule().rule().hessianUpdate()),
                            false)));
                }
            }
        }

        List<double[]> values(boolean evaluated) {
            List<double[]> all = new ArrayList<>();
            for (int i = 0; i < steps.length; i++) {
                Program evaluation =
                        evaluated ? extras.evaluation(golden.rule().rule().evaluation()) : Program.empty();
                Oracle.Member<Double, Double> member = member(i, 0, evaluation, true);
                oracle.step(List.of(member));
                all.add(Objects.requireNonNull(member.values().get(Slot.PARAMETER)).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
            }
            return all;
        }

        private double norm(List<Oracle.Member<Double, Double>> members) {
            for (Program.Statement statement : members.getFirst().program().statements()) {
                if (statement instanceof Program.Statement.Observe(String name, Expr value)
                        && name.equals(Extras.GRADIENT_NORM)) {
                    return oracle.observe(value, members);
                }
            }
            return Double.NaN;
        }
    }

    /** A moment of the run in float64. */
    private record Time(long step, double learningRate, double weightDecay, Shape shape) implements Clock {
        @Override
        public double gradientScale() {
            return 1;
        }

        @Override
        public long elements() {
            return shape.size();
        }

        @Override
        public long rows() {
            return shape.rows();
        }

        @Override
        public long columns() {
            return shape.columns();
        }
    }

    private static List<Double> boxed(double[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    // ---------------------------------------------------------------------------------- comparing

    /** The recorded float32 run, compared as ours is: must give the file's own calibration. */
    static Deviation recorded32(GoldenCase golden) {
        return worst(golden, new Trajectory(golden.float32(), golden.evaluated64(), golden.norms()), Float.MIN_NORMAL);
    }

    /**
     * The largest deviation of a run from the recorded float64 run.
     *
     * @param smallest the least magnitude that differences are divided by: below it the number type has fewer digits
     */
    private static Deviation worst(GoldenCase golden, Trajectory run, double smallest) {
        Deviation worst = worst(golden, golden.float64(), run.values(), "", smallest);
        if (!golden.evaluated64().isEmpty()) {
            Deviation evaluated = worst(golden, golden.evaluated64(), run.evaluated(), "evaluated ", smallest);
            worst = evaluated.scaled() > worst.scaled() ? evaluated : worst;
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

    private static Deviation worst(
            GoldenCase golden,
            List<List<double[]>> recorded,
            List<List<double[]>> values,
            String which,
            double smallest) {
        Deviation worst = Deviation.NONE;
        for (int i = 0; i < golden.tensors().size(); i++) {
            for (int j = 0; j < golden.initial().get(i).length; j++) {
                boolean either = golden.rule().flushedSubnormals() && onlySubnormal(golden, i, j);
                double largest = Math.max(smallest, Math.abs(golden.initial().get(i)[j]));
                for (int k = 0; k < recorded.size(); k++) {
                    double expected = recorded.get(k).get(i)[j];
                    double actual = values.get(k).get(i)[j];
                    largest = Math.max(largest, Double.isFinite(expected) ? Math.abs(expected) : 0);
                    double scaled = difference(expected, actual) / largest;
                    if (either) {
                        scaled = Math.min(
                                scaled, difference(golden.float32().get(k).get(i)[j], actual) / largest);
                    }
                    if (scaled > worst.scaled()) {
                        String where =
                                "step " + k + ", " + which + golden.tensors().get(i) + "[" + j + "]";
                        worst = new Deviation(scaled, where, expected, actual);
                    }
                }
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
        for (List<List<double[]>> steps : List.of(run.values(), run.evaluated())) {
            steps.stream()
                    .flatMap(List::stream)
                    .flatMapToDouble(Arrays::stream)
                    .mapToLong(Double::doubleToLongBits)
                    .forEach(bits::add);
        }
        return bits;
    }
}
