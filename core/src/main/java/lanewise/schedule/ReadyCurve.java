package lanewise.schedule;

/** The curves with a name. */
enum ReadyCurve implements Curve {
    LINEAR {
        @Override
        public double at(double x) {
            return x;
        }
    },
    COSINE {
        @Override
        public double at(double x) {
            return x <= 0.5 ? halfVersine(StrictMath.PI * x) : 1 - halfVersine(StrictMath.PI * (1 - x));
        }
    },
    ONE_MINUS_SQRT {
        @Override
        public double at(double x) {
            // 1 − √(1−x) without the cancellation near 0
            return x / (1 + StrictMath.sqrt(1 - x));
        }
    };

    /**
     * {@code (1 − cos t)/2} for t in [0, π/2], to a few units in the last place, by Taylor's series {@code t²/4·(1 −
     * t²/(3·4)·(1 − t²/(5·6)·(…)))}. {@code StrictMath.cos} would cancel near 0, and allocates up to 64 bytes a call until
     * C2 has compiled it (JDK 25), where a step allocates nothing.
     */
    private static double halfVersine(double t) {
        double squared = t * t;
        double series = 1;
        for (int n = 24; n >= 4; n -= 2) {
            series = 1 - squared / ((n - 1) * n) * series;
        }
        return squared / 4 * series;
    }
}
