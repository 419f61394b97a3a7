package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanewise.AllocationTrial;
import lanewise.rule.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorAllocationTest {

    static List<String> rules() {
        return Rules.names();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void stepOnSimdBackendAllocatesNothing(String rule) throws InterruptedException {
        assertEquals(0, AllocationTrial.bytesOfSteps(Rules.all().get(rule), "simd"));
    }
}
