package lanewise.bench.race;

import java.util.List;
import lanewise.LossScaling;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.Remedy;
import lanewise.bench.report.Palette;
import lanewise.dtype.DType;
import lanewise.rule.AdamW;

/**
 * In which types a training with AdamW keeps its numbers.
 *
 * @param name as tables and pictures show it
 * @param parameter of the weights that the network computes with
 * @param gradient of their gradients
 * @param mean of the mean of the gradients, m
 * @param square of the mean of their squares, v
 * @param remedy against lost updates of weights in 16 bits
 * @param scalesLoss whether the loss is multiplied, so that small gradients are not lost
 */
record Mix(String name, DType parameter, DType gradient, DType mean, DType square, Remedy remedy, boolean scalesLoss) {
    /** What all others are held against. */
    static final Mix FP32 = of("fp32", DType.FLOAT32, DType.FLOAT32, DType.FLOAT32, Remedy.NONE);

    /** What remedies are for. */
    static final Mix PLAIN_BF16 = of("bf16, no remedy", DType.BFLOAT16, DType.BFLOAT16, DType.BFLOAT16, Remedy.NONE);

    static final List<Mix> ALL = List.of(
            FP32,
            of("bf16 of an fp32 master", DType.BFLOAT16, DType.BFLOAT16, DType.FLOAT32, Remedy.MASTER),
            of("bf16 with rest bits", DType.BFLOAT16, DType.BFLOAT16, DType.BFLOAT16, Remedy.REST_BITS),
            of("bf16, rounded by chance", DType.BFLOAT16, DType.BFLOAT16, DType.BFLOAT16, Remedy.STOCHASTIC_ROUNDING),
            PLAIN_BF16,
            of("fp16 of an fp32 master", DType.FLOAT16, DType.FLOAT16, DType.FLOAT32, Remedy.MASTER)
                    .withScaledLoss(),
            of("fp32, bf16 m", DType.FLOAT32, DType.BFLOAT16, DType.BFLOAT16, Remedy.NONE)
                    .withSquares(DType.FLOAT32),
            of("fp32, bf16 state", DType.FLOAT32, DType.BFLOAT16, DType.BFLOAT16, Remedy.NONE),
            of("fp32, 8-bit state, bf16 g", DType.FLOAT32, DType.BFLOAT16, DType.BLOCK8, Remedy.NONE),
            of("fp32, 8-bit state", DType.FLOAT32, DType.FLOAT32, DType.BLOCK8, Remedy.NONE));

    private static Mix of(String name, DType parameter, DType gradient, DType state, Remedy remedy) {
        return new Mix(name, parameter, gradient, state, state, remedy, false);
    }

    private Mix withSquares(DType other) {
        return new Mix(name, parameter, gradient, mean, other, remedy, scalesLoss);
    }

    private Mix withScaledLoss() {
        return new Mix(name, parameter, gradient, mean, square, remedy, true);
    }

    /** Starts to build an optimizer; parameters and gradients are the network's, in this mix's types. */
    Optimizer.Builder optimizer(Parameters parameters, long seed) {
        Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW())
                .stateDType("m", mean)
                .stateDType("v", square)
                .remedy(remedy)
                .seed(seed);
        return scalesLoss ? builder.lossScaling(LossScaling.dynamic()) : builder;
    }

    /** The same in all pictures. */
    String colour() {
        return Palette.colour(ALL.indexOf(this));
    }
}
