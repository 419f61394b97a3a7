package lanewise.conformance;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import lanewise.program.Expr;
import lanewise.program.Program;

/** What expressions are made of. */
final class Parts {

    private Parts() {}

    /** What an expression is made of directly. */
    static List<Expr> of(Expr expr) {
        return switch (expr) {
            case Expr.Sum sum -> List.of(sum.term());
            case Expr.Apply apply -> apply.operands();
            case Expr.Read _, Expr.Constant _, Expr.Scalar _ -> List.of();
        };
    }

    /** The expressions of a program and all that they are made of, each once, from the outside in. */
    static Set<Expr> ofAll(Program program) {
        Set<Expr> parts = new LinkedHashSet<>();
        Set<Expr> level = new LinkedHashSet<>();
        program.statements().forEach(statement -> level.add(statement.value()));
        while (!level.isEmpty()) {
            List<Expr> these = List.copyOf(level);
            level.clear();
            these.stream().filter(parts::add).forEach(part -> level.addAll(of(part)));
        }
        return parts;
    }
}
