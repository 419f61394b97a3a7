package lanewise.kernel;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import lanewise.conformance.Mismatch;
import lanewise.conformance.Trial;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Op;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Adafactor;
import lanewise.rule.AdamW;
import lanewise.rule.Adamax;
import lanewise.rule.Lamb;
import lanewise.rule.Lion;
import lanewise.rule.Sgd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The slips of those who write kernels, each in an otherwise good one: tests that let one pass would be worth little. */
class PlantedFaultsTest {

    private static final int ONE_BITS = Float.floatToRawIntBits(1f);

    /** The oracle is asked once about a program. */
    private static final Map<Program, Trial> TRIALS = new HashMap<>();

    /**
     * A slip.
     *
     * @param name what was done wrong
     * @param program one that shows it
     * @param kernels the kernels that have it
     * @param place where it shows
     */
    record Fault(String name, Program program, Function<Code, Kernel> kernels, Predicate<Mismatch> place) {

        Optional<Mismatch> mismatch(Function<Code, Kernel> kernels) {
            // Three threads, so that a tensor of more than a tile is cut.
            return TRIALS.computeIfAbsent(program, tried -> new Trial(tried, 1)).mismatch(kernels, 3);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Fault> faultsThatShowInOneCall() {
        return List.of(
                new Fault(
                        "a sign mask made of −1.0 in place of −0.0",
                        new Lion().program(),
                        instead(Op.SIGN, (a, _, _) -> signByExclusiveOr(a, -1f)),
                        inSlot("θ")),
                new Fault(
                        "a maximum that takes −0 for +0",
                        Program.empty().set(PARAMETER, zeroWithSignOf(PARAMETER).max(zeroWithSignOf(GRADIENT))),
                        instead(Op.MAX, (a, b, _) -> a == b ? b : Math.max(a, b)),
                        inSlot("θ").and(wanting(0f))),
                new Fault(
                        "a flush left out",
                        Extras.DEFAULT.applyTo(new AdamW().program()),
                        instead(Op.FLUSH, (a, _, _) -> a),
                        inSlot("m").or(inSlot("v")).and(wanting(0f))),
                new Fault(
                        "a division by multiplication with the reciprocal",
                        new AdamW().program(),
                        instead(Op.DIVIDE, (a, b, _) -> a * (1 / b)),
                        inSlot("θ")),
                new Fault(
                        "a root by multiplication with its reciprocal",
                        new AdamW().program(),
                        instead(Op.SQRT, (a, _, _) -> a * (float) (1 / Math.sqrt(a))),
                        inSlot("θ")),
                new Fault(
                        "a fused multiply-add",
                        new AdamW().program(),
                        PlantedFaultsTest::withFusedMultiplyAdd,
                        inSlot("m")),
                new Fault("a sum from left to right", new Lamb().program(), code -> inLanes(1, code), inSlot("θ")),
                new Fault("a sum in 8 lanes", new Lamb().program(), code -> inLanes(8, code), inSlot("θ")),
                new Fault(
                        "a sum whose lanes are folded in pairs",
                        new Adafactor().forShape(Shape.of(2, 2)).program(),
                        PlantedFaultsTest::foldedInPairs,
                        inSlot("θ")),
                new Fault(
                        "a sign of ±1 for NaN",
                        new Lion().program(),
                        instead(Op.SIGN, (a, _, _) -> a == 0 ? a : Math.copySign(1, a)),
                        inSlot("θ").and(wanting(Float.NaN))),
                new Fault(
                        "a maximum that drops NaN",
                        new Adamax().program(),
                        instead(Op.MAX, (a, b, _) -> a > b ? a : b),
                        inSlot("θ").and(wanting(Float.NaN))),
                new Fault(
                        "a last group of lanes dropped",
                        new AdamW().program(),
                        PlantedFaultsTest::withoutTheLastLaneGroup,
                        mismatch -> mismatch.index() >= (mismatch.shape().size() & -8)));
    }

    /** The self-test makes one call from element 0, and looks at what that call is to write. */
    private static List<Fault> faultsThatDoNot() {
        return List.of(
                new Fault(
                        "a store to one element too many",
                        new Sgd().momentum(0.9).program(),
                        PlantedFaultsTest::withOneStoreTooMany,
                        mismatch -> mismatch.index() < 0),
                new Fault(
                        "a tile taken for the one behind it",
                        new AdamW().program(),
                        PlantedFaultsTest::fromTheTileBefore,
                        mismatch -> mismatch.shape().size() > Kernel.TILE),
                new Fault(
                        "tiles added in another order",
                        sumsByRows(),
                        PlantedFaultsTest::withTilesExchanged,
                        mismatch -> mismatch.slot().startsWith("n")));
    }

    static List<Fault> faults() {
        List<Fault> all = new ArrayList<>(faultsThatShowInOneCall());
        all.addAll(faultsThatDoNot());
        return all;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theTrialCatches(Fault fault) {
        Optional<Mismatch> found = fault.mismatch(fault.kernels);
        assertTrue(found.isPresent(), () -> fault + " went unnoticed");
        assertTrue(fault.place.test(found.get()), () -> fault + " showed elsewhere than expected: " + found.get());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theTrialFindsNothingWithout(Fault fault) {
        assertEquals(Optional.empty(), fault.mismatch(Interpreter::new), "the interpreter");
        assertEquals(Optional.empty(), fault.mismatch(PlantedFaultsTest::good), "the scalar backend");
    }

    @ParameterizedTest
    @MethodSource("faultsThatShowInOneCall")
    void theSelfTestCatches(Fault fault) throws InterruptedException {
        // What runs first, which in LAMB are the sums.
        Code code = fault.program.phases().getFirst().code();
        WarmingKernelTest.assertGivenUp(code, fault.kernels.apply(code));
    }

    /** Bits of 1.0 in the mask are no fault where they are set anyway: the vector kernels' SIGN is robust to this slip. */
    @ParameterizedTest
    @ValueSource(floats = {0f, -0f, 1f, -1f, 1e-40f, -1e-40f, 3e38f, Float.NEGATIVE_INFINITY, Float.NaN})
    void aSignByInclusiveOrForgivesAMaskOfMinusOne(float a) {
        assertEquals(Math.signum(a), signByInclusiveOr(a, -0f));
        assertEquals(Math.signum(a), signByInclusiveOr(a, -1f));
        assertEquals(Math.signum(a), signByExclusiveOr(a, -0f));
    }

    // ------------------------------------------------------------------------------- where faults show

    private static Predicate<Mismatch> inSlot(String symbol) {
        return mismatch -> mismatch.slot().equals(symbol) && mismatch.index() >= 0;
    }

    private static Predicate<Mismatch> wanting(float value) {
        return mismatch -> mismatch.want().endsWith("(" + value + ")");
    }

    // ------------------------------------------------------------------------------------- operations

    private static Expr zeroWithSignOf(Slot slot) {
        return constant(0).times(read(slot).sign());
    }

    private static Function<Code, Kernel> instead(Op op, FaultyInterpreter.Operation faulty) {
        return code -> new FaultyInterpreter(code, op, faulty);
    }

    /** 1 with the sign of a. */
    private static float signByExclusiveOr(float a, float mask) {
        int sign = Float.floatToRawIntBits(a) & Float.floatToRawIntBits(mask);
        return Math.abs(a) > 0 ? Float.intBitsToFloat(sign ^ ONE_BITS) : a;
    }

    /** The same, as the vector kernels do it. */
    private static float signByInclusiveOr(float a, float mask) {
        int sign = Float.floatToRawIntBits(a) & Float.floatToRawIntBits(mask);
        return Math.abs(a) > 0 ? Float.intBitsToFloat(sign | ONE_BITS) : a;
    }

    /** The first sum of a product is rounded once, as C2 never does and a C compiler likes to. */
    private static Kernel withFusedMultiplyAdd(Code code) {
        Code.Node first = code.nodes().stream()
                .filter(node -> node instanceof Code.Node.Compute(Op op, List<Integer> x)
                        && op == Op.ADD
                        && product(code, x.getFirst()).isPresent())
                .findFirst()
                .orElseThrow();
        return new Interpreter(code) {
            @Override
            float computed(Code.Node.Compute node, float[] values) {
                if (!node.equals(first)) {
                    return super.computed(node, values);
                }
                List<Integer> factors =
                        product(code, node.operands().getFirst()).orElseThrow().operands();
                return Math.fma(
                        values[factors.get(0)],
                        values[factors.get(1)],
                        values[node.operands().get(1)]);
            }
        };
    }

    private static Optional<Code.Node.Compute> product(Code code, int node) {
        return code.nodes().get(node) instanceof Code.Node.Compute compute && compute.op() == Op.MULTIPLY
                ? Optional.of(compute)
                : Optional.empty();
    }

    // ------------------------------------------------------------------------------------------- sums

    private static Kernel inLanes(int lanes, Code code) {
        return new Interpreter(code) {
            @Override
            int lane(int i) {
                return i % lanes;
            }
        };
    }

    /** In fp32 and in a tree, as {@code reduceLanes(ADD)} may. */
    private static Kernel foldedInPairs(Code code) {
        return new Interpreter(code) {
            @Override
            double fold(float[] lanes) {
                float[] sums = lanes.clone();
                for (int half = sums.length / 2; half > 0; half /= 2) {
                    for (int i = 0; i < half; i++) {
                        sums[i] += sums[i + half];
                    }
                }
                return sums[0];
            }
        };
    }

    /**
     * Sums of a program by rows: there the trial has a tensor of many tiles, and the sum of two is the same either way
     * round. Several, since in double not every sum depends on the order.
     */
    private static Program sumsByRows() {
        Program program = Program.empty().let("r", read(Slot.state("r", Extent.ROW)));
        for (int i = 1; i < 20; i += 2) {
            Expr sum = read(GRADIENT).times(constant(i)).squared().sum(Extent.TENSOR);
            program = program.set(Slot.state("n" + i, Extent.TENSOR), sum);
        }
        return program;
    }

    /** What comes of sums in the order of completion when of a tensor of one column tile 63 is done before tile 0. */
    private static Kernel withTilesExchanged(Code code) {
        Kernel good = good(code);
        return (streams, starts, length, scalars, sums, at, scratch) -> {
            long tile = starts[0] / Kernel.BLOCK_ROWS;
            boolean exchanged = streams[0].byteSize() > Kernel.TILE * Float.BYTES && length == 1 && tile % 63 == 0;
            long away = exchanged ? (tile == 0 ? 63 : -63) * Kernel.BLOCK_ROWS : 0;
            good.run(streams, new long[] {starts[0] + away}, length, scalars, sums, at, scratch);
        };
    }

    // ------------------------------------------------------------------------------------------ memory

    private static Kernel good(Code code) {
        return new ScalarBackend().compile(code, 1);
    }

    private static Kernel withoutTheLastLaneGroup(Code code) {
        Kernel good = good(code);
        return (streams, starts, length, scalars, sums, at, scratch) ->
                good.run(streams, starts, length & -8, scalars, sums, at, scratch);
    }

    private static Kernel fromTheTileBefore(Code code) {
        Kernel good = good(code);
        return (streams, starts, length, scalars, sums, at, scratch) -> {
            long[] before = Arrays.stream(starts)
                    .map(start -> Math.max(start - Kernel.TILE, 0))
                    .toArray();
            good.run(streams, before, length, scalars, sums, at, scratch);
        };
    }

    /** Memory segments check their bounds, so the kernel has to have lost them, as with the Vector API's checks off. */
    @SuppressWarnings("restricted")
    private static Kernel withOneStoreTooMany(Code code) {
        Kernel good = good(code);
        int stream = code.stores().getFirst().stream();
        return (streams, starts, length, scalars, sums, at, scratch) -> {
            good.run(streams, starts, length, scalars, sums, at, scratch);
            long size = streams[stream].byteSize();
            if ((starts[stream] + length) * Float.BYTES == size) {
                streams[stream].reinterpret(size + Float.BYTES).set(ValueLayout.JAVA_FLOAT, size, 1f);
            }
        };
    }
}
