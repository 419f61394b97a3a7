package lanewise.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lanewise.conformance.Trial;
import lanewise.program.Program;
import lanewise.rule.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScalarBackendTest {

    private static final Map<String, Program> PROGRAMS = Rules.programs();

    static Stream<String> programs() {
        return PROGRAMS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void scalarKernelAndInterpreterMatchOracleBitForBit(String name) {
        Trial trial = new Trial(PROGRAMS.get(name), name.hashCode());
        ScalarBackend backend = new ScalarBackend();
        assertEquals(Optional.empty(), trial.mismatch(code -> backend.compile(code, 1), 1), name);
        assertEquals(Optional.empty(), trial.mismatch(code -> backend.compile(code, 1), 3), name);
        assertEquals(Optional.empty(), trial.mismatch(Interpreter::new, 2), name);
    }
}
