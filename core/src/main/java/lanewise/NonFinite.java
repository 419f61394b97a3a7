package lanewise;

/** What a step does when a gradient holds NaN or infinity. */
public enum NonFinite {
    /** Goes on: they run through the arithmetic as IEEE 754 says. Costs nothing. */
    PROPAGATE,
    /** Leaves the step out; nothing changes, the step number included. Costs a pass over the gradients. */
    SKIP,
    /** Throws, naming the first parameter and index; nothing changes. Costs a pass over the gradients. */
    THROW
}
