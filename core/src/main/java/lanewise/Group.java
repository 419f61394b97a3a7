package lanewise;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.buffer.DType;
import lanewise.kernel.Kernels;
import lanewise.program.Extras;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Traffic;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import lanewise.run.Plan;
import lanewise.run.StepClock;
import lanewise.schedule.Schedule;

/** A group at work: its rule with all extras, its schedule, its clocks. */
final class Group {

    /** What happens to the tensors of the group for which the rule is the same. */
    static final class Form {
        final Group group;
        final Program program;
        final long stepBytes;

        /** What a step moves that is skipped once its norm is known. */
        final long checkBytes;

        private Form(Group group, Program program) {
            this.group = group;
            this.program = program;
            List<Phase> phases = program.phases();
            stepBytes = bytes(phases);
            checkBytes = bytes(phases.stream().filter(phase -> !phase.writes()).toList());
        }

        Plan.Group step(Kernels kernels) {
            return new Plan.Group(program, group.clock, kernels::of);
        }
    }

    /** What adds a micro-batch's gradient moves. */
    static final long ACCUMULATION_BYTES = bytes(Extras.accumulation().phases());

    private final String name;
    private final Rule rule;
    private final Extras extras;
    private final Schedule schedule;
    private final double rateFactor;
    private final double weightDecay;
    private final double gradientScale;
    private final int microBatches;
    private final StepClock clock = new StepClock();
    private final StepClock hessianClock = new StepClock();
    private final Map<Rule, Form> forms = new LinkedHashMap<>();
    private final Program evaluation;
    private double learningRate;

    Group(String name, GroupOptions options, Optimizer.Settings settings) {
        this.name = name;
        GroupOptions base = settings.base();
        WeightDecay decay = options.weightDecayOr(base);
        rule = options.ruleOr(base);
        extras = settings.extras(decay, options.maximizeOr(base));
        schedule = options.scheduleOr(base);
        rateFactor = options.rateFactor();
        weightDecay = decay.rate();
        gradientScale = settings.gradientScale();
        microBatches = settings.microBatches();
        evaluation = extras.evaluation(rule.evaluation());
        hessianClock.set(0, 0, gradientScale);
    }

    private static long bytes(List<Phase> phases) {
        return Traffic.of(phases, _ -> DType.FLOAT32.bytes()).bytes();
    }

    String name() {
        return name;
    }

    Rule rule() {
        return rule;
    }

    double learningRate() {
        return learningRate;
    }

    Form form(Shape shape) {
        return forms.computeIfAbsent(rule.forShape(shape), shaped -> new Form(this, extras.applyTo(shaped.program())));
    }

    /** Empty if the weights that are trained are the ones to evaluate with. */
    Program evaluation() {
        return evaluation;
    }

    boolean takesHessian() {
        return !rule.hessianUpdate().equals(Program.empty());
    }

    /** Any program of the group's clock that is not a step. */
    Plan.Group aside(Program program, Kernels kernels) {
        return new Plan.Group(program, clock, kernels::of);
    }

    Plan.Group hessianUpdate(Kernels kernels) {
        return new Plan.Group(extras.ofHessian().applyTo(rule.hessianUpdate()), hessianClock, kernels::of);
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
        clock.set(rate, weightDecay, gradientScale / microBatches);
    }
}
