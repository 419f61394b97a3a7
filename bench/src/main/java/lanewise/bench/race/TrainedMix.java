package lanewise.bench.race;

import java.util.List;
import lanewise.LossScaling;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.bench.Mix;
import lanewise.bench.report.Palette;
import lanewise.dtype.DType;
import lanewise.rule.AdamW;

/**
 * A mix in which networks are trained with AdamW, or one that differs from it a little.
 *
 * @param name as tables and pictures show it
 * @param mix in which types numbers are kept
 * @param gradient instead of the mix's own
 * @param square of the mean of the gradients' squares, v, instead of the mix's own
 * @param scalesLoss whether the loss is multiplied, so that small gradients are not lost
 */
record TrainedMix(String name, Mix mix, DType gradient, DType square, boolean scalesLoss) {
    /** What all others are held against. */
    static final TrainedMix FP32 = of(Mix.FP32);

    /** What remedies are for. */
    static final TrainedMix PLAIN_BF16 = of(Mix.PLAIN_BF16);

    static final List<TrainedMix> ALL = List.of(
            FP32,
            of(Mix.MASTER_COPY),
            of(Mix.REST_BITS),
            of(Mix.STOCHASTIC),
            PLAIN_BF16,
            new TrainedMix(Mix.FP16_MASTER.title(), Mix.FP16_MASTER, DType.FLOAT16, DType.FLOAT32, true),
            new TrainedMix("bf16 m, fp32 v", Mix.BF16_STATE, DType.BFLOAT16, DType.FLOAT32, false),
            of(Mix.BF16_STATE),
            of(Mix.BLOCK8_STATE),
            new TrainedMix("8-bit state, fp32 g", Mix.BLOCK8_STATE, DType.FLOAT32, DType.BLOCK8, false));

    private static TrainedMix of(Mix mix) {
        return new TrainedMix(mix.title(), mix, mix.gradient(), mix.state(), false);
    }

    /** Starts to build an optimizer; parameters and gradients are the network's, in this mix's types. */
    Optimizer.Builder optimizer(Parameters parameters, long seed) {
        Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW())
                .stateDType("m", mix.state())
                .stateDType("v", square)
                .remedy(mix.remedy())
                .seed(seed);
        return scalesLoss ? builder.lossScaling(LossScaling.dynamic()) : builder;
    }

    /** The same in all pictures. */
    String colour() {
        return Palette.colour(ALL.indexOf(this));
    }
}
