/**
 * Estimates of the curvature for the rules that use it, {@link lanewise.rule.Sophia} so far.
 *
 * <p>Start with {@link lanewise.curvature.Hutchinson} if the model can multiply its Hessian by a vector, or with {@link
 * lanewise.curvature.GaussNewtonBartlett} if it ends in a softmax; that one needs no second derivatives. Either way an
 * estimate comes to lie in the place of the gradients, where {@code Optimizer.updateHessian()} finds it.
 *
 * <p>What is random is a pure function of the seed, the number that the caller gives the estimate, the parameter's name
 * and the element's index. So it does not depend on the order of the parameters, on threads or on the CPU, and a
 * resumed run draws what it would have drawn.
 *
 * <p>An estimate costs a gradient for the sampled labels, or a product with the Hessian, which is two to three
 * gradients; so one every ten steps makes the gradients 10 to 30 % dearer. Part of a batch is enough for it.
 *
 * <p>If the loss is scaled ({@code gradientScale}), so is the loss that an estimate is made of: {@code updateHessian()}
 * takes the scale out again. It does not clip, and does not add up micro-batches.
 */
@NullMarked
package lanewise.curvature;

import org.jspecify.annotations.NullMarked;
