package lanewise;

import java.util.List;

/**
 * What the last step did: a view that its optimizer owns and fills anew with every step, so that
 * reading it allocates nothing.
 */
public final class StepReport {

    private final Optimizer optimizer;
    long step;
    boolean skipped;
    boolean accumulating;
    double gradientNorm = Double.NaN;
    double clipCoefficient = Double.NaN;
    double lossScale = 1;
    long bytesMoved;

    StepReport(Optimizer optimizer) {
        this.optimizer = optimizer;
    }

    /**
     * How many steps have been taken; skipped ones and micro-batches are not counted.
     *
     * @return 0 before the first step
     */
    public long step() {
        return step;
    }

    /**
     * Whether the step was left out because a gradient was not finite. Nothing has changed then.
     *
     * @return true if skipped
     */
    public boolean skipped() {
        return skipped;
    }

    /**
     * Whether the call only added up gradients, because more micro-batches are to come.
     *
     * @return true if no parameter was moved
     */
    public boolean accumulating() {
        return accumulating;
    }

    /**
     * The learning rate used for a group.
     *
     * @param group the name of the group, or its glob
     * @return η
     * @throws IllegalArgumentException if there is no such group
     */
    public double learningRate(String group) {
        return optimizer.learningRate(group);
    }

    /**
     * The learning rate of the first group, which is the default one where there is one.
     *
     * @return η
     */
    public double learningRate() {
        return optimizer.firstLearningRate();
    }

    /**
     * The names of the groups.
     *
     * @return those that have parameters
     */
    public List<String> groups() {
        return optimizer.groupNames();
    }

    /**
     * The Euclidean norm of all gradients, after scaling and clipping by value, before clipping by norm.
     *
     * @return the norm, NaN if nothing asked for it (or if it is NaN)
     */
    public double gradientNorm() {
        return gradientNorm;
    }

    /**
     * What gradients were multiplied by to bring their norm under the bound.
     *
     * @return 1 if they were within it, NaN if the builder set no bound
     */
    public double clipCoefficient() {
        return clipCoefficient;
    }

    /**
     * What the rules show with {@link lanewise.program.Program#observe}.
     *
     * @param name the name that the rule gave it
     * @return its value in the last step, NaN if no rule shows it
     */
    public double observed(String name) {
        return optimizer.observed(name);
    }

    /**
     * What the loss of this step had been multiplied by; {@link Optimizer#lossScale()} is the next one's.
     *
     * @return 1 without loss scaling
     */
    public double lossScale() {
        return lossScale;
    }

    /**
     * Bytes read and written in all passes of the step.
     *
     * @return the traffic, as programs count it
     */
    public long bytesMoved() {
        return bytesMoved;
    }

    @Override
    public String toString() {
        return "step " + step + (skipped ? " skipped" : "") + ", rate " + learningRate() + ", gradient norm "
                + gradientNorm + ", clip coefficient " + clipCoefficient + ", " + bytesMoved + " bytes";
    }
}
