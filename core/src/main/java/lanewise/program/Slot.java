package lanewise.program;

import java.util.Objects;

/**
 * A named place of a program, one value for each element of a parameter: θ, g, or a state that the
 * rule keeps between steps.
 *
 * @param symbol the letter used in formulas and by {@code Optimizer.state}; unique in a program
 * @param role who fills the slot
 * @param initial the value of every element before the first step; 0 unless the role is {@link
 *     Role#STATE}
 */
public record Slot(String symbol, Role role, double initial) {

    /** Who fills a slot. */
    public enum Role {
        /** The weights that the rule moves. */
        PARAMETER,
        /** The gradient, filled by the caller before each step and only read. */
        GRADIENT,
        /** Kept by the optimizer from one step to the next. */
        STATE
    }

    /** The parameter θ. */
    public static final Slot PARAMETER = new Slot("θ", Role.PARAMETER, 0);

    /** The gradient g. */
    public static final Slot GRADIENT = new Slot("g", Role.GRADIENT, 0);

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the symbol is blank or the initial value is not finite
     */
    public Slot {
        Objects.requireNonNull(symbol, "symbol");
        Objects.requireNonNull(role, "role");
        if (symbol.isBlank()) {
            throw new IllegalArgumentException("a slot's symbol must not be blank, got \"" + symbol + "\"");
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
        return new Slot(symbol, Role.STATE, initial);
    }
}
