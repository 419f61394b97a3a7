package lanewise.curvature;

/**
 * The generator Philox4x32-10: a block of 128 random bits for each key and counter, with no state in between.
 *
 * <p>So each element's bits can be had alone, and are the same whoever asks for them, in whatever order.
 *
 * @see <a href="https://doi.org/10.1145/2063384.2063405">Salmon, Moraes, Dror, Shaw: Parallel Random Numbers, As Easy
 *     as 1, 2, 3 (SC 2011)</a>
 */
final class Philox {

    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final long key;
    private final int[] words = new int[4];

    Philox(long key) {
        this.key = key;
    }

    /** The generator of one name's draws in one estimate. Its key is what the seed's generator has for both. */
    static Philox of(long seed, long number, String name) {
        return new Philox(new Philox(seed).draw(fnv(name), number).bits64(0));
    }

    /** FNV-1a over UTF-16 units: 64 bits of a name, where {@code hashCode} has 32. */
    private static long fnv(String name) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** Takes up the block of a counter, given as its low and its high 64 bits. */
    Philox draw(long low, long high) {
        int c0 = (int) low;
        int c1 = (int) (low >>> 32);
        int c2 = (int) high;
        int c3 = (int) (high >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
            long product1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
        return this;
    }

    /** A word of the block, 0 to 3. */
    int bits32(int index) {
        return words[index];
    }

    /** A half of the block, 0 or 1. */
    long bits64(int index) {
        return (words[2 * index] & 0xFFFFFFFFL) | ((long) words[2 * index + 1] << 32);
    }

    /** A word as a number in [0, 1). */
    double uniform32(int index) {
        return (words[index] & 0xFFFFFFFFL) * 0x1p-32;
    }

    /** The first half as a number in [0, 1) of 53 bits. */
    double uniform() {
        return (bits64(0) >>> 11) * 0x1p-53;
    }
}
