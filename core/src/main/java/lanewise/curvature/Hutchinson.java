package lanewise.curvature;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.program.Require;

/**
 * Hutchinson's estimate of the Hessian's diagonal, u⊙(H·u) for a random u: for Sophia-H.
 *
 * <p>The expectation of {@code uᵢ·(H·u)ᵢ = Σⱼ uᵢ·Hᵢⱼ·uⱼ} is Hᵢᵢ, because the products {@code uᵢ·uⱼ} of different
 * elements average out. What they leave in one estimate is noise, which Sophia's own average and {@code probes} make
 * smaller.
 *
 * <pre>
 * ĥ = 1/n · Σ u⊙(H·u)          over n probes u
 * Rademacher   u = ±1           variance Σⱼ≠ᵢ Hᵢⱼ²
 * Gaussian     u ~ N(0, 1)      variance Σⱼ≠ᵢ Hᵢⱼ² + 2·Hᵢᵢ²
 * </pre>
 *
 * <p>An estimate overwrites the gradients, so it comes before the backward pass of a step or after the step:
 *
 * {@snippet class="lanewise.curvature.CurvatureExamples" region="hutchinson"}
 *
 * <p><b>Memory</b>: 4 bytes per parameter for u, and 4 for the sum if there are several probes; taken at the first
 * estimate, freed by {@link #close}.
 *
 * <p><b>Rounding</b>: u is rounded once to fp32, and so is each product, sum and the mean. With signs and one probe
 * nothing is rounded, and a diagonal Hessian comes out exactly.
 *
 * <p>One thread at a time may use it; the callback may use as many as it likes.
 *
 * @see <a href="https://arxiv.org/abs/2305.14342">Liu, Li, Hall, Liang, Ma: Sophia, A Scalable Stochastic Second-order
 *     Optimizer for Language Model Pre-training (ICLR 2024), which draws Gaussian probes</a>
 * @see <a href="https://doi.org/10.1016/j.apnum.2007.01.003">Bekas, Kokiopoulou, Saad: An Estimator for the Diagonal
 *     of a Matrix (Applied Numerical Mathematics, 2007)</a>
 */
public final class Hutchinson implements AutoCloseable {

    /** What the elements of a probe are drawn from. */
    public enum Distribution {
        /** +1 or −1, each half of the time: the least noise there can be. */
        RADEMACHER,
        /** The normal distribution of mean 0 and variance 1. */
        GAUSSIAN
    }

    private static final int STREAM_OF_SUM = 3;

    private final Parameters parameters;
    private final Distribution distribution;
    private final int probes;
    private final long seed;
    private final Arena arena = Arena.ofShared();
    private final Probe probe = new Probe(arena);
    private final Map<String, Tensor> sums = new HashMap<>();

    /**
     * With signs and one probe for an estimate.
     *
     * @param parameters those of the optimizer
     * @param seed decides, with the number of the estimate, what is drawn
     */
    public Hutchinson(Parameters parameters, long seed) {
        this(parameters, Distribution.RADEMACHER, 1, seed);
    }

    /**
     * With all options.
     *
     * @param parameters those of the optimizer
     * @param distribution what the elements of a probe are drawn from
     * @param probes how many are averaged for an estimate, each a product with the Hessian; at least 1
     * @param seed decides, with the number of the estimate, what is drawn
     * @throws IllegalArgumentException if there are to be no probes
     */
    public Hutchinson(Parameters parameters, Distribution distribution, int probes, long seed) {
        this.parameters = Objects.requireNonNull(parameters, "parameters");
        this.distribution = Objects.requireNonNull(distribution, "distribution");
        this.probes = Require.atLeast("probes", 1, probes);
        this.seed = seed;
    }

    /**
     * Leaves an estimate of the Hessian's diagonal in the gradients, for {@code Optimizer.updateHessian()}. Parameters
     * without a gradient take no part.
     *
     * @param number tells this estimate from the others; the number of the step will do
     * @param product called once for each probe
     * @throws IllegalStateException if no parameter has a gradient, one can't be written, or this was closed; nothing
     *     has changed then
     */
    public void estimate(long number, HessianVectorProduct product) {
        Objects.requireNonNull(product, "product");
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("the estimator must be open, but it was closed; make another");
        }
        requireWritable(parameters);
        probe.cover(parameters);
        for (int k = 0; k < probes; k++) {
            probe.draw(parameters, distribution, seed, number, k);
            product.intoGradients(probe);
            // The callback may have put the product into other memory with setGradient.
            for (Parameter parameter : requireWritable(parameters)) {
                weigh(parameter, k);
            }
        }
    }

    /** Puts u⊙(H·u) in the place of H·u, or adds it up until the last probe, and then puts the mean there. */
    private void weigh(Parameter parameter, int k) {
        Tensor u = probe.of(parameter);
        Tensor g = parameter.gradient();
        long size = parameter.value().size();
        if (probes == 1) {
            for (long i = 0; i < size; i++) {
                g.set(i, u.get(i) * g.get(i));
            }
            return;
        }
        Tensor sum = sums.computeIfAbsent(parameter.name(), _ -> Probe.allocate(arena, STREAM_OF_SUM, parameter));
        boolean last = k == probes - 1;
        for (long i = 0; i < size; i++) {
            float before = k == 0 ? 0 : sum.get(i);
            float after = before + u.get(i) * g.get(i);
            (last ? g : sum).set(i, last ? after / probes : after);
        }
    }

    /** Those that have a gradient. */
    private static List<Parameter> requireWritable(Parameters parameters) {
        List<Parameter> taking =
                parameters.all().stream().filter(Parameter::hasGradient).toList();
        if (taking.isEmpty()) {
            throw new IllegalStateException("an estimate needs a gradient to be left in, but none of the "
                    + parameters.size() + " parameters has one; give them with setGradient");
        }
        for (Parameter parameter : taking) {
            MemorySegment gradient = parameter.gradient().segment();
            if (!gradient.scope().isAlive()) {
                throw new IllegalStateException("the gradient of " + parameter.name()
                        + " must lie in living memory, got memory whose arena is closed; keep the arena open as long as"
                        + " the parameter is used");
            }
            if (gradient.isReadOnly()) {
                throw new IllegalStateException("the gradient of " + parameter.name()
                        + " must be writable to take an estimate, got read-only memory; pass the segment itself, not"
                        + " asReadOnly()");
            }
        }
        return taking;
    }

    /** Frees the memory of the probes. The gradients are the parameters'. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
