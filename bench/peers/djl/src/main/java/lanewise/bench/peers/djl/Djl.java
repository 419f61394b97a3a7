package lanewise.bench.peers.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import lanewise.bench.Mix;
import lanewise.bench.speed.Engine;
import lanewise.bench.speed.Workload;
import org.jspecify.annotations.Nullable;

/**
 * DJL's optimizers on its PyTorch engine, over our own memory.
 *
 * <p>Of its rules only these work on that engine; the others throw.
 */
public final class Djl implements Engine {
    /** Adam's and AdamW's ε: they add it to the uncorrected root, so that this is our 1e-8 in the first step. */
    private static final float EPSILON_HAT = (float) (1e-8 * Math.sqrt(1 - 0.999));

    private static final Map<String, Supplier<Optimizer>> OPTIMIZERS = Map.of(
            "adam",
            () -> Optimizer.adam()
                    .optLearningRateTracker(rate())
                    .optEpsilon(EPSILON_HAT)
                    .build(),
            "adamw",
            () -> Optimizer.adamW()
                    .optLearningRateTracker(rate())
                    .optEpsilon(EPSILON_HAT)
                    .optWeightDecays(0.01f)
                    .build(),
            "sgd",
            () -> Optimizer.sgd().setLearningRateTracker(rate()).build(),
            "momentum",
            () -> Optimizer.sgd()
                    .setLearningRateTracker(rate())
                    .optMomentum(0.9f)
                    .build());

    private static Tracker rate() {
        return Tracker.fixed((float) Workload.LEARNING_RATE);
    }

    @Override
    public String name() {
        return "djl";
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        if (workload.mix() != Mix.FP32) {
            return "DJL takes part in fp32 alone";
        }
        if (workload.task() == Workload.Task.CLIP_AND_AVERAGE) {
            return "DJL's optimizers neither clip by a global norm nor average";
        }
        return OPTIMIZERS.containsKey(workload.rule()) ? null : "DJL has no " + workload.rule() + " on PyTorch";
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        System.setProperty("ai.djl.offline", "true");
        String cache = System.getProperty(CACHE_PROPERTY);
        if (cache != null) {
            System.setProperty("DJL_CACHE_DIR", cache);
        }
        NDManager manager = ai.djl.engine.Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        JniUtils.setNumThreads(workload.threads());
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Shape shape = new Shape(workload.shapes().get(i));
            tensors.add(new Tensor(
                    "parameter" + i, over(parameters.get(i), shape, manager), over(gradients.get(i), shape, manager)));
        }
        Optimizer optimizer = OPTIMIZERS.get(workload.rule()).get();
        return new Stepper() {
            @Override
            public void step() {
                for (Tensor tensor : tensors) {
                    optimizer.update(tensor.id, tensor.parameter, tensor.gradient);
                }
            }

            @Override
            public void close() {
                closeStates(optimizer);
                manager.close();
            }
        };
    }

    private static NDArray over(MemorySegment memory, Shape shape, NDManager manager) {
        return manager.create(memory.asByteBuffer().order(ByteOrder.nativeOrder()), shape, DataType.FLOAT32);
    }

    /** An optimizer detaches its moments from every manager and has no way to free them; nor are they collected. */
    private static void closeStates(Optimizer optimizer) {
        for (Field field : optimizer.getClass().getDeclaredFields()) {
            if (field.getType() == Map.class) {
                try {
                    field.setAccessible(true);
                    for (Object ofDevices : ((Map<?, ?>) field.get(optimizer)).values()) {
                        ((Map<?, ?>) ofDevices).values().forEach(array -> ((NDArray) array).close());
                    }
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private record Tensor(String id, NDArray parameter, NDArray gradient) {}
}
