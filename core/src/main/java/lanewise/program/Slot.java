package lanewise.program;

import java.util.Arrays;
import java.util.Objects;

/**
 * A named place of a program: θ, g, or a state that the rule keeps between steps. Holds numbers, one for each
 * element of a parameter, or for each of its rows or columns; or one double for the whole tensor.
 *
 * @param symbol the letter used in formulas and by {@code Optimizer.state}; unique in a program
 * @param role who fills the slot
 * @param extent what has a value of its own: {@link Extent#ELEMENT}; for a state also {@link Extent#ROW}, {@link
 *     Extent#COLUMN} or {@link Extent#TENSOR}
 * @param initial every value before the first step; 0 unless the role is {@link Role#STATE}
 */
public record Slot(String symbol, Role role, Extent extent, double initial) {

    /** Who fills a slot. */
    public enum Role {
        /** The weights that the rule moves. */
        PARAMETER,
        /** The gradient, filled by the caller before each step and only read. */
        GRADIENT,
        /** Kept by the optimizer from one step to the next. */
        STATE,
        /** Values of rows or columns that one pass of a step leaves for the next; never in a rule. */
        SCRATCH
    }

    /** The parameter θ. */
    public static final Slot PARAMETER = new Slot("θ", Role.PARAMETER, Extent.ELEMENT, 0);

    /** The gradient g. */
    public static final Slot GRADIENT = new Slot("g", Role.GRADIENT, Extent.ELEMENT, 0);

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the symbol is blank, the role can't have the extent, or the initial value is
     *     not finite
     */
    public Slot {
        Objects.requireNonNull(symbol, "symbol");
        Objects.requireNonNull(role, "role");
        if (symbol.isBlank()) {
            throw new IllegalArgumentException("a slot's symbol must not be blank, got \"" + symbol + "\"");
        }
        boolean possible = switch (role) {
            case PARAMETER, GRADIENT -> extent == Extent.ELEMENT;
            case STATE -> !extent.isScalar() || extent == Extent.TENSOR;
            case SCRATCH -> extent == Extent.ROW || extent == Extent.COLUMN;
        };
        if (!possible) {
            throw new IllegalArgumentException("a slot must have values for ELEMENT, as a state also for ROW, COLUMN or"
                    + " TENSOR, got " + extent + " for " + symbol + " of role " + role);
        }
        Require.finite("initial value of " + symbol, initial);
    }

    /**
     * A state that starts at zero.
     *
     * @param symbol its letter in formulas
     * @return the slot
     */
    public static Slot state(String symbol) {
        return state(symbol, 0);
    }

    /**
     * A state with a first value.
     *
     * @param symbol its letter in formulas
     * @param initial the value of every element before the first step
     * @return the slot
     */
    public static Slot state(String symbol, double initial) {
        return new Slot(symbol, Role.STATE, Extent.ELEMENT, initial);
    }

    /**
     * The shape of the values that a tensor has in this slot.
     *
     * @param shape lengths of the tensor's axes
     * @return the lengths without the columns' axis for values of rows, without the rows' axis for values of columns
     */
    public long[] shape(long... shape) {
        int last = shape.length - 1;
        return switch (extent) {
            case ELEMENT -> shape;
            case ROW -> Arrays.copyOf(shape, Math.max(last, 0));
            case COLUMN -> {
                if (last < 1) {
                    yield shape;
                }
                long[] columns = Arrays.copyOf(shape, last);
                columns[last - 1] = shape[last];
                yield columns;
            }
            case ALL, TENSOR, MATRIX -> new long[0];
        };
    }

    /**
     * A state that starts at zero, of rows, of columns, or of the whole tensor.
     *
     * @param symbol its letter in formulas
     * @param extent what has a value of its own
     * @return the slot
     */
    public static Slot state(String symbol, Extent extent) {
        return state(symbol, extent, 0);
    }

    /**
     * A state with a first value, of rows, of columns, or of the whole tensor.
     *
     * @param symbol its letter in formulas
     * @param extent what has a value of its own
     * @param initial every value before the first step
     * @return the slot
     */
    public static Slot state(String symbol, Extent extent, double initial) {
        return new Slot(symbol, Role.STATE, extent, initial);
    }
}
