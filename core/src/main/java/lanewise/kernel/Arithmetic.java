package lanewise.kernel;

import lanewise.program.Op;

/**
 * A number type for the {@link Oracle}.
 *
 * @param <T> the numbers
 */
public interface Arithmetic<T> {

    /** Single precision, each operation rounded once: what the kernels compute. */
    Arithmetic<Float> FLOAT = new Arithmetic<>() {
        @Override
        public Float of(double x) {
            return (float) x;
        }

        @Override
        public double toDouble(Float x) {
            return x;
        }

        @Override
        public Float apply(Op op, Float a, Float b, Float c) {
            return op.apply(a, b, c);
        }
    };

    /** Double precision. */
    Arithmetic<Double> DOUBLE = new Arithmetic<>() {
        @Override
        public Double of(double x) {
            return x;
        }

        @Override
        public double toDouble(Double x) {
            return x;
        }

        @Override
        public Double apply(Op op, Double a, Double b, Double c) {
            return op.apply((double) a, (double) b, (double) c);
        }
    };

    /** Rounds a scalar of a step. */
    T of(double x);

    /** The value in double, for what follows from a sum. */
    double toDouble(T x);

    /** An operation on elements; operands beyond its arity are any value. */
    T apply(Op op, T a, T b, T c);
}
