package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanewise.rule.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AllocationTest {

    static List<String> rules() {
        return Rules.names();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void stepOnScalarBackendAllocatesNothing(String rule) throws InterruptedException {
        assertEquals(0, AllocationTrial.bytesOfSteps(Rules.all().get(rule), "scalar"));
    }
}
