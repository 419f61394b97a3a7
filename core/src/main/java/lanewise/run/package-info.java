/**
 * How one step is carried out: {@link lanewise.run.Tiles} cuts the tensors into tiles, {@link
 * lanewise.run.Workers} shares them out over threads, {@link lanewise.run.Plan} runs the phases and
 * adds up the sums. Nothing here allocates once a plan is made.
 */
@NullMarked
package lanewise.run;

import org.jspecify.annotations.NullMarked;
