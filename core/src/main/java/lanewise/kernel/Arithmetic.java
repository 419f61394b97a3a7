package lanewise.kernel;

import lanewise.program.Op;

/**
 * Number types for the {@link Oracle}.
 *
 * @param <T> the numbers of elements, rows and columns
 * @param <S> the numbers of scalars and of sums
 */
public interface Arithmetic<T, S> {

    /** Elements in single precision and scalars in double, each operation rounded once: what the kernels compute. */
    Arithmetic<Float, Double> FLOAT = new InDouble<>() {
        @Override
        public Float round(Double x) {
            return x.floatValue();
        }

        @Override
        public Double widen(Float x) {
            return x.doubleValue();
        }

        @Override
        public Float apply(Op op, Float a, Float b, Float c) {
            return op.apply(a, b, c);
        }
    };

    /** Double precision. */
    Arithmetic<Double, Double> DOUBLE = new InDouble<>() {
        @Override
        public Double round(Double x) {
            return x;
        }

        @Override
        public Double widen(Double x) {
            return x;
        }

        @Override
        public Double apply(Op op, Double a, Double b, Double c) {
            return applyToScalars(op, a, b, c);
        }
    };

    /** Scalars in double. */
    interface InDouble<T> extends Arithmetic<T, Double> {
        @Override
        default Double scalar(double x) {
            return x;
        }

        @Override
        default Double applyToScalars(Op op, Double a, Double b, Double c) {
            return op.apply((double) a, (double) b, (double) c);
        }
    }

    /** A number that the clock or a hyper-parameter gives. */
    S scalar(double x);

    /** Rounds a scalar to what elements are computed with. */
    T round(S x);

    /** The value of an element, for a sum. */
    S widen(T x);

    /** An operation on elements; operands beyond its arity are any value. */
    T apply(Op op, T a, T b, T c);

    /** An operation on scalars; operands beyond its arity are any value. */
    S applyToScalars(Op op, S a, S b, S c);
}
