package lanewise.curvature;

/**
 * What the caller's model does for {@link Hutchinson}: the product of the Hessian and a vector, without the Hessian.
 *
 * <p>That is the gradient of ∇f·u, where u counts as constant: a second backward pass. A library without second
 * derivatives can come near with two gradients, (∇f(θ+δu) − ∇f(θ−δu)) / 2δ for a small δ.
 */
@FunctionalInterface
public interface HessianVectorProduct {

    /**
     * Writes H·u into the gradient of each parameter that has one, over what is there.
     *
     * @param u the vector, valid until this method returns
     */
    void intoGradients(Probe u);
}
