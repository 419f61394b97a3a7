/**
 * {@code lanewise explain}: what is derived from a rule's one statement, as text.
 *
 * <p>Start with {@link lanewise.bench.explain.ExplainCommand}, the options; {@link lanewise.bench.explain.Explanation}
 * prints one section after the other. {@link lanewise.bench.explain.KernelSource} is the Java source, which mirrors the
 * emitters operation by operation, so that it compiles and gives the same bits:
 *
 * <ul>
 *   <li>{@link lanewise.bench.explain.ScratchArrays}: what the passes leave for each other.
 *   <li>{@link lanewise.bench.explain.Start}: where in its memory a pass begins.
 *   <li>{@link lanewise.bench.explain.Names}: from letters to Java names.
 *   <li>{@link lanewise.bench.explain.Values}: which values of a pass get a variable.
 *   <li>{@link lanewise.bench.explain.Spelling}: the others, as expressions.
 *   <li>{@link lanewise.bench.explain.PassSource}: the loops around them, parameters and memory accesses.
 *   <li>{@link lanewise.bench.explain.JavaText}: lines, blocks and where they break.
 * </ul>
 *
 * <p>{@link lanewise.bench.explain.Bytecode} is what the emitters themselves write.
 */
@NullMarked
package lanewise.bench.explain;

import org.jspecify.annotations.NullMarked;
