package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Lion;
import lanewise.rule.NAdam;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import lanewise.rule.WeightDecay;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameter groups: who is in them, what they may set, and groups that come later. */
class GroupsTest {

    @ParameterizedTest
    @CsvSource({
        "*.bias, a.bias b.bias",
        "*norm*, c.norm1.weight",
        "a.*, a.weight a.bias",
        "?.bias, a.bias b.bias",
        "a.weight, a.weight",
        "*, a.weight a.bias b.bias c.norm1.weight d+e(f)",
        "a?bias, a.bias",
        "d+e(f), d+e(f)",
        "[ab].bias,",
        "*.BIAS,",
        "bias,",
    })
    void aGlobMatchesWholeNames(String glob, String matched) {
        List<String> names = List.of("a.weight", "a.bias", "b.bias", "c.norm1.weight", "d+e(f)");
        assertEquals(
                matched == null ? List.of() : List.of(matched.split(" ")),
                names.stream().filter(Parameters.named(glob)).toList());
    }

    @Test
    void severalGlobsMatchWhatOneOfThemDoes() {
        assertEquals(
                List.of("a.bias", "x.norm"),
                Stream.of("a.bias", "a.weight", "x.norm")
                        .filter(Parameters.named("*.bias", "*norm*"))
                        .toList());
        assertEquals(0, Stream.of("a", "").filter(Parameters.named()).count());
    }

    /** All weights 0, all gradients 1: plain descent moves each by its rate, exactly. */
    private static Map<String, Float> rates(UnaryOperator<Optimizer.Builder> options) {
        try (Model model = new Model()
                .with("a.weight", 2)
                .with("a.bias", 2)
                .with("b.bias", 2)
                .with("b.norm", 2)) {
            model.changeWeights((_, _) -> 0).changeGradients((_, _) -> 1);
            try (Optimizer optimizer = options.apply(model.builder(new Sgd())).build()) {
                optimizer.step();
            }
            return Map.of(
                    "a.weight", -model.value("a.weight").get(1),
                    "a.bias", -model.value("a.bias").get(1),
                    "b.bias", -model.value("b.bias").get(1),
                    "b.norm", -model.value("b.norm").get(1));
        }
    }

    @Test
    void parametersInNoGroupAreInTheDefaultGroup() {
        assertEquals(
                Map.of("a.weight", 0.5f, "a.bias", 0.25f, "b.bias", 0.25f, "b.norm", 0.5f),
                rates(builder -> builder.learningRate(0.5).group("*.bias", group -> group.learningRate(0.25))));
    }

    @Test
    void aGroupMayBeChosenByAPredicate() {
        assertEquals(
                Map.of("a.weight", 0.5f, "a.bias", 0.5f, "b.bias", 0.25f, "b.norm", 0.25f),
                rates(builder -> builder.learningRate(0.5)
                        .group("second layer", name -> name.startsWith("b."), group -> group.learningRate(0.25))));
    }

    @Test
    void theRateFactorMultipliesTheGroupsOwnRateOrTheBuilders() {
        assertEquals(
                Map.of("a.weight", 0.5f, "a.bias", 1f, "b.bias", 1f, "b.norm", 0.0625f),
                rates(builder -> builder.learningRate(0.5)
                        .group("*.bias", group -> group.rateFactor(2))
                        .group("*.norm", group -> group.learningRate(0.25).rateFactor(0.25))));
    }

    @Test
    void aFactorOfZeroFreezesAGroup() {
        assertEquals(
                Map.of("a.weight", 0.5f, "a.bias", -0f, "b.bias", -0f, "b.norm", 0.5f),
                rates(builder -> builder.learningRate(0.5).group("*.bias", group -> group.rateFactor(0))));
    }

    @Test
    void groupsMayLeaveNoneForTheDefaultGroup() {
        assertEquals(
                Map.of("a.weight", 0.25f, "a.bias", 0.25f, "b.bias", 0.5f, "b.norm", 0.5f),
                rates(builder -> builder.group("a.*", group -> group.learningRate(0.25))
                        .group("b.*", group -> group.learningRate(0.5))));
    }

    static Stream<Arguments> options() {
        return Stream.of(
                options("nothing", _ -> {}, builder -> builder),
                options("rule options", group -> group.rule(new AdamW().betas(0.5, 0.6)), new AdamW().betas(0.5, 0.6)),
                options("another rule", group -> group.rule(new Sgd().momentum(0.9)), new Sgd().momentum(0.9)),
                options("another rule with a decay of its own form", group -> group.rule(new Lion()), new Lion()),
                options("no decay", group -> group.weightDecay(0), builder -> builder.weightDecay(0)),
                options("another decay", group -> group.weightDecay(0.3), builder -> builder.weightDecay(0.3)),
                options(
                        "a decay of another form",
                        group -> group.weightDecay(WeightDecay.coupled(0.3)),
                        builder -> builder.weightDecay(WeightDecay.coupled(0.3))),
                options("a rate", group -> group.learningRate(0.125), builder -> builder.learningRate(0.125)),
                options(
                        "a schedule",
                        group -> group.learningRate(Schedule.exponential(0.1, 0.5)),
                        builder -> builder.learningRate(Schedule.exponential(0.1, 0.5))),
                options("a factor", group -> group.rateFactor(0.5), builder -> builder.learningRate(0.5e-3)),
                options("maximize", group -> group.maximize(true), builder -> builder.maximize(true)));
    }

    private static Arguments options(
            String what, Consumer<GroupOptions> ofGroup, UnaryOperator<Optimizer.Builder> ofBuilder) {
        return arguments(what, ofGroup, new AdamW(), ofBuilder);
    }

    private static Arguments options(String what, Consumer<GroupOptions> ofGroup, Rule rule) {
        return arguments(what, ofGroup, rule, UnaryOperator.identity());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void aGroupMovesAsAnOptimizerOfItsOwnWould(
            String what, Consumer<GroupOptions> ofGroup, Rule rule, UnaryOperator<Optimizer.Builder> ofBuilder) {
        try (Model model = Model.small();
                Model alone = new Model().with("a.bias", 7).with("b.bias", 17);
                Model rest = new Model().with("a.weight", 3, 7).with("b.weight", 8200);
                Optimizer optimizer =
                        model.builder(new AdamW()).group("*.bias", ofGroup).build();
                Optimizer ofAlone = ofBuilder.apply(alone.builder(rule)).build();
                Optimizer ofRest = rest.builder(new AdamW()).build()) {
            for (int step = 1; step <= 4; step++) {
                model.gradients(step);
                alone.gradients(step);
                rest.gradients(step);
                optimizer.step();
                ofAlone.step();
                ofRest.step();
            }
            Bits together = Bits.of(model.parameters, optimizer);
            for (String name : List.of("a.bias", "b.bias")) {
                Bits.assertSame(Bits.of(alone.parameters, ofAlone).of(name), together.of(name));
            }
            for (String name : List.of("a.weight", "b.weight")) {
                Bits.assertSame(Bits.of(rest.parameters, ofRest).of(name), together.of(name));
            }
        }
    }

    @Test
    void aDecayNamedByTheBuilderTakesTheFormOfTheGroupsRule() {
        Bits expected = decayedBias(builder -> builder, new Adam(), builder -> builder.weightDecay(0.1));
        Bits inGroup = decayedBias(
                builder -> builder.group("*.bias", group -> group.rule(new Adam())),
                new AdamW(),
                builder -> builder.weightDecay(0.1));
        Bits.assertSame(expected, inGroup);
    }

    @Test
    void aDecayNamedInFullByTheBuilderHoldsForAllRules() {
        UnaryOperator<Optimizer.Builder> decay = builder -> builder.weightDecay(WeightDecay.decoupled(0.1));
        Bits expected = decayedBias(builder -> builder, new Adam(), decay);
        Bits inGroup =
                decayedBias(builder -> builder.group("*.bias", group -> group.rule(new Adam())), new AdamW(), decay);
        Bits.assertSame(expected, inGroup);
    }

    private static Bits decayedBias(
            UnaryOperator<Optimizer.Builder> groups, Rule rule, UnaryOperator<Optimizer.Builder> decay) {
        try (Model model = Model.small();
                Optimizer optimizer =
                        groups.apply(decay.apply(model.builder(rule))).build()) {
            model.gradients(1);
            optimizer.step();
            return Bits.of(model.parameters, optimizer).of("b.bias");
        }
    }

    @Test
    void aGroupsRuleBringsItsOwnRateUnlessTheBuilderNamesOne() {
        try (Model model = Model.small();
                Optimizer unnamed = model.builder(new AdamW())
                        .group("*.bias", group -> group.rule(new NAdam()))
                        .build();
                Optimizer named = model.builder(new AdamW())
                        .learningRate(0.5)
                        .group("*.bias", group -> group.rule(new NAdam()))
                        .build()) {
            // Rates are handed through unchanged, so the doubles are equal.
            assertEquals(2e-3, unnamed.step().learningRate("*.bias"));
            assertEquals(1e-3, unnamed.report().learningRate("default"));
            assertEquals(0.5, named.step().learningRate("*.bias"));
        }
    }

    @Test
    void whatTheBuilderIsToldLaterDoesNotReachWhatItHasBuilt() {
        try (Model model = new Model().with("a", 3)) {
            Optimizer.Builder builder = model.builder(new Sgd()).learningRate(0.5);
            try (Optimizer optimizer = builder.build()) {
                builder.learningRate(0.25).weightDecay(0.1);
                model.with("b", 3);
                optimizer.addGroup("b", _ -> {});
                assertEquals(0.5, optimizer.step().learningRate("b"));
            }
        }
    }

    // ------------------------------------------------------------------------------ groups that come later

    @Test
    void addingAGroupLaterKeepsTheOthersAndStartsTheNewOneAtItsFirstStep() {
        try (Model model = Model.small();
                Model undisturbed = Model.small();
                Model fresh = new Model().with("c.weight", 40).with("c.bias", 3);
                Optimizer optimizer = model.builder(new AdamW()).build();
                Optimizer ofUndisturbed = undisturbed.builder(new AdamW()).build();
                Optimizer ofFresh = fresh.builder(new NAdam()).build()) {
            for (int step = 1; step <= 7; step++) {
                if (step == 4) {
                    Bits before = Bits.of(model.parameters, optimizer);
                    model.with("c.weight", 40).with("c.bias", 3);
                    optimizer.addGroup("c.*", group -> group.rule(new NAdam()));
                    for (String name : List.of("a.weight", "a.bias", "b.weight", "b.bias")) {
                        Bits.assertSame(
                                before.of(name),
                                Bits.of(model.parameters, optimizer).of(name));
                    }
                }
                model.gradients(step);
                optimizer.step();
                undisturbed.gradients(step);
                ofUndisturbed.step();
                if (step >= 4) {
                    fresh.gradients(step);
                    ofFresh.step();
                }
            }
            Bits bits = Bits.of(model.parameters, optimizer);
            for (String name : List.of("a.weight", "a.bias", "b.weight", "b.bias")) {
                Bits.assertSame(Bits.of(undisturbed.parameters, ofUndisturbed).of(name), bits.of(name));
            }
            for (String name : List.of("c.weight", "c.bias")) {
                Bits.assertSame(Bits.of(fresh.parameters, ofFresh).of(name), bits.of(name));
            }
            assertEquals(List.of("default", "c.*"), optimizer.report().groups());
            assertEquals(7, optimizer.report().step());
        }
    }

    @Test
    void aGroupThatComesLaterTakesPartInTheGlobalNorm() {
        try (Model model = new Model().with("a", 1).with("b", 1);
                Optimizer optimizer = build(model, "a")) {
            model.gradient("a").set(0, 3);
            model.gradient("b").set(0, 4);
            // The root of 25 is exact.
            assertEquals(5.0, optimizer.step().gradientNorm());
            model.with("c", 1);
            model.gradient("c").set(0, 12);
            optimizer.addGroup("c", _ -> {});
            // Sums of small squares are exact, and √169 is.
            assertEquals(13.0, optimizer.step().gradientNorm());
        }
    }

    private static Optimizer build(Model model, String glob) {
        return model.builder(new AdamW()).group(glob, _ -> {}).clipGlobalNorm(1).build();
    }

    @Test
    void aGroupMayComeInTheMiddleOfAnAccumulation() {
        try (Model model = new Model().with("a", 5);
                Optimizer optimizer =
                        model.builder(new Sgd()).learningRate(1).accumulate(2).build()) {
            model.changeWeights((_, _) -> 0).changeGradients((_, _) -> 2);
            optimizer.step();
            model.with("b", 5).changeGradients((_, _) -> 2);
            model.value("b").fill(0);
            optimizer.addGroup("b", _ -> {});
            optimizer.step();
            // The mean over two batches: (2 + 2)/2, and (0 + 2)/2 for the one that came later; exact.
            assertEquals(-2f, model.value("a").get(0));
            assertEquals(-1f, model.value("b").get(0));
        }
    }

    /** A rule with a kernel too long for HotSpot: Σ (cᵢ·g), added in pairs so that it is not deep. */
    private static Rule tooLong() {
        List<Expr> terms = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            terms.add(Expr.scalar("c", i).times(Expr.read(Slot.GRADIENT)));
        }
        while (terms.size() > 1) {
            for (int i = 0; i < terms.size(); i++) {
                terms.set(i, terms.get(i).plus(terms.remove(i + 1)));
            }
        }
        Program program = Program.empty().set(Slot.PARAMETER, terms.getFirst());
        return () -> program;
    }

    static Stream<Arguments> failingAdditions() {
        Rule broken = () -> {
            throw new IllegalArgumentException("broken");
        };
        return Stream.of(
                arguments("matches none", "x.*", (Consumer<GroupOptions>) _ -> {}),
                arguments("has one already", "*", (Consumer<GroupOptions>) _ -> {}),
                arguments("options throw", "c.*", (Consumer<GroupOptions>) group -> group.rateFactor(-1)),
                arguments("rule throws", "c.*", (Consumer<GroupOptions>) group -> group.rule(broken)),
                arguments("kernel too long", "c.*", (Consumer<GroupOptions>) group -> group.rule(tooLong())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failingAdditions")
    void aGroupThatCannotBeAddedLeavesTheOptimizerAsItWas(String what, String glob, Consumer<GroupOptions> options) {
        Bits expected = Model.run(new AdamW(), builder -> builder);
        try (Model model = Model.small();
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            for (int step = 1; step <= 5; step++) {
                if (step == 3) {
                    model.with("c.weight", 40);
                    assertThrows(IllegalArgumentException.class, () -> optimizer.addGroup(glob, options));
                    assertEquals(List.of("default"), optimizer.report().groups());
                    model.get("c.weight").removeGradient();
                }
                model.gradients(step);
                optimizer.step();
            }
            Bits bits = Bits.of(model.parameters, optimizer);
            for (String name : List.of("a.weight", "a.bias", "b.weight", "b.bias")) {
                Bits.assertSame(expected.of(name), bits.of(name));
            }
            optimizer.addGroup("c.*", _ -> {});
            assertEquals(List.of("default", "c.*"), optimizer.report().groups());
        }
    }

    @Test
    void aParameterThatIsInNoGroupWhenTheStepComesIsAnError() {
        try (Model model = new Model().with("a", 5);
                Optimizer optimizer = model.builder(new Sgd()).build()) {
            model.with("b", 5);
            Bits before = Bits.ofWeights(model.parameters);
            IllegalStateException error = assertThrows(IllegalStateException.class, optimizer::step);
            assertTrue(error.getMessage().contains("b"), error.getMessage());
            Bits.assertSame(before, Bits.ofWeights(model.parameters));
        }
    }
}
