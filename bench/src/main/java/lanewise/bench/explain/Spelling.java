package lanewise.bench.explain;

import java.util.List;

/**
 * Values as Java expressions: on vectors as {@code lanewise.simd.VectorEmitter} spells them, on floats as {@code
 * lanewise.kernel.Emission} does.
 */
final class Spelling {
    private final Values values;

    Spelling(Values values) {
        this.values = values;
    }

    /**
     * A value as an expression on vectors.
     *
     * @param node its number
     * @param spelledOut whether it is spelled out though it has a name
     * @return chained calls, or a name
     */
    String vector(int node, boolean spelledOut) {
        String variable = values.variable(node);
        if (variable != null && !(spelledOut && values.computed(node))) {
            return variable;
        }
        List<String> x = values.operands(node).stream()
                .map(operand -> vector(operand, false))
                .toList();
        String a = x.getFirst();
        return switch (values.op(node)) {
            case ADD -> a + ".add(" + x.get(1) + ")";
            case SUBTRACT -> a + ".sub(" + x.get(1) + ")";
            case MULTIPLY -> a + ".mul(" + x.get(1) + ")";
            case DIVIDE -> a + ".div(" + x.get(1) + ")";
            case MAX -> a + ".max(" + x.get(1) + ")";
            case MIN -> a + ".min(" + x.get(1) + ")";
            case NEGATE -> a + ".neg()";
            case ABS -> a + ".abs()";
            case SQRT -> a + ".sqrt()";
            // ±1 from the sign bit where |a| > 0; ±0 and NaN stay as they are.
            case SIGN -> a + ".blend(" + values.plusOrMinusOne(node) + ", " + a + ".abs().compare(GT, 0f))";
            case FLUSH -> a + ".blend(0f, " + a + ".abs().compare(LT, Float.MIN_NORMAL))";
            case SELECT -> x.get(2) + ".blend(" + x.get(1) + ", " + a + ".compare(GT, 0f))";
            case POWER -> throw new AssertionError("a power of elements");
            case null -> throw new AssertionError("a load or scalar has a name");
        };
    }

    /**
     * ±1 with the sign bits of a sign's operand, to be computed before the sign itself.
     *
     * @param node the sign
     * @return chained calls
     */
    String plusOrMinusOne(int node) {
        return vector(values.operands(node).getFirst(), false)
                + ".viewAsIntegralLanes().and(SIGN_BIT).or(ONE_BITS).viewAsFloatingLanes()";
    }

    /**
     * A value as an expression on floats.
     *
     * @param node its number
     * @param spelledOut whether it is spelled out though it has a name
     * @return an expression of Java
     */
    String scalar(int node, boolean spelledOut) {
        return infix(node, spelledOut).text();
    }

    private Infix infix(int node, boolean spelledOut) {
        String variable = values.variable(node);
        if (variable != null && !(spelledOut && values.computed(node))) {
            return new Infix(variable, Infix.ATOM);
        }
        List<Infix> x = values.operands(node).stream()
                .map(operand -> infix(operand, false))
                .toList();
        Infix a = x.getFirst();
        return switch (values.op(node)) {
            case ADD -> a.with("+", x.get(1), Infix.SUM);
            case SUBTRACT -> a.with("-", x.get(1), Infix.SUM);
            case MULTIPLY -> a.with("*", x.get(1), Infix.PRODUCT);
            case DIVIDE -> a.with("/", x.get(1), Infix.PRODUCT);
            case MAX -> new Infix("Math.max(" + a.text() + ", " + x.get(1).text() + ")", Infix.ATOM);
            case MIN -> new Infix("Math.min(" + a.text() + ", " + x.get(1).text() + ")", Infix.ATOM);
            case NEGATE -> new Infix("-" + a.inside(Infix.ATOM), Infix.UNARY);
            case ABS -> new Infix("Math.abs(" + a.text() + ")", Infix.ATOM);
            case SQRT -> new Infix("(float) Math.sqrt(" + a.text() + ")", Infix.UNARY);
            case SIGN -> new Infix("Math.signum(" + a.text() + ")", Infix.ATOM);
            case FLUSH -> new Infix("flush(" + a.text() + ")", Infix.ATOM);
            case SELECT ->
                new Infix(
                        a.inside(Infix.SUM) + " > 0 ? " + x.get(1).inside(Infix.SUM) + " : "
                                + x.get(2).inside(Infix.SUM),
                        Infix.CHOICE);
            case POWER -> throw new AssertionError("a power of elements");
            case null -> throw new AssertionError("a load or scalar has a name");
        };
    }

    /** Java text and how tightly it binds. */
    private record Infix(String text, int binding) {
        static final int CHOICE = 0, SUM = 1, PRODUCT = 2, UNARY = 3, ATOM = 4;

        String inside(int least) {
            return binding >= least ? text : "(" + text + ")";
        }

        /** The right operand is bracketed unless it binds more: nothing is regrouped. */
        Infix with(String operator, Infix right, int binding) {
            return new Infix(inside(binding) + " " + operator + " " + right.inside(binding + 1), binding);
        }
    }
}
