/**
 * {@code lanewise race}: every optimizer trains the same small network on real handwriting and goes down the same
 * landscapes, and a report shows how.
 *
 * <ul>
 *   <li>{@link lanewise.bench.race.Network}: the network in plain Java, its weights in Lanewise's tensors. An
 *       integrator reads this first.
 *   <li>{@link lanewise.bench.race.Training}: one run, that is the training loop around an optimizer, and what it took.
 *   <li>{@link lanewise.bench.race.Digits}: the images, and which of them are kept for the test.
 *   <li>{@link lanewise.bench.race.Contestant}: the optimizers, each a rule of the {@link
 *       lanewise.bench.RuleCatalog} with its parent and its rate. A new rule is a line in both.
 *   <li>{@link lanewise.bench.race.Race}: all runs, on both backends, and whether they ended with the same bits.
 *   <li>{@link lanewise.bench.race.RateSweep}: short trainings at many rates.
 *   <li>{@link lanewise.bench.race.Arena}: all contestants on one {@linkplain lanewise.bench.landscape.Landscape
 *       landscape}.
 *   <li>{@link lanewise.bench.race.RaceReport}: the pictures, with {@link lanewise.bench.race.ArenaPictures}, {@link
 *       lanewise.bench.race.FamilyTree} and the {@linkplain lanewise.bench.exhibit exhibits}.
 *   <li>{@link lanewise.bench.race.PrecisionRace}: every {@link lanewise.bench.race.TrainedMix} of number formats on every
 *       {@link lanewise.bench.race.Lesson}, for {@code --precision}; {@link lanewise.bench.race.PrecisionFindings} says
 *       what it shows, {@link lanewise.bench.race.PrecisionReport} draws it.
 *   <li>{@link lanewise.bench.race.RaceCommand}: options, progress bar and tables.
 * </ul>
 */
@NullMarked
package lanewise.bench.race;

import org.jspecify.annotations.NullMarked;
