package lanewise.bench.race;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.apache.commons.math3.stat.inference.TTest;

/**
 * How a mix did with a lesson.
 *
 * @param mix which
 * @param pupils one for each seed
 */
record Score(TrainedMix mix, List<Pupil> pupils) {
    /** Of a test that tells a mix from fp32: seldom enough by chance for the dozens of tests of a run. */
    static final double LEAST_P = 0.01;

    /**
     * A mean beside that of fp32.
     *
     * @param difference the mean less fp32's
     * @param share the difference over fp32's mean
     * @param p how likely Welch's t-test takes means to lie as far apart by chance; 0 if a run has lost itself in NaN
     */
    record Beside(double difference, double share, double p) {
        /** The one meaning that "within the spread" has here. */
        boolean withinSpread() {
            return p >= LEAST_P;
        }

        String shownP() {
            return p < 0.001 ? "<0.001" : p > 0.995 ? "1" : p < 0.1 ? "%.3f".formatted(p) : "%.2f".formatted(p);
        }
    }

    DescriptiveStatistics losses() {
        return over(Pupil::loss);
    }

    DescriptiveStatistics accuracies() {
        return over(Pupil::accuracy);
    }

    private DescriptiveStatistics over(ToDoubleFunction<Pupil> value) {
        return new DescriptiveStatistics(pupils.stream().mapToDouble(value).toArray());
    }

    /** At each point of the curve. */
    double[] meanCurve() {
        double[] mean = new double[pupils.getFirst().curve().size()];
        for (int i = 0; i < mean.length; i++) {
            int point = i;
            mean[i] = over(pupil -> pupil.curve().get(point)).getMean();
        }
        return mean;
    }

    Beside loss(Score fp32) {
        return beside(losses(), fp32.losses());
    }

    Beside accuracy(Score fp32) {
        return beside(accuracies(), fp32.accuracies());
    }

    /** For how many seeds the loss is higher than with fp32, which says more than means do where seeds differ much. */
    long higherIn(Score fp32) {
        return IntStream.range(0, pupils.size())
                .filter(i -> pupils.get(i).loss() > fp32.pupils.get(i).loss())
                .count();
    }

    boolean withinSpreadOf(Score fp32) {
        return loss(fp32).withinSpread() && accuracy(fp32).withinSpread();
    }

    static Beside beside(DescriptiveStatistics values, DescriptiveStatistics others) {
        double difference = values.getMean() - others.getMean();
        return new Beside(difference, difference / others.getMean(), p(values, others));
    }

    private static double p(DescriptiveStatistics values, DescriptiveStatistics others) {
        double difference = values.getMean() - others.getMean();
        double spread = values.getVariance() + others.getVariance();
        if (difference == 0) {
            return 1;
        }
        // The test knows no answer where nothing spreads, or where one is not a number.
        return !Double.isFinite(difference) || spread == 0 ? 0 : new TTest().tTest(values, others);
    }
}
