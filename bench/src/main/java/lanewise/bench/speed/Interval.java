package lanewise.bench.speed;

import java.util.Collection;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * The median of samples, and where the median of all samples that could have been taken lies.
 *
 * <p>The interval is of order statistics, so it asks nothing of the distribution: how many of n samples lie below the
 * true median is binomial with p = ½, and the interval is from the k-th smallest sample to the k-th largest with the
 * greatest k that leaves at most 2.5 % on either side. Fewer than {@value #LEAST_SAMPLES} samples do not suffice for
 * 95 %; their interval is the range.
 *
 * @param median of the samples
 * @param low the lower end
 * @param high the upper end
 * @param samples how many there are
 */
record Interval(double median, double low, double high, int samples) {
    /** From here on the range of the samples holds the median with more than 95 %: 1 − 2·½⁶ is 97 %. */
    static final int LEAST_SAMPLES = 6;

    private static final double ONE_SIDE = 0.025;

    /**
     * Of samples.
     *
     * @param samples at least one
     * @return their median with its interval
     * @throws IllegalArgumentException if there are none
     */
    static Interval of(Collection<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("a median needs at least one sample, got none");
        }
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int count = sorted.length;
        int kth = new BinomialDistribution(count, 0.5).inverseCumulativeProbability(ONE_SIDE);
        int first = Math.max(kth, 1) - 1;
        return new Interval(new Median().evaluate(sorted), sorted[first], sorted[count - 1 - first], count);
    }

    /**
     * Whether it is the range of the samples, for want of samples.
     *
     * @return false if it is an interval of 95 % confidence
     */
    boolean isRange() {
        return samples < LEAST_SAMPLES;
    }

    /**
     * For tables, which say themselves what is in the brackets.
     *
     * @return such as 1.32 [1.28, 1.37]
     */
    String shortText() {
        return "%s [%s, %s]"
                .formatted(Wording.number(median), Wording.rounded(low, median), Wording.rounded(high, median));
    }

    /**
     * For sentences.
     *
     * @return such as 1.32 [1.28, 1.37], or 1.32 [1.28, 1.37: the range of 4]
     */
    String text() {
        return isRange() ? shortText().replace("]", ": the range of " + samples + "]") : shortText();
    }
}
