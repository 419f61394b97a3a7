package lanewise;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.dtype.DType;
import lanewise.kernel.Kernels;
import lanewise.program.Extras;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
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

        /** Empty if the weights that are trained are the ones to evaluate with. */
        final Program evaluation;

        /** Empty if there is no use for an estimate of the Hessian. */
        final Program hessianUpdate;

        final Storages storages;

        final long stepBytes;

        /** What adds a micro-batch's gradient moves. */
        final long accumulationBytes;

        /** What a step moves that is skipped once its norm is known. */
        final long checkBytes;

        private Form(Group group, Rule rule, DType parameter, DType gradient) {
            this.group = group;
            program = group.extras.applyTo(rule.program());
            evaluation = group.extras.evaluation(rule.evaluation());
            for (Slot slot : set(evaluation)) {
                requireOf(rule, "evaluation()", "the parameter alone", slot, slot.role() == Slot.Role.PARAMETER);
            }
            for (Slot slot : set(rule.hessianUpdate())) {
                requireOf(rule, "hessianUpdate()", "states alone", slot, slot.role() == Slot.Role.STATE);
            }
            hessianUpdate = rule.hessianUpdate().equals(Program.empty())
                    ? Program.empty()
                    : group.extras.ofHessian().applyTo(rule.hessianUpdate());
            storages = storages(rule, parameter, gradient);
            List<Phase> phases = program.phases(storages::of);
            stepBytes = Traffic.of(phases).bytes();
            checkBytes = Traffic.of(
                            phases.stream().filter(phase -> !phase.writes()).toList())
                    .bytes();
            accumulationBytes =
                    Traffic.of(Extras.accumulation().phases(storages::of)).bytes();
        }

        private Storages storages(Rule rule, DType parameter, DType gradient) {
            Set<Slot> ofRule = new LinkedHashSet<>(rule.program().states());
            ofRule.addAll(rule.hessianUpdate().states());
            Set<Slot> all = new LinkedHashSet<>(program.states());
            all.addAll(evaluation.states());
            all.addAll(hessianUpdate.states());
            return new Storages(
                    parameter,
                    gradient,
                    group.remedy,
                    all,
                    group.options.stateDTypesOr(group.base, ofRule, all),
                    Program.nonNegativeStates(List.of(program, hessianUpdate)));
        }

        private static List<Slot> set(Program program) {
            return program.statements().stream()
                    .filter(Program.Statement.Set.class::isInstance)
                    .map(statement -> ((Program.Statement.Set) statement).slot())
                    .toList();
        }

        private static void requireOf(Rule rule, String method, String allowed, Slot slot, boolean good) {
            if (!good) {
                throw new IllegalArgumentException(
                        method + " of " + rule + " must set " + allowed + ", got an assignment of " + slot.symbol());
            }
        }

        boolean isEvaluatedApart() {
            return !evaluation.equals(Program.empty());
        }

        boolean takesHessian() {
            return !hessianUpdate.equals(Program.empty());
        }

        Plan.Group step(Kernels kernels) {
            return aside(program, kernels);
        }

        Plan.Group hessianUpdate(Kernels kernels) {
            return new Plan.Group(hessianUpdate, storages::of, group.hessianClock, kernels::of);
        }

        /** A program that puts weights to evaluate with in place, or takes them back. */
        Plan.Group evaluation(Program other, Kernels kernels) {
            return new Plan.Group(other, storages::ofEvaluation, group.clock, kernels::of);
        }

        /** Any program of the group's clock. */
        Plan.Group aside(Program other, Kernels kernels) {
            return new Plan.Group(other, storages::of, group.clock, kernels::of);
        }
    }

    /** What forms differ by. */
    private record Kind(Rule rule, DType parameter, DType gradient) {}

    private final String name;
    private final Rule rule;
    private final Extras extras;
    private final Schedule schedule;
    private final double rateFactor;
    private final double weightDecay;
    private final double gradientScale;
    private final double hessianScale;
    private final StepClock clock = new StepClock();
    private final StepClock hessianClock = new StepClock();
    private final GroupOptions options;
    private final GroupOptions base;
    private final Remedy remedy;
    private final Map<Kind, Form> forms = new LinkedHashMap<>();
    private double learningRate;

    Group(String name, GroupOptions options, Optimizer.Settings settings) {
        this.name = name;
        this.options = options;
        base = settings.base();
        remedy = settings.remedy();
        WeightDecay decay = options.weightDecayOr(base);
        rule = options.ruleOr(base);
        extras = settings.extras(decay, options.maximizeOr(base));
        schedule = options.scheduleOr(base);
        rateFactor = options.rateFactor();
        weightDecay = decay.rate();
        gradientScale = settings.gradientScale() / settings.microBatches();
        hessianScale = settings.gradientScale();
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

    Form form(Shape shape, DType parameter, DType gradient) {
        return forms.computeIfAbsent(
                new Kind(rule.forShape(shape), parameter, gradient),
                kind -> new Form(this, kind.rule, parameter, gradient));
    }

    /** An estimate of the Hessian is taken of the scaled loss, as gradients are. */
    void setHessianClock(double lossScale) {
        hessianClock.set(0, 0, hessianScale / lossScale);
    }

    /** Looks up the rate of a step, from 0. */
    void setClock(long stepsTaken, double lossScale) {
        double rate = schedule.at(stepsTaken) * rateFactor;
        if (!(rate >= 0 && rate <= Float.MAX_VALUE)) {
            throw new IllegalStateException(
                    "the learning rate of group " + name + " must be at least 0 and at most 3.4e38, got " + rate
                            + " at step " + stepsTaken + "; nothing was changed: mend the schedule");
        }
        learningRate = rate;
        clock.set(rate, weightDecay, gradientScale / lossScale);
    }
}
