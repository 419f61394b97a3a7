/**
 * {@code lanewise verify --golden}: the engine follows what other people's optimizers computed, number by number.
 *
 * <ul>
 *   <li>{@link lanewise.bench.golden.GoldenVerification}: a directory of recorded files, and a {@link
 *       lanewise.bench.golden.Verdict} on each. The command reads this first.
 *   <li>{@code GoldenRule}: from the names and habits of PyTorch, Keras, optax and others to our rules and options; what we
 *       do not have is {@code NotOffered}, with the reason. A new rule or option is a line there.
 *   <li>{@code GoldenCase}: a file as a task: tensors, groups, gradients, and what must come out.
 *   <li>{@code GoldenRun}: a case run by the engine and as formulas in float64, and compared.
 *   <li>{@code GoldenSchedule}: the same for learning rates.
 *   <li>{@code Said}: the hyper-parameters of a file, none of which may be overlooked; {@code GoldenGroups}: what it says
 *       of parameter groups; {@code Json}: its numbers, and the place of what is wrong with them.
 * </ul>
 *
 * <p>What is recorded as a result is read to be compared with and for nothing else, but for Hugging Face's Adafactor, which
 * records its rates after they were multiplied by the size of the weights.
 */
@NullMarked
package lanewise.bench.golden;

import org.jspecify.annotations.NullMarked;
