package lanewise.kernel;

import static lanewise.conformance.RandomTrials.assertMatchesOracle;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import lanewise.conformance.RandomProgram;
import lanewise.conformance.RandomTrials;
import lanewise.conformance.RandomTrials.Way;
import lanewise.conformance.Shrinker;
import lanewise.conformance.Trial;
import lanewise.program.Code;
import lanewise.program.Formula;
import lanewise.program.Op;
import lanewise.program.Program;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomProgramsTest {

    private static final ScalarBackend SCALAR = new ScalarBackend();

    /** So short that most codes are split, many of them twice. */
    private static final int SHORT = 9;

    static LongStream seeds() {
        return RandomTrials.seeds(80);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void scalarKernelsAndInterpreterMatchOracleBitForBit(long seed) {
        assertMatchesOracle(
                seed,
                List.of(
                        new Way("the scalar backend", code -> SCALAR.compile(code, 1), 1),
                        new Way("the scalar backend", code -> SCALAR.compile(code, 1), 3),
                        new Way("the interpreter", Interpreter::new, 2),
                        new Way(
                                "the interpreter in loops of " + SHORT,
                                code -> SplitTrial.split(code, part -> part.length() > SHORT, Interpreter::new),
                                1)));
    }

    /** For each operation one that is wrong for few numbers: zeros, NaN, subnormals, or one in so many quotients. */
    private static final Map<Op, FaultyInterpreter.Operation> SLIPS = Map.ofEntries(
            Map.entry(Op.ADD, (a, b, _) -> Math.abs(a + b) < Float.MIN_NORMAL ? 0 : a + b),
            Map.entry(Op.SUBTRACT, (a, b, _) -> -(b - a)),
            Map.entry(Op.MULTIPLY, (a, b, _) -> a == 0 || b == 0 ? 0 : a * b),
            Map.entry(Op.DIVIDE, (a, b, _) -> a * (1 / b)),
            Map.entry(Op.MAX, (a, b, _) -> a > b ? a : b),
            Map.entry(Op.MIN, (a, b, _) -> a < b ? a : b),
            Map.entry(Op.NEGATE, (a, _, _) -> 0 - a),
            Map.entry(Op.ABS, (a, _, _) -> a < 0 ? -a : a),
            Map.entry(Op.SQRT, (a, _, _) -> (float) Math.sqrt(Math.max(a, 0))),
            Map.entry(Op.SIGN, (a, _, _) -> a > 0 ? 1 : a < 0 ? -1 : 0),
            Map.entry(Op.FLUSH, (a, _, _) -> a),
            Map.entry(Op.SELECT, (a, b, c) -> a >= 0 ? b : c));

    static Set<Op> operationsOnArrays() {
        return SLIPS.keySet();
    }

    @ParameterizedTest
    @MethodSource("operationsOnArrays")
    void aSlipInOneOperationIsFoundAndShrunkToHardlyMoreThanThatOperation(Op op) {
        FaultyInterpreter.Operation slip = Objects.requireNonNull(SLIPS.get(op));
        Predicate<Program> fails = program -> new Trial(program, 1, Trial.Size.SMALL)
                .mismatch(code -> new FaultyInterpreter(code, op, slip), 1)
                .isPresent();
        Program found = RandomTrials.seeds(80)
                .mapToObj(RandomProgram::of)
                .filter(fails)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no program shows a wrong " + op));
        Program smallest = Shrinker.smallest(found, fails);
        List<Op> operations = smallest.phases().stream()
                .flatMap(phase -> phase.code().nodes().stream())
                .filter(Code.Node.Compute.class::isInstance)
                .map(node -> ((Code.Node.Compute) node).op())
                .toList();
        assertTrue(operations.contains(op) && operations.size() <= 3, () -> op + ": " + Formula.of(smallest));
    }
}
