package lanewise.dtype;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.math.BigDecimal;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {

    private static float decoded(DType dtype, int bits) {
        return Float.intBitsToFloat(dtype.decode(Computed.WORDS, bits));
    }

    private static int encoded(DType dtype, float value) {
        return dtype.encode(Computed.WORDS, Float.floatToRawIntBits(value)) & ((1 << (8 * dtype.bytes())) - 1);
    }

    @Test
    void allBitsOfFp16MeanWhatTheJdkSays() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float expected = Float.float16ToFloat((short) bits);
            float got = decoded(DType.FLOAT16, bits);
            assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(got), Integer.toHexString(bits));
            assertEquals(
                    Float.isNaN(expected) ? 0x7E00 : bits,
                    encoded(DType.FLOAT16, got),
                    () -> "there and back: " + Float.toHexString(got));
        }
    }

    @Test
    void allBitsOfBf16AreTheUpperHalfOfFp32() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float expected = Float.intBitsToFloat(bits << 16);
            assertEquals(bits << 16, Float.floatToRawIntBits(decoded(DType.BFLOAT16, bits)));
            assertEquals(Float.isNaN(expected) ? 0x7FC0 : bits, encoded(DType.BFLOAT16, expected));
        }
    }

    /** Around every number of 16 bits, in the middle to the next and beside it, and numbers at random. */
    private static IntStream hardCases(DType dtype) {
        IntStream around = IntStream.range(0, 1 << 16)
                .map(bits -> Float.floatToRawIntBits(decoded(dtype, bits)))
                .flatMap(bits -> IntStream.of(
                        bits,
                        bits + 1,
                        bits - 1,
                        bits + 0x7FFF,
                        bits + 0x8000,
                        bits + 0x8001,
                        bits + 0xFFF,
                        bits + 0x1000,
                        bits + 0x1001));
        return IntStream.concat(around, new Random(1).ints(200_000));
    }

    @Test
    void fp16IsRoundedAsTheJdkRounds() {
        hardCases(DType.FLOAT16).forEach(bits -> {
            float value = Float.intBitsToFloat(bits);
            int expected = Float.isNaN(value) ? 0x7E00 : Float.floatToFloat16(value) & 0xFFFF;
            assertEquals(expected, encoded(DType.FLOAT16, value), () -> Float.toHexString(value));
        });
    }

    @Test
    void bf16IsRoundedToTheNearestAndTiesToEven() {
        hardCases(DType.BFLOAT16).forEach(bits -> {
            float value = Float.intBitsToFloat(bits);
            int got = encoded(DType.BFLOAT16, value);
            if (Float.isNaN(value)) {
                assertEquals(0x7FC0, got);
                return;
            }
            if (Float.isInfinite(value)) {
                assertEquals(bits >>> 16, got);
                return;
            }
            int down = bits >>> 16;
            BigDecimal below = exact(down);
            BigDecimal above = exact(down + 1);
            int nearer = exact(value)
                    .subtract(below)
                    .abs()
                    .compareTo(above.subtract(exact(value)).abs());
            int expected = nearer < 0 || (nearer == 0 && down % 2 == 0) ? down : down + 1;
            assertEquals(expected, got, () -> Float.toHexString(value));
        });
    }

    private static BigDecimal exact(int bf16) {
        // What would come after the largest number counts as the next power of two.
        float value = Float.intBitsToFloat(bf16 << 16);
        return Float.isInfinite(value)
                ? BigDecimal.valueOf(2).pow(128).multiply(BigDecimal.valueOf(Math.signum(value)))
                : new BigDecimal(value);
    }

    private static BigDecimal exact(float value) {
        return new BigDecimal(value);
    }

    @ParameterizedTest
    @EnumSource(names = {"BLOCK8", "UNSIGNED_BLOCK8"})
    void codesOfBlocksGrowWithTheirValuesAndComeBack(DType dtype) {
        int positive = dtype == DType.BLOCK8 ? 128 : 256;
        for (int code = 0; code < positive; code++) {
            float value = decoded(dtype, code);
            // An unsigned zero comes back as the smallest number.
            assertEquals(dtype == DType.BLOCK8 ? code : Math.max(1, code), encoded(dtype, value));
            if (code > 0) {
                assertTrue(value > decoded(dtype, code - 1));
            }
        }
        assertEquals(0f, decoded(dtype, 0));
        assertEquals(dtype.top(), decoded(dtype, positive - 1));
    }

    @Test
    void signedCodesAreOddAndUnsignedOnesKnowNoZero() {
        for (int code = 1; code < 128; code++) {
            assertEquals(-decoded(DType.BLOCK8, code), decoded(DType.BLOCK8, code | 0x80));
            assertEquals(code | 0x80, encoded(DType.BLOCK8, -decoded(DType.BLOCK8, code)));
        }
        assertEquals(1, encoded(DType.UNSIGNED_BLOCK8, -0.5f));
        assertEquals(1, encoded(DType.UNSIGNED_BLOCK8, 0f));
        assertEquals(1, encoded(DType.UNSIGNED_BLOCK8, Float.MIN_VALUE));
    }

    /** With the least luck: one unit more would be the code of zero. */
    @Test
    void theLargestOfABlockDoesNotRoundUpOutOfTheCodes() {
        float top = DType.UNSIGNED_BLOCK8.top();
        float most = decoded(DType.UNSIGNED_BLOCK8, 0xFF);
        for (int mantissa = 0; mantissa < 1 << 23; mantissa++) {
            float largest = Float.intBitsToFloat(Float.floatToRawIntBits(1f) | mantissa);
            float scaled = BlockScale.scaled(largest, BlockScale.inverse(largest, top));
            if (!(scaled <= most)) {
                fail(largest + " is encoded as " + scaled);
            }
        }
    }

    /** The figures of the Javadoc. */
    @Test
    void errorsOfBlocksAreAsDocumented() {
        assertAll(
                () -> assertErrors(DType.BLOCK8, 1e-3, 0.0597, 0.0226),
                () -> assertErrors(DType.UNSIGNED_BLOCK8, 1e-8, 0.0597, 0.0225));
    }

    private static void assertErrors(DType dtype, double from, double worst, double mean) {
        double most = 0;
        double sum = 0;
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            // Evenly over the logarithms, up to the block's largest.
            double x = Math.pow(from, 1 - (i + 0.5) / count) * dtype.top();
            double error = Math.abs(decoded(dtype, encoded(dtype, (float) x)) / x - 1);
            most = Math.max(most, error);
            sum += error;
        }
        assertEquals(worst, most, 0.0005, dtype + " worst");
        assertEquals(mean, sum / count, 0.0005, dtype + " mean");
    }
}
