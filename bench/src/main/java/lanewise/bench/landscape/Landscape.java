package lanewise.bench.landscape;

import java.util.List;
import java.util.function.BinaryOperator;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * A function of two variables whose least value, 0, is reached at known points. Its formula is written once; the
 * gradient follows by automatic differentiation, so it is exact up to rounding.
 *
 * @param key how options name it: one word in small letters
 * @param title how headings name it
 * @param formula the function as a textbook writes it
 * @param start where descents start unless told otherwise
 * @param minima where it is 0
 * @param steps how long descents are unless told otherwise: enough for a good optimizer to arrive, not for all of them
 * @param goal how far above the minimum counts as arrived; higher where noise keeps optimizers away
 * @param noise the standard deviation of what is added to each coordinate of the gradient; 0 for exact gradients
 * @param view what a picture shows
 * @param surface the function as it is computed
 */
public record Landscape(
        String key,
        String title,
        String formula,
        Point start,
        List<Point> minima,
        int steps,
        double goal,
        double noise,
        View view,
        BinaryOperator<DerivativeStructure> surface) {
    /** Almost equally steep on all sides: the easiest. */
    public static final Landscape BOWL = new Landscape(
            "bowl",
            "Bowl",
            "½(x−1)² + (y−1)²",
            new Point(-2, 2.7),
            List.of(new Point(1, 1)),
            300,
            1e-3,
            0,
            new View(-2.7, 2.7, -0.9, 3.7),
            (x, y) -> halfSquare(x.subtract(1)).add(square(y.subtract(1))));

    /** 198 times as steep across as along: what suits one direction is too much or too little for the other. */
    public static final Landscape RAVINE = new Landscape(
            "ravine",
            "Ravine",
            "½x² + 99y²",
            new Point(-9.3, 0.9),
            List.of(new Point(0, 0)),
            600,
            1e-3,
            0,
            new View(-11.5, 3.5, -1.35, 1.35),
            (x, y) -> halfSquare(x).add(halfSquare(y).multiply(198)));

    /** Rosenbrock's (1960): the bottom of a bent valley, which is quickly reached and falls slowly. */
    public static final Landscape ROSENBROCK = new Landscape(
            "rosenbrock",
            "Rosenbrock's valley",
            "(1−x)² + 100(y−x²)²",
            new Point(-1.2, 1),
            List.of(new Point(1, 1)),
            3000,
            1e-3,
            0,
            new View(-1.8, 1.6, -0.7, 2.2),
            (x, y) -> square(x.subtract(1)).add(square(y.subtract(square(x))).multiply(100)));

    /** Level at (0, 0), where it rises along x and falls along y, to a minimum on either side. */
    public static final Landscape SADDLE = new Landscape(
            "saddle",
            "Saddle",
            "½x² + ¼(y²−1)²",
            new Point(1, 0.001),
            List.of(new Point(0, -1), new Point(0, 1)),
            500,
            1e-3,
            0,
            new View(-1.6, 1.6, -1.5, 1.5),
            (x, y) -> halfSquare(x).add(square(square(y).subtract(1)).multiply(0.25)));

    /** The bowl, seen through gradients with noise in each coordinate, as those of minibatches are. */
    public static final Landscape NOISY = new Landscape(
            "noisy", "Noisy bowl", BOWL.formula, BOWL.start, BOWL.minima, 1000, 1e-2, 0.5, BOWL.view, BOWL.surface);

    /** All, the easiest first. */
    public static final List<Landscape> ALL = List.of(BOWL, RAVINE, ROSENBROCK, SADDLE, NOISY);

    /** The frame of a picture. */
    public record View(double left, double right, double bottom, double top) {}

    /**
     * What there is to know at a point.
     *
     * @param value f there; also how far it is above the minimum, which is 0
     * @param dx the slope along x
     * @param dy the slope along y
     */
    public record Slope(double value, double dx, double dy) {}

    /**
     * The second derivatives at a point, which are a symmetric matrix.
     *
     * @param xx the slope of the slope along x
     * @param xy that of one slope along the other direction
     * @param yy the slope of the slope along y
     */
    public record Hessian(double xx, double xy, double yy) {}

    private static DerivativeStructure square(DerivativeStructure a) {
        return a.multiply(a);
    }

    private static DerivativeStructure halfSquare(DerivativeStructure a) {
        return square(a).multiply(0.5);
    }

    /**
     * The value and the exact gradient, without noise.
     *
     * @param x how far right
     * @param y how far up
     * @return both
     */
    public Slope at(double x, double y) {
        DerivativeStructure f = derivatives(1, x, y);
        return new Slope(f.getValue(), f.getPartialDerivative(1, 0), f.getPartialDerivative(0, 1));
    }

    /**
     * The exact second derivatives.
     *
     * @param x how far right
     * @param y how far up
     * @return all of them
     */
    public Hessian hessianAt(double x, double y) {
        DerivativeStructure f = derivatives(2, x, y);
        return new Hessian(f.getPartialDerivative(2, 0), f.getPartialDerivative(1, 1), f.getPartialDerivative(0, 2));
    }

    private DerivativeStructure derivatives(int order, double x, double y) {
        return surface.apply(new DerivativeStructure(2, order, 0, x), new DerivativeStructure(2, order, 1, y));
    }

    @Override
    public String toString() {
        return title + ", " + formula;
    }
}
