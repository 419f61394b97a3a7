package lanewise.conformance;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Expr.select;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Op;
import lanewise.program.Program;
import lanewise.program.Scalars;
import lanewise.program.Slot;

/**
 * Update rules that nobody would think of: all operations, sums over everything that can be summed over, also of other
 * sums, states of every extent, values that are shared, now and then extras on top. Drawn from the outside in, so that
 * each is valid by construction, and the same for a seed on every machine.
 */
public final class RandomProgram {

    /** Zeros, ones, what is subnormal or infinite in fp32, and what rules have. */
    private static final List<Double> NUMBERS =
            List.of(0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5e-3, 0.1, 0.999, 1e-8, 1e-40, 1e19, 1e39);

    /** How many parts a program has, about; in one of three so many that its code may be over what C2 takes as one loop. */
    private static final int LITTLE = 16, MUCH = 100;

    /** Formulas, the oracle and the engine's scalars are walked through as trees, in which shared values count anew. */
    private static final int LARGEST_SHARED = 60;

    private static final int MOST_SUMS = 6;

    private static final String SYMBOLS = "abcdefh";

    private final Random random;
    private final boolean byRows;
    private final List<Slot> slots = new ArrayList<>(List.of(Slot.PARAMETER, Slot.GRADIENT));
    private final List<Expr> made = new ArrayList<>();
    private final Map<Expr, Integer> sizes = new HashMap<>();
    private int sums;

    private RandomProgram(long seed) {
        // The first numbers of neighbouring seeds are alike.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        byRows = random.nextBoolean();
    }

    /**
     * Draws a program.
     *
     * @param seed another for each program
     * @return the program
     */
    public static Program of(long seed) {
        return new RandomProgram(seed).program();
    }

    private Program program() {
        List<Extent> extents = byRows
                ? List.of(Extent.ELEMENT, Extent.ROW, Extent.COLUMN, Extent.TENSOR)
                : List.of(Extent.ELEMENT, Extent.ELEMENT, Extent.TENSOR);
        int states = random.nextInt(6);
        for (int state = 0; state < states; state++) {
            slots.add(Slot.state(String.valueOf(SYMBOLS.charAt(state)), oneOf(extents), oneOf(List.of(0.0, 0.1, 1.0))));
        }
        List<Slot> targets = new ArrayList<>(slots);
        targets.remove(Slot.GRADIENT);
        // A state that is only read, or a parameter that does not move.
        targets.removeIf(_ -> oneIn(8));
        int parts = LITTLE + random.nextInt(LITTLE) + (oneIn(3) ? MUCH : 0);
        Program program = Program.empty();
        for (Slot slot : targets) {
            if (oneIn(3)) {
                program = program.let("x" + slots.indexOf(slot), value(oneOf(extents), 4));
            }
            program = program.set(slot, value(slot.extent(), 2 + parts / targets.size()));
            if (oneIn(5)) {
                program = program.observe("y" + slots.indexOf(slot), value(Extent.ALL, 6));
            }
        }
        return oneIn(4)
                ? oneOf(List.copyOf(ExtraCases.all().values())).applyTo(program)
                : Extras.DEFAULT.flushSubnormals(random.nextBoolean()).applyTo(program);
    }

    private boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Whether values of an extent can be used where those of another are computed. */
    private static boolean fits(Extent extent, Extent into) {
        return extent == into || into == Extent.ELEMENT || (extent.isScalar() && extent.compareTo(into) < 0);
    }

    /** A value of so many parts that differs by no more than the extent does. */
    private Expr value(Extent extent, int parts) {
        if (parts > 1 && oneIn(8)) {
            List<Expr> shared =
                    made.stream().filter(expr -> fits(expr.extent(), extent)).toList();
            if (!shared.isEmpty()) {
                return oneOf(shared);
            }
        }
        if (parts <= 1) {
            return leaf(extent);
        }
        boolean summed = extent != Extent.ELEMENT
                && sums < MOST_SUMS
                && parts > 2
                && (extent != Extent.MATRIX || byRows)
                && !oneIn(extent == Extent.MATRIX ? 8 : 2);
        Expr value = summed ? sum(extent, parts - 1) : operation(extent, parts - 1);
        if (size(value) <= LARGEST_SHARED) {
            made.add(value);
        }
        return value;
    }

    private int size(Expr expr) {
        Integer known = sizes.get(expr);
        if (known != null) {
            return known;
        }
        int size = 1 + Parts.of(expr).stream().mapToInt(this::size).sum();
        sizes.put(expr, size);
        return size;
    }

    private Expr leaf(Extent extent) {
        List<Slot> readable =
                slots.stream().filter(slot -> fits(slot.extent(), extent)).toList();
        if (!readable.isEmpty() && !oneIn(4)) {
            return read(oneOf(readable));
        }
        Expr number = constant(oneOf(NUMBERS));
        return switch (random.nextInt(extent == Extent.ALL ? 6 : 9)) {
            case 0 -> Scalars.LEARNING_RATE;
            case 1 -> Scalars.STEP;
            case 2 -> Scalars.WEIGHT_DECAY;
            case 3 -> Scalars.GRADIENT_SCALE;
            case 6 -> Scalars.ELEMENTS;
            case 7 -> Scalars.ROWS;
            case 8 -> Scalars.COLUMNS;
            default -> number;
        };
    }

    private Expr operation(Extent extent, int parts) {
        Op op = oneOf(List.of(Op.values()));
        if (op == Op.POWER) {
            Extent scalar = extent.isScalar() ? extent : Extent.TENSOR;
            return value(scalar, parts - 1).abs().pow(oneOf(List.of(Scalars.STEP, constant(0.5), scalar("p", 0.8))));
        }
        List<Expr> operands = new ArrayList<>();
        int left = parts;
        for (int operand = 1; operand <= op.arity(); operand++) {
            int share = operand == op.arity() ? left : left / 4 + random.nextInt(left / 2 + 1);
            left -= share;
            operands.add(value(operandOf(extent), share));
        }
        return new Expr.Apply(op, operands);
    }

    /** Most operands are of the extent of the operation. */
    private Extent operandOf(Extent extent) {
        List<Extent> wider = new ArrayList<>(List.of(Extent.values()));
        wider.removeIf(other -> !fits(other, extent) || (!byRows && !other.isScalar() && other != Extent.ELEMENT));
        return oneIn(6) ? oneOf(wider) : extent;
    }

    private Expr sum(Extent over, int parts) {
        sums++;
        Extent of = over != Extent.MATRIX ? Extent.ELEMENT : oneOf(List.of(Extent.ROW, Extent.COLUMN));
        Expr term = exactly(of, parts);
        // Half of the tensors hold infinities and NaN, and one of them would make all of a sum so.
        return (oneIn(4) ? term : select(constant(100).minus(term.abs()), term, constant(0.25))).sum(over);
    }

    /** A value that differs by all that the extent does. */
    private Expr exactly(Extent extent, int parts) {
        Expr value = value(extent, parts);
        if (value.extent() == extent) {
            return value;
        }
        List<Slot> own = slots.stream().filter(slot -> slot.extent() == extent).toList();
        Expr read = own.isEmpty() ? read(oneOf(slots.subList(0, 2))).sum(extent) : read(oneOf(own));
        return new Expr.Apply(oneOf(List.of(Op.ADD, Op.MULTIPLY, Op.MAX, Op.SUBTRACT)), List.of(value, read));
    }
}
