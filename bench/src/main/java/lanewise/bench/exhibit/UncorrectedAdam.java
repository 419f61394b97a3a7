package lanewise.bench.exhibit;

import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;
import lanewise.rule.Rule;

/**
 * Adam without bias correction: a rule of a user's own, as short as rules are. Its averages start at zero and are used
 * as they are, so that its early steps are off by (1−β₁ᵗ)/√(1−β₂ᵗ).
 *
 * <pre>
 * m ← β₁·m + (1−β₁)·g
 * v ← β₂·v + (1−β₂)·g²
 * θ ← θ − η·m / (√v + ε)
 * </pre>
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 */
public record UncorrectedAdam(double beta1, double beta2, double epsilon) implements Rule {
    private static final Slot MEAN = Slot.state("m");
    private static final Slot MEAN_SQUARE = Slot.state("v");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public UncorrectedAdam {
        Require.decayRate("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr m = ema(read(MEAN), scalar("β₁", beta1), g);
        Expr v = ema(read(MEAN_SQUARE), scalar("β₂", beta2), g.squared());
        Expr step = LEARNING_RATE.times(m).over(v.sqrt().plus(scalar("ε", epsilon)));
        return Program.empty()
                .set(MEAN, m)
                .set(MEAN_SQUARE, v)
                .set(PARAMETER, read(PARAMETER).minus(step));
    }
}
