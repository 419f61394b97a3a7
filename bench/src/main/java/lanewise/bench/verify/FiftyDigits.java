package lanewise.bench.verify;

import lanewise.kernel.Arithmetic;
import lanewise.program.Op;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.apache.commons.math3.dfp.DfpMath;

/** What a program means, all but without rounding: decimal numbers of fifty digits. Not for several threads at once. */
final class FiftyDigits implements Arithmetic<Dfp, Dfp> {
    private static final int DIGITS = 50;

    private final DfpField field = new DfpField(DIGITS);
    private final Dfp smallest = field.newDfp((double) Float.MIN_NORMAL);

    @Override
    public Dfp scalar(double x) {
        return field.newDfp(x);
    }

    @Override
    public Dfp round(Dfp x) {
        return x;
    }

    @Override
    public Dfp widen(Dfp x) {
        return x;
    }

    @Override
    public Dfp applyToScalars(Op op, Dfp a, Dfp b, Dfp c) {
        return apply(op, a, b, c);
    }

    @Override
    public Dfp apply(Op op, Dfp a, Dfp b, Dfp c) {
        return switch (op) {
            case ADD -> a.add(b);
            case SUBTRACT -> a.subtract(b);
            case MULTIPLY -> a.multiply(b);
            case DIVIDE -> a.divide(b);
            case MAX -> a.lessThan(b) ? b : a;
            case MIN -> b.lessThan(a) ? b : a;
            case NEGATE -> a.negate();
            case ABS -> a.abs();
            case SQRT -> a.sqrt();
            case SIGN ->
                a.isZero()
                        ? a
                        : a.strictlyPositive() ? field.getOne() : field.getOne().negate();
            case FLUSH -> a.abs().lessThan(smallest) ? field.getZero() : a;
            case SELECT -> a.strictlyPositive() ? b : c;
            case POWER -> b.isZero() ? field.getOne() : a.isZero() ? a : DfpMath.pow(a, b);
        };
    }
}
