package lanewise.rule;

import lanewise.program.Program;

/**
 * An update rule: hyper-parameters and the one statement of its formula.
 *
 * <p>A rule is a value (a record). What applies to every rule, such as clipping, weight decay or the
 * flush of subnormal states, is not its business: see {@link lanewise.program.Extras}.
 */
public interface Rule {

    /**
     * What each slot becomes in a step.
     *
     * @return the program; the same shape at each call
     */
    Program program();

    /**
     * The learning rate that is used unless the caller names one.
     *
     * @return η, finite and at least 0
     */
    default double learningRate() {
        return 1e-3;
    }

    /**
     * How this rule decays weights unless the caller says otherwise; also the form that a plain rate
     * named by the caller takes.
     *
     * @return coupled decay of rate 0 by default
     */
    default WeightDecay weightDecay() {
        return WeightDecay.coupled(0);
    }
}
