package lanewise.program;

/**
 * What a step's scalars may depend on. All of them are functions of these numbers, of sums and of states of the whole
 * tensor, never of what an earlier step left elsewhere, so that a resumed run goes on with the same bits.
 */
public interface Clock {

    /**
     * The number of this step for the tensor at hand, counted from 1; a step in which a tensor has
     * no gradient is not counted for it.
     *
     * @return t ≥ 1; outside of steps, for evaluation weights and Hessian estimates, the number of steps taken so far
     */
    long step();

    /**
     * The learning rate of the tensor's group in this step.
     *
     * @return η
     */
    double learningRate();

    /**
     * The weight decay of the tensor's group.
     *
     * @return λ ≥ 0
     */
    double weightDecay();

    /**
     * What gradients are multiplied by before anything else, such as 1 over the number of
     * accumulated micro-batches.
     *
     * @return the scale
     */
    double gradientScale();

    /**
     * The number of elements of the tensor at hand.
     *
     * @return n ≥ 0
     */
    long elements();

    /**
     * The number of rows of each matrix of the tensor at hand, see {@link Shape}.
     *
     * @return by default 1, as for a tensor of one axis
     */
    default long rows() {
        return 1;
    }

    /**
     * The number of columns of the tensor at hand.
     *
     * @return by default all elements, as for a tensor of one axis
     */
    default long columns() {
        return elements();
    }

    /**
     * What makes values that are rounded by chance come out otherwise in another step, for another tensor, or with
     * another seed.
     *
     * @return a whole number from 0 to 2<sup>24</sup> − 1, so that fp32 can hold it; by default 0
     */
    default double key() {
        return 0;
    }
}
