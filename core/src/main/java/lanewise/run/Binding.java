package lanewise.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import lanewise.program.Clock;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;
import org.jspecify.annotations.Nullable;

/**
 * The program of a group, tied to a plan: in its scalars a look-up stands in the place of each sum and of each state of
 * the whole tensor. They look at the tensor that is {@linkplain #at at hand}.
 */
final class Binding {

    /** A phase with its scalars and sums. */
    static final class Bound {
        final Phase phase;
        final Expr[] scalars;

        /** Of those that the clock knows, how to work them out. */
        final @Nullable Tape[] tapes;

        /** What each sum of the code is over, and its index among those. */
        final Extent[] over;

        final int[] sums;
        final boolean differsByTensor;
        final boolean differsByLine;

        Bound(Phase phase, Expr[] scalars, Extent[] over, int[] sums) {
            this.phase = phase;
            this.scalars = scalars;
            tapes = Stream.of(scalars)
                    .map(scalar -> scalar instanceof Expr.Read ? null : new Tape(scalar))
                    .toArray(Tape[]::new);
            this.over = over;
            this.sums = sums;
            differsByTensor = Stream.of(scalars).anyMatch(scalar -> scalar.extent() != Extent.ALL);
            differsByLine =
                    Stream.of(scalars).anyMatch(scalar -> scalar.extent().compareTo(Extent.TENSOR) > 0);
        }
    }

    /** A scalar that the program shows. */
    record Observed(String name, Clock clock, Tape value) {}

    /** What a state of the whole tensor becomes. */
    record NewState(int index, Tape value) {}

    private final AllSums allSums;
    final StepClock clock;
    final List<Bound> bound = new ArrayList<>();
    final List<Observed> observed = new ArrayList<>();
    final List<NewState> newStates = new ArrayList<>();
    final List<Expr.Sum> tensorSums = new ArrayList<>();
    final List<Expr.Sum> matrixSums = new ArrayList<>();
    final List<Slot> states;

    private @Nullable Operand operand;
    private int matrix;

    Binding(Program program, List<Phase> phases, StepClock clock, AllSums allSums) {
        this.allSums = allSums;
        this.clock = clock;
        states = program.states().stream()
                .filter(slot -> slot.extent() == Extent.TENSOR)
                .toList();
        for (Program.Statement statement : program.statements()) {
            switch (statement) {
                case Program.Statement.Observe(String name, Expr value) ->
                    observed.add(new Observed(name, clock, new Tape(lookUp(value))));
                case Program.Statement.Set(Slot slot, Expr value) -> {
                    if (slot.extent() == Extent.TENSOR) {
                        newStates.add(new NewState(states.indexOf(slot), new Tape(lookUp(value))));
                    }
                }
                case Program.Statement.Let _ -> {}
            }
        }
        for (Phase phase : phases) {
            bound.add(new Bound(
                    phase,
                    phase.scalars().stream()
                            .map(scalar -> scalar.extent() == Extent.ROW ? scalar : lookUp(scalar))
                            .toArray(Expr[]::new),
                    phase.sums().stream().map(Expr.Sum::over).toArray(Extent[]::new),
                    phase.sums().stream().mapToInt(this::indexOf).toArray()));
        }
    }

    /** Sets the tensor whose scalars are to be evaluated. */
    void at(Operand operand, long step) {
        this.operand = operand;
        clock.tensor(step, operand.shape, operand.seed);
    }

    /** Sets the matrix of that tensor. */
    void at(int matrix) {
        this.matrix = matrix;
    }

    private Operand operand() {
        return Objects.requireNonNull(operand);
    }

    private Expr lookUp(Expr scalar) {
        return scalar.rewrite(expr -> switch (expr) {
            case Expr.Sum sum -> {
                int index = indexOf(sum);
                yield switch (sum.over()) {
                    case ALL -> new Expr.Scalar("Σ", Extent.ALL, _ -> allSums.value(index));
                    case TENSOR -> new Expr.Scalar("Σ", Extent.TENSOR, _ -> operand().tensorSums[index]);
                    case MATRIX -> new Expr.Scalar("Σ", Extent.MATRIX, _ -> operand().matrixSums[index][matrix]);
                    case ROW, COLUMN, ELEMENT -> throw new AssertionError("not in a scalar: " + sum);
                };
            }
            case Expr.Read(Slot slot) -> {
                int index = states.indexOf(slot);
                yield new Expr.Scalar(
                        slot.symbol(), Extent.TENSOR, _ -> operand().state(index));
            }
            default -> expr;
        });
    }

    private int indexOf(Expr.Sum sum) {
        return switch (sum.over()) {
            case ALL -> allSums.indexOf(sum);
            case TENSOR -> indexIn(tensorSums, sum);
            case MATRIX -> indexIn(matrixSums, sum);
            case ROW, COLUMN, ELEMENT -> -1;
        };
    }

    private static int indexIn(List<Expr.Sum> sums, Expr.Sum sum) {
        if (!sums.contains(sum)) {
            sums.add(sum);
        }
        return sums.indexOf(sum);
    }
}
