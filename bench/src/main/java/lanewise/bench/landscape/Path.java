package lanewise.bench.landscape;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The way that a descent took: the points from the start on and the height of each. It is shorter than the steps asked
 * for if it diverged, and then ends at the last finite point.
 *
 * @param landscape where
 * @param rate the learning rate
 * @param x the points' places
 * @param y as many
 * @param losses as many: f at the points, without noise
 * @param diverged whether it left for heights from which there is no return
 */
@SuppressWarnings("ArrayRecordComponent") // Read by those who draw, changed by nobody.
public record Path(Landscape landscape, double rate, double[] x, double[] y, double[] losses, boolean diverged) {
    private static final int SHARE_TO_STAY = 20;

    /**
     * The steps taken.
     *
     * @return one less than the points
     */
    public int steps() {
        return losses.length - 1;
    }

    /**
     * The least height on the way.
     *
     * @return f, 0 at best
     */
    public double best() {
        return Arrays.stream(losses).min().orElseThrow();
    }

    /**
     * The height at the end.
     *
     * @return f, infinite if the descent diverged
     */
    public double last() {
        return diverged ? Double.POSITIVE_INFINITY : losses[steps()];
    }

    /**
     * Whether it went up before it went down.
     *
     * @return whether a point is higher than the start, by more than rounding
     */
    public boolean climbs() {
        return diverged || Arrays.stream(losses).max().orElseThrow() > 1.001 * losses[0];
    }

    /**
     * Where it ended.
     *
     * @return the last point
     */
    public Point end() {
        return new Point(x[steps()], y[steps()]);
    }

    /**
     * The height that it keeps.
     *
     * @return the mean of f over the last quarter of the points
     */
    public double meanOfLastQuarter() {
        return Arrays.stream(losses)
                .skip(losses.length - losses.length / 4 - 1)
                .average()
                .orElseThrow();
    }

    /**
     * When it arrived for good.
     *
     * @return the number of steps after which it stayed within the landscape's goal; none unless it did so for the last
     *     twentieth of its way at least, since who circles the minimum is within it at times
     */
    public OptionalInt arrival() {
        int outside = steps();
        while (outside >= 0 && losses[outside] <= landscape.goal()) {
            outside--;
        }
        return diverged || steps() - outside <= steps() / SHARE_TO_STAY
                ? OptionalInt.empty()
                : OptionalInt.of(outside + 1);
    }
}
