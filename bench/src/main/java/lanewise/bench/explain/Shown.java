package lanewise.bench.explain;

import java.util.Arrays;
import java.util.Locale;

/** Which of a rule's programs is taken apart: every rule has the first. */
enum Shown {
    /** What {@code Optimizer.step()} does. */
    STEP(""),
    /** What {@code Optimizer.updateHessian()} does. */
    HESSIAN(" Hessian"),
    /** What {@code Optimizer.eval()} puts in the place of θ. */
    EVALUATION(" Evaluation");

    private final String suffix;

    Shown(String suffix) {
        this.suffix = suffix;
    }

    /**
     * That of a name.
     *
     * @param name of {@code --program}
     * @return the program
     * @throws IllegalArgumentException if there is none
     */
    static Shown of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("--program must be step, hessian or evaluation, got " + name));
    }

    /** Behind the rule's name. */
    String suffix() {
        return suffix;
    }
}
