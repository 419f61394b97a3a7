package lanewise.rule;

import java.util.Objects;
import lanewise.program.Extras;
import lanewise.program.Require;

/**
 * How much the weights decay in a step, and where.
 *
 * @param where on the gradient, on the parameter, or in the rule's own formula
 * @param rate λ, finite and at least 0
 */
public record WeightDecay(Extras.Decay where, double rate) {

    /**
     * Checks the rate.
     *
     * @throws IllegalArgumentException {@code weightDecay must be finite and at least 0, got NaN}
     */
    public WeightDecay {
        Objects.requireNonNull(where, "where");
        Require.atLeast("weightDecay", 0, rate);
    }

    /**
     * L2 regularisation: {@code g ← g + λθ} before the rule.
     *
     * @param rate λ ≥ 0
     * @return coupled decay
     */
    public static WeightDecay coupled(double rate) {
        return new WeightDecay(Extras.Decay.COUPLED, rate);
    }

    /**
     * Decay apart from the gradient: {@code θ ← (1−ηλ)θ} before the update (Loshchilov and Hutter,
     * 2019).
     *
     * @param rate λ ≥ 0
     * @return decoupled decay
     */
    public static WeightDecay decoupled(double rate) {
        return new WeightDecay(Extras.Decay.DECOUPLED, rate);
    }

    /**
     * Decay as the rule's own formula has it, such as inside the norms of LAMB.
     *
     * @param rate λ ≥ 0
     * @return the rule's own decay; none if the rule has no λ
     */
    public static WeightDecay inRule(double rate) {
        return new WeightDecay(Extras.Decay.IN_RULE, rate);
    }

    /**
     * Where a program is to be rewritten for this decay.
     *
     * @return nowhere, which is {@link Extras.Decay#IN_RULE}, if the rate is 0
     */
    public Extras.Decay actsOn() {
        return rate == 0 ? Extras.Decay.IN_RULE : where;
    }

    /**
     * The same place, another rate.
     *
     * @param rate λ ≥ 0
     * @return the changed decay
     */
    public WeightDecay withRate(double rate) {
        return new WeightDecay(where, rate);
    }
}
