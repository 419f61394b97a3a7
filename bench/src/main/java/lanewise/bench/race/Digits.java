package lanewise.bench.race;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * Images of handwritten digits, 8 by 8 pixels of 0 to 16. From E. Alpaydin and C. Kaynak, Optical Recognition of
 * Handwritten Digits (UCI, 1998), CC BY 4.0; {@code digits.md} beside the data says more.
 */
final class Digits {
    static final int PIXELS = 64;
    static final int CLASSES = 10;

    /** What the brightest pixel counts. */
    private static final int WHITE = 16;

    /** Of each digit. */
    private static final int TESTED = 36;

    /** Always the same split, so that runs of different seeds can be compared. */
    private static final long SPLIT_SEED = 1998;

    private final List<Digit> all;

    /** The two parts of the data. */
    record Split(Digits training, Digits test) {}

    /** An image and what it shows. */
    private record Digit(List<Integer> pixels, int label) {}

    private Digits(List<Digit> all) {
        this.all = all;
    }

    /** Reads all 1,797 of them. */
    static Digits load() {
        InputStream file = Objects.requireNonNull(Digits.class.getResourceAsStream("digits.csv.gz"));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(file), US_ASCII))) {
            return new Digits(lines.lines().map(Digits::parse).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Digit parse(String line) {
        List<Integer> numbers =
                Arrays.stream(line.split(",", -1)).map(Integer::valueOf).toList();
        return new Digit(numbers.subList(0, PIXELS), numbers.get(PIXELS));
    }

    /** Keeps 36 of each digit for the test, a fifth of all, and the rest for training. */
    Split split() {
        List<Digit> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(SPLIT_SEED));
        List<Digit> training = new ArrayList<>();
        List<Digit> test = new ArrayList<>();
        int[] tested = new int[CLASSES];
        for (Digit digit : shuffled) {
            (tested[digit.label]++ < TESTED ? test : training).add(digit);
        }
        return new Split(new Digits(training), new Digits(test));
    }

    int count() {
        return all.size();
    }

    /** A row for each image, its pixels scaled to 0 … 1. */
    float[][] images() {
        float[][] images = new float[all.size()][PIXELS];
        for (int i = 0; i < images.length; i++) {
            for (int j = 0; j < PIXELS; j++) {
                images[i][j] = (float) all.get(i).pixels.get(j) / WHITE;
            }
        }
        return images;
    }

    int[] labels() {
        return all.stream().mapToInt(Digit::label).toArray();
    }
}
