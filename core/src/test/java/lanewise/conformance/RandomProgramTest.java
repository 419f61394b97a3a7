package lanewise.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RandomProgramTest {

    /** Those that every build tries, see {@link RandomTrials#seeds}. */
    private static final LongStream SEEDS = LongStream.rangeClosed(1, 80);

    @Test
    void nothingInTheLanguageIsNeverDrawn() {
        Map<String, Integer> drawn = Coverage.of(SEEDS);
        List<String> scarce =
                drawn.keySet().stream().filter(name -> drawn.get(name) < 3).toList();
        assertEquals(List.of(), scarce, () -> "drawn in fewer than 3 programs, of " + drawn);
    }

    @Test
    void theSameSeedDrawsTheSameProgramAndOthersDrawOthers() {
        assertEquals(RandomProgram.of(7).toString(), RandomProgram.of(7).toString());
        long different = LongStream.range(0, 100)
                .mapToObj(seed -> RandomProgram.of(seed).toString())
                .distinct()
                .count();
        assertTrue(different > 95, "different programs of 100: " + different);
    }
}
