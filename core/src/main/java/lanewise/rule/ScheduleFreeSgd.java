package lanewise.rule;

import static lanewise.program.Expr.read;
import static lanewise.program.Slot.GRADIENT;

import lanewise.program.Program;
import lanewise.program.Slot;

/**
 * Schedule-Free SGD: descent that averages its own path in place of a schedule.
 *
 * <p>Gradients are taken at y, between the sequence z that steps and its average x. x is as good as the end of a cosine
 * schedule would be, at every step, without knowing how many there will be. θ is y; {@code Optimizer.eval()} puts x in
 * its place and {@code train()} brings y back.
 *
 * <pre>
 * η' = η·min(1, t/T)          c = w/Σw with w = tʳ·(largest η')ᵖ
 * d = g + λ·y
 * y ← y + c·(z−y) − η'·(1−β·(1−c))·d
 * z ← z − η'·d                (first y)
 * x = y + (1−1/β)·(z−y)
 * </pre>
 *
 * <p><b>State</b>: z; two doubles for each tensor. Moves 20 bytes per parameter.
 *
 * <p><b>Differences</b>: as the authors' {@code SGDScheduleFree}, where β is called momentum and the sums are of a group;
 * here they are of a tensor, which matters only for one that misses gradients. Weight decay is at y and
 * reaches z and x from there; named {@link WeightDecay#decoupled} it would shrink y alone.
 *
 * <p><b>Rounding</b>: each operation once; c and η'·(1−β·(1−c)) are scalars.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="schedule-free-sgd"}
 *
 * @param beta β in (0, 1], the share of x in y
 * @param warmup T, the steps over which the rate grows, at least 0
 * @param power p, finite and at least 0
 * @param stepPower r, finite and at least 0
 * @see <a href="https://arxiv.org/abs/2405.15682">Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky: The Road Less
 *     Scheduled (NeurIPS 2024)</a>
 */
public record ScheduleFreeSgd(double beta, long warmup, double power, double stepPower) implements Rule {

    /** The sequence that is stepped. */
    public static final Slot STEPPED = ScheduleFree.STEPPED;

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ScheduleFreeSgd {
        new ScheduleFree(beta, warmup, power, stepPower);
    }

    /** β 0.9, no warm-up, weights by the squared rate. */
    public ScheduleFreeSgd() {
        this(0.9, 0, 2, 0);
    }

    /** With the share of x in y, in (0, 1]. */
    public ScheduleFreeSgd beta(double beta) {
        return new ScheduleFreeSgd(beta, warmup, power, stepPower);
    }

    /** With a rate that grows for so many steps. */
    public ScheduleFreeSgd warmup(long steps) {
        return new ScheduleFreeSgd(beta, steps, power, stepPower);
    }

    /** With other weights of the steps in x: by the rate to the power p, and by the step's number to the power r. */
    public ScheduleFreeSgd weights(double power, double stepPower) {
        return new ScheduleFreeSgd(beta, warmup, power, stepPower);
    }

    @Override
    public double learningRate() {
        return 1;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.inRule(0);
    }

    @Override
    public Program program() {
        return scheduleFree().update(Program.empty(), read(GRADIENT));
    }

    @Override
    public Program evaluation() {
        return scheduleFree().evaluation();
    }

    private ScheduleFree scheduleFree() {
        return new ScheduleFree(beta, warmup, power, stepPower);
    }
}
