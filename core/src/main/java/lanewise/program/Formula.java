package lanewise.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prints programs as the papers write them, from the same statement that the kernels are made of:
 * {@code θ ← θ − (η/(1−β₁ᵗ))·m / (√v·(1/√(1−β₂ᵗ)) + ε)}.
 */
public final class Formula {

    /** How tightly an operation binds; an operand that binds less is bracketed. */
    private static final int CHOICE = 0, SUM = 1, PRODUCT = 2, PREFIX = 3, ATOM = 4;

    /** One letter, with a hat or an index: β̂₂, ημₜ₊₁ are one and two. */
    private static final Pattern LETTER = Pattern.compile("\\p{L}[\\p{M}₀-₎ₜ]*");

    private record Text(String text, int binding) {
        String inside(int least) {
            return binding >= least ? text : "(" + text + ")";
        }
    }

    private final Map<Expr, String> names = new HashMap<>();
    private final Set<Slot> assigned = new HashSet<>();

    private Formula() {}

    /**
     * The formula of an expression.
     *
     * @param expr the expression
     * @return one line of text
     */
    public static String of(Expr expr) {
        return new Formula().print(expr).text();
    }

    /**
     * The formulas of a program, a line for each statement. A value that a slot was given is called
     * by the slot's symbol in the lines below.
     *
     * @param program the program
     * @return lines such as {@code m ← β₁·m + (1−β₁)·g}
     */
    public static List<String> of(Program program) {
        Formula formula = new Formula();
        List<String> lines = new ArrayList<>();
        for (Program.Statement statement : program.statements()) {
            String value = formula.print(statement.value()).text();
            switch (statement) {
                case Program.Statement.Let(String name, Expr expr) -> {
                    lines.add(name + " = " + value);
                    formula.names.put(expr, name);
                }
                case Program.Statement.Set(Slot slot, Expr expr) -> {
                    lines.add(slot.symbol() + " ← " + value);
                    formula.assigned.add(slot);
                    Expr named = withoutFlush(expr);
                    if (named instanceof Expr.Apply
                            && (!named.extent().isScalar() || slot.extent().isScalar())) {
                        formula.names.put(named, slot.symbol());
                    }
                }
                case Program.Statement.Observe(String name, Expr _) -> lines.add(name + " = " + value);
            }
        }
        return lines;
    }

    /** The flush acts on what is stored; what is computed on with is the value before it. */
    private static Expr withoutFlush(Expr expr) {
        return expr instanceof Expr.Apply apply && apply.op() == Op.FLUSH
                ? apply.operands().getFirst()
                : expr;
    }

    private Text print(Expr expr) {
        String name = names.get(expr);
        if (name != null) {
            return new Text(name, ATOM);
        }
        return switch (expr) {
            case Expr.Read(Slot slot) -> {
                // Σg is a letter with an operator's look: its square is not the sum of squares.
                int binding = slot.symbol().startsWith("Σ") ? PREFIX : ATOM;
                yield new Text(slot.symbol() + (assigned.contains(slot) ? "₍ₜ₋₁₎" : ""), binding);
            }
            case Expr.Constant constant -> new Text(constant.name(), ATOM);
            case Expr.Scalar scalar -> new Text(scalar.name(), ATOM);
            case Expr.Sum(Expr term, Extent over) ->
                new Text("Σ" + index(term.extent(), over) + print(term).inside(PREFIX), PREFIX);
            case Expr.Apply apply -> print(apply);
        };
    }

    private Text print(Expr.Apply apply) {
        List<Expr> x = apply.operands();
        // Scalars are printed without spaces, so that what is computed once a step stands together.
        String space = apply.extent().isScalar() ? "" : " ";
        return switch (apply.op()) {
            case ADD -> new Text(inside(x, 0, SUM) + space + "+" + space + inside(x, 1, SUM), SUM);
            case SUBTRACT -> new Text(inside(x, 0, SUM) + space + "−" + space + inside(x, 1, PRODUCT), SUM);
            case MULTIPLY ->
                x.get(0).equals(x.get(1))
                        ? new Text(inside(x, 0, ATOM) + "²", PREFIX)
                        : new Text(factor(x, 0) + dot(x) + factor(x, 1), PRODUCT);
            case DIVIDE ->
                isMean(x)
                        ? mean((Expr.Sum) x.getFirst())
                        : new Text(inside(x, 0, PRODUCT) + space + "/" + space + inside(x, 1, PREFIX), PRODUCT);
            case MAX -> new Text("max(" + inside(x, 0, SUM) + ", " + inside(x, 1, SUM) + ")", ATOM);
            case MIN -> {
                String clipped = clipped(x);
                yield new Text(
                        clipped == null ? "min(" + inside(x, 0, SUM) + ", " + inside(x, 1, SUM) + ")" : clipped, ATOM);
            }
            case NEGATE -> new Text("−" + inside(x, 0, PREFIX), PRODUCT);
            case ABS -> new Text("|" + inside(x, 0, SUM) + "|", ATOM);
            case SQRT -> root(x.getFirst());
            case SIGN -> new Text("sign(" + inside(x, 0, SUM) + ")", ATOM);
            case FLUSH -> print(x.getFirst());
            case SELECT ->
                new Text(condition(x.getFirst()) + " ? " + inside(x, 1, SUM) + " : " + inside(x, 2, SUM), CHOICE);
            case POWER -> power(x);
        };
    }

    /** What {@link Expr#clamp} makes, null for any other minimum. */
    private @Nullable String clipped(List<Expr> minimum) {
        Expr bound = minimum.get(1);
        return minimum.getFirst() instanceof Expr.Apply max
                        && max.op() == Op.MAX
                        && max.operands().get(1).equals(bound.negate())
                        && !names.containsKey(max)
                ? "clip(" + inside(max.operands(), 0, SUM) + ", ±" + inside(minimum, 1, PREFIX) + ")"
                : null;
    }

    /** i counts rows, j columns. */
    private static String index(Extent of, Extent over) {
        if (over == Extent.ROW || of == Extent.COLUMN) {
            return "ⱼ";
        }
        return over == Extent.COLUMN || of == Extent.ROW ? "ᵢ" : "";
    }

    /** A sum divided by the number of its terms. */
    private static boolean isMean(List<Expr> quotient) {
        return quotient.getFirst() instanceof Expr.Sum(Expr term, Extent over)
                && switch (index(term.extent(), over)) {
                    case "ⱼ" -> quotient.get(1).equals(Scalars.COLUMNS);
                    case "ᵢ" -> quotient.get(1).equals(Scalars.ROWS);
                    default -> over == Extent.TENSOR && quotient.get(1).equals(Scalars.ELEMENTS);
                };
    }

    private Text mean(Expr.Sum sum) {
        return new Text(
                "mean" + index(sum.term().extent(), sum.over()) + "("
                        + print(sum.term()).text() + ")",
                ATOM);
    }

    private String inside(List<Expr> operands, int index, int least) {
        return print(operands.get(index)).inside(least);
    }

    /** A quotient inside a product is bracketed, since a/b·c reads as two things. */
    private String factor(List<Expr> operands, int index) {
        Text factor = print(operands.get(index));
        boolean quotient = factor.binding() == PRODUCT
                && operands.get(index) instanceof Expr.Apply apply
                && apply.op() == Op.DIVIDE;
        return factor.inside(quotient || index == 1 ? PREFIX : PRODUCT);
    }

    /** Two one-letter scalars stand side by side: ηλ. */
    private String dot(List<Expr> operands) {
        boolean letters = operands.stream()
                .allMatch(x ->
                        x.extent().isScalar() && LETTER.matcher(print(x).text()).matches());
        return letters ? "" : "·";
    }

    /** That a difference is above 0 reads better as that one side is above the other. */
    private String condition(Expr expr) {
        if (!names.containsKey(expr) && expr instanceof Expr.Apply apply && apply.op() == Op.SUBTRACT) {
            return inside(apply.operands(), 0, SUM) + " > " + inside(apply.operands(), 1, SUM);
        }
        return print(expr).inside(SUM) + " > 0";
    }

    private Text root(Expr x) {
        if (x instanceof Expr.Sum sum && sum.over().compareTo(Extent.TENSOR) <= 0 && isSquare(sum.term())) {
            return new Text("‖" + base(sum) + "‖", ATOM);
        }
        if (x instanceof Expr.Apply apply
                && apply.op() == Op.DIVIDE
                && isMean(apply.operands())
                && apply.operands().getFirst() instanceof Expr.Sum sum
                && sum.over() == Extent.TENSOR
                && isSquare(sum.term())) {
            return new Text("RMS(" + base(sum) + ")", ATOM);
        }
        return new Text("√" + print(x).inside(PREFIX), PREFIX);
    }

    private static boolean isSquare(Expr expr) {
        return expr instanceof Expr.Apply apply
                && apply.op() == Op.MULTIPLY
                && apply.operands().get(0).equals(apply.operands().get(1));
    }

    /** What a sum of squares squares. */
    private String base(Expr.Sum squares) {
        return print(((Expr.Apply) squares.term()).operands().getFirst()).text();
    }

    private Text power(List<Expr> x) {
        String exponent = inside(x, 1, ATOM);
        return new Text(inside(x, 0, ATOM) + (exponent.equals("t") ? "ᵗ" : "^" + exponent), PREFIX);
    }
}
