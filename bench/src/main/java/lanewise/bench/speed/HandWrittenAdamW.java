package lanewise.bench.speed;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * AdamW as one would write it by hand: the peer that the emitted kernel must match in time, and does match in bits.
 * Each operation is that of {@link lanewise.rule.AdamW} with decoupled decay, in its order, without FMA; averages below
 * the normal range become 0.
 *
 * <p>As wide as this CPU and JVM prefer; {@code -XX:MaxVectorSize=32} or {@code 16} (bytes) makes it narrower.
 */
final class HandWrittenAdamW {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double WEIGHT_DECAY = 1e-2;

    private HandWrittenAdamW() {}

    /**
     * One step of some elements.
     *
     * @param from the first
     * @param to the one behind the last
     * @param step its number, from 1
     */
    static void step(
            MemorySegment theta,
            MemorySegment gradient,
            MemorySegment mean,
            MemorySegment meanSquare,
            long from,
            long to,
            double learningRate,
            long step) {
        // In double and rounded once, as the engine's scalars are.
        float beta1 = (float) BETA1;
        float rest1 = (float) (1 - BETA1);
        float beta2 = (float) BETA2;
        float rest2 = (float) (1 - BETA2);
        float epsilon = (float) EPSILON;
        float decay = (float) (1 - learningRate * WEIGHT_DECAY);
        float rate = (float) (learningRate / (1 - StrictMath.pow(BETA1, step)));
        float correction = (float) (1 / Math.sqrt(1 - StrictMath.pow(BETA2, step)));

        long vectorized = from + SPECIES.loopBound(to - from);
        for (long i = from; i < vectorized; i += SPECIES.length()) {
            long at = i * Float.BYTES;
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, gradient, at, ORDER);
            FloatVector m = FloatVector.fromMemorySegment(SPECIES, mean, at, ORDER)
                    .mul(beta1)
                    .add(g.mul(rest1));
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, meanSquare, at, ORDER)
                    .mul(beta2)
                    .add(g.mul(g).mul(rest2));
            FloatVector root = v.sqrt().mul(correction).add(epsilon);
            FloatVector.fromMemorySegment(SPECIES, theta, at, ORDER)
                    .mul(decay)
                    .sub(m.mul(rate).div(root))
                    .intoMemorySegment(theta, at, ORDER);
            m.blend(0, m.abs().compare(VectorOperators.LT, Float.MIN_NORMAL)).intoMemorySegment(mean, at, ORDER);
            v.blend(0, v.abs().compare(VectorOperators.LT, Float.MIN_NORMAL)).intoMemorySegment(meanSquare, at, ORDER);
        }
        for (long i = vectorized; i < to; i++) {
            float g = gradient.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
            float m = beta1 * mean.getAtIndex(JAVA_FLOAT_UNALIGNED, i) + rest1 * g;
            float v = beta2 * meanSquare.getAtIndex(JAVA_FLOAT_UNALIGNED, i) + rest2 * (g * g);
            float root = (float) Math.sqrt(v) * correction + epsilon;
            float decayed = decay * theta.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
            theta.setAtIndex(JAVA_FLOAT_UNALIGNED, i, decayed - rate * m / root);
            mean.setAtIndex(JAVA_FLOAT_UNALIGNED, i, Math.abs(m) < Float.MIN_NORMAL ? 0 : m);
            meanSquare.setAtIndex(JAVA_FLOAT_UNALIGNED, i, Math.abs(v) < Float.MIN_NORMAL ? 0 : v);
        }
    }
}
