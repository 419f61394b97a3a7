package lanewise.bench.peers.pytorch;

import static lanewise.bench.speed.Workload.LEARNING_RATE;

import java.util.ArrayList;
import java.util.List;
import lanewise.bench.speed.Workload;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import org.bytedeco.pytorch.TensorVector;

/**
 * A call of one of PyTorch's operators over all tensors.
 *
 * @param name the operator's, without its namespace
 * @param overload which of several, empty for the first
 * @param arguments in their order
 */
record Operation(String name, String overload, List<Argument> arguments) {
    private static final boolean MAXIMIZE = false;

    /** What an operator of {@link Operation} takes. */
    sealed interface Argument {
        /** A list of tensors, which may be empty. */
        record TensorList(TensorVector tensors) implements Argument {}

        /** A double. */
        record Real(double value) implements Argument {}

        /** A number of any type, as PyTorch passes operands. */
        record Operand(double value) implements Argument {}

        /** A boolean. */
        record Flag(boolean value) implements Argument {}

        /** A tensor that may be left out, and is: the scale of gradients and what tells that they are not finite. */
        record NoTensor() implements Argument {}
    }

    /**
     * Whether there is a fused kernel.
     *
     * @param rule what to step
     * @return whether {@link #update} takes it
     */
    static boolean has(Rule rule) {
        return rule instanceof AdamW || rule instanceof Adam || rule instanceof Sgd || rule instanceof AdaGrad;
    }

    /**
     * The update as {@code torch.optim} calls it with {@code fused=True}, the count of steps before it.
     *
     * @param rule with its options
     * @param tensors what it steps
     * @return one operation or two
     */
    static List<Operation> update(Rule rule, Tensors tensors) {
        double decay = rule.weightDecay().rate();
        return switch (rule) {
            case AdamW r ->
                adam("_fused_adamw_", tensors, r.amsgrad(), LEARNING_RATE, r.beta1(), r.beta2(), decay, r.epsilon());
            case Adam r ->
                adam("_fused_adam_", tensors, r.amsgrad(), LEARNING_RATE, r.beta1(), r.beta2(), decay, r.epsilon());
            case AdaGrad r -> adaGrad(tensors, LEARNING_RATE, r.rateDecay(), decay, r.epsilon());
            case Sgd r -> List.of(sgd(tensors, r.nesterov(), decay, r.momentum(), LEARNING_RATE, r.dampening()));
            default -> throw new IllegalArgumentException("no fused kernel for " + rule);
        };
    }

    /**
     * The moving average of the parameters.
     *
     * @param tensors the parameters
     * @return one operation
     */
    static Operation average(Tensors tensors) {
        return new Operation(
                "_foreach_lerp_",
                "Scalar",
                List.of(
                        new Argument.TensorList(tensors.copies()),
                        new Argument.TensorList(tensors.parameters()),
                        new Argument.Operand(1 - Workload.AVERAGE_DECAY)));
    }

    private static List<Operation> adam(String name, Tensors tensors, boolean amsgrad, double... numbers) {
        TensorVector steps = tensors.counters();
        List<TensorVector> lists = List.of(
                tensors.parameters(),
                tensors.gradients(),
                tensors.zeros(),
                tensors.zeros(),
                amsgrad ? tensors.zeros() : new TensorVector(),
                steps);
        return List.of(count(steps), fused(name, lists, numbers, amsgrad, MAXIMIZE));
    }

    private static List<Operation> adaGrad(Tensors tensors, double... numbers) {
        TensorVector steps = tensors.counters();
        List<TensorVector> lists = List.of(tensors.parameters(), tensors.gradients(), tensors.zeros(), steps);
        return List.of(count(steps), fused("_fused_adagrad_", lists, numbers, MAXIMIZE));
    }

    /** Its first step is like the others: a velocity of zeros becomes the gradient. */
    private static Operation sgd(
            Tensors tensors, boolean nesterov, double decay, double momentum, double rate, double dampening) {
        boolean firstStep = false;
        List<TensorVector> lists = List.of(
                tensors.parameters(), tensors.gradients(), momentum == 0 ? new TensorVector() : tensors.zeros());
        double[] numbers = {decay, momentum, rate, dampening};
        return fused("_fused_sgd_", lists, numbers, nesterov, MAXIMIZE, firstStep);
    }

    private static Operation count(TensorVector steps) {
        return new Operation(
                "_foreach_add_", "Scalar", List.of(new Argument.TensorList(steps), new Argument.Operand(1)));
    }

    /** All fused kernels take lists, numbers, flags, and two tensors that only mixed precision needs. */
    private static Operation fused(String name, List<TensorVector> lists, double[] numbers, boolean... flags) {
        List<Argument> arguments = new ArrayList<>();
        lists.forEach(list -> arguments.add(new Argument.TensorList(list)));
        for (double number : numbers) {
            arguments.add(new Argument.Real(number));
        }
        for (boolean flag : flags) {
            arguments.add(new Argument.Flag(flag));
        }
        arguments.add(new Argument.NoTensor());
        arguments.add(new Argument.NoTensor());
        return new Operation(name, "", arguments);
    }
}
