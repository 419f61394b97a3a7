package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adadelta;
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
import lanewise.rule.Sgd;
import lanewise.rule.Signum;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a step says about itself. */
class StepReportTest {

    @Test
    void beforeTheFirstStepNothingIsKnown() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd()).build()) {
            StepReport report = optimizer.report();
            assertEquals(0, report.step());
            assertEquals(0, report.bytesMoved());
            assertFalse(report.skipped());
            assertFalse(report.accumulating());
            assertEquals(Double.NaN, report.gradientNorm());
            assertEquals(Double.NaN, report.clipCoefficient());
            assertEquals(List.of("default"), report.groups());
        }
    }

    @Test
    void itIsOneViewThatEveryStepFillsAnew() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(Schedule.exponential(0.5, 0.5))
                        .build()) {
            StepReport first = optimizer.step();
            assertEquals(1, first.step());
            // Powers of two are exact.
            assertEquals(0.5, first.learningRate());
            StepReport second = optimizer.step();
            assertSame(first, second);
            assertSame(first, optimizer.report());
            assertEquals(2, first.step());
            assertEquals(0.25, first.learningRate());
        }
    }

    @Test
    void ratesAreThoseOfTheirGroups() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(0.5)
                        .group("a.*", group -> group.rateFactor(0.25))
                        .group(
                                "second bias",
                                name -> name.equals("b.bias"),
                                group -> group.learningRate(Schedule.linear(1, 0, 4)))
                        .build()) {
            optimizer.step();
            StepReport report = optimizer.step();
            assertEquals(List.of("default", "a.*", "second bias"), report.groups());
            // Products and quotients of powers of two are exact.
            assertEquals(0.5, report.learningRate());
            assertEquals(0.5, report.learningRate("default"));
            assertEquals(0.125, report.learningRate("a.*"));
            assertEquals(0.75, report.learningRate("second bias"));
            assertEquals(
                    "there is no group c; there are [default, a.*, second bias]",
                    assertThrows(IllegalArgumentException.class, () -> report.learningRate("c"))
                            .getMessage());
        }
    }

    @Test
    void theFirstGroupsRateIsShownWhereThereIsNoDefaultGroup() {
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new Sgd())
                        .group("a.*", group -> group.learningRate(0.25))
                        .group("b.*", group -> group.learningRate(0.5))
                        .build()) {
            assertEquals(0.25, optimizer.step().learningRate());
            assertEquals(List.of("a.*", "b.*"), optimizer.report().groups());
        }
    }

    static Stream<Arguments> traffic() {
        UnaryOperator<Optimizer.Builder> alone = builder -> builder;
        return Stream.of(
                arguments("SGD", new Sgd(), alone, 12, 0),
                arguments("signSGD", Signum.signSgd(), alone, 12, 0),
                arguments("momentum", new Sgd().momentum(0.9), alone, 20, 4),
                arguments("Signum", new Signum(), alone, 20, 4),
                arguments("Lion", new Lion(), alone, 20, 4),
                arguments("AdaGrad", new AdaGrad(), alone, 20, 4),
                arguments("RMSProp", new RmsProp(), alone, 20, 4),
                arguments("RMSProp, centred", new RmsProp().centered(true), alone, 28, 8),
                arguments("RMSProp, both", new RmsProp().centered(true).momentum(0.9), alone, 36, 12),
                arguments("Adadelta", new Adadelta(), alone, 28, 8),
                arguments("Adam", new Adam(), alone, 28, 8),
                arguments("AdamW", new AdamW(), alone, 28, 8),
                arguments("AMSGrad", new Adam().amsgrad(true), alone, 36, 12),
                arguments("Adamax", new Adamax(), alone, 28, 8),
                arguments("NAdam", new NAdam(), alone, 28, 8),
                arguments("RAdam", new RAdam(), alone, 28, 8),
                arguments("LARS", new Lars(), alone, 28, 4),
                arguments("LAMB", new Lamb(), alone, 44, 8),
                arguments("AdamW, clipped by value", new AdamW(), with(builder -> builder.clipValue(1)), 28, 8),
                arguments("AdamW, clipped by norm", new AdamW(), with(builder -> builder.clipGlobalNorm(1)), 32, 8),
                arguments("AdamW, norm shown", new AdamW(), with(Optimizer.Builder::reportGradientNorm), 32, 8),
                arguments("AdamW, checked", new AdamW(), with(builder -> builder.onNonFinite(NonFinite.SKIP)), 32, 8));
    }

    private static UnaryOperator<Optimizer.Builder> with(UnaryOperator<Optimizer.Builder> options) {
        return options;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("traffic")
    void bytesAreWhatTheRuleMovesAndKeepsForEachElement(
            String name, Rule rule, UnaryOperator<Optimizer.Builder> options, int moved, int kept) {
        try (Model model = Model.small();
                Optimizer optimizer = options.apply(model.builder(rule)).build()) {
            long elements = 21 + 7 + 8200 + 17;
            assertEquals(moved * elements, optimizer.step().bytesMoved(), name);
            assertEquals(kept * elements, optimizer.stateBytes(), name);
            model.get("b.weight").removeGradient();
            assertEquals(moved * (elements - 8200), optimizer.step().bytesMoved(), name + ", a gradient missing");
        }
    }

    @Test
    void aSkippedStepMovesWhatItsNormReads() {
        try (Model model = new Model().with("w", 100);
                Optimizer optimizer =
                        model.builder(new AdamW()).onNonFinite(NonFinite.SKIP).build()) {
            model.gradient("w").set(0, Float.NaN);
            assertEquals(400, optimizer.step().bytesMoved());
        }
    }

    @Test
    void itPrintsAsALine() {
        try (Model model = new Model().with("w", 2);
                Optimizer optimizer = model.builder(new Sgd())
                        .learningRate(0.5)
                        .clipGlobalNorm(10)
                        .build()) {
            model.gradient("w").copyFrom(3, 4);
            assertEquals(
                    "step 1, rate 0.5, gradient norm 5.0, clip coefficient 1.0, 32 bytes",
                    optimizer.step().toString());
        }
    }
}
