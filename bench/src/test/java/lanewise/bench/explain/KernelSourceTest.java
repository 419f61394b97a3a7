package lanewise.bench.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleSettings;
import lanewise.kernel.Backends;
import lanewise.kernel.Scratch;
import lanewise.program.Average;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Scalars;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is printed compiles, and does what the engine's own kernels do. */
class KernelSourceTest {
    private static final int[] WIDTHS = {1, 4, 8, 16};

    private static final Shape MATRIX = Shape.of(9, 13);

    /** Each kind of tail. */
    private static final int[] LENGTHS = {0, 1, 16, 53, 103};

    private static final int SIZE = 160;

    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -1e-40f,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        1f,
        -1f,
        3e38f,
        -1e25f,
        1e-25f,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    private static final Map<String, Program> PROGRAMS = programs();
    private static Map<String, Class<?>> classes = Map.of();

    /** Every rule alone and with everything around it, options that change a program, and expressions by chance. */
    private static Map<String, Program> programs() {
        OptionalDouble bound = OptionalDouble.of(0.5);
        Extras everything = Extras.DEFAULT
                .decay(Extras.Decay.COUPLED)
                .maximize(true)
                .scaled(true)
                .accumulated(true)
                .clipValue(bound)
                .clipNorm(bound)
                .observeNorm(true)
                .checkFinite(true)
                .flushSubnormals(false)
                .average(Optional.of(Average.countedEma(0.9)));
        Map<String, Program> programs = new LinkedHashMap<>();
        for (RuleCatalog.Entry entry : RuleCatalog.all()) {
            Rule rule = entry.defaults().get();
            Extras alone = Extras.DEFAULT.decay(rule.weightDecay().where());
            programs.put(entry.name(), alone.applyTo(rule.program()));
            programs.put(entry.name() + " with everything", everything.applyTo(rule.program()));
            Program ofMatrices = rule.forShape(MATRIX).program();
            if (ofMatrices.isByRows()) {
                programs.put(entry.name() + " of matrices", alone.applyTo(ofMatrices));
                programs.put(entry.name() + " of matrices with everything", everything.applyTo(ofMatrices));
            }
            if (!rule.hessianUpdate().equals(Program.empty())) {
                programs.put(entry.name() + " Hessian", everything.ofHessian().applyTo(rule.hessianUpdate()));
            }
            if (!rule.evaluation().equals(Program.empty())) {
                programs.put(entry.name() + " evaluation", rule.evaluation());
            }
        }
        programs.put("average evaluation", everything.evaluation(Program.empty()));
        programs.put(
                "average now and then",
                Extras.DEFAULT
                        .average(Optional.of(Average.uniform().from(5).every(2)))
                        .applyTo(RuleCatalog.of("adam").defaults().get().program()));
        Stream.of(
                        "momentum nesterov=true rateInVelocity=true",
                        "momentum dampening=0.1",
                        "adagrad rateDecay=0.01 epsilonInRoot=true",
                        "rmsprop centered=true momentum=0.9 epsilonInRoot=true",
                        "rmsprop momentum=0.9 rateInVelocity=true",
                        "adam epsilonHat=true",
                        "lars sgd.nesterov=true clipTrust=true alwaysAdapt=true",
                        "lamb biasCorrection=false maxWeightNorm=10 maxTrust=1 alwaysAdapt=true",
                        "adafactor epsilonAdded=true scaledDecay=true beta1=0.9",
                        "adafactor relativeStep=false scaleParameter=false clipThreshold=Infinity",
                        "sophia-h biasCorrection=true",
                        "schedule-free-sgd warmup=5 power=1.5 stepPower=0.5")
                .forEach(line -> {
                    List<String> words = List.of(line.split(" ", -1));
                    Rule rule = RuleCatalog.of(words.getFirst()).defaults().get();
                    rule = RuleSettings.with(rule, words.subList(1, words.size()));
                    programs.put(
                            line, Extras.DEFAULT.applyTo(rule.forShape(MATRIX).program()));
                });
        for (int seed = 0; seed < 40; seed++) {
            programs.put("by chance, seed " + seed, byChance(new Random(seed)));
            programs.put("by chance and by rows, seed " + seed, byChanceByRows(new Random(seed)));
        }
        return programs;
    }

    /** Values of rows, columns and matrices too, each worked out from the others. */
    private static Program byChanceByRows(Random random) {
        Slot row = Slot.state("R", Extent.ROW);
        Slot column = Slot.state("C", Extent.COLUMN);
        Slot tensor = Slot.state("W", Extent.TENSOR);
        List<Expr> known = new ArrayList<>(List.of(
                Expr.read(Slot.PARAMETER),
                Expr.read(row),
                Expr.read(Slot.GRADIENT),
                Expr.read(column),
                Expr.read(tensor),
                Scalars.LEARNING_RATE,
                Scalars.COLUMNS));
        for (int i = 0; i < 12; i++) {
            Expr value = anyCombination(random, known);
            known.add(value);
            switch (value.extent()) {
                case ELEMENT -> {
                    List<Extent> reaches = List.of(Extent.ROW, Extent.COLUMN, Extent.TENSOR);
                    known.add(value.sum(reaches.get(random.nextInt(reaches.size()))));
                }
                case ROW, COLUMN -> known.add(value.sum(Extent.MATRIX));
                case ALL, TENSOR, MATRIX -> {}
            }
        }
        return Program.empty()
                .set(row, last(known, Extent.ROW).flush())
                .set(column, last(known, Extent.COLUMN).flush())
                .set(tensor, last(known, Extent.TENSOR))
                .set(Slot.PARAMETER, combination(random, known));
    }

    private static Expr last(List<Expr> known, Extent extent) {
        return known.stream()
                .filter(expr -> expr.extent() == extent)
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    /** Any operation on anything, some of it shared, with a sum or two in front. */
    private static Program byChance(Random random) {
        Slot state = Slot.state("m");
        List<Expr> known = new ArrayList<>(List.of(
                Expr.read(Slot.PARAMETER),
                Expr.read(Slot.GRADIENT),
                Expr.read(state),
                Scalars.LEARNING_RATE,
                Expr.scalar("β₁", 0.9),
                // A name that Java has its own use for, and one that the loops have.
                Expr.scalar("float", 0.25),
                Expr.scalar("i", 0.75)));
        if (random.nextBoolean()) {
            known.add(combination(random, known).norm(Extent.TENSOR));
        }
        if (random.nextBoolean()) {
            known.add(combination(random, known).sum(Extent.ALL));
        }
        for (int i = 0; i < 25; i++) {
            known.add(combination(random, known));
        }
        return Program.empty()
                .let("class", known.get(known.size() - 2))
                .set(state, known.get(known.size() - 3).flush())
                .set(Slot.PARAMETER, known.getLast());
    }

    /** Of the latest values most of all, so that expressions grow deep; always one of elements. */
    private static Expr combination(Random random, List<Expr> known) {
        Expr.Apply any = anyCombination(random, known);
        if (any.extent() == Extent.ELEMENT) {
            return any;
        }
        List<Expr> x = new ArrayList<>(any.operands());
        x.set(random.nextInt(x.size()), known.getFirst());
        return new Expr.Apply(any.op(), x);
    }

    private static Expr.Apply anyCombination(Random random, List<Expr> known) {
        List<Op> ops = Arrays.stream(Op.values()).filter(op -> op != Op.POWER).toList();
        Op op = ops.get(random.nextInt(ops.size()));
        List<Expr> x = new ArrayList<>();
        for (int i = 0; i < op.arity(); i++) {
            int back = random.nextInt(random.nextBoolean() ? Math.min(4, known.size()) : known.size());
            x.add(known.get(known.size() - 1 - back));
        }
        return new Expr.Apply(op, x);
    }

    static Stream<String> names() {
        return PROGRAMS.keySet().stream();
    }

    private static String caseName(String program, int lanes) {
        return "Case" + List.copyOf(PROGRAMS.keySet()).indexOf(program) + "Of" + lanes;
    }

    @BeforeAll
    static void compileAll() throws ReflectiveOperationException {
        Map<String, String> sources = new LinkedHashMap<>();
        PROGRAMS.forEach((name, program) -> {
            for (int lanes : WIDTHS) {
                KernelSource source = new KernelSource(caseName(name, lanes), name, program, lanes);
                sources.put(source.className(), source.text());
            }
        });
        CompiledSources compiled = new CompiledSources(sources);
        Map<String, Class<?>> loaded = new LinkedHashMap<>();
        for (String name : sources.keySet()) {
            loaded.put(name, compiled.loadClass(name));
        }
        classes = loaded;
    }

    @ParameterizedTest
    @MethodSource("names")
    void theSourceGivesTheKernelsBits(String name) throws ReflectiveOperationException {
        List<Phase> phases = PROGRAMS.get(name).phases();
        for (int lanes : WIDTHS) {
            Class<?> printed = classes.get(caseName(name, lanes) + "Step");
            for (int pass = 0; pass < phases.size(); pass++) {
                String method = phases.size() == 1 ? "step" : "pass" + (pass + 1);
                Method step = Arrays.stream(printed.getDeclaredMethods())
                        .filter(each -> each.getName().equals(method))
                        .findFirst()
                        .orElseThrow();
                step.setAccessible(true);
                for (int length : LENGTHS) {
                    compare(
                            phases.get(pass),
                            lanes,
                            step,
                            length,
                            name + ", " + lanes + " lanes, " + method + ", length " + length);
                }
            }
        }
    }

    private static void compare(Phase phase, int lanes, Method step, int length, String what)
            throws ReflectiveOperationException {
        Random random = new Random(what.hashCode());
        float[] scalars = new float[phase.scalars().size()];
        for (int i = 0; i < scalars.length; i++) {
            scalars[i] = (float) random.nextGaussian();
        }
        float[][] data = new float[phase.streams().size()][SIZE];
        for (float[] stream : data) {
            for (int i = 0; i < SIZE; i++) {
                stream[i] = random.nextInt(4) == 0
                        ? SPECIAL[random.nextInt(SPECIAL.length)]
                        : (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9) - 6));
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] expected = segments(arena, data);
            MemorySegment[] got = segments(arena, data);
            double[] expectedSums = kernel(phase, lanes, expected, length, scalars);
            double[] gotSums =
                    lanes == 1 ? chunk(phase, step, got, length, scalars) : vectors(phase, step, got, length, scalars);
            for (int stream = 0; stream < expected.length; stream++) {
                // All NaNs are one: which of them comes out is not defined.
                assertArrayEquals(
                        bits(expected[stream]),
                        bits(got[stream]),
                        what + ", " + phase.streams().get(stream).symbol());
            }
            assertEquals(expectedSums.length, gotSums.length, what);
            for (int sum = 0; sum < gotSums.length; sum++) {
                assertEquals(
                        Double.doubleToLongBits(expectedSums[sum]),
                        Double.doubleToLongBits(gotSums[sum]),
                        what + ", sum " + sum);
            }
        }
    }

    private static MemorySegment[] segments(Arena arena, float[][] data) {
        return Arrays.stream(data)
                .map(stream -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, stream))
                .toArray(MemorySegment[]::new);
    }

    private static int[] bits(MemorySegment segment) {
        float[] values = segment.toArray(ValueLayout.JAVA_FLOAT);
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }

    /** The engine's own. */
    private static double[] kernel(Phase phase, int lanes, MemorySegment[] streams, int length, float[] scalars) {
        Backends.Choice choice = lanes == 1 ? Backends.choose("scalar", null) : Backends.choose("simd", lanes);
        Scratch scratch = new Scratch();
        scratch.reserve(phase.code());
        double[] sums = new double[phase.code().sums().size()];
        choice.backend().compile(phase.code(), lanes).run(streams, starts(phase), length, scalars, sums, 0, scratch);
        return sums;
    }

    /** There are values before and behind those that are touched, and no start is another's. */
    private static long start(Start start) {
        return switch (start) {
            case OWN -> 32;
            case COLUMN -> 16;
            case COLUMN_SUM -> 24;
        };
    }

    private static long[] starts(Phase phase) {
        return phase.streams().stream()
                .mapToLong(slot -> start(Start.of(phase, slot)))
                .toArray();
    }

    private static double[] vectors(Phase phase, Method step, MemorySegment[] streams, int length, float[] scalars)
            throws ReflectiveOperationException {
        List<Object> arguments = new ArrayList<>(List.of(streams));
        Start.of(phase).forEach(start -> arguments.add(start(start)));
        arguments.add(length);
        if (scalars.length > 0) {
            arguments.add(scalars);
        }
        Object sums = step.invoke(null, arguments.toArray());
        return phase.sums().isEmpty() ? new double[0] : (double[]) sums;
    }

    /** Copies as the scalar backend does, and adds up the terms in its order. */
    private static double[] chunk(Phase phase, Method step, MemorySegment[] streams, int length, float[] scalars)
            throws ReflectiveOperationException {
        long[] starts = starts(phase);
        List<Object> arguments = new ArrayList<>();
        for (int stream = 0; stream < streams.length; stream++) {
            arguments.add(streams[stream]
                    .asSlice(starts[stream] * Float.BYTES, (long) length * Float.BYTES)
                    .toArray(ValueLayout.JAVA_FLOAT));
        }
        List<float[]> terms = new ArrayList<>();
        phase.sums().forEach(_ -> terms.add(new float[length]));
        arguments.addAll(terms);
        arguments.add(length);
        if (scalars.length > 0) {
            arguments.add(scalars);
        }
        step.invoke(null, arguments.toArray());
        for (int stream = 0; stream < streams.length; stream++) {
            MemorySegment.copy(
                    (float[]) arguments.get(stream),
                    0,
                    streams[stream],
                    ValueLayout.JAVA_FLOAT,
                    starts[stream] * Float.BYTES,
                    length);
        }
        return terms.stream()
                .mapToDouble(term -> {
                    float[] lanes = new float[Scratch.LANES];
                    for (int i = 0; i < length; i++) {
                        lanes[i % Scratch.LANES] += term[i];
                    }
                    return Scratch.fold(lanes);
                })
                .toArray();
    }

    @Test
    void linesFitAPage() {
        PROGRAMS.forEach((name, program) -> {
            for (int lanes : name.startsWith("by chance") ? new int[0] : WIDTHS) {
                new KernelSource("AnyRule", name, program, lanes)
                        .text()
                        .lines()
                        // Formulas in the head are not broken, since Java has no say in them.
                        .filter(line -> !line.startsWith(" * "))
                        .forEach(line -> assertTrue(line.length() <= 120, line));
            }
        });
    }

    @Test
    void theLoopOfAdamReadsAsItsFormula() {
        Program program =
                Extras.DEFAULT.applyTo(RuleCatalog.of("adam").defaults().get().program());
        String source = new KernelSource("Adam", "an example", program, 8).text();
        String loop = """
                for (int i = 0; i < whole; i += 8) {
                    long offset = (from + i) << 2; // in bytes
                    FloatVector m = FloatVector.fromMemorySegment(SPECIES, mSegment, offset, ORDER);
                    FloatVector g = FloatVector.fromMemorySegment(SPECIES, gSegment, offset, ORDER);
                    FloatVector v = FloatVector.fromMemorySegment(SPECIES, vSegment, offset, ORDER);
                    FloatVector theta = FloatVector.fromMemorySegment(SPECIES, thetaSegment, offset, ORDER);
                    // m ← β₁·m + (1−β₁)·g
                    FloatVector newM = beta1.mul(m).add(oneMinusBeta1.mul(g));
                    // v ← β₂·v + (1−β₂)·g²
                    FloatVector newV = beta2.mul(v).add(oneMinusBeta2.mul(g.mul(g)));
                    // denominator = √v·(1/√(1−β₂ᵗ)) + ε
                    FloatVector denominator = newV.sqrt().mul(correction).add(epsilon);
                    // θ ← θ − (η/(1−β₁ᵗ))·m / denominator
                    FloatVector newTheta = theta.sub(rate.mul(newM).div(denominator));
                    // A state's subnormals are kept as 0.
                    newM.blend(0f, newM.abs().compare(LT, Float.MIN_NORMAL)).intoMemorySegment(mSegment, offset, ORDER);
                    newV.blend(0f, newV.abs().compare(LT, Float.MIN_NORMAL)).intoMemorySegment(vSegment, offset, ORDER);
                    newTheta.intoMemorySegment(thetaSegment, offset, ORDER);
                }
                """;
        assertTrue(source.contains(loop.indent(8)), source);
    }

    /** Of matrices the columns' values are read from another start than the elements. */
    @Test
    void theLoopOfAdafactorReadsAsItsFormula() {
        Program program = Extras.DEFAULT.applyTo(
                RuleCatalog.of("adafactor").defaults().get().forShape(MATRIX).program());
        String source = new KernelSource("Adafactor", "an example", program, 8).text();
        String loop = """
                for (int i = 0; i < whole; i += 8) {
                    long offset = (from + i) << 2; // in bytes
                    long columnOffset = (fromColumn + i) << 2; // in bytes
                    FloatVector theta = FloatVector.fromMemorySegment(SPECIES, thetaSegment, offset, ORDER);
                    FloatVector oneOverRootC = FloatVector.fromMemorySegment(SPECIES, oneOverRootCSegment, columnOffset, ORDER);
                    FloatVector g = FloatVector.fromMemorySegment(SPECIES, gSegment, offset, ORDER);
                    // u = min((1 / √(R / max(meanᵢ(R), ε₁)))·(1 / √C), 1/ε₁)·g
                    FloatVector u = rowFactor.mul(oneOverRootC).min(oneOverEpsilon1).mul(g);
                    // θ ← (1−ηλ)·θ − (α/max(1, RMS(u)/d))·u
                    FloatVector newTheta = oneMinusEtaLambda.mul(theta).sub(rate.mul(u));
                    newTheta.intoMemorySegment(thetaSegment, offset, ORDER);
                }
                """;
        assertTrue(source.contains(loop.indent(8)), source);
        assertTrue(source.contains("… from + length − 1. It is called for each row, one after the other."), source);
    }
}
