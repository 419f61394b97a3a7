/**
 * How values lie in memory: {@link lanewise.dtype.DType} says how an element is spelled in bits, {@link
 * lanewise.dtype.Storage} how a slot keeps its values, in one plane of memory or in two. Both are spelled in {@link
 * lanewise.dtype.Words}, once for all backends: a new dtype is a constant with the way there and back. bf16 and fp16 halve the bytes of fp32; 8 bits, in blocks of
 * 256 with a scale, take 1.016 bytes an element.
 */
@NullMarked
package lanewise.dtype;

import org.jspecify.annotations.NullMarked;
