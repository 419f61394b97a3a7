package lanewise.bench.golden;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A golden case run by the engine in fp32 on both backends, and its formulas run in float64, each compared with the
 * recorded float64 run.
 *
 * <p>The measure is that of the golden README: the difference divided by the largest magnitude that the element has had
 * so far, since parameters cross zero. fp32 is held to 64 units of 2⁻²³, or 4 times what the recorded float32 run strays;
 * float64 to 1e-11, which pins the formula itself.
 *
 * @param golden the case
 * @param float32 the worst of the engine
 * @param float64 the worst of the formulas
 * @param clips whether any step is clipped by its norm
 * @param simd how the other backend did
 */
record GoldenRun(GoldenCase golden, Deviation float32, Deviation float64, boolean clips, Simd simd) {
    /** The gate of the golden README. */
    private static final double GATE = 64;

    /** What clipping by another ε may add up to in momentum, relative to what it is in a gradient. */
    private static final double CLIP_GAIN = 4;

    /** How simd compares with scalar. */
    enum Simd {
        /** All values have the same bits. */
        SAME_BITS,
        /** Some bits differ, which no arithmetic allows. */
        OTHER_BITS,
        /** Its kernels were given up, for a reason that was logged: what it says on bits is said for the whole folder. */
        GIVEN_UP,
        /** It can't run in this JVM. */
        MISSING
    }

    /**
     * Runs a case.
     *
     * @param withSimd whether the simd backend can run
     */
    static GoldenRun of(GoldenCase golden, boolean withSimd) {
        Trajectory scalar = GoldenEngine.run(golden, "scalar").orElseThrow();
        Trajectory formulas = GoldenFormulas.run(golden);
        OptionalDouble bound = golden.rule().clipNorm();
        return new GoldenRun(
                golden,
                worst(golden, scalar, Float.MIN_NORMAL),
                worst(golden, formulas, Double.MIN_NORMAL),
                bound.isPresent() && formulas.norms().stream().anyMatch(norm -> !(norm <= bound.getAsDouble())),
                withSimd ? simd(GoldenEngine.run(golden, "simd"), scalar) : Simd.MISSING);
    }

    private static Simd simd(Optional<Trajectory> simd, Trajectory scalar) {
        return simd.map(run -> run.hasBitsOf(scalar) ? Simd.SAME_BITS : Simd.OTHER_BITS)
                .orElse(Simd.GIVEN_UP);
    }

    /** The bound of the fp32 runs, in units of 2⁻²³. */
    double bound32() {
        double clipping = CLIP_GAIN * new Deviation(clipSlack(), "", 0, 0).eps32();
        // Where upstream flushed what we keep, its float32 run says nothing of the size of rounding.
        double recorded = golden.rule().flushedSubnormals() ? 0 : 4 * calibration();
        return Math.max(GATE, Math.max(recorded, clipping));
    }

    /** As the file says it, but not more than we measure. */
    private double calibration() {
        double measured = recorded32(golden).eps32();
        double said = golden.calibration().orElse(measured);
        return Double.isFinite(measured) ? Math.min(said, measured) : 0;
    }

    double bound64() {
        return Math.max(golden.rule().bound64(), clipSlack());
    }

    private double clipSlack() {
        return clips ? golden.rule().clipSlack() : 0;
    }

    boolean follows32() {
        return float32.eps32() <= bound32();
    }

    boolean follows64() {
        return float64.scaled() <= bound64();
    }

    boolean follows() {
        return follows32() && follows64() && simd != Simd.OTHER_BITS;
    }

    // ---------------------------------------------------------------------------------- comparing

    /** The recorded float32 run, compared as ours is: must give the file's own calibration. */
    static Deviation recorded32(GoldenCase golden) {
        List<List<double[]>> evaluated = golden.evaluated32().isEmpty() ? golden.evaluated64() : golden.evaluated32();
        return worst(golden, new Trajectory(golden.float32(), evaluated, golden.norms()), Float.MIN_NORMAL);
    }

    /**
     * The largest deviation of a run from the recorded float64 run.
     *
     * @param smallest the least magnitude that differences are divided by: below it the number type has fewer digits
     */
    private static Deviation worst(GoldenCase golden, Trajectory run, double smallest) {
        Deviation worst = worst(golden, golden.float64(), run.values(), "", smallest);
        if (!golden.evaluated64().isEmpty()) {
            Deviation evaluated = worst(golden, golden.evaluated64(), run.evaluated(), "evaluated ", smallest);
            worst = evaluated.scaled() > worst.scaled() ? evaluated : worst;
        }
        for (int k = 0; k < golden.norms().size(); k++) {
            double expected = golden.norms().get(k);
            double actual = run.norms().get(k);
            double scaled =
                    difference(expected, actual) / (Double.isFinite(expected) ? Math.max(expected, smallest) : 1);
            if (scaled > worst.scaled()) {
                worst = new Deviation(scaled, "step " + k + ", gradient norm", expected, actual);
            }
        }
        return worst;
    }

    private static Deviation worst(
            GoldenCase golden,
            List<List<double[]>> recorded,
            List<List<double[]>> values,
            String which,
            double smallest) {
        Deviation worst = Deviation.NONE;
        for (int i = 0; i < golden.tensors().size(); i++) {
            for (int j = 0; j < golden.initial().get(i).length; j++) {
                boolean either = golden.rule().flushedSubnormals() && onlySubnormal(golden, i, j);
                double largest = Math.max(smallest, Math.abs(golden.initial().get(i)[j]));
                for (int k = 0; k < recorded.size(); k++) {
                    double expected = recorded.get(k).get(i)[j];
                    double actual = values.get(k).get(i)[j];
                    largest = Math.max(largest, Double.isFinite(expected) ? Math.abs(expected) : 0);
                    double scaled = difference(expected, actual) / largest;
                    if (either) {
                        scaled = Math.min(
                                scaled, difference(golden.float32().get(k).get(i)[j], actual) / largest);
                    }
                    if (scaled > worst.scaled()) {
                        String where = "step " + k + ", " + which
                                + golden.tensors().get(i).name() + "[" + j + "]";
                        worst = new Deviation(scaled, where, expected, actual);
                    }
                }
            }
        }
        return worst;
    }

    /** 0 where both are the same infinity or NaN, infinite where only one is. */
    private static double difference(double expected, double actual) {
        if (Double.isFinite(expected) && Double.isFinite(actual)) {
            return Math.abs(expected - actual);
        }
        return Double.compare(expected, actual) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }

    /**
     * The one exception, for rules that take a sign: XLA flushes subnormals, so an element that sees nothing else stands
     * still in its float32 run and moves by ±η in its float64 run. Either is followed there.
     *
     * <p>Centred RMSProp needs none, though the golden README warns of constant gradients: s − a² is αᵗ(1−αᵗ)g² then,
     * which α = 0.99 brings near rounding after some thousand steps, not after 25.
     */
    private static boolean onlySubnormal(GoldenCase golden, int tensor, int element) {
        return golden.gradients().stream()
                .flatMap(step -> step.get(tensor).stream())
                .allMatch(gradient -> Math.abs(gradient[element]) < Float.MIN_NORMAL);
    }
}
