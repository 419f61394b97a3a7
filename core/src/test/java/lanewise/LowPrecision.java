package lanewise;

import lanewise.dtype.DType;
import lanewise.rule.AdamW;

/** The options that the README shows. */
final class LowPrecision {

    private LowPrecision() {}

    static Optimizer.Builder builder(Parameters parameters) {
        // @start region="precision"
        parameters.add("layer.weight", DType.BFLOAT16, 64, 10); // and its gradient
        Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW())
                .remedy(Remedy.REST_BITS) // keeps small updates of bf16; or MASTER, STOCHASTIC_ROUNDING
                .stateDType(DType.BLOCK8) // or BFLOAT16, FLOAT16; also by group, or for one state
                .lossScaling(LossScaling.dynamic()); // for fp16: multiply the loss by optimizer.lossScale()
        // @end
        return builder;
    }
}
