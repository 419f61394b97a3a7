package lanewise.program;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.ELEMENTS;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import lanewise.program.Code.Node;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** From programs to straight-line code. */
class LoweringTest {

    private static final Expr G = read(GRADIENT);
    private static final Expr THETA = read(PARAMETER);
    private static final Expr K = scalar("k", 0.5);

    private static Phase only(Program program) {
        assertEquals(1, program.phases().size());
        return program.phases().getFirst();
    }

    private static Stream<Node.Compute> operations(Code code) {
        return code.nodes().stream().filter(Node.Compute.class::isInstance).map(Node.Compute.class::cast);
    }

    private static long count(Code code, Op op) {
        return operations(code).filter(node -> node.op() == op).count();
    }

    @Test
    void plainDescentIsThreeLoadsAndTwoOperations() {
        Phase phase = only(new Sgd().program());
        assertEquals(
                new Code(
                        2,
                        1,
                        List.of(
                                new Node.Load(0),
                                new Node.Scalar(0),
                                new Node.Load(1),
                                new Node.Compute(Op.MULTIPLY, List.of(1, 2)),
                                new Node.Compute(Op.SUBTRACT, List.of(0, 3))),
                        List.of(new Code.Store(0, 4)),
                        List.of()),
                phase.code());
        assertEquals(List.of(PARAMETER, GRADIENT), phase.streams());
        assertEquals(List.of(LEARNING_RATE), phase.scalars());
        assertEquals(List.of(), phase.sums());
    }

    @Test
    void theLengthOfCodeLeavesOutItsScalars() {
        assertEquals(2 + 2 + 1, only(new Sgd().program()).code().length(), "loads, operations and a store");
        List<Phase> phases = Program.empty().observe("norm", G.norm(Extent.ALL)).phases();
        assertEquals(1 + 1 + 1, phases.getFirst().code().length(), "a load, an operation and a sum");
    }

    @Test
    void aStreamIsReadOrWrittenOrBoth() {
        Code code = only(new Sgd().momentum(0.9).program()).code();
        assertEquals(
                List.of(true, true, true), Stream.of(0, 1, 2).map(code::loads).toList(), "v, g and θ");
        assertEquals(
                List.of(true, false, true), Stream.of(0, 1, 2).map(code::stores).toList());
        Code cleared = only(Program.empty().set(Slot.state("s"), constant(0)).set(PARAMETER, THETA.minus(G)))
                .code();
        assertEquals(
                List.of(false, true, true),
                Stream.of(0, 1, 2).map(cleared::loads).toList(),
                "s is not read");
    }

    @Test
    void sharedValuesAreComputedOnce() {
        Expr shared = G.plus(K.times(THETA)).sqrt();
        Phase phase = only(Program.empty()
                .set(Slot.state("a"), shared)
                .set(Slot.state("b"), shared.squared())
                .set(PARAMETER, THETA.minus(shared)));
        assertEquals(1, count(phase.code(), Op.SQRT));
        assertEquals(1, count(phase.code(), Op.ADD));
        assertEquals(2, count(phase.code(), Op.MULTIPLY), "k·θ and the square");
        assertEquals(
                1,
                phase.code().nodes().stream().filter(new Node.Load(0)::equals).count());
    }

    @Test
    void equalValuesAreSharedThoughWrittenTwice() {
        Phase phase = only(Program.empty()
                .set(Slot.state("a"), G.plus(THETA))
                .set(Slot.state("b"), read(GRADIENT).plus(read(PARAMETER))));
        assertEquals(1, count(phase.code(), Op.ADD));
        assertEquals(
                phase.code().stores().get(0).value(),
                phase.code().stores().get(1).value());
    }

    @Test
    void theOrderOfOperandsIsKept() {
        Phase phase = only(Program.empty().set(PARAMETER, THETA.minus(G)).set(Slot.state("a"), G.minus(THETA)));
        assertEquals(
                List.of(List.of(0, 1), List.of(1, 0)),
                operations(phase.code()).map(Node.Compute::operands).toList());
    }

    @Test
    void whatDoesNotDependOnTheElementIsOneScalar() {
        Expr rate = LEARNING_RATE.over(Blocks.biasCorrection(K));
        Phase phase = only(Program.empty().set(PARAMETER, THETA.minus(rate.times(G))));
        assertEquals(List.of(rate), phase.scalars());
        assertEquals(2, operations(phase.code()).count());
    }

    @Test
    void bracketsDecideWhatIsLifted() {
        Phase inside =
                only(Program.empty().set(PARAMETER, LEARNING_RATE.times(K).times(G)));
        Phase outside = only(Program.empty().set(PARAMETER, LEARNING_RATE.times(K.times(G))));
        assertEquals(1, inside.scalars().size());
        assertEquals(2, outside.scalars().size());
    }

    @Test
    void equalScalarsGoInOnce() {
        Phase phase = only(new Adam().betas(0.9, 0.9).program());
        assertEquals(phase.scalars().size(), phase.scalars().stream().distinct().count());
    }

    @Test
    void aSlotMayBecomeAScalar() {
        Phase phase = only(Program.empty().set(Slot.state("a"), constant(0)));
        assertEquals(
                new Code(1, 1, List.of(new Node.Scalar(0)), List.of(new Code.Store(0, 0)), List.of()), phase.code());
    }

    @Test
    void namesOfConstantsAndSlotsLeaveNoTraceInTheCode() {
        Program one = Program.empty().set(Slot.state("a"), scalar("x", 1).times(G));
        Program other = Program.empty().set(Slot.state("b"), scalar("y", 2).times(G));
        assertEquals(only(one).code(), only(other).code());
        assertEquals(
                only(new Adam().program()).code(),
                only(new AdamW().betas(0.5, 0.6).program()).code());
    }

    @Test
    void lettersAndObservationsLeaveNoInstruction() {
        Program bare = new Sgd().program();
        Program named = Program.empty()
                .let("d", G.sqrt())
                .set(PARAMETER, THETA.minus(LEARNING_RATE.times(G)))
                .observe("rate", LEARNING_RATE);
        assertEquals(only(bare).code(), only(named).code());
    }

    static List<String> elementWise() {
        return Rules.names().stream()
                .filter(name -> Rules.all().get(name).program().phases().size() == 1)
                .toList();
    }

    /** Extras with everything off. */
    private static final Extras NOTHING = Extras.DEFAULT.flushSubnormals(false);

    @ParameterizedTest
    @MethodSource("lanewise.rule.Rules#names")
    void absentExtrasLeaveNoInstruction(String name) {
        Program rule = Rules.all().get(name).program();
        assertEquals(rule, NOTHING.applyTo(rule));
        assertEquals(rule.phases(), NOTHING.applyTo(rule).phases());
    }

    @ParameterizedTest
    @MethodSource("elementWise")
    void theFlushCostsOneOperationForEachState(String name) {
        Program rule = Rules.all().get(name).program();
        Code without = only(rule).code();
        Code with = only(Extras.DEFAULT.applyTo(rule)).code();
        int stored = without.stores().size() - 1; // all but the parameter
        assertEquals(stored, count(with, Op.FLUSH));
        assertEquals(without.nodes().size() + stored, with.nodes().size());
    }

    @ParameterizedTest
    @MethodSource("elementWise")
    void clippingMaximizingAndScalingAreOneMultiplication(String name) {
        Program rule = Rules.all().get(name).program();
        Code without = only(rule).code();
        Extras extras = Extras.DEFAULT
                .maximize(true)
                .scaled(true)
                .clipNorm(OptionalDouble.of(1))
                .observeNorm(true)
                .flushSubnormals(false);
        List<Phase> phases = extras.applyTo(rule).phases();
        assertEquals(2, phases.size());
        Code with = phases.getLast().code();
        assertEquals(count(without, Op.MULTIPLY) + 1, count(with, Op.MULTIPLY));
        assertEquals(operations(without).count() + 1, operations(with).count());
        assertEquals(without.scalars() + 1, with.scalars());
    }

    @Test
    void decoupledDecayCostsOneMultiplication() {
        Extras extras = Extras.DEFAULT.decay(Extras.Decay.DECOUPLED).flushSubnormals(false);
        Code without = only(new Adam().program()).code();
        Code with = only(extras.applyTo(new Adam().program())).code();
        assertEquals(operations(without).count() + 1, operations(with).count());
    }

    @Test
    void aSumIsAPhaseThatOnlyReads() {
        Program program = Program.empty().set(PARAMETER, THETA.over(G.norm(Extent.TENSOR)));
        List<Phase> phases = program.phases();
        assertEquals(2, phases.size());
        Phase sum = phases.getFirst();
        assertEquals(List.of(GRADIENT), sum.streams());
        assertEquals(List.of(), sum.code().stores());
        assertEquals(
                new Code(
                        1,
                        0,
                        List.of(new Node.Load(0), new Node.Compute(Op.MULTIPLY, List.of(0, 0))),
                        List.of(),
                        List.of(1)),
                sum.code());
        assertEquals(
                List.of(G.squared().sum(Extent.TENSOR)),
                sum.sums().stream().map(x -> (Expr) x).toList());
        assertEquals(List.of(G.norm(Extent.TENSOR)), phases.getLast().scalars());
        assertEquals(List.of(PARAMETER), phases.getLast().streams(), "the gradient itself is not needed again");
    }

    @Test
    void sumsOfOneDepthShareAPass() {
        Expr ratio = Blocks.trustRatio(THETA.norm(Extent.TENSOR), G.norm(Extent.TENSOR));
        Program program =
                Program.empty().set(PARAMETER, THETA.minus(ratio.times(G))).observe("norm", G.norm(Extent.ALL));
        List<Phase> phases = program.phases();
        assertEquals(2, phases.size());
        assertEquals(3, phases.getFirst().sums().size(), "‖θ‖, ‖g‖ of the tensor and ‖g‖ of all");
        assertEquals(2, phases.getFirst().streams().size());
        assertEquals(2, count(phases.getFirst().code(), Op.MULTIPLY), "g² is computed once for two sums");
    }

    @Test
    void aSumOfASumIsAThirdPhase() {
        Expr mean = G.sum(Extent.TENSOR).over(ELEMENTS);
        Expr deviation = G.minus(mean);
        Program program = Program.empty().set(PARAMETER, THETA.minus(deviation.over(deviation.norm(Extent.TENSOR))));
        List<Phase> phases = program.phases();
        assertEquals(3, phases.size());
        assertEquals(List.of(), phases.get(0).scalars());
        assertEquals(List.of(mean), phases.get(1).scalars());
        assertTrue(phases.get(2).scalars().contains(mean));
        assertTrue(phases.subList(0, 2).stream()
                .allMatch(phase -> phase.code().stores().isEmpty()));
    }

    @ParameterizedTest
    @EnumSource(names = {"ROW", "COLUMN"})
    void whatDiffersByRowOrColumnIsWorkedOutByPassesOfItsOwn(Extent extent) {
        Expr sum = G.squared().sum(extent);
        Slot sums = Slot.state("s", extent);
        List<Phase> phases = Program.empty()
                .set(sums, sum)
                .set(PARAMETER, THETA.minus(G.over(sum.sqrt())))
                .phases();
        assertEquals(
                List.of(Extent.ELEMENT, extent, Extent.ELEMENT, extent),
                phases.stream().map(Phase::domain).toList());
        assertEquals(
                List.of(0, 1, Phase.LAST, Phase.LAST),
                phases.stream().map(Phase::depth).toList());
        assertEquals(
                List.of(false, false, true, true),
                phases.stream().map(Phase::writes).toList());
        Slot summed = Objects.requireNonNull(phases.get(0).arrays().get(sum));
        assertEquals(new Slot(summed.symbol(), Slot.Role.SCRATCH, extent, 0), summed);
        assertEquals(1, count(phases.get(1).code(), Op.SQRT), "one root for each row or column");
        Slot root = phases.get(1).streams().get(phases.get(1).code().stores().getFirst().stream());
        assertNotEquals(summed, root);
        assertEquals(0, count(phases.get(2).code(), Op.SQRT));
        boolean byRow = extent == Extent.ROW;
        assertEquals(byRow ? List.of(read(root)) : List.of(), phases.get(2).scalars());
        assertEquals(
                byRow ? List.of(PARAMETER, GRADIENT) : List.of(PARAMETER, GRADIENT, root),
                phases.get(2).streams());
        assertEquals(List.of(summed, sums), phases.get(3).streams());
    }

    @ParameterizedTest
    @EnumSource(names = {"ROW", "COLUMN"})
    void aSumOfWhatNeedsAValueOfRowsOrColumnsWaitsForIt(Extent extent) {
        Expr root = G.squared().sum(extent).sqrt();
        List<Phase> phases = Program.empty()
                .set(PARAMETER, THETA.minus(G.over(root).norm(Extent.TENSOR)))
                .phases();
        assertEquals(
                List.of(Extent.ELEMENT, extent, Extent.ELEMENT, Extent.ELEMENT),
                phases.stream().map(Phase::domain).toList());
        assertEquals(
                List.of(0, 1, 2, Phase.LAST), phases.stream().map(Phase::depth).toList());
    }

    @Test
    void aStateOfRowsIsAScalarOfAPassOverElementsAndOneOfColumnsAStream() {
        Slot rows = Slot.state("r", Extent.ROW);
        Slot columns = Slot.state("c", Extent.COLUMN);
        Phase phase = only(
                Program.empty().set(PARAMETER, THETA.minus(G.times(read(rows)).times(read(columns)))));
        assertEquals(List.of(read(rows)), phase.scalars());
        assertEquals(List.of(PARAMETER, GRADIENT, columns), phase.streams());
    }

    @ParameterizedTest
    @EnumSource(names = {"ROW", "COLUMN"})
    void aSumOverAMatrixOfItsRowsOrColumnsIsAScalarOfTheLastPass(Extent extent) {
        Expr sum = G.sum(extent).sum(Extent.MATRIX);
        List<Phase> phases =
                Program.empty().set(PARAMETER, THETA.minus(G.times(sum))).phases();
        assertEquals(
                List.of(Extent.ELEMENT, extent, Extent.ELEMENT),
                phases.stream().map(Phase::domain).toList());
        assertEquals(1, phases.get(1).sums().size());
        assertEquals(List.of(sum), phases.get(2).scalars());
    }

    @Test
    void aSumThatIsOnlyNamedIsNotComputed() {
        Program program = Program.empty().let("n", G.norm(Extent.TENSOR)).set(PARAMETER, THETA.minus(G));
        assertEquals(1, program.phases().size());
    }

    @Test
    void aSumThatIsObservedIsComputed() {
        Program program = Program.empty().set(PARAMETER, THETA.minus(G)).observe("norm", G.norm(Extent.ALL));
        assertEquals(2, program.phases().size());
        assertNotEquals(0, program.phases().getFirst().sums().size());
    }

    @Test
    void aPowerOfTwoScalarsIsNoInstruction() {
        Phase phase = only(
                Program.empty().set(PARAMETER, ONE.minus(K.pow(Scalars.STEP)).times(THETA)));
        assertEquals(0, count(phase.code(), Op.POWER));
        assertEquals(1, operations(phase.code()).count());
    }
}
