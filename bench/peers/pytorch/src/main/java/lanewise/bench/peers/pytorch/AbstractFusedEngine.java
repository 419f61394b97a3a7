package lanewise.bench.peers.pytorch;

import java.util.List;
import lanewise.rule.Rule;

/** Steps by fused kernels: one call for all tensors, and one for their counts of steps. */
abstract class AbstractFusedEngine extends PyTorchEngine {
    /**
     * Prepares a call, so that nothing but the call is left to the step.
     *
     * @param operation what to call with which arguments
     * @return what calls it
     */
    abstract Runnable call(Operation operation);

    @Override
    final boolean has(Rule rule) {
        return Operation.has(rule);
    }

    @Override
    final String kind() {
        return "fused CPU kernel";
    }

    @Override
    final Runnable update(Rule rule, Tensors tensors) {
        List<Runnable> calls =
                Operation.update(rule, tensors).stream().map(this::call).toList();
        return () -> calls.forEach(Runnable::run);
    }

    @Override
    final Runnable average(Tensors tensors) {
        return call(Operation.average(tensors));
    }
}
