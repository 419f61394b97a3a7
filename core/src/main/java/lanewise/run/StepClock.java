package lanewise.run;

import lanewise.program.Clock;

/** The clock of a group of tensors, set anew for each step and each tensor. */
public final class StepClock implements Clock {

    private double learningRate;
    private double weightDecay;
    private double gradientScale = 1;
    private long step;
    private long elements;
    private double[] tensorSums = {};

    /**
     * Sets what holds for the whole group.
     *
     * @param learningRate η
     * @param weightDecay λ
     * @param gradientScale what gradients are multiplied by
     */
    public void set(double learningRate, double weightDecay, double gradientScale) {
        this.learningRate = learningRate;
        this.weightDecay = weightDecay;
        this.gradientScale = gradientScale;
    }

    void tensor(long step, long elements, double[] tensorSums) {
        this.step = step;
        this.elements = elements;
        this.tensorSums = tensorSums;
    }

    double tensorSum(int index) {
        return tensorSums[index];
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public double learningRate() {
        return learningRate;
    }

    @Override
    public double weightDecay() {
        return weightDecay;
    }

    @Override
    public double gradientScale() {
        return gradientScale;
    }

    @Override
    public long elements() {
        return elements;
    }
}
