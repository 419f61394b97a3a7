package lanewise.run;

import lanewise.program.Clock;
import lanewise.program.Shape;

/** The clock of a group of tensors, set anew for each step and each tensor. */
public final class StepClock implements Clock {

    private static final Shape NONE = Shape.of();

    private double learningRate;
    private double weightDecay;
    private double gradientScale = 1;
    private long step;
    private Shape shape = NONE;
    private long seed;

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

    /**
     * Sets the tensor at hand.
     *
     * @param step the number of its step, from 1
     * @param shape its shape
     * @param seed what its random numbers come from
     */
    public void tensor(long step, Shape shape, long seed) {
        this.step = step;
        this.shape = shape;
        this.seed = seed;
    }

    /** The upper bits of the finalizer of SplitMix64, by Steele, Lea and Flood. */
    @Override
    public double key() {
        long x = seed + step * 0x9E3779B97F4A7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return (double) ((x ^ (x >>> 31)) >>> 40);
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
        return shape.size();
    }

    @Override
    public long rows() {
        return shape.rows();
    }

    @Override
    public long columns() {
        return shape.columns();
    }
}
