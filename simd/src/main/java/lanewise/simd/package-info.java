/**
 * Kernels over the Vector API: {@link lanewise.simd.VectorBackend} says whether this JVM and CPU can
 * run them, {@link lanewise.simd.VectorEmitter} spells a program's code as one flat vector loop.
 */
@NullMarked
package lanewise.simd;

import org.jspecify.annotations.NullMarked;
