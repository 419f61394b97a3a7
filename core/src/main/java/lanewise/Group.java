package lanewise;

import java.util.List;
import lanewise.buffer.DType;
import lanewise.kernel.Kernels;
import lanewise.program.Extras;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Traffic;
import lanewise.rule.WeightDecay;
import lanewise.run.Plan;
import lanewise.run.StepClock;
import lanewise.schedule.Schedule;

/** A group at work: its program with all extras, its schedule, its clock. */
final class Group {

    private final String name;
    private final Program program;
    private final Schedule schedule;
    private final double rateFactor;
    private final double weightDecay;
    private final double gradientScale;
    private final long stepBytes;
    private final long accumulationBytes;
    private final long checkBytes;
    private final StepClock clock = new StepClock();
    private double learningRate;

    Group(String name, GroupOptions options, Optimizer.Settings settings) {
        this.name = name;
        GroupOptions base = settings.base();
        WeightDecay decay = options.weightDecayOr(base);
        program = settings.extras(decay, options.maximizeOr(base))
                .applyTo(options.ruleOr(base).program());
        schedule = options.scheduleOr(base);
        rateFactor = options.rateFactor();
        weightDecay = decay.rate();
        gradientScale = settings.gradientScale() / settings.microBatches();
        stepBytes = bytes(program.phases());
        checkBytes = bytes(program.phases().subList(0, program.phases().size() - 1));
        accumulationBytes = bytes(Extras.accumulation().phases());
    }

    private static long bytes(List<Phase> phases) {
        return Traffic.of(phases, _ -> DType.FLOAT32.bytes()).bytes();
    }

    String name() {
        return name;
    }

    Program program() {
        return program;
    }

    double learningRate() {
        return learningRate;
    }

    long stepBytes() {
        return stepBytes;
    }

    /** What a step moves that is skipped once its norm is known. */
    long checkBytes() {
        return checkBytes;
    }

    long accumulationBytes() {
        return accumulationBytes;
    }

    Plan.Group step(Kernels kernels) {
        return new Plan.Group(program, clock, kernels::of);
    }

    Plan.Group accumulation(Kernels kernels) {
        return new Plan.Group(Extras.accumulation(), clock, kernels::of);
    }

    /** Looks up the rate of a step, from 0. */
    void setClock(long stepsTaken) {
        double rate = schedule.at(stepsTaken) * rateFactor;
        if (!(rate >= 0 && rate <= Float.MAX_VALUE)) {
            throw new IllegalStateException(
                    "the learning rate of group " + name + " must be at least 0 and at most 3.4e38, got " + rate
                            + " at step " + stepsTaken + "; nothing was changed: mend the schedule");
        }
        learningRate = rate;
        clock.set(rate, weightDecay, gradientScale);
    }
}
