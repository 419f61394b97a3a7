package lanewise.conformance;

import static lanewise.program.Expr.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Scalars;
import lanewise.program.Slot;

/** Finds the small program in a large one that fails. */
public final class Shrinker {

    private Shrinker() {}

    /**
     * Makes a program smaller as long as it fails: leaves out statements, puts a part, one or a plain read in the place
     * of an expression.
     *
     * @param program one that fails
     * @param fails whether a program shows what is looked for
     * @return one that fails, and of which nothing can be taken away
     * @throws IllegalArgumentException if the program does not fail
     */
    public static Program smallest(Program program, Predicate<Program> fails) {
        if (!fails.test(program)) {
            throw new IllegalArgumentException("a program to be shrunk must fail, this one does not");
        }
        Program smallest = program;
        Optional<Program> next = Optional.of(program);
        while (next.isPresent()) {
            smallest = next.get();
            int size = size(smallest);
            next = smaller(smallest)
                    .filter(candidate -> size(candidate) < size)
                    .filter(fails)
                    .findFirst();
        }
        return smallest;
    }

    /** Programs with one thing less, those that lack most first. */
    private static Stream<Program> smaller(Program program) {
        Set<Expr> parts = Parts.ofAll(program);
        return Stream.concat(
                program.statements().stream().map(statement -> without(statement, program)),
                parts.stream()
                        .flatMap(part -> replacements(part).stream()
                                .flatMap(replacement -> replaced(part, replacement, program).stream())));
    }

    private static Program without(Program.Statement statement, Program program) {
        return new Program(program.statements().stream()
                .filter(other -> !other.equals(statement))
                .toList());
    }

    private static List<Expr> replacements(Expr part) {
        List<Expr> replacements = new ArrayList<>(List.of(Scalars.ONE));
        if (!part.extent().isScalar()) {
            replacements.add(read(Slot.PARAMETER));
            replacements.add(read(Slot.GRADIENT));
        }
        // A part of a sum is often of elements, and so can't stand where the sum does; its own parts may.
        Parts.of(part).forEach(own -> {
            replacements.add(own);
            replacements.addAll(Parts.of(own));
        });
        return replacements;
    }

    private static Optional<Program> replaced(Expr part, Expr replacement, Program program) {
        try {
            return Optional.of(program.rewrite(expr -> expr.equals(part) ? replacement : expr));
        } catch (IllegalArgumentException e) {
            // A sum over what does not differ, a row set to elements: the language refuses it.
            return Optional.empty();
        }
    }

    /** How much there is to read. Falls with every change, or shrinking would not come to an end. */
    private static int size(Program program) {
        int size = 8 * program.statements().size();
        for (Expr part : Parts.ofAll(program)) {
            size += switch (part) {
                case Expr.Constant constant -> constant.equals(Scalars.ONE) ? 1 : 2;
                case Expr.Scalar _ -> 3;
                case Expr.Read(Slot slot) -> slot.role() == Slot.Role.STATE ? 5 : slot.equals(Slot.GRADIENT) ? 4 : 3;
                case Expr.Sum _, Expr.Apply _ -> 8;
            };
        }
        return size;
    }
}
