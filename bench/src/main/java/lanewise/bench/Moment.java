package lanewise.bench;

import lanewise.program.Clock;
import lanewise.program.Shape;

/**
 * A step of a tensor, for formulas that are evaluated outside of the engine.
 *
 * @param step its number, from 1
 * @param learningRate η
 * @param weightDecay λ
 * @param shape of the tensor
 */
public record Moment(long step, double learningRate, double weightDecay, Shape shape) implements Clock {
    @Override
    public double gradientScale() {
        return 1;
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
