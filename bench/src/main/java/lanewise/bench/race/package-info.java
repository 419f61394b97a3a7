/**
 * {@code lanewise race}: every optimizer trains the same small network on real handwriting.
 *
 * <ul>
 *   <li>{@link lanewise.bench.race.Network}: the network in plain Java, its weights in Lanewise's tensors. An
 *       integrator reads this first.
 *   <li>{@link lanewise.bench.race.Training}: one run, that is the training loop around an optimizer, and what it took.
 *   <li>{@link lanewise.bench.race.Digits}: the images, and which of them are kept for the test.
 *   <li>{@link lanewise.bench.race.Contestant}: the optimizers and their rates.
 *   <li>{@link lanewise.bench.race.Race}: all runs, on both backends, and whether they ended with the same bits.
 *   <li>{@link lanewise.bench.race.RaceCommand}: options, progress bar and table.
 * </ul>
 */
@NullMarked
package lanewise.bench.race;

import org.jspecify.annotations.NullMarked;
