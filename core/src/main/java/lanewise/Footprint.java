package lanewise;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
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
        return of(rule, shapes, DType.FLOAT32, DType.FLOAT32, Remedy.NONE, DType.FLOAT32);
    }

    /**
     * The same in other precisions.
     *
     * @param rule the rule
     * @param shapes those of the model's tensors
     * @param parameter the dtype of the weights: fp32, bf16 or fp16
     * @param gradient the dtype of the gradients
     * @param remedy what keeps the small updates of weights in 16 bits
     * @param state the dtype of the rule's states, as in {@link GroupOptions#stateDType(DType)}
     * @return what training the model with it would take
     * @throws IllegalArgumentException if a shape or the mix is impossible, or all together are beyond 2<sup>63</sup>
     *     bytes
     */
    public static Footprint of(
            Rule rule, Collection<long[]> shapes, DType parameter, DType gradient, Remedy remedy, DType state) {
        Parameter.requireDType("the value", "each parameter", parameter);
        Parameter.requireDType("the gradient", "each parameter", gradient);
        Footprint sum = NONE;
        for (long[] shape : shapes) {
            Program program = rule.forShape(Shape.of(shape)).program();
            Map<Slot, DType> chosen = new GroupOptions()
                    .stateDType(state)
                    .stateDTypesOr(new GroupOptions(), program.states(), program.states());
            Storages storages = new Storages(
                    parameter, gradient, remedy, program.states(), chosen, Program.nonNegativeStates(List.of(program)));
            program.phases(storages::of);
            sum = sum.plus(of(storages, parameter, Optional.of(gradient), shape));
        }
        return sum;
    }

    /** That of one tensor. */
    static Footprint of(Storages storages, DType parameter, Optional<DType> gradient, long... shape) {
        long elements = Tensor.elements(shape);
        long state = 0;
        for (Map.Entry<Slot, DType> slot : storages.states().entrySet()) {
            state = add(
                    state, slot.getValue().bytes(Tensor.elements(slot.getKey().shape(shape))));
        }
        return new Footprint(
                elements,
                parameter.bytes(elements),
                gradient.map(dtype -> dtype.bytes(elements)).orElse(0L),
                state);
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
