package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.DoubleFunction;
import java.util.function.ObjDoubleConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.buffer.Tensor;
import lanewise.program.Average;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adadelta;
import lanewise.rule.Adafactor;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Adamax;
import lanewise.rule.Lamb;
import lanewise.rule.Lars;
import lanewise.rule.Lion;
import lanewise.rule.NAdam;
import lanewise.rule.RAdam;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sgd;
import lanewise.rule.Signum;
import lanewise.rule.Sophia;
import lanewise.rule.WeightDecay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong inputs, and the exact sentence that each is answered with before anything is written. */
class BadInputTest {

    /** A line of a table. */
    record Wrong(String what, Class<? extends Throwable> type, String message, Executable input) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Wrong argument(String what, String message, Executable input) {
        return new Wrong(what, IllegalArgumentException.class, message, input);
    }

    private static Wrong state(String what, String message, Executable input) {
        return new Wrong(what, IllegalStateException.class, message, input);
    }

    private static void assertRefused(Wrong wrong) {
        assertEquals(
                wrong.message(),
                assertThrows(wrong.type(), wrong.input(), wrong.what()).getMessage(),
                wrong.what());
    }

    // --------------------------------------------------------------------------- hyper-parameters

    /** What is allowed, and some of what is not; NaN and −∞ never are, and ∞ only where it stands for no bound. */
    private record Range(String allowed, List<Double> bad) {
        static final Range DECAY_RATE = new Range("in [0, 1)", List.of(-0.1, -Double.MIN_VALUE, 1.0, 1.5));
        static final Range AT_LEAST_0 = new Range("finite and at least 0", List.of(-1e-9, -1.0));
        static final Range ABOVE_0 = new Range("finite and above 0", List.of(0.0, -0.0, -1e-9));

        static final Range AT_MOST_0 = new Range("finite and at most 0", List.of(1e-9, 1.0));
        static final Range NORMAL = new Range("finite and at least 1.1754943508222875E-38", List.of(0.0, -1.0, 1e-39));
        static final Range SHARE = new Range("in (0, 1]", List.of(0.0, -0.1, 1.1));
        static final Range BOUND = new Range("above 0", List.of(0.0, -0.0, -1e-9));

        Stream<Double> wrong() {
            Stream<Double> always = Stream.of(Double.NaN, Double.NEGATIVE_INFINITY);
            Stream<Double> infinity = equals(BOUND) ? Stream.of() : Stream.of(Double.POSITIVE_INFINITY);
            return Stream.of(bad.stream(), always, infinity).flatMap(values -> values);
        }
    }

    /** A number that a caller may set. */
    private record Hyper(String owner, String name, Range range, DoubleFunction<?> set) {
        Stream<Wrong> wrong() {
            return range.wrong()
                    .map(value -> argument(
                            owner + " " + name + " " + value,
                            name + " must be " + range.allowed + ", got " + value,
                            () -> set.apply(value)));
        }
    }

    private static Hyper rate(Class<? extends Rule> rule, String name, DoubleFunction<? extends Rule> set) {
        return new Hyper(rule.getSimpleName(), name, Range.DECAY_RATE, set);
    }

    private static Hyper atLeast0(Class<? extends Rule> rule, String name, DoubleFunction<? extends Rule> set) {
        return new Hyper(rule.getSimpleName(), name, Range.AT_LEAST_0, set);
    }

    private static List<Hyper> ofRules() {
        return List.of(
                rate(Sgd.class, "momentum", x -> new Sgd().momentum(x)),
                atLeast0(Sgd.class, "dampening", x -> new Sgd().momentum(0.9).dampening(x)),
                atLeast0(AdaGrad.class, "rateDecay", x -> new AdaGrad().rateDecay(x)),
                atLeast0(AdaGrad.class, "epsilon", x -> new AdaGrad().epsilon(x)),
                atLeast0(AdaGrad.class, "initial", x -> new AdaGrad().initial(x)),
                rate(RmsProp.class, "alpha", x -> new RmsProp().alpha(x)),
                atLeast0(RmsProp.class, "epsilon", x -> new RmsProp().epsilon(x)),
                rate(RmsProp.class, "momentum", x -> new RmsProp().momentum(x)),
                atLeast0(RmsProp.class, "initial", x -> new RmsProp().initial(x)),
                rate(Adadelta.class, "rho", x -> new Adadelta().rho(x)),
                atLeast0(Adadelta.class, "epsilon", x -> new Adadelta().epsilon(x)),
                rate(Adam.class, "beta1", x -> new Adam().betas(x, 0.5)),
                rate(Adam.class, "beta2", x -> new Adam().betas(0.5, x)),
                atLeast0(Adam.class, "epsilon", x -> new Adam().epsilon(x)),
                rate(AdamW.class, "beta1", x -> new AdamW().betas(x, 0.5)),
                rate(AdamW.class, "beta2", x -> new AdamW().betas(0.5, x)),
                atLeast0(AdamW.class, "epsilon", x -> new AdamW().epsilon(x)),
                rate(Adamax.class, "beta1", x -> new Adamax().betas(x, 0.5)),
                rate(Adamax.class, "beta2", x -> new Adamax().betas(0.5, x)),
                atLeast0(Adamax.class, "epsilon", x -> new Adamax().epsilon(x)),
                rate(NAdam.class, "beta1", x -> new NAdam().betas(x, 0.5)),
                rate(NAdam.class, "beta2", x -> new NAdam().betas(0.5, x)),
                atLeast0(NAdam.class, "epsilon", x -> new NAdam().epsilon(x)),
                atLeast0(NAdam.class, "momentumDecay", x -> new NAdam().momentumDecay(x)),
                rate(RAdam.class, "beta1", x -> new RAdam().betas(x, 0.5)),
                rate(RAdam.class, "beta2", x -> new RAdam().betas(0.5, x)),
                atLeast0(RAdam.class, "epsilon", x -> new RAdam().epsilon(x)),
                rate(Lion.class, "beta1", x -> new Lion().betas(x, 0.5)),
                rate(Lion.class, "beta2", x -> new Lion().betas(0.5, x)),
                rate(Signum.class, "momentum", Signum::new),
                new Hyper("Lars", "trustCoefficient", Range.ABOVE_0, x -> new Lars().trustCoefficient(x)),
                atLeast0(Lars.class, "epsilon", x -> new Lars().epsilon(x)),
                rate(Lamb.class, "beta1", x -> new Lamb().betas(x, 0.5)),
                rate(Lamb.class, "beta2", x -> new Lamb().betas(0.5, x)),
                atLeast0(Lamb.class, "epsilon", x -> new Lamb().epsilon(x)),
                new Hyper("Lamb", "maxWeightNorm", Range.BOUND, x -> new Lamb().maxWeightNorm(x)),
                new Hyper("Lamb", "maxTrust", Range.BOUND, x -> new Lamb().maxTrust(x)),
                new Hyper("Adafactor", "beta2Decay", Range.AT_MOST_0, x -> new Adafactor().beta2Decay(x)),
                new Hyper("Adafactor", "epsilon1", Range.NORMAL, x -> new Adafactor().epsilons(x, 0)),
                atLeast0(Adafactor.class, "epsilon2", x -> new Adafactor().epsilons(1, x)),
                new Hyper("Adafactor", "clipThreshold", Range.BOUND, x -> new Adafactor().clipThreshold(x)),
                rate(Adafactor.class, "beta1", x -> new Adafactor().beta1(x)),
                rate(Sophia.class, "beta1", x -> Sophia.h().betas(x, 0.5)),
                rate(Sophia.class, "beta2", x -> Sophia.h().betas(0.5, x)),
                new Hyper("Sophia", "gamma", Range.ABOVE_0, x -> Sophia.h().gamma(x)),
                new Hyper("Sophia", "clip", Range.ABOVE_0, x -> Sophia.h().clip(x)),
                atLeast0(Sophia.class, "epsilon", x -> Sophia.h().epsilon(x)),
                new Hyper("ScheduleFreeSgd", "beta", Range.SHARE, x -> new ScheduleFreeSgd().beta(x)),
                atLeast0(ScheduleFreeSgd.class, "power", x -> new ScheduleFreeSgd().weights(x, 0)),
                atLeast0(ScheduleFreeSgd.class, "stepPower", x -> new ScheduleFreeSgd().weights(2, x)),
                new Hyper("ScheduleFreeAdamW", "beta1", Range.SHARE, x -> new ScheduleFreeAdamW().betas(x, 0.5)),
                rate(ScheduleFreeAdamW.class, "beta2", x -> new ScheduleFreeAdamW().betas(0.5, x)),
                atLeast0(ScheduleFreeAdamW.class, "epsilon", x -> new ScheduleFreeAdamW().epsilon(x)),
                atLeast0(ScheduleFreeAdamW.class, "power", x -> new ScheduleFreeAdamW().weights(x, 0)),
                atLeast0(ScheduleFreeAdamW.class, "stepPower", x -> new ScheduleFreeAdamW().weights(2, x)));
    }

    private static Optimizer.Builder builder() {
        return Optimizer.builder(new Parameters(), new AdamW());
    }

    /** Sets an option of a group. */
    private static DoubleFunction<?> group(ObjDoubleConsumer<GroupOptions> set) {
        return x -> builder().group("*", options -> set.accept(options, x));
    }

    private static List<Hyper> ofBuilders() {
        return List.of(
                new Hyper(
                        "Builder",
                        "learningRate",
                        Range.AT_LEAST_0,
                        x -> builder().learningRate(x)),
                new Hyper(
                        "Builder",
                        "weightDecay",
                        Range.AT_LEAST_0,
                        x -> builder().weightDecay(x)),
                new Hyper("Builder", "maxNorm", Range.ABOVE_0, x -> builder().clipGlobalNorm(x)),
                new Hyper("Builder", "maxValue", Range.ABOVE_0, x -> builder().clipValue(x)),
                new Hyper(
                        "Builder",
                        "gradientScale",
                        Range.ABOVE_0,
                        x -> builder().gradientScale(x)),
                new Hyper("GroupOptions", "learningRate", Range.AT_LEAST_0, group(GroupOptions::learningRate)),
                new Hyper("GroupOptions", "rateFactor", Range.AT_LEAST_0, group(GroupOptions::rateFactor)),
                new Hyper("GroupOptions", "weightDecay", Range.AT_LEAST_0, group(GroupOptions::weightDecay)),
                new Hyper("Average, ema", "decay", Range.DECAY_RATE, Average::ema),
                new Hyper("Average, debiased", "decay", Range.DECAY_RATE, Average::debiasedEma),
                new Hyper("Average, warmed up", "decay", Range.DECAY_RATE, x -> Average.warmedUpEma(x, 1, 1)),
                new Hyper("Average, warmed up", "gamma", Range.ABOVE_0, x -> Average.warmedUpEma(0.9, x, 1)),
                new Hyper("Average, warmed up", "power", Range.ABOVE_0, x -> Average.warmedUpEma(0.9, 1, x)),
                new Hyper("Average, counted", "decay", Range.DECAY_RATE, Average::countedEma),
                new Hyper("WeightDecay, coupled", "weightDecay", Range.AT_LEAST_0, WeightDecay::coupled),
                new Hyper("WeightDecay, decoupled", "weightDecay", Range.AT_LEAST_0, WeightDecay::decoupled),
                new Hyper(
                        "WeightDecay, withRate",
                        "weightDecay",
                        Range.AT_LEAST_0,
                        x -> WeightDecay.coupled(0).withRate(x)));
    }

    static Stream<Wrong> hyperParameters() {
        return Stream.concat(ofRules().stream(), ofBuilders().stream()).flatMap(Hyper::wrong);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hyperParameters")
    void aHyperParameterOutOfRangeIsNamedWithItsRangeAndItsValue(Wrong wrong) {
        assertRefused(wrong);
    }

    @Test
    void everyNumberOfEveryRuleIsInTheTable() {
        Set<String> numbers = new TreeSet<>();
        for (Rule rule : Rules.all().values()) {
            for (RecordComponent component : rule.getClass().getRecordComponents()) {
                if (component.getType() == double.class) {
                    numbers.add(rule.getClass().getSimpleName() + " " + component.getName());
                }
            }
        }
        Set<String> inTheTable = new TreeSet<>();
        ofRules().forEach(hyper -> inTheTable.add(hyper.owner() + " " + hyper.name()));
        assertEquals(numbers, inTheTable);
    }

    // ------------------------------------------------------------------------------------ options

    private static void build(UnaryOperator<Optimizer.Builder> options, String... names) {
        try (Parameters parameters = new Parameters()) {
            for (String name : names) {
                parameters.add(name, 3);
            }
            options.apply(Optimizer.builder(parameters, new AdamW()).backend("scalar"))
                    .build()
                    .close();
        }
    }

    private static void nothing(GroupOptions options) {}

    static Stream<Wrong> options() {
        return Stream.of(
                argument(
                        "Nesterov without momentum",
                        "nesterov needs momentum above 0 and dampening 0, got momentum 0.0 and dampening 0.0",
                        () -> new Sgd().nesterov(true)),
                argument(
                        "Nesterov with dampening",
                        "nesterov needs momentum above 0 and dampening 0, got momentum 0.9 and dampening 0.1",
                        () -> new Sgd().momentum(0.9).dampening(0.1).nesterov(true)),
                argument(
                        "no threads",
                        "threads must be at least 1, got 0",
                        () -> builder().threads(0)),
                argument(
                        "no batch",
                        "microBatches must be at least 1, got 0",
                        () -> builder().accumulate(0)),
                argument(
                        "fewer than no batch",
                        "microBatches must be at least 1, got -2",
                        () -> builder().accumulate(-2)),
                argument(
                        "an average from the step before the first",
                        "from must be at least 1, got 0",
                        () -> Average.uniform().from(0)),
                argument(
                        "an average that is never updated",
                        "every must be at least 1, got 0",
                        () -> Average.uniform().every(0)),
                argument(
                        "an unknown backend",
                        "lanewise.backend must be auto, simd or scalar, got gpu",
                        () -> build(builder -> builder.backend("gpu"), "w")),
                argument(
                        "an unknown backend in capitals",
                        "lanewise.backend must be auto, simd or scalar, got SCALAR",
                        () -> build(builder -> builder.backend("SCALAR"), "w")),
                argument(
                        "five lanes",
                        "lanewise.lanes must be 4, 8 or 16, got 5",
                        () -> build(builder -> builder.lanes(5), "w")),
                argument(
                        "five lanes of any backend",
                        "lanewise.lanes must be 4, 8 or 16, got 5",
                        () -> build(builder -> builder.backend("auto").lanes(5), "w")),
                argument(
                        "no parameters",
                        "an optimizer needs at least one parameter, got none; add them to the Parameters before build()",
                        () -> build(builder -> builder)),
                argument(
                        "no parameters, but a group",
                        "an optimizer needs at least one parameter, got none; add them to the Parameters before build()",
                        () -> build(builder -> builder.group("*", BadInputTest::nothing))),
                argument(
                        "a group that matches none",
                        "a group must have parameters, but *.bais matches none; there are a.weight, a.bias",
                        () -> build(builder -> builder.group("*.bais", BadInputTest::nothing), "a.weight", "a.bias")),
                argument(
                        "a group that matches none of many",
                        "a group must have parameters, but x matches none; there are a, b, c, d, e, f, g, h and 2 more",
                        () -> build(
                                builder -> builder.group("x", BadInputTest::nothing),
                                "a",
                                "b",
                                "c",
                                "d",
                                "e",
                                "f",
                                "g",
                                "h",
                                "i",
                                "j")),
                argument(
                        "a parameter in two groups",
                        "every parameter must be in one group, but a.bias is in *.bias and in a.*; make the patterns"
                                + " disjoint",
                        () -> build(
                                builder -> builder.group("*.bias", BadInputTest::nothing)
                                        .group("a.*", BadInputTest::nothing),
                                "a.weight",
                                "a.bias")),
                argument(
                        "two groups of one name",
                        "the name of a group must be unique, got mine twice",
                        () -> build(
                                builder -> builder.group("mine", name -> name.equals("a"), BadInputTest::nothing)
                                        .group("mine", name -> name.equals("b"), BadInputTest::nothing),
                                "a",
                                "b")),
                argument(
                        "a group with the default group's name",
                        "the name of a group must be unique, got default twice",
                        () -> build(
                                builder -> builder.group("default", name -> name.equals("a"), BadInputTest::nothing),
                                "a",
                                "b")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void anOptionThatCannotBeIsRefused(Wrong wrong) {
        assertRefused(wrong);
    }

    /** core's tests run without lanewise-simd. */
    @Test
    void aBackendThatWasAskedForByNameIsNeverReplacedInSilence() {
        assertRefused(state(
                "simd where there is none",
                "the simd backend was asked for by name and can't run: lanewise-simd is not on the module path or class"
                        + " path; add that dependency",
                () -> build(builder -> builder.backend("simd"), "w")));
    }

    // ---------------------------------------------------------------------------- shapes and memory

    private static MemorySegment shared(long bytes) {
        return Arena.ofAuto().allocate(bytes, 64);
    }

    private static Tensor closed(long... shape) {
        try (Arena arena = Arena.ofShared()) {
            return Tensor.allocate(arena, shape);
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment large(long elements) {
        return MemorySegment.NULL.reinterpret(elements * Float.BYTES);
    }

    private static final String CLOSED =
            " must lie in living memory, got memory whose arena is closed; keep the arena open as long as the parameter is"
                    + " used";
    private static final String CONFINED =
            " must be open to all threads, got memory of a confined arena; allocate it in Arena.ofShared() or"
                    + " Arena.ofAuto()";

    static Stream<Wrong> tensors() {
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        String heap = "a tensor's memory must be off-heap, got a heap segment; allocate the tensor and use"
                + " copyFrom(float[])";
        return Stream.of(
                argument(
                        "a negative length",
                        "the lengths of a shape must be at least 0, got [2 × -3]",
                        () -> Tensor.allocate(Arena.ofAuto(), 2, -3)),
                argument(
                        "a negative length behind an empty axis",
                        "the lengths of a shape must be at least 0, got [0 × -1]",
                        () -> Tensor.elements(0, -1)),
                argument(
                        "over 2^60 elements",
                        "a tensor must have at most 2^60 elements, got shape [2147483648 × 1073741824]",
                        () -> Tensor.allocate(Arena.ofAuto(), 1L << 31, 1L << 30)),
                argument(
                        "so many elements that their number overflows",
                        "a tensor must have at most 2^60 elements, got shape [4294967296 × 4294967296 × 2]",
                        () -> Tensor.elements(1L << 32, 1L << 32, 2)),
                argument("a segment of the heap", heap, () -> Tensor.wrap(MemorySegment.ofArray(new float[6]), 2, 3)),
                argument("a buffer of the heap", heap, () -> Tensor.wrap(ByteBuffer.allocate(24), 2, 3)),
                argument(
                        "a buffer of the other byte order",
                        "a tensor's buffer must be in native byte order, " + ByteOrder.nativeOrder() + ", got " + other
                                + "; call order(ByteOrder.nativeOrder()) on it",
                        () -> Tensor.wrap(ByteBuffer.allocateDirect(24).order(other), 2, 3)),
                argument(
                        "misaligned memory",
                        "a tensor's memory must be aligned to 4 bytes, got an address that is 1 past; allocate with"
                                + " ValueLayout.JAVA_FLOAT",
                        () -> Tensor.wrap(shared(32).asSlice(1, 24), 2, 3)),
                argument(
                        "a misaligned buffer",
                        "a tensor's memory must be aligned to 4 bytes, got an address that is 2 past; allocate with"
                                + " ValueLayout.JAVA_FLOAT",
                        () -> Tensor.wrap(
                                ByteBuffer.allocateDirect(32)
                                        .order(ByteOrder.nativeOrder())
                                        .position(2)
                                        .limit(26),
                                2,
                                3)),
                argument(
                        "memory that is too short",
                        "a tensor of shape [2 × 3] must have 24 bytes of memory, got 20; take the right slice with"
                                + " asSlice",
                        () -> Tensor.wrap(shared(20), 2, 3)),
                argument(
                        "memory that is too long",
                        "a tensor of shape [2 × 3] must have 24 bytes of memory, got 28; take the right slice with"
                                + " asSlice",
                        () -> Tensor.wrap(shared(28), 2, 3)),
                argument(
                        "a buffer with the wrong limit",
                        "a tensor of shape [] must have 4 bytes of memory, got 8; take the right slice with asSlice",
                        () -> Tensor.wrap(ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()))),
                argument(
                        "an array that is too long",
                        "the array must have 6 elements for shape [2 × 3], got 7",
                        () -> Tensor.allocate(Arena.ofAuto(), 2, 3).copyFrom(new float[7])),
                argument(
                        "an array that is too short to copy to",
                        "the array must have 6 elements for shape [2 × 3], got 5",
                        () -> Tensor.allocate(Arena.ofAuto(), 2, 3).copyTo(new float[5])),
                argument(
                        "a tensor that no array holds",
                        "an array must have at most 2147483639 elements, got a tensor of 2147483648; read it through segment()",
                        () -> Tensor.wrap(large(1L << 31), 1L << 31).toArray()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensors")
    void aTensorThatCannotBeIsRefused(Wrong wrong) {
        assertRefused(wrong);
    }

    /** The parameters p, q (without a gradient) and what is asked of them. */
    record Request(String what, Class<? extends Throwable> type, String message, Consumer<Parameters> input) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Request asked(String what, String message, Consumer<Parameters> input) {
        return new Request(what, IllegalArgumentException.class, message, input);
    }

    static Stream<Request> requests() {
        Arena confined = Arena.ofConfined();
        String own = " must have memory of its own, but overlaps the ";
        String slice = "; give each tensor its own slice";
        return Stream.of(
                asked("a name twice", "the name of a parameter must be unique, got p twice", all -> all.add("p", 3)),
                asked(
                        "a name twice, over memory",
                        "the name of a parameter must be unique, got p twice",
                        all -> all.add("p", Tensor.wrap(shared(12), 3))),
                asked("a blank name", "the name of a parameter must not be blank, got \" \"", all -> all.add(" ", 3)),
                asked("an unknown name", "there is no parameter r; there are p, q", all -> all.get("r")),
                asked(
                        "a negative length",
                        "the lengths of a shape must be at least 0, got [-1]",
                        all -> all.add("r", -1)),
                asked(
                        "over 2^60 elements",
                        "a tensor must have at most 2^60 elements, got shape [1152921504606846977]",
                        all -> all.add("r", (1L << 60) + 1)),
                asked(
                        "a gradient of another shape",
                        "the gradient of p must have the shape of its value, fp32 tensor [2 × 3], got fp32 tensor [3 × 2]",
                        all -> all.get("p").setGradient(Tensor.wrap(shared(24), 3, 2))),
                asked(
                        "a flat gradient",
                        "the gradient of p must have the shape of its value, fp32 tensor [2 × 3], got fp32 tensor [6]",
                        all -> all.get("p").setGradient(Tensor.wrap(shared(24), 6))),
                asked(
                        "a gradient of another shape from the start",
                        "the gradient of r must have the shape of its value, fp32 tensor [3], got fp32 tensor [4]",
                        all -> all.add("r", Tensor.wrap(shared(12), 3), Tensor.wrap(shared(16), 4))),
                new Request(
                        "a gradient that is not there",
                        IllegalStateException.class,
                        "q has no gradient; give it one with setGradient",
                        all -> all.get("q").gradient()),
                new Request(
                        "null for a gradient",
                        NullPointerException.class,
                        "gradient",
                        all -> all.get("p").setGradient(null)),
                new Request(
                        "a value in a closed arena",
                        IllegalStateException.class,
                        "the value of r" + CLOSED,
                        all -> all.add("r", closed(3))),
                new Request(
                        "a gradient in a closed arena from the start",
                        IllegalStateException.class,
                        "the gradient of r" + CLOSED,
                        all -> all.add("r", Tensor.wrap(shared(12), 3), closed(3))),
                new Request(
                        "a gradient in a closed arena",
                        IllegalStateException.class,
                        "the gradient of p" + CLOSED,
                        all -> all.get("p").setGradient(closed(2, 3))),
                asked(
                        "a value in a confined arena",
                        "the value of r" + CONFINED,
                        all -> all.add("r", Tensor.allocate(confined, 3))),
                asked(
                        "a gradient in a confined arena",
                        "the gradient of p" + CONFINED,
                        all -> all.get("p").setGradient(Tensor.allocate(confined, 2, 3))),
                asked(
                        "a read-only value",
                        "the value of r must be writable, got read-only memory; pass the segment itself, not"
                                + " asReadOnly()",
                        all -> all.add("r", Tensor.wrap(shared(12).asReadOnly(), 3))),
                asked(
                        "a read-only buffer",
                        "the value of r must be writable, got read-only memory; pass the segment itself, not"
                                + " asReadOnly()",
                        all -> all.add(
                                "r",
                                Tensor.wrap(
                                        ByteBuffer.allocateDirect(12)
                                                .asReadOnlyBuffer()
                                                .order(ByteOrder.nativeOrder()),
                                        3))),
                asked(
                        "the same value twice",
                        "the value of r" + own + "value of p" + slice,
                        all -> all.add("r", all.get("p").value())),
                asked("a value that overlaps by one element", "the value of s" + own + "value of r" + slice, all -> {
                    MemorySegment block = shared(20);
                    all.add("r", Tensor.wrap(block.asSlice(8, 12), 3));
                    all.add("s", Tensor.wrap(block.asSlice(0, 12), 3));
                }),
                asked(
                        "a value that overlaps by its first element",
                        "the value of s" + own + "value of r" + slice,
                        all -> {
                            MemorySegment block = shared(20);
                            all.add("r", Tensor.wrap(block.asSlice(0, 12), 3));
                            all.add("s", Tensor.wrap(block.asSlice(8, 12), 3));
                        }),
                asked("a value around another", "the value of s" + own + "value of r" + slice, all -> {
                    MemorySegment block = shared(20);
                    all.add("r", Tensor.wrap(block.asSlice(8, 4), 1));
                    all.add("s", Tensor.wrap(block, 5));
                }),
                asked(
                        "a value as its own gradient",
                        "the gradient of p" + own + "value of p" + slice,
                        all -> all.get("p").setGradient(all.get("p").value())),
                asked(
                        "a gradient for two parameters",
                        "the gradient of q" + own + "gradient of p" + slice,
                        all -> all.get("q").setGradient(all.get("p").gradient())),
                asked(
                        "a gradient in another's value",
                        "the gradient of r" + own + "value of p" + slice,
                        all -> all.add(
                                "r", Tensor.wrap(shared(24), 2, 3), all.get("p").value())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void parametersRefuseWhatCannotBe(Request request) {
        try (Model model = new Model().with("p", 2, 3).with("q", 2, 3).gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            model.get("q").removeGradient();
            optimizer.step();
            Bits before = Bits.of(model.parameters, optimizer);
            Tensor gradient = model.gradient("p");
            assertEquals(
                    request.message(),
                    assertThrows(request.type(), () -> request.input().accept(model.parameters))
                            .getMessage());
            Bits after = Bits.of(model.parameters, optimizer);
            Bits.assertSame(before.of("p"), after.of("p"));
            Bits.assertSame(before.of("q"), after.of("q"));
            assertEquals(gradient, model.gradient("p"), "the old gradient is still in place");
            assertThrows(IllegalArgumentException.class, () -> model.get("s"), "what was refused is not half there");
        }
    }

    @Test
    void whatWasRefusedIsNotHalfThere() {
        try (Parameters parameters = new Parameters()) {
            Tensor value = Tensor.wrap(shared(12), 3);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> parameters.add("w", value, Tensor.allocate(Arena.ofAuto(), 4)));
            assertEquals(0, parameters.all().size());
            parameters.add("w", value, Tensor.allocate(Arena.ofAuto(), 3));
            assertEquals(1, parameters.all().size());
        }
    }

    @Test
    void closedParametersTakeNoMore() {
        Parameters parameters = new Parameters();
        parameters.close();
        String message = "the parameters must be open, but they were closed; make others";
        assertRefused(state("a shape", message, () -> parameters.add("w", 3)));
        assertRefused(state("memory", message, () -> parameters.add("w", Tensor.wrap(shared(12), 3))));
        assertEquals(0, parameters.all().size());
    }

    // ------------------------------------------------------------------------------------ programs

    private static Rule setting(Expr value) {
        Program program = Program.empty().set(Slot.PARAMETER, value);
        return () -> program;
    }

    /** c₁·g + c₂·g + …, added in pairs, so that the expression is wide and not deep. */
    private static Expr wide(int terms) {
        List<Expr> sums = new ArrayList<>();
        for (int i = 0; i < terms; i++) {
            sums.add(Expr.scalar("c", i).times(Expr.read(Slot.GRADIENT)));
        }
        while (sums.size() > 1) {
            for (int i = 0; i < sums.size(); i++) {
                sums.set(i, sums.get(i).plus(sums.remove(i + 1)));
            }
        }
        return sums.getFirst();
    }

    /** θ + g + g + …, as a loop would build it. */
    private static Expr deep(int terms) {
        Expr sum = Expr.read(Slot.PARAMETER);
        for (int i = 0; i < terms; i++) {
            sum = sum.plus(Expr.read(Slot.GRADIENT));
        }
        return sum;
    }

    static Stream<Expr> tooLong() {
        return Stream.of(wide(512), deep(6000), wide(1 << 14));
    }

    /** HotSpot's limit, the JVM's limit of 64 KiB, and the depth of the stack are all one to the caller. */
    @ParameterizedTest
    @MethodSource("tooLong")
    void aProgramTooLongForAKernelIsRefused(Expr value) {
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", 3);
            Optimizer.Builder builder =
                    Optimizer.builder(parameters, setting(value)).backend("scalar");
            String message =
                    assertThrows(IllegalArgumentException.class, builder::build).getMessage();
            assertTrue(
                    message.matches("a kernel must have at most 8000 bytes of bytecode in a method, which is all that"
                            + " HotSpot compiles, got .*; shorten the rule's program"),
                    message);
        }
    }

    // ----------------------------------------------------------------------------- at the step itself

    /** Refused, and every bit as it was; and the step after, with all well again, is taken. */
    private static void assertRefusedUntouched(
            Model model, Optimizer optimizer, Class<? extends Throwable> type, String message, Executable input) {
        Bits before = Bits.of(model.parameters, optimizer);
        long steps = optimizer.report().step();
        assertEquals(message, assertThrows(type, input).getMessage());
        Bits.assertSame(before, Bits.of(model.parameters, optimizer));
        assertEquals(steps, optimizer.report().step());
    }

    @Test
    void aStepWithoutAnyGradientIsRefused() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            optimizer.step();
            model.parameters.all().forEach(Parameter::removeGradient);
            assertRefusedUntouched(
                    model,
                    optimizer,
                    IllegalStateException.class,
                    "a step needs a gradient, but none of the 4 parameters has one; give them with setGradient",
                    optimizer::step);
        }
    }

    @Test
    void aGradientWhoseArenaWasClosedIsRefusedBeforeAnythingIsWritten() {
        for (boolean clipped : new boolean[] {false, true}) {
            try (Model model = Model.small().gradients(1);
                    Optimizer optimizer = clipped
                            ? model.builder(new AdamW()).clipGlobalNorm(1).build()
                            : model.builder(new AdamW()).build()) {
                optimizer.step();
                try (Arena arena = Arena.ofShared()) {
                    model.get("b.bias").setGradient(Tensor.allocate(arena, 17));
                    optimizer.step();
                }
                assertRefusedUntouched(
                        model,
                        optimizer,
                        IllegalStateException.class,
                        "the gradient of b.bias" + CLOSED,
                        optimizer::step);
                model.get("b.bias").removeGradient();
                assertEquals(3, optimizer.step().step());
            }
        }
    }

    @Test
    void aValueWhoseArenaWasClosedIsRefusedBeforeAnythingIsWritten() {
        try (Model model = Model.small().gradients(1)) {
            Arena arena = Arena.ofShared();
            Parameter z = model.parameters.add("z", Tensor.allocate(arena, 17));
            try (Optimizer optimizer = model.builder(new AdamW()).build()) {
                optimizer.step();
                Bits before = Bits.of(model.parameters, optimizer);
                arena.close();
                assertRefused(state("closed", "the value of z" + CLOSED, optimizer::step));
                for (String name : List.of("a.weight", "a.bias", "b.weight", "b.bias")) {
                    assertOthersUntouched(before, model, optimizer, name);
                }
                z.removeGradient();
                assertEquals(2, optimizer.step().step(), "what takes no part may be closed");
            }
        }
    }

    private static void assertOthersUntouched(Bits before, Model model, Optimizer optimizer, String name) {
        int[] want = before.byName().get(name);
        for (int i = 0; i < want.length; i++) {
            assertEquals(want[i], Float.floatToRawIntBits(model.value(name).get(i)), name);
        }
        for (String symbol : List.of("m", "v")) {
            want = before.byName().get(symbol + " of " + name);
            for (int i = 0; i < want.length; i++) {
                assertEquals(
                        want[i],
                        Float.floatToRawIntBits(optimizer.state(name, symbol).get(i)),
                        symbol + " of " + name);
            }
        }
    }

    /** It has no gradient in this batch, but had one in the batch before, so the step is to move it. */
    @Test
    void aClosedValueThatIsStillToMoveIsRefusedBeforeAnythingIsWritten() {
        try (Model model = Model.small().gradients(1)) {
            Arena arena = Arena.ofShared();
            Parameter z = model.parameters.add("z", Tensor.allocate(arena, 17));
            try (Optimizer optimizer = model.builder(new AdamW()).accumulate(2).build()) {
                optimizer.step();
                Bits before = Bits.of(model.parameters, optimizer);
                z.removeGradient();
                arena.close();
                assertRefused(state("closed", "the value of z" + CLOSED, optimizer::step));
                for (String name : List.of("a.weight", "a.bias", "b.weight", "b.bias")) {
                    assertOthersUntouched(before, model, optimizer, name);
                }
            }
        }
    }

    @Test
    void parametersThatWereClosedFirstAreRefused() {
        Parameters parameters = new Parameters();
        parameters.add("w", 3);
        try (Optimizer optimizer =
                Optimizer.builder(parameters, new Sgd()).backend("scalar").build()) {
            parameters.close();
            assertRefused(state("step", "the value of w" + CLOSED, optimizer::step));
        }
        assertRefused(state(
                "build",
                "the value of w" + CLOSED,
                () -> Optimizer.builder(parameters, new Sgd()).backend("scalar").build()));
    }

    static Stream<Wrong> schedules() {
        String rest = " at step 1; nothing was changed: mend the schedule";
        String start = "the learning rate of group b.* must be at least 0 and at most 3.4e38, got ";
        return Stream.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1e-9)
                .map(rate -> state("" + rate, start + rate + rest, () -> {
                    try (Model model = Model.small().gradients(1);
                            Optimizer optimizer = model.builder(new AdamW())
                                    .clipGlobalNorm(1)
                                    .group("b.*", group -> group.learningRate(step -> step == 1 ? rate : 0.1))
                                    .build()) {
                        optimizer.step();
                        Bits before = Bits.of(model.parameters, optimizer);
                        try {
                            optimizer.step();
                        } finally {
                            Bits.assertSame(before, Bits.of(model.parameters, optimizer));
                            assertEquals(1, optimizer.report().step());
                        }
                    }
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("schedules")
    void aScheduleThatGivesNoRateIsRefusedWithItsGroupAndStep(Wrong wrong) {
        assertRefused(wrong);
    }

    @Test
    void aScheduleThatThrowsIsHeardAndNothingIsChanged() {
        boolean[] broken = {false};
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW())
                        .learningRate(step -> {
                            if (broken[0]) {
                                throw new UnsupportedOperationException("no rate today");
                            }
                            return 0.1;
                        })
                        .build()) {
            optimizer.step();
            broken[0] = true;
            assertRefusedUntouched(
                    model, optimizer, UnsupportedOperationException.class, "no rate today", optimizer::step);
            broken[0] = false;
            assertEquals(2, optimizer.step().step());
        }
    }

    /** What another thread does while a step is under way, held up in its schedule. */
    private static String whileStepping(Consumer<Optimizer> other) throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        AtomicReference<Throwable> inStep = new AtomicReference<>();
        String message;
        try (Model model = Model.small().gradients(1);
                Model undisturbed = Model.small().gradients(1)) {
            Optimizer optimizer = model.builder(new AdamW())
                    .learningRate(step -> {
                        entered.countDown();
                        try {
                            assertTrue(answered.await(60, TimeUnit.SECONDS));
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return 0.1;
                    })
                    .build();
            Thread stepper = new Thread(optimizer::step, "the stepper");
            stepper.setUncaughtExceptionHandler((_, e) -> inStep.set(e));
            stepper.start();
            assertTrue(entered.await(60, TimeUnit.SECONDS));
            try {
                message = assertThrows(IllegalStateException.class, () -> other.accept(optimizer))
                        .getMessage();
            } finally {
                answered.countDown();
                stepper.join();
            }
            assertEquals(null, inStep.get(), "the step that was under way is taken");
            try (Optimizer ofUndisturbed =
                    undisturbed.builder(new AdamW()).learningRate(0.1).build()) {
                ofUndisturbed.step();
                Bits.assertSame(Bits.of(undisturbed.parameters, ofUndisturbed), Bits.of(model.parameters, optimizer));
            }
            optimizer.close();
        }
        return message;
    }

    static Stream<Consumer<Optimizer>> uses() {
        return Stream.of(
                Optimizer::step,
                Optimizer::zeroGrad,
                optimizer -> optimizer.addGroup("x", BadInputTest::nothing),
                optimizer -> optimizer.close());
    }

    @ParameterizedTest
    @MethodSource("uses")
    void oneThreadAtATimeMayUseAnOptimizer(Consumer<Optimizer> use) throws InterruptedException {
        assertEquals(
                "one thread at a time may use an optimizer, but the stepper is in it while "
                        + Thread.currentThread().getName() + " calls; let one thread do the steps",
                whileStepping(use));
    }

    @Test
    void aStepWithinAStepIsRefused() {
        Optimizer[] self = new Optimizer[1];
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW())
                        .learningRate(step -> self[0].step().learningRate())
                        .build()) {
            self[0] = optimizer;
            String name = Thread.currentThread().getName();
            assertRefusedUntouched(
                    model,
                    optimizer,
                    IllegalStateException.class,
                    "one thread at a time may use an optimizer, but " + name + " is in it while " + name
                            + " calls; let one thread do the steps",
                    optimizer::step);
        }
    }

    static Stream<Consumer<Optimizer>> usesOfAnOpenOptimizer() {
        return Stream.of(
                Optimizer::step,
                Optimizer::zeroGrad,
                optimizer -> optimizer.addGroup("x", BadInputTest::nothing),
                optimizer -> optimizer.state("a.bias", "m"));
    }

    @ParameterizedTest
    @MethodSource("usesOfAnOpenOptimizer")
    void aClosedOptimizerIsOfNoUse(Consumer<Optimizer> use) {
        try (Model model = Model.small()) {
            Optimizer optimizer = model.builder(new AdamW()).build();
            optimizer.close();
            Bits before = Bits.ofWeights(model.parameters);
            assertRefused(state(
                    "closed",
                    "the optimizer must be open, but it was closed; build another",
                    () -> use.accept(optimizer)));
            Bits.assertSame(before, Bits.ofWeights(model.parameters));
        }
    }

    @Test
    void unknownNamesAreAnsweredWithTheKnownOnes() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new AdamW())
                        .group("*.bias", group -> group.rule(new Sgd()))
                        .build()) {
            assertRefused(argument(
                    "parameter",
                    "the optimizer has no parameter c; there are a.weight, a.bias, b.weight, b.bias",
                    () -> optimizer.state("c", "m")));
            assertRefused(argument(
                    "state",
                    "a.weight has no state momentum; it has [m, v]",
                    () -> optimizer.state("a.weight", "momentum")));
            assertRefused(argument(
                    "state of a rule without",
                    "a.bias has no state m; it has []",
                    () -> optimizer.state("a.bias", "m")));
            assertRefused(argument(
                    "group",
                    "there is no group b; there are [default, *.bias]",
                    () -> optimizer.report().learningRate("b")));
            assertRefused(argument(
                    "group to add",
                    "a group must have parameters, but c.* matches none; there are a.weight, a.bias, b.weight, b.bias",
                    () -> optimizer.addGroup("c.*", BadInputTest::nothing)));
            assertRefused(argument(
                    "group to add over others",
                    "every parameter must be in one group, but a.weight is in default and in a.*; make the patterns"
                            + " disjoint",
                    () -> optimizer.addGroup("a.*", BadInputTest::nothing)));
        }
    }

    @Test
    void aGradientThatCannotBeClearedLeavesAllGradientsAsTheyAre() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            float first = model.gradient("a.weight").get(0);
            model.get("b.bias").setGradient(Tensor.wrap(shared(17 * 4).asReadOnly(), 17));
            assertRefused(state(
                    "read-only",
                    "the gradient of b.bias must be writable to be set to zero, got read-only memory; clear it where it"
                            + " is written",
                    optimizer::zeroGrad));
            assertEquals(first, model.gradient("a.weight").get(0));
            try (Arena arena = Arena.ofShared()) {
                model.get("b.bias").setGradient(Tensor.allocate(arena, 17));
            }
            assertRefused(state("closed", "the gradient of b.bias" + CLOSED, optimizer::zeroGrad));
            assertEquals(first, model.gradient("a.weight").get(0));
        }
    }
}
