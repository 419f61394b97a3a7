package lanewise.dtype;

/**
 * Words that are computed, one element at a time.
 *
 * @param index the element's number, modulo 2<sup>32</sup>
 * @param key see {@link Words#key}
 * @param chance false for a random word that is always one half, so that what is rounded by chance goes to the nearest
 */
public record Computed(Integer index, Integer key, boolean chance) implements Words<Integer> {

    /** Without chance. */
    public static final Computed WORDS = new Computed(0, 0, false);

    /** Words of an element in a step. */
    public Computed(int index, int key) {
        this(index, key, true);
    }

    @Override
    public Integer random() {
        return chance ? Words.super.random() : Integer.MIN_VALUE;
    }

    @Override
    public Integer constant(int bits) {
        return bits;
    }

    @Override
    public Integer and(Integer a, Integer b) {
        return a & b;
    }

    @Override
    public Integer or(Integer a, Integer b) {
        return a | b;
    }

    @Override
    public Integer xor(Integer a, Integer b) {
        return a ^ b;
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return a + b;
    }

    @Override
    public Integer multiply(Integer a, Integer b) {
        return a * b;
    }

    @Override
    public Integer shiftLeft(Integer a, int bits) {
        return a << bits;
    }

    @Override
    public Integer shiftRight(Integer a, int bits) {
        return a >>> bits;
    }

    @Override
    public Integer max(Integer a, Integer b) {
        return Math.max(a, b);
    }

    @Override
    public Integer plus(Integer a, Integer b) {
        return Float.floatToRawIntBits(number(a) + number(b));
    }

    @Override
    public Integer minus(Integer a, Integer b) {
        return Float.floatToRawIntBits(number(a) - number(b));
    }

    @Override
    public Integer ifLess(Integer a, Integer b, Integer yes, Integer no) {
        return a < b ? yes : no;
    }

    @Override
    public Integer ifNaN(Integer a, Integer yes, Integer no) {
        return Float.isNaN(number(a)) ? yes : no;
    }

    private static float number(int bits) {
        return Float.intBitsToFloat(bits);
    }
}
