package lanewise;

import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import lanewise.kernel.Arithmetic;
import lanewise.kernel.Oracle;
import lanewise.program.Blocks;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Scalars;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import lanewise.rule.WeightDecay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of a user's own that look at whole tensors, through the optimizer, against the oracle. */
class WholeTensorTest {

    private static final double RATE = 0.05;

    /**
     * LAMB in the manner of a user: Adam's direction and the decay, scaled for each tensor by its trust ratio.
     *
     * @param decay λ of the rule's own formula
     */
    record Layerwise(double decay) implements Rule {

        private static final Slot MEAN = Slot.state("m");
        private static final Slot MEAN_SQUARE = Slot.state("v");

        @Override
        public Program program() {
            Expr theta = read(PARAMETER);
            Expr b1 = scalar("β₁", 0.9);
            Expr b2 = scalar("β₂", 0.999);
            Expr m = Blocks.ema(read(MEAN), b1, read(GRADIENT));
            Expr v = Blocks.ema(read(MEAN_SQUARE), b2, read(GRADIENT).squared());
            Expr r = Scalars.ONE
                    .over(Blocks.biasCorrection(b1))
                    .times(m)
                    .over(Blocks.biasCorrectedRoot(v, b2).plus(scalar("ε", 1e-6)))
                    .plus(scalar("λ", decay).times(theta));
            Expr trust = Blocks.trustRatio(theta.norm(Extent.TENSOR), r.norm(Extent.TENSOR));
            return Program.empty()
                    .set(MEAN, m)
                    .set(MEAN_SQUARE, v)
                    .set(
                            PARAMETER,
                            theta.minus(Scalars.LEARNING_RATE.times(trust).times(r)));
        }
    }

    /** The gradient standardized over its tensor: a sum (the deviation) over a sum (the mean). Three phases. */
    record Standardized() implements Rule {
        @Override
        public Program program() {
            Expr mean = read(GRADIENT).sum(Extent.TENSOR).over(Scalars.ELEMENTS);
            Expr centered = read(GRADIENT).minus(mean);
            Expr deviation =
                    centered.squared().sum(Extent.TENSOR).over(Scalars.ELEMENTS).sqrt();
            return Program.empty()
                    .set(
                            PARAMETER,
                            read(PARAMETER)
                                    .minus(Scalars.LEARNING_RATE
                                            .over(deviation.plus(scalar("ε", 1e-8)))
                                            .times(centered)));
        }
    }

    private record FixedClock(long step, double learningRate, double weightDecay, double gradientScale, long elements)
            implements Clock {}

    /** The oracle beside an optimizer: the same tensors in the same order, with the programs that their groups have. */
    private static final class Shadow {

        private final Oracle<Float, Double> oracle = new Oracle<>(Arithmetic.FLOAT);
        private final Map<String, Program> programs = new LinkedHashMap<>();
        private final Map<String, Map<Slot, List<Float>>> values = new LinkedHashMap<>();
        private final Map<String, Double> decays = new LinkedHashMap<>();
        private long step;

        void add(Parameter parameter, Rule rule, Extras extras, double decay) {
            Program program = extras.applyTo(rule.program());
            Map<Slot, List<Float>> slots = new LinkedHashMap<>();
            slots.put(PARAMETER, list(parameter.value().toArray()));
            program.states()
                    .forEach(slot -> slots.put(
                            slot, list(new float[(int) parameter.value().size()])));
            programs.put(parameter.name(), program);
            values.put(parameter.name(), slots);
            decays.put(parameter.name(), decay);
        }

        void step(Parameters parameters) {
            step++;
            List<Oracle.Member<Float, Double>> members = new ArrayList<>();
            programs.forEach((name, program) -> {
                Map<Slot, List<Float>> slots = values.get(name);
                slots.put(GRADIENT, list(parameters.get(name).gradient().toArray()));
                Clock clock = new FixedClock(
                        step, RATE, decays.get(name), 1, slots.get(PARAMETER).size());
                members.add(new Oracle.Member<>(
                        program, Shape.of(slots.get(PARAMETER).size()), clock, slots, Map.of()));
            });
            oracle.step(members);
        }

        void assertSame(Parameters parameters, Optimizer optimizer) {
            values.forEach((name, slots) -> slots.forEach((slot, expected) -> {
                if (slot.role() == Slot.Role.GRADIENT) {
                    return;
                }
                float[] got = slot.role() == Slot.Role.PARAMETER
                        ? parameters.get(name).value().toArray()
                        : optimizer.state(name, slot.symbol()).toArray();
                for (int i = 0; i < got.length; i++) {
                    int want = Float.floatToRawIntBits(expected.get(i));
                    if (Float.floatToRawIntBits(got[i]) != want) {
                        fail(String.format(
                                "step %d: %s of %s [%d] is %08x (%s), the oracle says %08x (%s)",
                                step,
                                slot.symbol(),
                                name,
                                i,
                                Float.floatToRawIntBits(got[i]),
                                got[i],
                                want,
                                expected.get(i)));
                    }
                }
            }));
        }

        private static List<Float> list(float[] array) {
            List<Float> list = new ArrayList<>();
            for (float x : array) {
                list.add(x);
            }
            return list;
        }
    }

    /** Sizes around lanes and tiles; and a tensor of zeros, whose trust ratio is 1. */
    private static Model model() {
        Model model = new Model()
                .with("one", 1)
                .with("rows", 17, 33)
                .with("zeros", 20)
                .with("tiles", 2 * 8192 + 37)
                .with("empty", 0)
                .with("biases", 8192);
        model.value("zeros").fill(0);
        return model;
    }

    private static Extras extras(Extras.Decay decay, OptionalDouble clipNorm) {
        return Extras.DEFAULT.decay(decay).clipNorm(clipNorm);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aTrustRatioAgreesWithTheOracleBitForBit(int threads) {
        Rule rule = new Layerwise(0.1);
        assertEquals(2, rule.program().phases().size());
        try (Model model = model();
                Optimizer optimizer =
                        model.builder(rule).learningRate(RATE).threads(threads).build()) {
            follow(model, optimizer, shadow(model, rule, Extras.DEFAULT));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aSumOfASumAgreesWithTheOracleBitForBit(int threads) {
        Rule rule = new Standardized();
        assertEquals(3, rule.program().phases().size());
        try (Model model = model();
                Optimizer optimizer =
                        model.builder(rule).learningRate(RATE).threads(threads).build()) {
            follow(model, optimizer, shadow(model, rule, Extras.DEFAULT));
        }
    }

    @Test
    void clippingByGlobalNormAddsAPhaseInFrontOfTheTrustRatio() {
        Rule rule = new Layerwise(0.1);
        Extras extras = extras(Extras.Decay.IN_RULE, OptionalDouble.of(0.5));
        assertEquals(3, extras.applyTo(rule.program()).phases().size());
        try (Model model = model();
                Optimizer optimizer = model.builder(rule)
                        .learningRate(RATE)
                        .clipGlobalNorm(0.5)
                        .build()) {
            follow(model, optimizer, shadow(model, rule, extras));
        }
    }

    /** Groups of one, two and four phases side by side: all sums come first, all writes together. */
    @Test
    void groupsWithOtherNumbersOfPhasesGoSideBySide() {
        OptionalDouble bound = OptionalDouble.of(0.5);
        try (Model model = model();
                Optimizer optimizer = model.builder(new Layerwise(0.1))
                        .learningRate(RATE)
                        .clipGlobalNorm(0.5)
                        .group(
                                "biases",
                                group -> group.rule(new Sgd().momentum(0.9)).weightDecay(0.1))
                        .group("tiles", group -> group.rule(new Standardized()).weightDecay(WeightDecay.decoupled(0.2)))
                        .build()) {
            Shadow shadow = new Shadow();
            for (String name : List.of("one", "rows", "zeros", "empty")) {
                shadow.add(model.get(name), new Layerwise(0.1), extras(Extras.Decay.IN_RULE, bound), 0);
            }
            shadow.add(model.get("biases"), new Sgd().momentum(0.9), extras(Extras.Decay.COUPLED, bound), 0.1);
            shadow.add(model.get("tiles"), new Standardized(), extras(Extras.Decay.DECOUPLED, bound), 0.2);
            follow(model, optimizer, shadow);
        }
    }

    private static Shadow shadow(Model model, Rule rule, Extras extras) {
        Shadow shadow = new Shadow();
        model.parameters.all().forEach(parameter -> shadow.add(parameter, rule, extras, 0));
        return shadow;
    }

    private static void follow(Model model, Optimizer optimizer, Shadow shadow) {
        for (int number = 1; number <= 3; number++) {
            model.gradients(number);
            optimizer.step();
            shadow.step(model.parameters);
            shadow.assertSame(model.parameters, optimizer);
        }
    }

    /** By hand, in double: ‖θ‖ = 5, so the step is 0.05·5·r/‖r‖ long, whatever the gradient's size. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1, 1e6})
    void aTrustRatioMakesTheStepAsLongAsTheRateTimesTheWeights(double size) {
        try (Model model = new Model().with("w", 2);
                Optimizer optimizer =
                        model.builder(new Layerwise(0)).learningRate(RATE).build()) {
            model.value("w").copyFrom(3, 4);
            model.gradient("w").copyFrom((float) size, (float) -size);
            optimizer.step();
            double dx = 3 - (double) model.value("w").get(0);
            double dy = 4 - (double) model.value("w").get(1);
            // Weights of 4 are known to 2.4e-7.
            assertEquals(RATE * 5, Math.hypot(dx, dy), 1e-6);
            assertEquals(dx, -dy, 1e-6);
        }
    }

    @Test
    void whereANormIsZeroTheTrustRatioIsOne() {
        try (Model model = new Model().with("w", 2).with("x", 2);
                Optimizer optimizer =
                        model.builder(new Layerwise(0)).learningRate(RATE).build()) {
            model.value("w").fill(0);
            model.gradient("w").copyFrom(1, -1);
            model.value("x").copyFrom(3, 4);
            optimizer.step();
            // Adam's first step is ±1, but for ε = 1e-6 and the rounding of fp32.
            assertEquals(-RATE, model.value("w").get(0), RATE * 2e-6);
            assertEquals(RATE, model.value("w").get(1), RATE * 2e-6);
            assertEquals(3f, model.value("x").get(0), "no update, nothing to scale");
        }
    }
}
