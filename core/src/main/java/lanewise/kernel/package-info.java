/**
 * From a program's code to something that runs: the backends, the dispatcher that chooses one, and
 * the reference that they must agree with.
 *
 * <p>Start with {@link lanewise.kernel.Backend}, the interface that a backend implements, and {@link
 * lanewise.kernel.Kernel}, what it makes. {@link lanewise.kernel.ScalarBackend} is the one that is
 * always there; the vector one lives in the {@code simd} module and is found by {@link
 * java.util.ServiceLoader}. {@link lanewise.kernel.Oracle} says what a program means, in any number
 * type.
 */
@NullMarked
package lanewise.kernel;

import org.jspecify.annotations.NullMarked;
