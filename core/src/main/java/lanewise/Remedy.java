package lanewise;

/**
 * What keeps the small updates of parameters in bf16 or fp16. Such a number has 8 or 11 significant bits: an update that
 * is 2<sup>9</sup> or 2<sup>12</sup> times as small as the weight is rounded away, step after step. Parameters in fp32
 * need nothing of this.
 */
public enum Remedy {
    /**
     * An fp32 master among the states, named θ₃₂, that each step writes a copy of to the parameter. 4 bytes more per
     * parameter. It starts from the parameter's value when the optimizer is built; weights that are loaded later go into
     * the parameter and the master both, since the next step takes the master.
     */
    MASTER,

    /**
     * The 16 bits that bf16 lacks, among the states, named θ₁₆: the parameter and they together are the fp32 master, in 4
     * bytes. 2 bytes more per parameter. Weights that are loaded later want these set to 0. For bf16 alone.
     */
    REST_BITS,

    /**
     * Rounds up or down by chance, so that the mean is right; nothing is kept. The same chance for the same seed, step and
     * element, whatever the width, the threads and the tiles. For bf16 alone.
     */
    STOCHASTIC_ROUNDING,

    /** None: rounds to the nearest, and small updates are lost. To see what that does. */
    NONE
}
