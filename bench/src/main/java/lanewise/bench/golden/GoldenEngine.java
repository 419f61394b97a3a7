package lanewise.bench.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.kernel.Backends;

/** A golden case run the public way: fp32 on a backend, subnormals kept as in the recorded runs. */
final class GoldenEngine {
    private final GoldenCase golden;
    private final Optimizer optimizer;
    private final List<Parameter> tensors;
    private final List<Tensor> gradients;

    private GoldenEngine(GoldenCase golden, Optimizer optimizer, List<Parameter> tensors) {
        this.golden = golden;
        this.optimizer = optimizer;
        this.tensors = tensors;
        gradients = tensors.stream().map(Parameter::gradient).toList();
    }

    /**
     * Runs a case.
     *
     * @return empty if the backend or a kernel of it was given up, which the log says
     */
    static Optional<Trajectory> run(GoldenCase golden, String backend) {
        try (Parameters parameters = new Parameters()) {
            List<Parameter> tensors = new ArrayList<>();
            for (int i = 0; i < golden.tensors().size(); i++) {
                GoldenCase.Named tensor = golden.tensors().get(i);
                Parameter parameter = parameters.add(tensor.name(), tensor.lengths());
                parameter.value().copyFrom(golden.initial().get(i));
                tensors.add(parameter);
            }
            try (Optimizer optimizer =
                    builder(golden, parameters).backend(backend).build()) {
                GoldenEngine engine = new GoldenEngine(golden, optimizer, tensors);
                return optimizer.warmUp() ? Optional.of(engine.run()) : Optional.empty();
            } catch (IllegalStateException e) {
                if (Backends.distrusted(backend) != null) {
                    return Optional.empty();
                }
                throw e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private static Optimizer.Builder builder(GoldenCase golden, Parameters parameters) {
        GoldenRule rule = golden.rule();
        Optimizer.Builder builder = Optimizer.builder(parameters, rule.rule())
                .maximize(rule.maximize())
                .flushSubnormals(false)
                .threads(1);
        rule.clipValue().ifPresent(builder::clipValue);
        rule.clipNorm().ifPresent(builder::clipGlobalNorm);
        rule.average().ifPresent(builder::average);
        if (!golden.norms().isEmpty()) {
            builder.reportGradientNorm();
        }
        // The engine counts the steps that it takes: it is not asked for one that has no gradient at all.
        List<Integer> taken = IntStream.range(0, golden.gradients().size())
                .filter(k -> hasAny(golden.gradients().get(k)))
                .boxed()
                .toList();
        for (GoldenCase.Group group : golden.groups()) {
            builder.group(
                    group.tensors().toString(),
                    group.tensors()::contains,
                    options -> options.learningRate(step -> group.rates().get(taken.get((int) step)))
                            .weightDecay(group.decay()));
        }
        return builder;
    }

    private Trajectory run() {
        Trajectory trajectory = new Trajectory();
        for (int k = 0; k < golden.gradients().size(); k++) {
            takeInHessian(k, true);
            List<Optional<float[]>> step = golden.gradients().get(k);
            fill(step);
            trajectory.norms().add(hasAny(step) ? optimizer.step().gradientNorm() : 0);
            takeInHessian(k, false);
            trajectory.values().add(values());
            if (!golden.evaluated64().isEmpty()) {
                optimizer.eval();
                trajectory.evaluated().add(values());
                optimizer.train();
            }
        }
        return trajectory;
    }

    private static boolean hasAny(List<Optional<float[]>> step) {
        return step.stream().anyMatch(Optional::isPresent);
    }

    private void fill(List<Optional<float[]>> step) {
        for (int i = 0; i < step.size(); i++) {
            if (step.get(i).isPresent()) {
                tensors.get(i).setGradient(gradients.get(i).copyFrom(step.get(i).get()));
            } else {
                tensors.get(i).removeGradient();
            }
        }
    }

    private void takeInHessian(int step, boolean before) {
        GoldenCase.Hessian hessian = golden.hessian().orElse(null);
        if (hessian != null && hessian.before() == before && hessian.due().get(step)) {
            fill(hessian.estimates().get(step));
            optimizer.updateHessian();
        }
    }

    private List<double[]> values() {
        return tensors.stream()
                .map(tensor -> GoldenCase.widened(tensor.value().toArray()))
                .toList();
    }
}
