/**
 * The language in which update rules are written: pure values, no memory, no threads.
 *
 * <p>Start with {@link lanewise.program.Expr}, the expressions over named {@linkplain
 * lanewise.program.Slot slots}, and {@link lanewise.program.Program}, the list of assignments that
 * is a rule's one statement of its formula. Everything else is derived from it: {@link
 * lanewise.program.Extras} rewrites it, {@link lanewise.program.Phase} cuts it into passes over
 * memory, {@link lanewise.program.Formula} prints it, {@link lanewise.program.Traffic} counts its
 * bytes. This package depends on no other.
 *
 * <p>The meaning of a program: every {@code read} sees the value from before the step; every
 * operation on elements rounds once to the element type, in the order written; whatever does not
 * depend on the element (rates, bias corrections, norms) is computed in double precision and rounded
 * once.
 */
@NullMarked
package lanewise.program;

import org.jspecify.annotations.NullMarked;
