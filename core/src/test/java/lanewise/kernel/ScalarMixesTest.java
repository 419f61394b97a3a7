package lanewise.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import lanewise.conformance.Trial;
import lanewise.dtype.Mixes;
import lanewise.program.Program;
import lanewise.rule.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every rule, its slots kept in every precision. */
class ScalarMixesTest {

    @ParameterizedTest
    @EnumSource
    void scalarKernelAndInterpreterMatchOracleBitForBit(Mixes mix) {
        Map<String, Program> programs = mix.possible(Rules.fewPrograms());
        programs.forEach((name, program) -> {
            Trial trial = new Trial(program, mix.of(program), name.hashCode(), Trial.Size.FULL);
            ScalarBackend backend = new ScalarBackend();
            assertEquals(Optional.empty(), trial.mismatch(Interpreter::new, 1), name);
            assertEquals(Optional.empty(), trial.mismatch(code -> backend.compile(code, 1), 3), name);
        });
    }
}
