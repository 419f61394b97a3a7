/**
 * Tensors over off-heap memory: {@link lanewise.buffer.Tensor}, allocated here or wrapped around
 * memory that the caller owns, never copied.
 */
@NullMarked
package lanewise.buffer;

import org.jspecify.annotations.NullMarked;
