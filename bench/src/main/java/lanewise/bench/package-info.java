/**
 * The command line and the benchmarks.
 *
 * <ul>
 *   <li>{@link lanewise.bench.Main}: the command {@code lanewise}, its exit codes, and how errors are told.
 *   <li>{@link lanewise.bench.race}: {@code lanewise race}, with the network that an integrator reads first.
 *   <li>{@link lanewise.bench.speed}: {@code lanewise bench}, with the roof, the loops and the engines that Lanewise is
 *       measured against; {@code bench/peers} has those that need libraries of their own.
 *   <li>{@link lanewise.bench.verify}: {@code lanewise verify}, the proof that kernels compute their formulas.
 *   <li>{@link lanewise.bench.explain}: {@code lanewise explain}, which shows what a rule is made into.
 *   <li>{@link lanewise.bench.golden}: what {@code lanewise verify --golden} does: follow recorded runs of other people's
 *       optimizers.
 *   <li>{@link lanewise.bench.RuleCatalog}: the rules by name; {@link lanewise.bench.RuleSettings}: their options.
 *   <li>{@link lanewise.bench.Mix}: the mixed precisions by name.
 *   <li>{@link lanewise.bench.landscape}: functions of two variables to race on.
 *   <li>{@link lanewise.bench.exhibit}: small experiments that show what a part of a formula does.
 *   <li>{@link lanewise.bench.report}: HTML reports with charts, in one file each.
 *   <li>{@link lanewise.bench.InfoCommand}: {@code lanewise info}.
 *   <li>{@link lanewise.bench.MemoryCommand}: {@code lanewise memory}, over {@link lanewise.bench.ModelShapes}.
 *   <li>{@link lanewise.bench.JmhCommand}: {@code lanewise jmh}, which runs {@link lanewise.bench.speed.StepBenchmark}.
 *   <li>{@link lanewise.bench.Launcher}: writes the script {@code target/lanewise} at the end of the build.
 * </ul>
 */
@NullMarked
package lanewise.bench;

import org.jspecify.annotations.NullMarked;
