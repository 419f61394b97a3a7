package lanewise.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Formula;
import lanewise.program.Op;
import lanewise.program.Program;
import org.junit.jupiter.api.Test;

class ShrinkerTest {

    /** A sum over all tensors of something that a quotient is part of, and anywhere a root. */
    private static boolean fails(Program program) {
        return has(Op.SQRT, program)
                && Parts.ofAll(program).stream()
                        .anyMatch(part -> part instanceof Expr.Sum(Expr term, Extent over)
                                && over == Extent.ALL
                                && has(Op.DIVIDE, Program.empty().let("term", term)));
    }

    private static boolean has(Op op, Program program) {
        return Parts.ofAll(program).stream().anyMatch(part -> part instanceof Expr.Apply apply && apply.op() == op);
    }

    @Test
    void hardlyAnythingStaysThatTheFailureDoesNotNeed() {
        List<Program> failing = LongStream.range(0, 100)
                .mapToObj(RandomProgram::of)
                .filter(ShrinkerTest::fails)
                .toList();
        assertTrue(failing.size() > 5, "programs to shrink: " + failing.size());
        for (Program program : failing) {
            Program smallest = Shrinker.smallest(program, ShrinkerTest::fails);
            // The sum, the quotient, the root, one, what differs by element, and two that bring it to the others.
            assertTrue(
                    Parts.ofAll(smallest).size() <= 7,
                    () -> Formula.of(smallest).toString());
        }
    }

    @Test
    void refusesAProgramThatDoesNotFail() {
        Exception e = assertThrows(
                IllegalArgumentException.class, () -> Shrinker.smallest(Program.empty(), ShrinkerTest::fails));
        assertEquals("a program to be shrunk must fail, this one does not", e.getMessage());
    }
}
