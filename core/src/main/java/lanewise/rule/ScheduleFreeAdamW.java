package lanewise.rule;

import static lanewise.program.Blocks.biasCorrectedRoot;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Slot.GRADIENT;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Slot;

/**
 * Schedule-Free AdamW: AdamW that averages its own path in place of a schedule and of momentum.
 *
 * <p>As {@link ScheduleFreeSgd}, with the gradient divided by the root of its mean square. θ is y, where gradients are
 * taken; {@code Optimizer.eval()} puts the average x in its place and {@code train()} brings y back.
 *
 * <pre>
 * v ← β₂·v + (1−β₂)·g²
 * η' = η·min(1, t/T)          c = w/Σw with w = tʳ·(largest η')ᵖ
 * d = g / (√v/√(1−β₂ᵗ) + ε) + λ·y
 * y ← y + c·(z−y) − η'·(1−β₁·(1−c))·d
 * z ← z − η'·d                (first y)
 * x = y + (1−1/β₁)·(z−y)
 * </pre>
 *
 * <p><b>State</b>: z and v; two doubles for each tensor. Moves 28 bytes per parameter.
 *
 * <p><b>Differences</b>: as the authors' {@code AdamWScheduleFree} without inner momentum; their sums are of a group,
 * here of a tensor, which matters only for one that misses gradients. Weight decay is at y and
 * reaches z and x from there; named {@link WeightDecay#decoupled} it would shrink y alone.
 *
 * <p><b>Rounding</b>: each operation once; c, η'·(1−β₁·(1−c)) and 1/√(1−β₂ᵗ) are scalars.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="schedule-free-adamw"}
 *
 * @param beta1 β₁ in (0, 1], the share of x in y
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @param warmup T, the steps over which the rate grows, at least 0
 * @param power p, finite and at least 0
 * @param stepPower r, finite and at least 0
 * @see <a href="https://arxiv.org/abs/2405.15682">Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky: The Road Less
 *     Scheduled (NeurIPS 2024)</a>
 */
public record ScheduleFreeAdamW(double beta1, double beta2, double epsilon, long warmup, double power, double stepPower)
        implements Rule {

    /** The sequence that is stepped. */
    public static final Slot STEPPED = ScheduleFree.STEPPED;

    /** The moving average of the squared gradient. */
    public static final Slot MEAN_SQUARE = Slot.state("v");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ScheduleFreeAdamW {
        Require.share("beta1", beta1);
        Require.decayRate("beta2", beta2);
        Require.atLeast("epsilon", 0, epsilon);
        new ScheduleFree(beta1, warmup, power, stepPower);
    }

    /** β (0.9, 0.999), ε 1e-8, no warm-up, weights by the squared rate. */
    public ScheduleFreeAdamW() {
        this(0.9, 0.999, 1e-8, 0, 2, 0);
    }

    /** With the share of x in y, in (0, 1], and the decay rate β₂ in [0, 1). */
    public ScheduleFreeAdamW betas(double beta1, double beta2) {
        return new ScheduleFreeAdamW(beta1, beta2, epsilon, warmup, power, stepPower);
    }

    /** With ε ≥ 0. */
    public ScheduleFreeAdamW epsilon(double epsilon) {
        return new ScheduleFreeAdamW(beta1, beta2, epsilon, warmup, power, stepPower);
    }

    /** With a rate that grows for so many steps. */
    public ScheduleFreeAdamW warmup(long steps) {
        return new ScheduleFreeAdamW(beta1, beta2, epsilon, steps, power, stepPower);
    }

    /** With other weights of the steps in x: by the rate to the power p, and by the step's number to the power r. */
    public ScheduleFreeAdamW weights(double power, double stepPower) {
        return new ScheduleFreeAdamW(beta1, beta2, epsilon, warmup, power, stepPower);
    }

    @Override
    public double learningRate() {
        return 2.5e-3;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.inRule(0);
    }

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr b2 = scalar("β₂", beta2);
        Expr v = ema(read(MEAN_SQUARE), b2, g.squared());
        Expr direction = g.over(biasCorrectedRoot(v, b2).plus(scalar("ε", epsilon)));
        return scheduleFree().update(Program.empty().set(MEAN_SQUARE, v), direction);
    }

    @Override
    public Program evaluation() {
        return scheduleFree().evaluation();
    }

    private ScheduleFree scheduleFree() {
        return new ScheduleFree(beta1, warmup, power, stepPower);
    }
}
