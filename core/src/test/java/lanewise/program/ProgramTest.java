package lanewise.program;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.conformance.ExtraCases;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Lamb;
import lanewise.rule.Lion;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import lanewise.rule.Signum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Program, Expr and Slot: what they reject, and that they are values. */
class ProgramTest {

    private static final Slot M = Slot.state("m");
    private static final Expr G = read(GRADIENT);
    private static final Expr THETA = read(PARAMETER);
    private static final Expr K = scalar("k", 0.5);

    private static final Clock CLOCK = new FixedClock(3, 0.1, 0.01, 0.25, 7);

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("the gradient is the caller's; a program must not set it", (Executable)
                        () -> Program.empty().set(GRADIENT, THETA)),
                arguments("m must be set once, got a second value", (Executable)
                        () -> Program.empty().set(M, G).set(M, THETA)),
                arguments("the symbols of a program's slots must differ, got two slots m", (Executable)
                        () -> Program.empty().set(M, G).set(Slot.state("m", 1), G)),
                arguments("the symbols of a program's slots must differ, got two slots m", (Executable)
                        () -> Program.empty().set(M, read(Slot.state("m", 1)))),
                arguments("the symbols of a program's slots must differ, got two slots θ", (Executable)
                        () -> Program.empty().set(PARAMETER, read(Slot.state("θ")))),
                arguments("x must be one value for the step to be observed, got g", (Executable)
                        () -> Program.empty().observe("x", G)),
                arguments("x must be one value for the step to be observed, got ‖g‖", (Executable)
                        () -> Program.empty().observe("x", G.norm(Extent.TENSOR))),
                arguments("a sum must be over values that differ by element, row or column, got k", (Executable)
                        () -> K.sum(Extent.TENSOR)),
                arguments("a sum must be over values that differ by element, row or column, got ‖g‖", (Executable)
                        () -> G.norm(Extent.TENSOR).sum(Extent.ALL)),
                arguments("a sum of elements must be over ROW, COLUMN, TENSOR or ALL, got ELEMENT", (Executable)
                        () -> G.sum(Extent.ELEMENT)),
                arguments(
                        "a power is for scalars, got one of elements; write squares and roots of elements with squared()"
                                + " and sqrt()",
                        (Executable) () -> G.pow(K)),
                arguments(
                        "a power is for scalars, got one of elements; write squares and roots of elements with squared()"
                                + " and sqrt()",
                        (Executable) () -> K.pow(G)),
                arguments("ADD takes 2 operands, got 1", (Executable) () -> new Expr.Apply(Op.ADD, List.of(G))),
                arguments("SQRT takes 1 operands, got 2", (Executable) () -> new Expr.Apply(Op.SQRT, List.of(G, G))),
                arguments("a sum of elements must be over ROW, COLUMN, TENSOR or ALL, got MATRIX", (Executable)
                        () -> G.sum(Extent.MATRIX)),
                arguments("a sum of values of rows or columns must be over MATRIX, got TENSOR", (Executable)
                        () -> G.sum(Extent.ROW).sum(Extent.TENSOR)),
                arguments("a sum of values of rows or columns must be over MATRIX, got ALL", (Executable)
                        () -> G.sum(Extent.COLUMN).sum(Extent.ALL)),
                arguments("a sum must be over values that differ by element, row or column, got ΣᵢΣⱼg", (Executable)
                        () -> G.sum(Extent.ROW).sum(Extent.MATRIX).sum(Extent.TENSOR)),
                arguments(
                        "w has one value for each TENSOR and must be set to such a value, got one for each ELEMENT: g",
                        (Executable) () -> Program.empty().set(Slot.state("w", Extent.TENSOR), G)),
                arguments(
                        "r has one value for each ROW and must be set to such a value, got one for each COLUMN: Σᵢg",
                        (Executable) () -> Program.empty().set(Slot.state("r", Extent.ROW), G.sum(Extent.COLUMN))),
                arguments(
                        "a program has one parameter θ and one gradient g, got a slot w of role PARAMETER; use Slot.PARAMETER"
                                + " or Slot.GRADIENT, or make it a state",
                        (Executable)
                                () -> Program.empty().set(new Slot("w", Slot.Role.PARAMETER, Extent.ELEMENT, 0), G)),
                arguments(
                        "a program has one parameter θ and one gradient g, got a slot w of role GRADIENT; use Slot.PARAMETER"
                                + " or Slot.GRADIENT, or make it a state",
                        (Executable) () -> Program.empty()
                                .set(PARAMETER, read(new Slot("w", Slot.Role.GRADIENT, Extent.ELEMENT, 0)))),
                arguments(
                        "a program has one parameter θ and one gradient g, got a slot w of role SCRATCH; use Slot.PARAMETER"
                                + " or Slot.GRADIENT, or make it a state",
                        (Executable) () ->
                                Program.empty().set(PARAMETER, read(new Slot("w", Slot.Role.SCRATCH, Extent.ROW, 0)))),
                arguments(slot("MATRIX for s of role STATE"), (Executable) () -> Slot.state("s", Extent.MATRIX)),
                arguments(slot("ALL for s of role STATE"), (Executable) () -> Slot.state("s", Extent.ALL)),
                arguments(slot("ROW for w of role PARAMETER"), (Executable)
                        () -> new Slot("w", Slot.Role.PARAMETER, Extent.ROW, 0)),
                arguments(slot("TENSOR for w of role GRADIENT"), (Executable)
                        () -> new Slot("w", Slot.Role.GRADIENT, Extent.TENSOR, 0)),
                arguments(slot("ELEMENT for w of role SCRATCH"), (Executable)
                        () -> new Slot("w", Slot.Role.SCRATCH, Extent.ELEMENT, 0)),
                arguments("a slot's symbol must not be blank, got \"\"", (Executable) () -> Slot.state("")),
                arguments("a slot's symbol must not be blank, got \"  \"", (Executable) () -> Slot.state("  ")),
                arguments("initial value of s must be finite, got NaN", (Executable) () -> Slot.state("s", Double.NaN)),
                arguments("initial value of s must be finite, got Infinity", (Executable)
                        () -> Slot.state("s", Double.POSITIVE_INFINITY)));
    }

    private static String slot(String got) {
        return "a slot must have values for ELEMENT, as a state also for ROW, COLUMN or TENSOR, got " + got;
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakesAreRejectedWithASentence(String message, Executable mistake) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, mistake).getMessage());
    }

    @Test
    void whatDependsOnTheElementIsNotKnownFromTheClock() {
        assertEquals(
                "g is not known from the clock",
                assertThrows(IllegalStateException.class, () -> G.plus(K).evaluate(CLOCK))
                        .getMessage());
        assertEquals(
                "Σg² is not known from the clock",
                assertThrows(
                                IllegalStateException.class,
                                () -> G.norm(Extent.ALL).times(K).evaluate(CLOCK))
                        .getMessage());
    }

    @Test
    void scalarsAreEvaluatedInDouble() {
        // The same operations on the same doubles give the same bits.
        assertEquals(
                0.1 / (1 - 0.5 * 0.5 * 0.5),
                Scalars.LEARNING_RATE.over(Blocks.biasCorrection(K)).evaluate(CLOCK));
        assertEquals(
                1 - 0.1 * 0.01,
                Scalars.ONE
                        .minus(Scalars.LEARNING_RATE.times(Scalars.WEIGHT_DECAY))
                        .evaluate(CLOCK));
        assertEquals(0.25 * 7, Scalars.GRADIENT_SCALE.times(Scalars.ELEMENTS).evaluate(CLOCK));
    }

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void aRuleStatedTwiceIsTheSameCode(String name) {
        Rule rule = Rules.all().get(name);
        assertEquals(
                rule.program().phases().stream().map(Phase::code).toList(),
                rule.program().phases().stream().map(Phase::code).toList());
        assertEquals(Formula.of(rule.program()), Formula.of(rule.program()));
    }

    @Test
    void programsAndExpressionsAreValues() {
        assertEquals(new Adam().program(), new Adam().program());
        assertEquals(new Adam().program().hashCode(), new Adam().program().hashCode());
        assertNotEquals(new Adam().program(), new Adam().epsilon(1e-7).program());
        assertEquals("k·g", K.times(G).toString());
        Program start = Program.empty();
        Program one = start.set(M, G);
        assertEquals(List.of(), start.statements());
        assertEquals(1, one.statements().size());
        assertThrows(UnsupportedOperationException.class, () -> one.statements().clear());
    }

    @Test
    void anOperationReachesAsFarAsItsNarrowestOperand() {
        assertEquals(Extent.ALL, K.extent());
        assertEquals(Extent.ALL, G.norm(Extent.ALL).times(K).extent());
        assertEquals(Extent.TENSOR, Scalars.ELEMENTS.times(K).extent());
        assertEquals(
                Extent.TENSOR, G.norm(Extent.ALL).times(G.norm(Extent.TENSOR)).extent());
        assertEquals(Extent.ELEMENT, G.norm(Extent.TENSOR).times(G).extent());
    }

    @Test
    void rewritingGoesFromTheOutsideInAndNotIntoWhatItPutThere() {
        UnaryOperator<Expr> negateGradient = expr -> expr.equals(G) ? G.negate() : expr;
        assertEquals(G.negate().plus(K.times(G.negate())), G.plus(K.times(G)).rewrite(negateGradient));
        assertEquals(
                G.negate().norm(Extent.TENSOR), G.norm(Extent.TENSOR).rewrite(negateGradient), "inside sums as well");
        Expr untouched = THETA.plus(K);
        assertEquals(untouched, untouched.rewrite(negateGradient));
    }

    @Test
    void statesAreThoseOfTheProgramInOrder() {
        Slot v = Slot.state("v");
        Program program = Program.empty().set(v, G).set(PARAMETER, THETA).set(M, G);
        assertEquals(List.of(v, M), program.states());
        assertEquals(List.of(), new Sgd().program().states());
        assertEquals(
                List.of(M),
                Program.empty().set(PARAMETER, read(M)).states(),
                "a state that is only read keeps its first value");
        assertEquals(
                List.of(v, M),
                Program.empty()
                        .set(PARAMETER, G.times(read(v)).norm(Extent.TENSOR).times(read(M)))
                        .states(),
                "inside sums as well");
    }

    @Test
    void aProgramMayBeDeeperThanTheStack() {
        Expr sum = THETA;
        for (int i = 0; i < 50_000; i++) {
            sum = sum.plus(G);
        }
        Program program = Program.empty().set(PARAMETER, sum.plus(read(M)));
        assertEquals(List.of(M), program.states());
        assertFalse(program.isByRows());
    }

    @Test
    void aProgramIsByRowsIfAnythingInItDiffersByRowOrByColumnAlone() {
        assertFalse(new Adam().program().isByRows());
        assertFalse(new Lamb().program().isByRows());
        for (Extent extent : List.of(Extent.ROW, Extent.COLUMN)) {
            Slot state = Slot.state("s", extent);
            assertTrue(Program.empty().set(PARAMETER, G.over(G.sum(extent))).isByRows());
            assertTrue(Program.empty().set(PARAMETER, G.times(read(state))).isByRows());
            assertTrue(Program.empty().set(state, K).isByRows());
        }
    }

    static Stream<Arguments> traffic() {
        Extras clipped = ExtraCases.all().get("clipped by norm");
        Extras everything = ExtraCases.all().get("everything");
        return Stream.of(
                arguments("plain SGD", new Sgd(), Extras.DEFAULT, 8, 4),
                arguments("momentum", new Sgd().momentum(0.9), Extras.DEFAULT, 12, 8),
                arguments("AdamW", new AdamW(), Extras.DEFAULT, 16, 12),
                arguments("AMSGrad", new Adam().amsgrad(true), Extras.DEFAULT, 20, 16),
                arguments("Lion", new Lion(), Extras.DEFAULT, 12, 8),
                arguments("signSGD", Signum.signSgd(), Extras.DEFAULT, 8, 4),
                arguments("AdamW, clipped by norm: another pass over g", new AdamW(), clipped, 20, 12),
                arguments(
                        "AdamW, everything: Σg for g, read twice and cleared; an average",
                        new AdamW(),
                        everything,
                        24,
                        20));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("traffic")
    void trafficCountsEachLoadAndStoreOfEachPass(String name, Rule rule, Extras extras, long read, long written) {
        Traffic traffic = Traffic.of(extras.applyTo(rule.program()).phases());
        assertEquals(new Traffic(read, written), traffic, name);
        assertEquals(read + written, traffic.bytes());
    }

    @Test
    void constantsPrintShort() {
        assertEquals("2", Formula.of(constant(2)));
        assertEquals("0.5", Formula.of(constant(0.5)));
        assertTrue(constant(2).equals(constant(2.0)));
    }
}
