package lanewise.conformance;

import java.util.Locale;
import lanewise.program.Shape;

/**
 * The first place where kernels and oracle disagree.
 *
 * @param step the number of the step, from 1
 * @param shape the shape of the tensor
 * @param slot the letter of the slot
 * @param index of the value in the slot; −1 outside of it, in a guard zone
 * @param got what the kernels left, in hex
 * @param want what the oracle says, in hex
 */
public record Mismatch(long step, Shape shape, String slot, long index, String got, String want) {

    static Mismatch of(long step, Shape shape, String slot, long index, float got, float want) {
        return new Mismatch(
                step,
                shape,
                slot,
                index,
                String.format(Locale.ROOT, "%08x (%s)", Float.floatToRawIntBits(got), got),
                String.format(Locale.ROOT, "%08x (%s)", Float.floatToRawIntBits(want), want));
    }

    static Mismatch of(long step, Shape shape, String slot, double got, double want) {
        return new Mismatch(
                step,
                shape,
                slot,
                0,
                String.format(Locale.ROOT, "%016x (%s)", Double.doubleToRawLongBits(got), got),
                String.format(Locale.ROOT, "%016x (%s)", Double.doubleToRawLongBits(want), want));
    }

    @Override
    public String toString() {
        String tensor = shape.matrices() + "x" + shape.rows() + "x" + shape.columns();
        String place = index < 0 ? "the guard zone beside " + slot : slot + "[" + index + "]";
        return place + " of a tensor of " + tensor + " at step " + step + " is " + got + ", the oracle says " + want;
    }
}
