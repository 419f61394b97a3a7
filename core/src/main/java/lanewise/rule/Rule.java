package lanewise.rule;

import lanewise.program.Program;
import lanewise.program.Shape;

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
     * The rule for a tensor of a certain shape, where shapes make a difference. Tensors share a kernel and its scalars if
     * theirs are equal.
     *
     * @param shape of the tensor
     * @return whose program it takes; by default this
     */
    default Rule forShape(Shape shape) {
        return this;
    }

    /**
     * What gives the parameter the weights to evaluate with, if the rule trains others; see {@code Optimizer.eval()}.
     *
     * @return an assignment of θ, which may read states; by default empty: they are the same
     */
    default Program evaluation() {
        return Program.empty();
    }

    /**
     * What {@code Optimizer.updateHessian()} does with an estimate of the Hessian's diagonal in the gradient's place.
     *
     * @return assignments of states, without rate or decay; by default empty: the rule has no use for one
     */
    default Program hessianUpdate() {
        return Program.empty();
    }

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
