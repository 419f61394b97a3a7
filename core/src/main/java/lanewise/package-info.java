/**
 * The optimizer: {@link lanewise.Optimizer} is the one class to know, over {@link
 * lanewise.Parameters}, the named tensors that it moves.
 *
 * {@snippet class="lanewise.TenLines" region="ten-lines"}
 *
 * <p>Rules are in {@link lanewise.rule}, schedules of the learning rate in {@link lanewise.schedule},
 * tensors in {@link lanewise.buffer}, estimates of curvature in {@link lanewise.curvature}; how a rule is written is told
 * in {@link lanewise.program}. {@link lanewise.Recipes} has the usual settings by situation.
 */
@NullMarked
package lanewise;

import org.jspecify.annotations.NullMarked;
