package lanewise.bench.peers.tribuo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import lanewise.bench.Mix;
import lanewise.bench.speed.Engine;
import lanewise.bench.speed.Workload;
import org.jspecify.annotations.Nullable;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.math.optimisers.RMSProp;
import org.tribuo.math.optimisers.SGD;

/** Tribuo's optimisers, which turn a gradient into an update, and its addition: in double, on one thread. */
public final class Tribuo implements Engine {
    /** Tribuo climbs; weighted with this it descends. */
    private static final double WEIGHT = -1;

    private static final double RATE = Workload.LEARNING_RATE;

    private static final Map<String, Supplier<StochasticGradientOptimiser>> OPTIMISERS = Map.of(
            "sgd", () -> SGD.getSimpleSGD(RATE),
            "momentum", () -> SGD.getSimpleSGD(RATE, 0.9, SGD.Momentum.STANDARD),
            "nesterov", () -> SGD.getSimpleSGD(RATE, 0.9, SGD.Momentum.NESTEROV),
            "adagrad", () -> new AdaGrad(RATE, 1e-10),
            "rmsprop", () -> new RMSProp(RATE, 0.99, 1e-8, 0));

    /** What it has by that name, but computes otherwise. */
    private static final Map<String, String> OTHERWISE = Map.of(
            "adadelta", "Tribuo's Adadelta has no learning rate",
            "adam", "Tribuo's Adam multiplies by √v + ε where it should divide");

    @Override
    public String name() {
        return "tribuo";
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        if (workload.mix() != Mix.FP32) {
            return "Tribuo takes part in fp32 alone";
        }
        if (workload.task() == Workload.Task.CLIP_AND_AVERAGE) {
            return "Tribuo does not clip by a global norm";
        }
        if (workload.threads() > 1) {
            return "Tribuo computes on one thread";
        }
        return OPTIMISERS.containsKey(workload.rule())
                ? null
                : OTHERWISE.getOrDefault(workload.rule(), "Tribuo has no " + workload.rule());
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        List<Matrix> matrices = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            matrices.add(Matrix.of(
                    workload.shapes().get(i),
                    parameters.get(i),
                    gradients.get(i),
                    OPTIMISERS.get(workload.rule()).get()));
        }
        return new Stepper() {
            @Override
            public void step() {
                for (Matrix matrix : matrices) {
                    matrix.parameters.update(matrix.optimiser.step(new Tensor[] {matrix.gradient}, WEIGHT));
                }
            }

            @Override
            public void takeGradients() {
                matrices.forEach(Matrix::takeGradient);
            }

            @Override
            public void giveParameters() {
                matrices.forEach(Matrix::giveParameter);
            }
        };
    }

    /** A tensor as one of Tribuo's matrices, of one row if it has one axis, with the memory that it was made from. */
    private record Matrix(
            LinearParameters parameters,
            DenseMatrix gradient,
            StochasticGradientOptimiser optimiser,
            MemorySegment givenParameter,
            MemorySegment givenGradient) {

        static Matrix of(
                List<Long> shape,
                MemorySegment parameter,
                MemorySegment gradient,
                StochasticGradientOptimiser optimiser) {
            int rows = shape.size() == 1 ? 1 : Math.toIntExact(shape.getFirst());
            int columns = Math.toIntExact(Workload.size(shape) / rows);
            LinearParameters parameters = new LinearParameters(new DenseMatrix(rows, columns));
            optimiser.initialise(parameters);
            Matrix matrix = new Matrix(parameters, new DenseMatrix(rows, columns), optimiser, parameter, gradient);
            copy(parameter, parameters.getWeightMatrix());
            matrix.takeGradient();
            return matrix;
        }

        void takeGradient() {
            copy(givenGradient, gradient);
        }

        void giveParameter() {
            DenseMatrix from = parameters.getWeightMatrix();
            int columns = from.getDimension2Size();
            for (int i = 0; i < from.getDimension1Size(); i++) {
                for (int j = 0; j < columns; j++) {
                    givenParameter.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * columns + j, (float) from.get(i, j));
                }
            }
        }

        private static void copy(MemorySegment from, DenseMatrix to) {
            int columns = to.getDimension2Size();
            for (int i = 0; i < to.getDimension1Size(); i++) {
                for (int j = 0; j < columns; j++) {
                    to.set(i, j, from.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * columns + j));
                }
            }
        }
    }
}
