package lanewise.bench.golden;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import lanewise.bench.Moment;
import lanewise.kernel.Arithmetic;
import lanewise.kernel.Oracle;
import lanewise.program.Expr;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.WeightDecay;

/** A golden case run by the rule's own expressions, evaluated in float64. */
final class GoldenFormulas {
    private final Oracle<Double, Double> oracle = new Oracle<>(Arithmetic.DOUBLE);
    private final GoldenCase golden;
    private final Extras extras;
    private final List<Map<Slot, List<Double>>> values = new ArrayList<>();
    private final List<Map<Slot, Double>> ofTensors = new ArrayList<>();
    private final long[] steps;

    /** Runs a case. */
    static Trajectory run(GoldenCase golden) {
        GoldenFormulas formulas = new GoldenFormulas(golden);
        Trajectory trajectory = new Trajectory();
        for (int k = 0; k < golden.gradients().size(); k++) {
            formulas.takeInHessian(k, true);
            trajectory.norms().add(formulas.step(k));
            formulas.takeInHessian(k, false);
            trajectory.values().add(formulas.values(false));
            if (!golden.evaluated64().isEmpty()) {
                trajectory.evaluated().add(formulas.values(true));
            }
        }
        return trajectory;
    }

    private GoldenFormulas(GoldenCase golden) {
        this.golden = golden;
        steps = new long[golden.tensors().size()];
        GoldenRule rule = golden.rule();
        extras = Extras.DEFAULT
                .maximize(rule.maximize())
                .clipValue(rule.clipValue())
                .clipNorm(rule.clipNorm())
                .observeNorm(!golden.norms().isEmpty())
                .average(rule.average())
                .flushSubnormals(false);
        for (int i = 0; i < steps.length; i++) {
            Map<Slot, List<Double>> slots = new HashMap<>();
            Map<Slot, Double> states = new HashMap<>();
            slots.put(Slot.PARAMETER, boxed(GoldenCase.widened(golden.initial().get(i))));
            for (Slot slot : program(i).states()) {
                int count = (int) shape(i).values(slot.extent());
                slots.put(slot, Collections.nCopies(count, slot.initial()));
                states.put(slot, slot.initial());
            }
            values.add(slots);
            ofTensors.add(states);
        }
    }

    private Shape shape(int tensor) {
        return Shape.of(golden.tensors().get(tensor).lengths());
    }

    private GoldenCase.Group group(int tensor) {
        String name = golden.tensors().get(tensor).name();
        return golden.groups().stream()
                .filter(group -> group.tensors().contains(name))
                .findFirst()
                .orElseThrow();
    }

    private Program program(int tensor) {
        WeightDecay decay = group(tensor).decay();
        return extras.decay(decay.actsOn())
                .applyTo(golden.rule().rule().forShape(shape(tensor)).program());
    }

    /** The tensor with values of its own, or with a copy of them. */
    private Oracle.Member<Double, Double> member(int tensor, int step, Program program, boolean copied) {
        GoldenCase.Group group = group(tensor);
        Moment moment =
                new Moment(steps[tensor], group.rates().get(step), group.decay().rate(), shape(tensor));
        Map<Slot, List<Double>> slots = values.get(tensor);
        return new Oracle.Member<>(
                program, shape(tensor), moment, copied ? new HashMap<>(slots) : slots, ofTensors.get(tensor));
    }

    /** Returns the norm of the gradients. */
    private double step(int step) {
        List<Oracle.Member<Double, Double>> members = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            Optional<float[]> gradient = golden.gradients().get(step).get(i);
            if (gradient.isPresent()) {
                values.get(i).put(Slot.GRADIENT, boxed(GoldenCase.widened(gradient.get())));
                steps[i]++;
                members.add(member(i, step, program(i), false));
            }
        }
        if (members.isEmpty()) {
            return 0;
        }
        double norm = norm(members);
        oracle.step(members);
        return norm;
    }

    private void takeInHessian(int step, boolean before) {
        GoldenCase.Hessian hessian = golden.hessian().orElse(null);
        if (hessian == null || hessian.before() != before || !hessian.due().get(step)) {
            return;
        }
        for (int i = 0; i < steps.length; i++) {
            Optional<float[]> estimate = hessian.estimates().get(step).get(i);
            if (estimate.isPresent()) {
                values.get(i).put(Slot.GRADIENT, boxed(GoldenCase.widened(estimate.get())));
                Program update = extras.ofHessian().applyTo(golden.rule().rule().hessianUpdate());
                oracle.step(List.of(member(i, step, update, false)));
            }
        }
    }

    private List<double[]> values(boolean evaluated) {
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            Program evaluation =
                    evaluated ? extras.evaluation(golden.rule().rule().evaluation()) : Program.empty();
            Oracle.Member<Double, Double> member = member(i, 0, evaluation, true);
            oracle.step(List.of(member));
            all.add(Objects.requireNonNull(member.values().get(Slot.PARAMETER)).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray());
        }
        return all;
    }

    private double norm(List<Oracle.Member<Double, Double>> members) {
        for (Program.Statement statement : members.getFirst().program().statements()) {
            if (statement instanceof Program.Statement.Observe(String name, Expr value)
                    && name.equals(Extras.GRADIENT_NORM)) {
                return oracle.observe(value, members);
            }
        }
        return Double.NaN;
    }

    private static List<Double> boxed(double[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }
}
