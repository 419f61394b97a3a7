package lanewise.schedule;

import org.jspecify.annotations.Nullable;

/** What an argument may be, and the sentence that says so when it is not. */
final class Check {
    /** The longest stretch of steps that anything here may last: two of them still add up in a {@code long}. */
    static final long MOST_STEPS = 1L << 62;

    private Check() {}

    /** A number of steps, or of other things that are counted. */
    static long count(String name, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", got " + value);
        }
        if (value > MOST_STEPS) {
            throw new IllegalArgumentException(name + " must be at most 2^62, got " + value);
        }
        return value;
    }

    /** Two counts whose product has to fit as well. */
    static void product(String name, long a, long b) {
        if (a > MOST_STEPS / b) {
            throw new IllegalArgumentException(name + " must be at most 2^62, got " + a + " × " + b);
        }
    }

    /** The step that a schedule is asked about. */
    static long step(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step must be at least 0, got " + step + ": steps are counted from 0");
        }
        return step;
    }

    static void present(String name, @Nullable Object value) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null");
        }
    }
}
