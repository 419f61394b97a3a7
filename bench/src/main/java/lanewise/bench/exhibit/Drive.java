package lanewise.bench.exhibit;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.rule.Rule;

/** Drives one weight by gradients that are known beforehand. */
final class Drive {
    private Drive() {}

    /**
     * The weight before the first step and after each one.
     *
     * @param gradients by the number of the step, from 1
     */
    static double[] weights(
            Rule rule,
            UnaryOperator<Optimizer.Builder> options,
            double first,
            int steps,
            IntToDoubleFunction gradients) {
        double[] weights = new double[steps + 1];
        run(rule, options, first, steps, gradients, "", weights, new double[steps]);
        return weights;
    }

    /** A state of the rule after each step. */
    static double[] states(
            Rule rule,
            String symbol,
            UnaryOperator<Optimizer.Builder> options,
            int steps,
            IntToDoubleFunction gradients) {
        double[] states = new double[steps];
        run(rule, options, 0, steps, gradients, symbol, new double[steps + 1], states);
        return states;
    }

    private static void run(
            Rule rule,
            UnaryOperator<Optimizer.Builder> options,
            double first,
            int steps,
            IntToDoubleFunction gradients,
            String symbol,
            double[] weights,
            double[] states) {
        try (Parameters parameters = new Parameters()) {
            Tensor weight = parameters.add("weight", 1).value();
            Tensor gradient = parameters.get("weight").gradient();
            weight.fill((float) first);
            weights[0] = weight.get(0);
            Optimizer.Builder builder =
                    Optimizer.builder(parameters, rule).backend("scalar").threads(1);
            try (Optimizer optimizer = options.apply(builder).build()) {
                for (int step = 1; step <= steps; step++) {
                    gradient.set(0, (float) gradients.applyAsDouble(step));
                    optimizer.step();
                    weights[step] = weight.get(0);
                    states[step - 1] = symbol.isEmpty()
                            ? 0
                            : optimizer.state("weight", symbol).get(0);
                }
            }
        }
    }

    /** 1, 2, … n. */
    static double[] steps(int n) {
        double[] steps = new double[n];
        Arrays.setAll(steps, i -> i + 1);
        return steps;
    }
}
