/**
 * PyTorch on the CPU, three ways: the fused kernels as a C++ program calls them and as a Java program can, and the
 * optimizers of {@code torch::optim}.
 *
 * <p>{@link lanewise.bench.peers.pytorch.PyTorchEngine} is what they share. The libraries are those of bytedeco; fused
 * kernels have no binding there, so {@link lanewise.bench.peers.pytorch.Operation} describes a call of one, and each of
 * the two fused engines has its own way to make it.
 */
@NullMarked
package lanewise.bench.peers.pytorch;

import org.jspecify.annotations.NullMarked;
