package lanewise.bench.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.bench.race.Lesson.Examples;
import lanewise.dtype.DType;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrecisionTest {
    private static final int STEPS = 90;
    private static final Lesson DIGITS = Lesson.digits(Digits.load().split());

    private static final float[][] INPUTS = {{0, 0.5f, 1, -0.25f}, {1, 0, -0.5f, 0.125f}};
    private static final int[] LABELS = {2, 0};

    static Stream<TrainedMix> mixes() {
        return TrainedMix.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("mixes")
    void everyMixLearnsTheDigitsAboutAsWellAsFp32(TrainedMix mix) throws InterruptedException {
        Pupil fp32 = Pupil.train(DIGITS, TrainedMix.FP32, 1, STEPS);
        Pupil pupil = Pupil.train(DIGITS, mix, 1, STEPS);
        assertEquals(fp32.loss(), pupil.loss(), 0.2 * fp32.loss());
        assertTrue(pupil.accuracy() > 0.9, () -> "accuracy " + pupil.accuracy());
        assertEquals(0, pupil.skipped());
        assertEquals(Pupil.POINTS, pupil.curve().size());
        assertTrue(pupil.curve().getLast() < 0.5 * pupil.curve().getFirst());
    }

    @Test
    void withoutARemedyBf16LosesWhereUpdatesAreSmall() throws InterruptedException {
        Lesson lesson = Lesson.imitation();
        double fp32 = Pupil.train(lesson, TrainedMix.FP32, 1, 600).loss();
        double plain = Pupil.train(lesson, TrainedMix.PLAIN_BF16, 1, 600).loss();
        assertTrue(plain > 1.05 * fp32, () -> plain + " and " + fp32);
        for (TrainedMix mix : TrainedMix.ALL) {
            if (!mix.equals(TrainedMix.PLAIN_BF16) && mix.mix().parameter() == DType.BFLOAT16) {
                assertEquals(fp32, Pupil.train(lesson, mix, 1, 600).loss(), 0.02 * fp32, mix.name());
            }
        }
    }

    @Test
    void theSameSeedEndsWithTheSameBits() throws InterruptedException {
        for (TrainedMix mix : TrainedMix.ALL) {
            Pupil once = Pupil.train(DIGITS, mix, 7, 20);
            assertEquals(once, Pupil.train(DIGITS, mix, 7, 20), mix.name());
            assertNotEquals(once.loss(), Pupil.train(DIGITS, mix, 8, 20).loss(), mix.name());
        }
    }

    @Test
    void mixesAreWhatTheirNamesSay() throws InterruptedException {
        Set<String> names = new HashSet<>();
        List<String> bytes = new ArrayList<>();
        for (TrainedMix mix : TrainedMix.ALL) {
            assertTrue(names.add(mix.name()), mix.name());
            bytes.add("%s: %.1f"
                    .formatted(mix.name(), Pupil.train(DIGITS, mix, 1, 1).bytesPerWeight()));
        }
        assertEquals(
                List.of(
                        "fp32: 16.0",
                        "fp32 master, bf16 copy: 16.0",
                        "bf16 with rest, bf16 state: 10.0",
                        "bf16 by chance, bf16 state: 8.0",
                        "plain bf16, bf16 state: 8.0",
                        "fp32 master, fp16 copy: 16.0",
                        "bf16 m, fp32 v: 12.0",
                        "bf16 state: 10.0",
                        "8-bit state: 8.1",
                        "8-bit state, fp32 g: 10.1"),
                bytes);
    }

    @Test
    void theNetworkSeesTheWeightsThatAreStoredAndRoundsItsGradients() {
        try (Parameters wide = new Parameters();
                Parameters narrow = new Parameters()) {
            Network exact = new Network(wide, new SplittableRandom(7), 4, 6, 3);
            Network rounded = new Network(narrow, new SplittableRandom(7), DType.BFLOAT16, DType.FLOAT16, 4, 6, 3);
            assertNotEquals(exact.loss(INPUTS, LABELS), rounded.loss(INPUTS, LABELS));
            for (Parameter parameter : wide.all()) {
                parameter.value().copyFrom(narrow.get(parameter.name()).value().toArray());
            }
            assertEquals(exact.loss(INPUTS, LABELS), rounded.loss(INPUTS, LABELS));
            assertEquals(exact.backpropagate(INPUTS, LABELS), rounded.backpropagate(INPUTS, LABELS));
            for (Parameter parameter : wide.all()) {
                float[] expected = parameter.gradient().toArray();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = Float.float16ToFloat(Float.floatToFloat16(expected[i]));
                }
                assertEquals(
                        DType.FLOAT16, narrow.get(parameter.name()).gradient().dtype());
                assertEquals(
                        Arrays.toString(expected),
                        Arrays.toString(narrow.get(parameter.name()).gradient().toArray()));
            }
        }
    }

    @Test
    void aScaledLossScalesTheGradientAndNotTheLossThatIsTold() {
        try (Parameters parameters = new Parameters()) {
            Network network = new Network(parameters, new SplittableRandom(7), 4, 6, 3);
            double loss = network.backpropagate(INPUTS, LABELS);
            float[] gradient = parameters.get("layer1.weight").gradient().toArray();
            assertEquals(loss, network.backpropagate(INPUTS, LABELS, 1024));
            float[] scaled = parameters.get("layer1.weight").gradient().toArray();
            for (int i = 0; i < gradient.length; i++) {
                assertEquals(1024 * gradient[i], scaled[i]);
            }
        }
    }

    @Test
    void aScaleThatOverflowsFp16CostsAStepAndIsHalved() {
        TrainedMix fp16 = TrainedMix.ALL.stream()
                .filter(TrainedMix::scalesLoss)
                .findFirst()
                .orElseThrow();
        try (Parameters parameters = new Parameters()) {
            Network network =
                    new Network(parameters, new SplittableRandom(7), fp16.mix().parameter(), fp16.gradient(), 4, 6, 3);
            try (Optimizer optimizer = fp16.optimizer(parameters, 1).build()) {
                optimizer.setLossScale(0x1p24);
                network.backpropagate(INPUTS, LABELS, optimizer.lossScale());
                assertTrue(optimizer.step().skipped());
                assertEquals(0x1p23, optimizer.lossScale());
            }
        }
    }

    @Test
    void noExampleOfTheImitationComesTwiceByDefault() {
        Lesson lesson = Lesson.imitation();
        assertEquals(lesson.steps() * Lesson.BATCH, lesson.training().count());
        Set<float[]> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Supplier<Examples> minibatches = lesson.minibatches(new SplittableRandom(3));
        for (int step = 0; step < lesson.steps(); step++) {
            assertTrue(seen.addAll(Arrays.asList(minibatches.get().inputs())));
        }
        assertEquals(lesson.training().count(), seen.size());
        assertFalse(seen.add(minibatches.get().inputs()[0]), "it does not begin anew");
    }

    // ------------------------------------------------------------------------------------ verdicts

    private static Score.Beside beside(double[] values, double... others) {
        return Score.beside(new DescriptiveStatistics(values), new DescriptiveStatistics(others));
    }

    /** Welch's t is √20 here, with 8 degrees of freedom, for which p = 0.00208. */
    @Test
    void meansAreToldApartByWelchsTest() {
        double[] far = {3, 4, 5, 6, 7};
        double step = Math.sqrt(20);
        Score.Beside beside = beside(far, 3 - step, 4 - step, 5 - step, 6 - step, 7 - step);
        assertEquals(step, beside.difference(), 1e-12);
        assertEquals(0.00208, beside.p(), 1e-5);
        assertFalse(beside.withinSpread());
        assertTrue(beside(far, 4, 5, 6, 7, 8).withinSpread());
    }

    @Test
    void whatTheTestCannotTellIsToldAllTheSame() {
        assertEquals(1, beside(new double[] {2, 2}, 2, 2).p());
        assertEquals(0, beside(new double[] {2, 2}, 3, 3).p());
        assertFalse(beside(new double[] {Double.NaN, 2}, 2, 3).withinSpread());
        assertFalse(beside(new double[] {Double.POSITIVE_INFINITY, 2}, 2, 3).withinSpread());
    }

    /** As many pupils as losses, all of them with an accuracy of their own around one half. */
    private static Score score(TrainedMix mix, double... losses) {
        List<Pupil> pupils = new ArrayList<>();
        for (double loss : losses) {
            pupils.add(new Pupil(List.of(2.0, loss), loss, 0.5 + 0.01 * pupils.size(), 16, 0));
        }
        return new Score(mix, pupils);
    }

    private static PrecisionRace.Result result(double... plain) {
        return new PrecisionRace.Result(
                DIGITS,
                100,
                TrainedMix.ALL.stream()
                        .map(mix -> mix.equals(TrainedMix.PLAIN_BF16) ? score(mix, plain) : score(mix, 1, 1.1, 1.2))
                        .toList());
    }

    @Test
    void theVerdictNamesWhoIsOutsideAndWhatPlainBf16Loses() {
        String lost = new PrecisionFindings(result(2, 2.2, 2.4)).verdict();
        assertTrue(
                lost.startsWith("Within the spread of fp32: fp32 master, bf16 copy; bf16 with rest, bf16 state; "),
                lost);
        assertTrue(
                lost.contains("Outside of it: plain bf16, bf16 state. Without a remedy bf16 ends with a loss 100.0 %"
                        + " higher, p 0.004, and the same accuracy."),
                lost);

        String same = new PrecisionFindings(result(1.05, 1.1, 1.15)).verdict();
        assertTrue(same.contains("Outside of it: none. Without a remedy bf16 loses nothing that 3 runs show."), same);

        String broken = new PrecisionFindings(result(Double.NaN, 1, 1)).verdict();
        assertTrue(broken.contains("Without a remedy bf16 ends with a loss that is not a number."), broken);
    }

    @Test
    void tableAndReportHaveEveryMix() {
        PrecisionRace.Result result = result(2, 2.2, Double.NaN);
        String table = new PrecisionFindings(result).table().text(result.scores());
        String html = new PrecisionReport("Lead.").add(result).page().html();
        for (TrainedMix mix : TrainedMix.ALL) {
            assertTrue(table.contains(" " + mix.name() + " "), table);
            assertTrue(html.contains("<td class=\"text\">" + mix.name() + "</td>"), mix.name());
            assertTrue(html.contains("\"name\":\"" + mix.name() + "\""), mix.name());
        }
        assertTrue(table.contains("1.1000 ± 0.1000"), table);
        assertTrue(table.contains("2 of 3"), table);
        assertTrue(html.contains("\"array\":[0.1]"));
    }
}
