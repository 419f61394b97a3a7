/**
 * {@code lanewise bench}: Lanewise against the memory and against other engines, in one run.
 *
 * <p>Each {@link lanewise.bench.speed.Engine} lives in a process of its own; the repetitions of all go round in turn, so
 * that a machine that gets slower gets slower for everyone, and ratios are taken within a round.
 */
@NullMarked
package lanewise.bench.speed;

import org.jspecify.annotations.NullMarked;
