package lanewise.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {

    /** The known answers of the authors' library Random123, file kat_vectors: counter and key, lowest word first. */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1",
    })
    void answersAsTheAuthorsSay(String counter, String key, String answer) {
        Philox random = new Philox(pair(key, 0)).draw(pair(counter, 0), pair(counter, 2));
        for (int i = 0; i < 4; i++) {
            assertEquals(word(answer, i), random.bits32(i), "word " + i);
        }
        assertEquals(pair(answer, 0), random.bits64(0));
        assertEquals(pair(answer, 2), random.bits64(1));
    }

    private static int word(String words, int index) {
        return Integer.parseUnsignedInt(words.substring(9 * index, 9 * index + 8), 16);
    }

    private static long pair(String words, int index) {
        return (word(words, index) & 0xFFFFFFFFL) | ((long) word(words, index + 1) << 32);
    }

    @Test
    void uniformIsAtLeastZeroBelowOneAndEven() {
        Philox random = new Philox(7);
        int[] tenths = new int[10];
        int draws = 100_000;
        for (int i = 0; i < draws; i++) {
            tenths[(int) (10 * random.draw(i, 0).uniform())]++;
        }
        // χ² of 9 degrees of freedom is under 27.9 in 999 of 1000 cases.
        double chiSquare = IntStream.of(tenths)
                .mapToDouble(count -> Math.pow(count - draws / 10.0, 2) / (draws / 10.0))
                .sum();
        assertTrue(chiSquare < 27.9, "χ² is " + chiSquare);
    }

    @Test
    void seedNumberAndNameEachMakeOtherDraws() {
        Set<Long> draws = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            for (long number = 0; number < 10; number++) {
                for (String name : new String[] {"", "a", "b", "ab", "ba"}) {
                    draws.add(Philox.of(seed, number, name).draw(0, 0).bits64(0));
                }
            }
        }
        assertEquals(500, draws.size());
    }

    @Test
    void namesWithOneHashCodeDrawApart() {
        assertEquals("Aa".hashCode(), "BB".hashCode());
        assertNotEquals(
                Philox.of(0, 0, "Aa").draw(0, 0).bits64(0),
                Philox.of(0, 0, "BB").draw(0, 0).bits64(0));
    }
}
