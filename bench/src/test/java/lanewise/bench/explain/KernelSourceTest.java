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
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleSettings;
import lanewise.kernel.Backends;
import lanewise.kernel.Scratch;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Scalars;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is printed compiles, and does what the engine's own kernels do. */
class KernelSourceTest {
    private static final int[] WIDTHS = {1, 4, 8, 16};

    /** Whole rows of a sum before and behind the first element, and each kind of tail. */
    private static final int FROM = 32;

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
        OptionalDouble none = OptionalDouble.empty();
        OptionalDouble bound = OptionalDouble.of(0.5);
        Map<String, Program> programs = new LinkedHashMap<>();
        for (RuleCatalog.Entry entry : RuleCatalog.all()) {
            Rule rule = entry.defaults().get();
            Extras alone = new Extras(rule.weightDecay().where(), false, false, false, none, none, false, false, true);
            Extras everything = new Extras(Extras.Decay.COUPLED, true, true, true, bound, bound, true, true, false);
            programs.put(entry.name(), alone.applyTo(rule.program()));
            programs.put(entry.name() + " with everything", everything.applyTo(rule.program()));
        }
        Stream.of(
                        "momentum nesterov=true rateInVelocity=true",
                        "momentum dampening=0.1",
                        "adagrad rateDecay=0.01 epsilonInRoot=true",
                        "rmsprop centered=true momentum=0.9 epsilonInRoot=true",
                        "rmsprop momentum=0.9 rateInVelocity=true",
                        "adam epsilonHat=true",
                        "lars sgd.nesterov=true clipTrust=true alwaysAdapt=true",
                        "lamb biasCorrection=false maxWeightNorm=10 maxTrust=1 alwaysAdapt=true")
                .forEach(line -> {
                    List<String> words = List.of(line.split(" ", -1));
                    Rule rule = RuleCatalog.of(words.getFirst()).defaults().get();
                    rule = RuleSettings.with(rule, words.subList(1, words.size()));
                    programs.put(line, Extras.DEFAULT.applyTo(rule.program()));
                });
        for (int seed = 0; seed < 40; seed++) {
            programs.put("by chance, seed " + seed, byChance(new Random(seed)));
        }
        return programs;
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
        List<Op> ops = Arrays.stream(Op.values()).filter(op -> op != Op.POWER).toList();
        Op op = ops.get(random.nextInt(ops.size()));
        List<Expr> x = new ArrayList<>();
        for (int i = 0; i < op.arity(); i++) {
            int back = random.nextInt(random.nextBoolean() ? Math.min(4, known.size()) : known.size());
            x.add(known.get(known.size() - 1 - back));
        }
        if (x.stream().noneMatch(operand -> operand.extent() == Extent.ELEMENT)) {
            x.set(random.nextInt(x.size()), known.getFirst());
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
        scratch.reserve(phase.code().streams(), phase.code().sums().size());
        double[] sums = new double[phase.code().sums().size()];
        choice.backend().compile(phase.code(), lanes).run(streams, FROM, length, scalars, sums, 0, scratch);
        return sums;
    }

    private static double[] vectors(Phase phase, Method step, MemorySegment[] streams, int length, float[] scalars)
            throws ReflectiveOperationException {
        List<Object> arguments = new ArrayList<>(List.of(streams));
        arguments.add((long) FROM);
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
        long offset = (long) FROM * Float.BYTES;
        List<Object> arguments = new ArrayList<>();
        for (MemorySegment stream : streams) {
            arguments.add(stream.asSlice(offset, (long) length * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT));
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
                    (float[]) arguments.get(stream), 0, streams[stream], ValueLayout.JAVA_FLOAT, offset, length);
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
}
