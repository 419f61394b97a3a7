package lanewise.schedule;

/**
 * The shape of a way down from one rate to another, or of a warm-up: how high one stands for how far one is from the
 * bottom.
 *
 * <p>A curve climbs from {@code at(0) = 0}, the bottom, to {@code at(1) = 1}, the top. A {@linkplain Schedule#ramp
 * decay} of {@code n} steps walks it from the top, {@code x = (n − k)/n}; a {@linkplain Schedule#withWarmup(long,
 * double, Curve) warm-up} walks it from the bottom, {@code x = k/n}. So the two are mirror images in time, as in Hugging
 * Face's warm-up-stable-decay, and {@link #oneMinusSqrt} is steep at the top both ways.
 *
 * {@snippet :
 * Curve.cosine().at(0.5); // 0.5
 * Schedule slowEnd = Schedule.ramp(0.1, 0, 1000, Curve.linear().raisedTo(2)); // the same as polynomial(0.1, 0, 1000, 2)
 * }
 */
@FunctionalInterface
public interface Curve {
    /**
     * The height at the fraction {@code x} of the way up.
     *
     * @param x in [0, 1]
     * @return in [0, 1]; 0 at 0 and 1 at 1, where a schedule does not even ask
     */
    double at(double x);

    /**
     * A straight line: {@code x}.
     *
     * @return the curve
     */
    static Curve linear() {
        return ReadyCurve.LINEAR;
    }

    /**
     * Half a cosine, flat at both ends: {@code (1 − cos πx)/2}.
     *
     * @return the curve
     */
    static Curve cosine() {
        return ReadyCurve.COSINE;
    }

    /**
     * Steep at the top, flatter and flatter towards the bottom: {@code 1 − √(1 − x)}. As a decay it is {@code 1 − √(k/n)}.
     *
     * @return the curve
     * @see <a href="https://arxiv.org/abs/2405.18392">Hägele, Bakouch, Kosson, Ben Allal, von Werra, Jaggi, Scaling Laws
     *     and Compute-Optimal Training Beyond Fixed Training Durations (2024)</a>
     */
    static Curve oneMinusSqrt() {
        return ReadyCurve.ONE_MINUS_SQRT;
    }

    /**
     * This curve to a power: {@code at(x)ᵖ}. Above 1 it falls sooner and ends flatter, below 1 the other way round.
     * {@code linear().raisedTo(p)} is polynomial decay, {@code cosine().raisedTo(p)} is optax's cosine decay with an
     * exponent.
     *
     * @param exponent p, above 0
     * @return the curve
     * @throws IllegalArgumentException if {@code exponent} is not finite and above 0
     */
    default Curve raisedTo(double exponent) {
        return new PowerCurve(this, exponent);
    }
}
