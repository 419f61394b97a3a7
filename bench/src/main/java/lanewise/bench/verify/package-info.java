/**
 * The proof, on the user's own machine: {@code lanewise verify}.
 *
 * <p>{@link lanewise.bench.verify.Variant} finds the options of a rule, {@link lanewise.bench.verify.Case} makes programs
 * of them, {@link lanewise.bench.verify.Engine} is a way to run those, and {@link lanewise.bench.verify.Verification}
 * holds all against the oracle, bit for bit. {@link lanewise.bench.verify.Codec} holds what
 * is stored in 16 and 8 bits against the definitions. {@link lanewise.bench.verify.UlpErrors} measures what is left, the rounding
 * of fp32, against {@linkplain lanewise.bench.verify.FiftyDigits fifty digits}. {@link lanewise.bench.verify.Digests} are
 * for comparing machines.
 */
@NullMarked
package lanewise.bench.verify;

import org.jspecify.annotations.NullMarked;
