package lanewise.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prints programs as the papers write them, from the same statement that the kernels are made of:
 * {@code θ ← θ − (η/(1−β₁ᵗ))·m / (√v·(1/√(1−β₂ᵗ)) + ε)}.
 */
public final class Formula {

    /** How tightly an operation binds; an operand that binds less is bracketed. */
    private static final int CHOICE = 0, SUM = 1, PRODUCT = 2, ATOM = 3;

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
            case Expr.Read(Slot slot) -> new Text(slot.symbol() + (assigned.contains(slot) ? "₍ₜ₋₁₎" : ""), ATOM);
            case Expr.Constant constant -> new Text(constant.name(), ATOM);
            case Expr.Scalar scalar -> new Text(scalar.name(), ATOM);
            case Expr.Sum(Expr term, Extent over) ->
                new Text(sigma(term.extent(), over) + print(term).inside(ATOM), ATOM);
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
                        ? new Text(inside(x, 0, ATOM) + "²", ATOM)
                        : new Text(factor(x, 0) + dot(x) + factor(x, 1), PRODUCT);
            case DIVIDE -> new Text(inside(x, 0, PRODUCT) + space + "/" + space + inside(x, 1, ATOM), PRODUCT);
            case MAX -> new Text("max(" + inside(x, 0, SUM) + ", " + inside(x, 1, SUM) + ")", ATOM);
            case MIN -> new Text("min(" + inside(x, 0, SUM) + ", " + inside(x, 1, SUM) + ")", ATOM);
            case NEGATE -> new Text("−" + inside(x, 0, ATOM), PRODUCT);
            case ABS -> new Text("|" + inside(x, 0, SUM) + "|", ATOM);
            case SQRT -> root(x.getFirst());
            case SIGN -> new Text("sign(" + inside(x, 0, SUM) + ")", ATOM);
            case FLUSH -> print(x.getFirst());
            case SELECT ->
                new Text(inside(x, 0, SUM) + " > 0 ? " + inside(x, 1, SUM) + " : " + inside(x, 2, SUM), CHOICE);
            case POWER -> power(x);
        };
    }

    /** i counts rows, j columns. */
    private static String sigma(Extent of, Extent over) {
        if (over == Extent.ROW || of == Extent.COLUMN) {
            return "Σⱼ";
        }
        return over == Extent.COLUMN || of == Extent.ROW ? "Σᵢ" : "Σ";
    }

    private String inside(List<Expr> operands, int index, int least) {
        return print(operands.get(index)).inside(least);
    }

    /** A quotient inside a product is bracketed, since a/b·c reads as two things. */
    private String factor(List<Expr> operands, int index) {
        boolean quotient = operands.get(index) instanceof Expr.Apply apply && apply.op() == Op.DIVIDE;
        return inside(operands, index, quotient || index == 1 ? ATOM : PRODUCT);
    }

    /** Two one-letter scalars stand side by side: ηλ. */
    private String dot(List<Expr> operands) {
        boolean letters = operands.stream()
                .allMatch(x -> x.extent().isScalar()
                        && Character.isLetter(print(x).text().codePointAt(0))
                        && print(x).binding() == ATOM);
        return letters ? "" : "·";
    }

    private Text root(Expr x) {
        if (x instanceof Expr.Sum(Expr.Apply term, Extent over)
                && over.compareTo(Extent.TENSOR) <= 0
                && term.op() == Op.MULTIPLY
                && term.operands().get(0).equals(term.operands().get(1))) {
            return new Text("‖" + print(term.operands().getFirst()).text() + "‖", ATOM);
        }
        return new Text("√" + print(x).inside(ATOM), ATOM);
    }

    private Text power(List<Expr> x) {
        String exponent = inside(x, 1, ATOM);
        return new Text(inside(x, 0, ATOM) + (exponent.equals("t") ? "ᵗ" : "^" + exponent), ATOM);
    }
}
