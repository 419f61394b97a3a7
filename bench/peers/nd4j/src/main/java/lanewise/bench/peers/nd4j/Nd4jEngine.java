package lanewise.bench.peers.nd4j;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import lanewise.bench.Mix;
import lanewise.bench.speed.Engine;
import lanewise.bench.speed.Workload;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * ND4J's updaters, which turn a gradient into an update, and a subtraction.
 *
 * <p>It has no AdamW: here that is its Adam after a multiplication of the parameters by 1 − ηλ.
 */
public final class Nd4jEngine implements Engine {
    private static final double RATE = Workload.LEARNING_RATE;
    private static final double WEIGHT_DECAY = 0.01;

    /** Adam's and AMSGrad's ε: they add it to the uncorrected root, so that this is our 1e-8 in the first step. */
    private static final double EPSILON_HAT = 1e-8 * Math.sqrt(1 - 0.999);

    private static final Map<String, Supplier<IUpdater>> UPDATERS = Map.of(
            "sgd", () -> new Sgd(RATE),
            "nesterov", () -> new Nesterovs(RATE, 0.9),
            "adagrad", () -> new AdaGrad(RATE, 1e-10),
            "rmsprop", () -> new RmsProp(RATE, 0.99, 1e-8),
            "adam", () -> new Adam(RATE, 0.9, 0.999, EPSILON_HAT),
            "amsgrad", () -> new AMSGrad(RATE, 0.9, 0.999, EPSILON_HAT),
            "adamw", () -> new Adam(RATE, 0.9, 0.999, EPSILON_HAT),
            "adamax", () -> new AdaMax(RATE, 0.9, 0.999, 1e-8));

    /** What it has by that name, but computes otherwise. */
    private static final Map<String, String> OTHERWISE = Map.of(
            "momentum", "ND4J's only momentum is Nesterov's",
            "adadelta", "ND4J's Adadelta has no learning rate",
            "nadam", "ND4J's NAdam has no schedule of μ");

    @Override
    public String name() {
        return "nd4j";
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        if (workload.mix() != Mix.FP32) {
            return "ND4J takes part in fp32 alone";
        }
        if (workload.task() == Workload.Task.CLIP_AND_AVERAGE) {
            return "ND4J's updaters neither clip by a global norm nor average";
        }
        return UPDATERS.containsKey(workload.rule())
                ? null
                : OTHERWISE.getOrDefault(workload.rule(), "ND4J has no " + workload.rule());
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        String cache = System.getProperty(CACHE_PROPERTY);
        if (cache != null) {
            System.setProperty("org.bytedeco.javacpp.cachedir", cache);
        }
        // Fewer than OMP_NUM_THREADS; more cannot be had.
        Nd4j.getEnvironment().setMaxMasterThreads(workload.threads());
        int threads = Nd4j.getEnvironment().maxMasterThreads();
        if (threads != workload.threads()) {
            throw new IllegalStateException("ND4J has " + threads + " threads; set OMP_NUM_THREADS");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            tensors.add(Tensor.of(
                    workload.shapes().get(i),
                    parameters.get(i),
                    gradients.get(i),
                    UPDATERS.get(workload.rule()).get()));
        }
        boolean decays = workload.rule().equals("adamw");
        return new Stepper() {
            private int steps;

            @Override
            public void step() {
                for (Tensor tensor : tensors) {
                    if (decays) {
                        tensor.parameter.muli(1 - RATE * WEIGHT_DECAY);
                    }
                    tensor.updater.applyUpdater(tensor.gradient, steps, 0);
                    tensor.parameter.subi(tensor.gradient);
                }
                steps++;
            }

            @Override
            public void takeGradients() {
                tensors.forEach(tensor -> memory(tensor.gradient).copyFrom(tensor.givenGradient));
            }

            @Override
            public void giveParameters() {
                tensors.forEach(tensor -> tensor.givenParameter.copyFrom(memory(tensor.parameter)));
            }

            @Override
            public void close() {
                tensors.forEach(Tensor::close);
            }
        };
    }

    private static MemorySegment memory(INDArray array) {
        return MemorySegment.ofBuffer(array.data().asNio());
    }

    /** A tensor of ND4J's own, with the memory that it was made from. */
    private record Tensor(
            INDArray parameter,
            INDArray gradient,
            @Nullable INDArray state,
            GradientUpdater<?> updater,
            MemorySegment givenParameter,
            MemorySegment givenGradient) {

        static Tensor of(List<Long> shape, MemorySegment parameter, MemorySegment gradient, IUpdater rule) {
            long[] axes = shape.stream().mapToLong(Long::longValue).toArray();
            long stateSize = rule.stateSize(Workload.size(shape));
            INDArray state = stateSize == 0 ? null : Nd4j.create(DataType.FLOAT, 1, stateSize);
            Tensor tensor = new Tensor(
                    Nd4j.create(DataType.FLOAT, axes),
                    Nd4j.create(DataType.FLOAT, axes),
                    state,
                    // False: ND4J would have AdaGrad and RMSProp start at an ε.
                    rule.instantiate(state, false),
                    parameter,
                    gradient);
            memory(tensor.parameter).copyFrom(parameter);
            memory(tensor.gradient).copyFrom(gradient);
            return tensor;
        }

        void close() {
            Stream.of(parameter, gradient).forEach(INDArray::close);
            if (state != null) {
                state.close();
            }
        }
    }
}
