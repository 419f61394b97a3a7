package lanewise;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import lanewise.buffer.Tensor;
import lanewise.rule.Rule;

/** Parameters with made-up weights, and gradients that depend on the name and a number alone. */
final class Model implements AutoCloseable {

    final Parameters parameters = new Parameters();

    /** Adds a parameter with weights from −1 to 1. */
    Model with(String name, long... shape) {
        fill(parameters.add(name, shape).value(), name, -1);
        return this;
    }

    /** Two weights and two biases, one of them beyond a tile. */
    static Model small() {
        return new Model()
                .with("a.weight", 3, 7)
                .with("a.bias", 7)
                .with("b.weight", 8200)
                .with("b.bias", 17);
    }

    /** Gives all gradients that there are the values of their name and this number. */
    Model gradients(int number) {
        return gradients(number, _ -> true);
    }

    /** The same for the gradients of some. */
    Model gradients(int number, Predicate<String> names) {
        for (Parameter parameter : parameters.all()) {
            if (parameter.hasGradient() && names.test(parameter.name())) {
                fill(parameter.gradient(), parameter.name(), number);
            }
        }
        return this;
    }

    static void fill(Tensor tensor, String name, int number) {
        SplittableRandom random = new SplittableRandom(31L * name.hashCode() + number);
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, (float) random.nextDouble(-1, 1));
        }
    }

    /** What a test does to an element of a gradient, or of a weight, before the step. */
    interface Change {
        float of(float g, float theta);
    }

    /** Changes every gradient that there is by hand. */
    Model changeGradients(Change change) {
        for (Parameter parameter : parameters.all()) {
            for (long i = 0; parameter.hasGradient() && i < parameter.value().size(); i++) {
                Tensor gradient = parameter.gradient();
                gradient.set(i, change.of(gradient.get(i), parameter.value().get(i)));
            }
        }
        return this;
    }

    /** Changes every weight by hand. */
    Model changeWeights(Change change) {
        for (Parameter parameter : parameters.all()) {
            for (long i = 0; i < parameter.value().size(); i++) {
                Tensor value = parameter.value();
                value.set(i, change.of(parameter.gradient().get(i), value.get(i)));
            }
        }
        return this;
    }

    /** Five steps of the small model, the gradients numbered by the step; what they end with. */
    static Bits run(Rule rule, UnaryOperator<Optimizer.Builder> options, Consumer<Model> beforeStep) {
        try (Model model = small();
                Optimizer optimizer = options.apply(model.builder(rule)).build()) {
            for (int step = 1; step <= 5; step++) {
                beforeStep.accept(model.gradients(step));
                optimizer.step();
            }
            return Bits.of(model.parameters, optimizer);
        }
    }

    /** The same, with the gradients as they are. */
    static Bits run(Rule rule, UnaryOperator<Optimizer.Builder> options) {
        return run(rule, options, _ -> {});
    }

    Parameter get(String name) {
        return parameters.get(name);
    }

    Tensor value(String name) {
        return get(name).value();
    }

    Tensor gradient(String name) {
        return get(name).gradient();
    }

    Optimizer.Builder builder(Rule rule) {
        return Optimizer.builder(parameters, rule).backend("scalar").threads(2);
    }

    @Override
    public void close() {
        parameters.close();
    }
}
