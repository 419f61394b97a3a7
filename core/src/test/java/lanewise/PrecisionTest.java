package lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
import lanewise.program.Average;
import lanewise.rule.Adafactor;
import lanewise.rule.AdamW;
import lanewise.rule.Lion;
import lanewise.rule.Rule;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Parameters, gradients and states that are not in fp32. */
class PrecisionTest {

    private static final int SIZE = 10_007;
    private static final int STEPS = 5;

    /** Weights that bf16 and fp16 can hold. */
    private static float[] weights() {
        SplittableRandom random = new SplittableRandom(1);
        float[] weights = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            weights[i] = (random.nextInt(257) - 128) / 128f;
        }
        return weights;
    }

    /** Steps with the same gradients, which bf16 can hold. Returns the weights and all states. */
    private static Map<String, float[]> trained(
            Rule rule, DType value, DType gradient, UnaryOperator<Optimizer.Builder> options) {
        try (Parameters parameters = new Parameters();
                Arena arena = Arena.ofShared()) {
            Parameter parameter = parameters.add(
                    "w",
                    Tensor.allocate(arena, value, SIZE).copyFrom(weights()),
                    Tensor.allocate(arena, gradient, SIZE));
            try (Optimizer optimizer = options.apply(Optimizer.builder(parameters, rule)
                            .learningRate(1e-3)
                            .backend("scalar"))
                    .build()) {
                SplittableRandom random = new SplittableRandom(2);
                float[] g = new float[SIZE];
                for (int step = 0; step < STEPS; step++) {
                    for (int i = 0; i < SIZE; i++) {
                        g[i] = (random.nextInt(255) - 127) / 64f;
                    }
                    parameter.gradient().copyFrom(g);
                    optimizer.step();
                }
                Map<String, float[]> result = new LinkedHashMap<>();
                result.put("θ", parameter.value().toArray());
                optimizer.states("w").forEach((symbol, state) -> result.put(symbol, state.toArray()));
                return result;
            }
        }
    }

    private static Map<String, float[]> inFp32() {
        return trained(new AdamW(), DType.FLOAT32, DType.FLOAT32, UnaryOperator.identity());
    }

    private static float[] rounded(DType dtype, float[] values) {
        return Tensor.allocate(Arena.ofAuto(), dtype, values.length)
                .copyFrom(values)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({"BFLOAT16", "FLOAT16"})
    void aMasterIsTheFp32RunAndTheParameterItsCopy(DType dtype) {
        Map<String, float[]> expected = inFp32();
        Map<String, float[]> got = trained(new AdamW(), dtype, DType.BFLOAT16, UnaryOperator.identity());
        assertArrayEquals(expected.get("θ"), got.get("θ₃₂"));
        assertArrayEquals(rounded(dtype, expected.get("θ")), got.get("θ"));
        assertArrayEquals(expected.get("v"), got.get("v"));
    }

    @Test
    void parameterAndRestBitsTogetherAreTheFp32Run() {
        Map<String, float[]> expected = inFp32();
        Map<String, float[]> got =
                trained(new AdamW(), DType.BFLOAT16, DType.BFLOAT16, builder -> builder.remedy(Remedy.REST_BITS));
        for (int i = 0; i < SIZE; i++) {
            int upper = Float.floatToRawIntBits(got.get("θ")[i]);
            int rest = (int) got.get("θ₁₆")[i];
            assertEquals(Float.floatToRawIntBits(expected.get("θ")[i]), upper + rest, "element " + i);
        }
    }

    @Test
    void withoutARemedySmallUpdatesAreLostAndByChanceTheyAreRightOnAverage() {
        UnaryOperator<Optimizer.Builder> none = builder -> builder.remedy(Remedy.NONE);
        UnaryOperator<Optimizer.Builder> chance = builder -> builder.remedy(Remedy.STOCHASTIC_ROUNDING);
        // Weights of ½ to 1 with updates of 2⁻¹¹, where numbers of bf16 are 2⁻⁸ apart.
        Rule signs = new Lion();
        float[] start = weights();
        float[] lost = trained(
                        signs,
                        DType.BFLOAT16,
                        DType.FLOAT32,
                        none.andThen(b -> b.learningRate(0x1p-11).weightDecay(0))::apply)
                .get("θ");
        float[] kept = trained(
                        signs,
                        DType.BFLOAT16,
                        DType.FLOAT32,
                        chance.andThen(b -> b.learningRate(0x1p-11).weightDecay(0))::apply)
                .get("θ");
        float[] exact = trained(
                        signs,
                        DType.FLOAT32,
                        DType.FLOAT32,
                        b -> b.learningRate(0x1p-11).weightDecay(0))
                .get("θ");
        double error = 0;
        double moved = 0;
        int count = 0;
        for (int i = 0; i < SIZE; i++) {
            if (Math.abs(start[i]) > 0.52 && Math.abs(start[i]) < 0.98) {
                assertEquals(start[i], lost[i], "element " + i);
                error += kept[i] - exact[i];
                moved += Math.abs(kept[i] - start[i]);
                count++;
            }
        }
        assertTrue(moved > 0);
        // A deviation of at most 2⁻⁹ for each rounding, five of them.
        assertEquals(0, error / count, 4 * 0x1p-9 * Math.sqrt(STEPS) / Math.sqrt(count));
    }

    @Test
    void chanceDependsOnTheSeedAndNotOnThreads() {
        UnaryOperator<Optimizer.Builder> chance =
                builder -> builder.remedy(Remedy.STOCHASTIC_ROUNDING).stateDType(DType.BFLOAT16);
        float[] one = trained(
                        new AdamW(),
                        DType.BFLOAT16,
                        DType.BFLOAT16,
                        b -> chance.apply(b).threads(1))
                .get("θ");
        float[] three = trained(
                        new AdamW(),
                        DType.BFLOAT16,
                        DType.BFLOAT16,
                        b -> chance.apply(b).threads(3))
                .get("θ");
        float[] other = trained(
                        new AdamW(),
                        DType.BFLOAT16,
                        DType.BFLOAT16,
                        b -> chance.apply(b).seed(5))
                .get("θ");
        assertArrayEquals(one, three);
        assertFalse(Arrays.equals(one, other));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BFLOAT16", "FLOAT16", "BLOCK8"})
    void statesTakeTheirBytesAndStayNearThoseOfFp32(DType dtype) {
        float[] expected = inFp32().get("θ");
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", SIZE);
            Optimizer.Builder builder =
                    Optimizer.builder(parameters, new AdamW()).stateDType(dtype);
            long bytes = 2 * dtype.bytes(SIZE);
            assertEquals(bytes, builder.footprint().stateBytes());
            try (Optimizer optimizer = builder.backend("scalar").build()) {
                assertEquals(bytes, optimizer.stateBytes());
                assertEquals(dtype, optimizer.state("w", "m").dtype());
                DType ofSquares = dtype == DType.BLOCK8 ? DType.UNSIGNED_BLOCK8 : dtype;
                assertEquals(ofSquares, optimizer.state("w", "v").dtype());
            }
        }
        float[] got = trained(new AdamW(), DType.FLOAT32, DType.FLOAT32, builder -> builder.stateDType(dtype))
                .get("θ");
        double most = 0;
        for (int i = 0; i < SIZE; i++) {
            most = Math.max(most, Math.abs(got[i] - expected[i]));
        }
        // Five updates of about the rate.
        assertTrue(most > 0 && most < 5e-3, "largest difference " + most);
    }

    @Test
    void oneStateMayBeKeptOtherwiseThanTheRest() {
        try (Parameters parameters = new Parameters()) {
            parameters.add("a", 300);
            parameters.add("b", 300);
            try (Optimizer optimizer = Optimizer.builder(parameters, new AdamW())
                    .stateDType("v", DType.BFLOAT16)
                    .group("b", group -> group.stateDType(DType.BLOCK8))
                    .backend("scalar")
                    .build()) {
                assertEquals(DType.FLOAT32, optimizer.state("a", "m").dtype());
                assertEquals(DType.BFLOAT16, optimizer.state("a", "v").dtype());
                assertEquals(DType.BLOCK8, optimizer.state("b", "m").dtype());
                assertEquals(DType.UNSIGNED_BLOCK8, optimizer.state("b", "v").dtype());
            }
        }
    }

    @Test
    void evaluationBringsBackEveryBitOfTheMaster() {
        try (Parameters parameters = new Parameters()) {
            Parameter w = parameters.add("w", DType.BFLOAT16, SIZE);
            w.value().copyFrom(weights());
            w.gradient().fill(0.3);
            try (Optimizer optimizer = Optimizer.builder(parameters, new ScheduleFreeAdamW())
                    .remedy(Remedy.REST_BITS)
                    .backend("scalar")
                    .build()) {
                for (int step = 0; step < STEPS; step++) {
                    optimizer.step();
                }
                float[] trained = w.value().toArray();
                float[] rest = optimizer.state("w", "θ₁₆").toArray();
                optimizer.eval();
                assertFalse(Arrays.equals(trained, w.value().toArray()));
                optimizer.train();
                assertArrayEquals(trained, w.value().toArray());
                assertArrayEquals(rest, optimizer.state("w", "θ₁₆").toArray());
            }
        }
    }

    @Test
    void aGradientMayComeInAnotherDtypeLater() {
        try (Parameters parameters = new Parameters();
                Arena arena = Arena.ofShared()) {
            Parameter w = parameters.add("w", 100);
            w.gradient().fill(1);
            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd())
                    .learningRate(1)
                    .backend("scalar")
                    .build()) {
                optimizer.step();
                w.setGradient(Tensor.allocate(arena, DType.BFLOAT16, 100).fill(0.5));
                assertEquals(100 * (4 + 2 + 4), optimizer.step().bytesMoved());
                assertEquals(-1.5f, w.value().get(99));
            }
        }
    }

    // ------------------------------------------------------------------------------ loss scaling

    @Test
    void aScaledLossGivesTheSameStep() {
        Map<String, float[]> expected = trained(new AdamW(), DType.FLOAT32, DType.FLOAT32, UnaryOperator.identity());
        try (Parameters parameters = new Parameters()) {
            Parameter w = parameters.add("w", SIZE);
            w.value().copyFrom(weights());
            try (Optimizer optimizer = Optimizer.builder(parameters, new AdamW())
                    .learningRate(1e-3)
                    .backend("scalar")
                    .lossScaling(new LossScaling(1024, 2, 0.5, 3))
                    .build()) {
                SplittableRandom random = new SplittableRandom(2);
                for (int step = 0; step < STEPS; step++) {
                    float scale = (float) optimizer.lossScale();
                    assertEquals(step < 3 ? 1024 : 2048, scale);
                    float[] g = new float[SIZE];
                    for (int i = 0; i < SIZE; i++) {
                        g[i] = scale * (random.nextInt(255) - 127) / 64f;
                    }
                    w.gradient().copyFrom(g);
                    assertEquals(scale, optimizer.step().lossScale());
                }
                assertArrayEquals(expected.get("θ"), w.value().toArray());
            }
        }
    }

    @Test
    void anOverflowSkipsTheStepChangesNoBitAndHalvesTheScale() {
        try (Parameters parameters = new Parameters()) {
            Parameter w = parameters.add("w", DType.FLOAT16, 1000);
            w.value().fill(0.25);
            w.gradient().fill(1);
            try (Optimizer optimizer = Optimizer.builder(parameters, new AdamW())
                    .backend("scalar")
                    .stateDType(DType.BFLOAT16)
                    .lossScaling(LossScaling.dynamic())
                    .build()) {
                optimizer.step();
                List<byte[]> before = bytes(optimizer, w);
                w.gradient().set(700, Float.POSITIVE_INFINITY);
                assertTrue(optimizer.step().skipped());
                List<byte[]> after = bytes(optimizer, w);
                for (int i = 0; i < before.size(); i++) {
                    assertArrayEquals(before.get(i), after.get(i));
                }
                assertEquals(32768, optimizer.lossScale());
                assertEquals(65536, optimizer.report().lossScale());
                assertEquals(1, optimizer.steps());
                optimizer.setLossScale(8);
                assertEquals(8, optimizer.lossScale());
            }
        }
    }

    private static List<byte[]> bytes(Optimizer optimizer, Parameter parameter) {
        List<byte[]> bytes = new ArrayList<>();
        bytes.add(parameter.value().segment().toArray(ValueLayout.JAVA_BYTE));
        optimizer
                .states(parameter.name())
                .values()
                .forEach(state -> bytes.add(state.segment().toArray(ValueLayout.JAVA_BYTE)));
        return bytes;
    }

    // ------------------------------------------------------------------------------------ errors

    private static void assertRefused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void mixesThatMakeNoSenseAreRefused() {
        try (Parameters parameters = new Parameters();
                Parameters halves = new Parameters()) {
            parameters.add("w", 20, 30);
            halves.add("h", DType.FLOAT16, 20);
            assertRefused(
                    "the remedy STOCHASTIC_ROUNDING is for parameters in bf16, got one in fp16; use MASTER or NONE",
                    () -> Optimizer.builder(halves, new Sgd())
                            .remedy(Remedy.STOCHASTIC_ROUNDING)
                            .build());
            assertRefused(
                    "8-bit states lie in blocks of 256 values whatever the rows, and this program is by rows; keep its"
                            + " states in bf16, fp16 or fp32",
                    () -> Optimizer.builder(parameters, Adafactor.huggingFace().beta1(0.9))
                            .stateDType(DType.BLOCK8)
                            .build());
            assertRefused(
                    "the value of x must be in fp32, bf16 or fp16, got 8-bit; allocate it with"
                            + " Tensor.allocate(arena, dtype, shape)",
                    () -> parameters.add("x", DType.BLOCK8, 5));
            assertRefused(
                    "the dtype of states must be FLOAT32, BFLOAT16, FLOAT16 or BLOCK8, got FLOAT64; ask for BLOCK8 where 8"
                            + " bits are wanted",
                    () -> Optimizer.builder(parameters, new AdamW()).stateDType(DType.FLOAT64));
            assertRefused(
                    "a dtype was asked for the state q, but there are [m, v]",
                    () -> Optimizer.builder(parameters, new AdamW())
                            .stateDType("q", DType.BFLOAT16)
                            .build());
            assertRefused(
                    "loss scaling skips steps whose gradients are not finite, but onNonFinite(THROW) was asked for;"
                            + " leave one of both out",
                    () -> Optimizer.builder(parameters, new AdamW())
                            .onNonFinite(NonFinite.THROW)
                            .lossScaling(LossScaling.dynamic())
                            .build());
            assertRefused("backoff must be at most 1, got 2.0", () -> new LossScaling(1, 2, 2, 1));
            assertRefused(
                    "initial must be from 2^-126 to 2^126, since gradients are divided by it in fp32, got 1.0E46",
                    () -> LossScaling.fixed(1e46));
            assertRefused(
                    "the dtype of the state R can't be chosen, since it has no value for each element; got BFLOAT16,"
                            + " leave it out",
                    () -> Optimizer.builder(parameters, Adafactor.huggingFace())
                            .group("w", group -> group.stateDType("R", DType.BFLOAT16))
                            .build());
            assertRefused(
                    "the value of each parameter must be in fp32, bf16 or fp16, got 8-bit; allocate it with"
                            + " Tensor.allocate(arena, dtype, shape)",
                    () -> Footprint.of(
                            new AdamW(),
                            List.of(new long[] {3}),
                            DType.BLOCK8,
                            DType.FLOAT32,
                            Remedy.NONE,
                            DType.FLOAT32));
        }
    }

    @Test
    void weightsToEvaluateWithAreRoundedToTheNearest() {
        try (Parameters parameters = new Parameters()) {
            Parameter weight = parameters.add("w", DType.BFLOAT16, 1000);
            weight.value().copyFrom(Arrays.copyOf(weights(), 1000));
            weight.gradient().fill(0.3);
            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd())
                    .learningRate(1e-3)
                    .remedy(Remedy.STOCHASTIC_ROUNDING)
                    .average(Average.ema(0.9))
                    .build()) {
                optimizer.step();
                optimizer.step();
                float[] trained = weight.value().toArray();
                float[] average = optimizer.state("w", "θ̄").toArray();
                optimizer.eval();
                try (Arena arena = Arena.ofConfined()) {
                    assertArrayEquals(
                            Tensor.allocate(arena, DType.BFLOAT16, 1000)
                                    .copyFrom(average)
                                    .toArray(),
                            weight.value().toArray());
                }
                optimizer.train();
                assertArrayEquals(trained, weight.value().toArray());
            }
        }
    }

    @Test
    void theScaleStaysWhileMicroBatchesAreSummed() {
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", 3).gradient().fill(1);
            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd())
                    .accumulate(2)
                    .lossScaling(LossScaling.fixed(64))
                    .build()) {
                assertEquals(64, optimizer.step().lossScale());
                IllegalStateException refused =
                        assertThrows(IllegalStateException.class, () -> optimizer.setLossScale(8));
                assertEquals(
                        "the scale of the loss must be set between steps, but 1 micro-batches of 2 are summed; finish"
                                + " the step first",
                        refused.getMessage());
                optimizer.step();
                optimizer.setLossScale(8);
                assertEquals(8, optimizer.lossScale());
            }
        }
    }

    @Test
    void aScaleWithoutLossScalingIsRefused() {
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", 3);
            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd()).build()) {
                assertEquals(1, optimizer.lossScale());
                assertThrows(IllegalStateException.class, () -> optimizer.setLossScale(2));
            }
        }
    }
}
