package lanewise.bench.speed;

import java.util.List;
import java.util.stream.IntStream;

/** How many times as long one takes as another, taken within each round, so that a machine's drift cancels. */
final class Ratio {
    private Ratio() {}

    /**
     * The samples.
     *
     * @param theirs the numerator
     * @param ours the denominator
     * @return a ratio for each round that both took part in
     */
    static List<Double> samples(Measured theirs, Measured ours) {
        return IntStream.range(0, Math.min(theirs.nanos().size(), ours.nanos().size()))
                .mapToObj(round -> theirs.nanos().get(round) / ours.nanos().get(round))
                .toList();
    }

    /**
     * Their median.
     *
     * @param theirs the numerator
     * @param ours the denominator
     * @return above 1 if theirs takes longer
     */
    static Interval of(Measured theirs, Measured ours) {
        return Interval.of(samples(theirs, ours));
    }
}
