package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanewise.AllocationTrial;
import lanewise.Remedy;
import lanewise.dtype.DType;
import lanewise.rule.AdamW;
import lanewise.rule.Lamb;
import lanewise.rule.Rule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixesAllocationTest {

    @ParameterizedTest
    @CsvSource({
        "BFLOAT16, MASTER, FLOAT32",
        "BFLOAT16, REST_BITS, BFLOAT16",
        "BFLOAT16, STOCHASTIC_ROUNDING, BFLOAT16",
        "FLOAT16, MASTER, FLOAT16",
        "FLOAT32, NONE, BLOCK8",
        "BFLOAT16, REST_BITS, BLOCK8"
    })
    void stepOfAMixAllocatesNothing(DType dtype, Remedy remedy, DType state) throws InterruptedException {
        for (Rule rule : List.of(new AdamW(), new AdamW().amsgrad(true), new Lamb())) {
            assertEquals(
                    0,
                    AllocationTrial.bytesOfSteps(
                            rule,
                            "simd",
                            dtype,
                            builder -> builder.remedy(remedy).stateDType(state)),
                    rule.toString());
        }
    }
}
