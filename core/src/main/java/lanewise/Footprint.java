package lanewise;

import java.util.Collection;
import lanewise.buffer.DType;
import lanewise.buffer.Tensor;
import lanewise.program.Extent;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Rule;

/**
 * The memory that training takes: that of the model, and what an optimizer adds to it. Counted are the tensors' own
 * bytes; the engine leaves up to a page between two of them, and has working memory beside, some tens of KiB for each
 * thread and for a rule by rows about a hundredth of a matrix.
 *
 * {@snippet class="lanewise.FootprintTest" region="before"}
 *
 * @param parameters the number of weights
 * @param parameterBytes bytes of the weights
 * @param gradientBytes bytes of their gradients
 * @param stateBytes bytes that the optimizer keeps from one step to the next
 * @see Optimizer#footprint
 * @see Optimizer.Builder#footprint
 */
public record Footprint(long parameters, long parameterBytes, long gradientBytes, long stateBytes) {

    /** That of no model. */
    static final Footprint NONE = new Footprint(0, 0, 0, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is below 0
     */
    public Footprint {
        Require.atLeast("parameters", 0, parameters);
        Require.atLeast("parameterBytes", 0, parameterBytes);
        Require.atLeast("gradientBytes", 0, gradientBytes);
        Require.atLeast("stateBytes", 0, stateBytes);
    }

    /**
     * That of a rule on a model which need not be in memory, each tensor with a gradient. What a builder may add, such
     * as {@link Optimizer.Builder#accumulate}, is not in it.
     *
     * @param rule the rule
     * @param shapes those of the model's tensors
     * @return what training the model with it would take
     * @throws IllegalArgumentException if a shape is impossible, or all together are beyond 2<sup>63</sup> bytes
     */
    public static Footprint of(Rule rule, Collection<long[]> shapes) {
        Footprint sum = NONE;
        for (long[] shape : shapes) {
            sum = sum.plus(of(rule.forShape(Shape.of(shape)).program(), true, shape));
        }
        return sum;
    }

    /** That of one tensor. */
    static Footprint of(Program program, boolean hasGradient, long... shape) {
        long elements = Tensor.elements(shape);
        long bytes = elements * DType.FLOAT32.bytes();
        long state = 0;
        for (Slot slot : program.states()) {
            DType dtype = slot.extent() == Extent.TENSOR ? DType.FLOAT64 : DType.FLOAT32;
            state = add(state, Tensor.elements(slot.shape(shape)) * dtype.bytes());
        }
        return new Footprint(elements, bytes, hasGradient ? bytes : 0, state);
    }

    /**
     * Both together.
     *
     * @param other that of other tensors
     * @return the sums
     * @throws IllegalArgumentException if one is beyond 2<sup>63</sup>
     */
    public Footprint plus(Footprint other) {
        return new Footprint(
                add(parameters, other.parameters),
                add(parameterBytes, other.parameterBytes),
                add(gradientBytes, other.gradientBytes),
                add(stateBytes, other.stateBytes));
    }

    /**
     * Weights, gradients and state.
     *
     * @return bytes
     * @throws IllegalArgumentException if they are beyond 2<sup>63</sup>
     */
    public long total() {
        return add(add(parameterBytes, gradientBytes), stateBytes);
    }

    private static long add(long a, long b) {
        long sum = a + b;
        // Neither is below 0, so a sum that does not fit is.
        if (sum < 0) {
            throw new IllegalArgumentException(
                    "a footprint must be below 2^63 bytes, got " + a + " and " + b + " more");
        }
        return sum;
    }
}
