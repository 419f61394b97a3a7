/**
 * What every kernel has to pass: {@link lanewise.conformance.Trial} steps one program over awkward tensors and special
 * values, and compares each bit with the {@link lanewise.kernel.Oracle}. The tests of both backends and {@code lanewise
 * verify} are made of it; nothing else in the engine knows it.
 */
@NullMarked
package lanewise.conformance;

import org.jspecify.annotations.NullMarked;
