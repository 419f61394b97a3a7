package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import lanewise.conformance.Trial;
import lanewise.dtype.Mixes;
import lanewise.kernel.SplitTrial;
import lanewise.rule.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every rule, its slots kept in every precision. */
class VectorMixesTest {

    /** So short that most codes are split, many of them twice. */
    private static final int SHORT = 9;

    @ParameterizedTest
    @EnumSource
    void everyWidthMatchesOracleBitForBit(Mixes mix) {
        VectorBackend backend = new VectorBackend();
        mix.possible(Rules.fewPrograms()).forEach((name, program) -> {
            Trial trial = new Trial(program, mix.of(program), name.hashCode(), Trial.Size.FULL);
            for (int lanes : new int[] {4, 8, 16}) {
                int threads = lanes / 6 + 1;
                assertEquals(
                        Optional.empty(),
                        trial.mismatch(
                                code -> SplitTrial.split(
                                        code,
                                        part -> backend.isTooLong(part, lanes),
                                        part -> backend.compile(part, lanes)),
                                threads),
                        lanes + " lanes, " + name);
            }
            assertEquals(
                    Optional.empty(),
                    trial.mismatch(
                            code -> SplitTrial.split(
                                    code, part -> part.length() > SHORT, part -> backend.compile(part, 8)),
                            2),
                    "in loops of " + SHORT + ", " + name);
        });
    }
}
