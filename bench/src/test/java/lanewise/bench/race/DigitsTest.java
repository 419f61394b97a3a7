package lanewise.bench.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private final Digits digits = Digits.load();

    @Test
    void thereAre1797ImagesOf64PixelsFrom0To16() {
        float[][] images = digits.images();
        assertEquals(1797, images.length);
        for (float[] image : images) {
            assertEquals(64, image.length);
            for (float pixel : image) {
                int count = Math.round(pixel * 16);
                assertTrue(count >= 0 && count <= 16 && count / 16f == pixel, () -> "pixel " + pixel);
            }
        }
        assertEquals(0f, images[0][0]);
        assertEquals(5 / 16f, images[0][2]);
        assertEquals(13 / 16f, images[0][3]);
    }

    @Test
    void labelsAreFrom0To9() {
        int[] counts = new int[10];
        for (int label : digits.labels()) {
            counts[label]++;
        }
        assertEquals("[178, 182, 177, 183, 181, 182, 181, 179, 174, 180]", Arrays.toString(counts));
    }

    @Test
    void theSplitKeeps36OfEachDigitForTheTestAndLosesNone() {
        Digits.Split split = digits.split();
        int[] tested = new int[10];
        for (int label : split.test().labels()) {
            tested[label]++;
        }
        assertTrue(Arrays.stream(tested).allMatch(count -> count == 36), () -> Arrays.toString(tested));
        assertEquals(1437, split.training().count());

        Set<String> all = new HashSet<>();
        for (Digits part : new Digits[] {split.training(), split.test()}) {
            for (float[] image : part.images()) {
                assertTrue(all.add(Arrays.toString(image)), "an image is in both parts");
            }
        }
    }

    @Test
    void theSplitIsAlwaysTheSame() {
        assertTrue(Arrays.deepEquals(
                digits.split().test().images(), Digits.load().split().test().images()));
    }
}
