package lanewise.bench.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import lanewise.bench.Moment;
import lanewise.kernel.Arithmetic;
import lanewise.kernel.Oracle;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import org.apache.commons.math3.dfp.Dfp;

/**
 * How far a step in fp32 strays from the same program in fifty digits, from the same values before it: in units in the
 * last place of the exact result, for what the rule keeps by element, row and column. Where a sum or a difference cancels that is many, in any fp32 implementation.
 *
 * <p>The fp32 side is the oracle, whose bits the kernels have.
 */
final class UlpErrors {
    /** Upper bounds of the bins of the histogram; a last bin holds what is beyond. */
    static final List<Double> BINS = List.of(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0);

    /** From the start, where corrections are large, and much later. */
    private static final long[] STEPS = {1, 2, 3, 10, 100, 1_000, 1_000_000};

    private static final int VECTOR = 67;
    private static final int ROWS = 9;
    private static final int COLUMNS = 13;

    private final long[] histogram = new long[BINS.size() + 1];
    private double sum;
    private double most;
    private String where = "nowhere";
    private String values = "";

    /** A short training with a variant of a rule, each step of it taken in both ways from the same values. */
    static UlpErrors of(Variant variant, long seed) {
        UlpErrors errors = new UlpErrors();
        for (Rule form : variant.forms()) {
            boolean byRows = form.program().isByRows();
            errors.train(variant, form, byRows ? Shape.of(ROWS, COLUMNS) : Shape.of(VECTOR), seed);
        }
        return errors;
    }

    private void train(Variant variant, Rule rule, Shape shape, long seed) {
        Random random = new Random(seed + variant.name().hashCode());
        Program program = Extras.DEFAULT.applyTo(rule.program());
        Program hessian = rule.hessianUpdate().equals(Program.empty())
                ? Program.empty()
                : Extras.DEFAULT.ofHessian().applyTo(rule.hessianUpdate());
        List<Slot> states = new ArrayList<>(program.states());
        hessian.states().stream().filter(slot -> !states.contains(slot)).forEach(states::add);
        Map<Slot, List<Float>> values = new LinkedHashMap<>();
        Map<Slot, Double> ofTensor = new HashMap<>();
        values.put(Slot.PARAMETER, drawn(random, shape, 1));
        for (Slot slot : states) {
            if (slot.extent().isScalar()) {
                ofTensor.put(slot, slot.initial());
            } else {
                int count = (int) shape.values(slot.extent());
                values.put(slot, new ArrayList<>(Collections.nCopies(count, (float) slot.initial())));
            }
        }
        for (long step : STEPS) {
            Moment moment = new Moment(step, 0.01, 0.1, shape);
            for (Program part : List.of(hessian, program)) {
                values.put(Slot.GRADIENT, drawn(random, shape, 0.1));
                step(variant, part, moment, values, ofTensor);
            }
        }
    }

    /** Sizes over three orders of magnitude. */
    private static List<Float> drawn(Random random, Shape shape, double size) {
        List<Float> drawn = new ArrayList<>();
        for (long i = 0; i < shape.size(); i++) {
            drawn.add((float) (size * Math.scalb(random.nextGaussian(), -random.nextInt(10))));
        }
        return drawn;
    }

    private void step(
            Variant variant,
            Program program,
            Moment moment,
            Map<Slot, List<Float>> values,
            Map<Slot, Double> ofTensor) {
        FiftyDigits digits = new FiftyDigits();
        Map<Slot, List<Dfp>> exact = new LinkedHashMap<>();
        values.forEach((slot, before) ->
                exact.put(slot, before.stream().map(x -> digits.scalar(x)).toList()));
        Map<Slot, Dfp> exactOfTensor = new HashMap<>();
        ofTensor.forEach((slot, before) -> exactOfTensor.put(slot, digits.scalar(before)));
        new Oracle<>(digits).step(List.of(new Oracle.Member<>(program, moment.shape(), moment, exact, exactOfTensor)));
        new Oracle<>(Arithmetic.FLOAT)
                .step(List.of(new Oracle.Member<>(program, moment.shape(), moment, values, ofTensor)));
        for (Program.Statement statement : program.statements()) {
            if (statement instanceof Program.Statement.Set(Slot slot, var _)
                    && !slot.extent().isScalar()) {
                List<Float> got = Objects.requireNonNull(values.get(slot));
                List<Dfp> want = Objects.requireNonNull(exact.get(slot));
                for (int i = 0; i < got.size(); i++) {
                    add(String.join(", ", variant.settings()), moment.step(), slot, i, got.get(i), want.get(i));
                }
            }
        }
    }

    private void add(String settings, long step, Slot slot, int index, float got, Dfp want) {
        double nearest = want.toDouble();
        double ulp = Math.ulp((float) Math.clamp(Math.abs(nearest), Float.MIN_NORMAL, Float.MAX_VALUE));
        double difference = want.newInstance((double) got).subtract(want).abs().toDouble();
        // An overflow, or a NaN where there is a number, or the other way round.
        double error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference / ulp;
        int bin = 0;
        while (bin < BINS.size() && error > BINS.get(bin)) {
            bin++;
        }
        histogram[bin]++;
        sum += error;
        if (error > most) {
            most = error;
            where = slot.symbol() + "[" + index + "] at step " + step + (settings.isEmpty() ? "" : ", " + settings);
            values = String.format(Locale.ROOT, "%s, exact %.9g", got, nearest);
        }
    }

    /** With what another training found. */
    UlpErrors plus(UlpErrors other) {
        UlpErrors both = new UlpErrors();
        both.sum = sum + other.sum;
        both.most = Math.max(most, other.most);
        UlpErrors worse = most >= other.most ? this : other;
        both.where = worse.where;
        both.values = worse.values;
        Arrays.setAll(both.histogram, bin -> histogram[bin] + other.histogram[bin]);
        return both;
    }

    long count() {
        return Arrays.stream(histogram).sum();
    }

    double most() {
        return most;
    }

    /** The largest error, in words. */
    String mostInWords() {
        return (most < 100 ? "%.3g" : "%,.0f").formatted(most);
    }

    double mean() {
        return sum / count();
    }

    String where() {
        return where;
    }

    /** What stands there, and what should. */
    String values() {
        return values;
    }

    /** The share of each bin. */
    double[] shares() {
        return Arrays.stream(histogram)
                .mapToDouble(count -> (double) count / count())
                .toArray();
    }
}
