package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Op;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Elements bounded by a scalar, on whichever side of the operation it stands. */
class BoundsTest {
    private static final float[] VALUES = {
        0f,
        -0f,
        1f,
        -1f,
        0.5f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MIN_VALUE,
        -1e-40f,
        2f
    };

    /** Whole vectors of every width, and a tail. */
    private static final int LENGTH = 37;

    private static final Code CODE = new Code(
            5,
            1,
            List.of(
                    new Code.Node.Load(0),
                    new Code.Node.Scalar(0),
                    new Code.Node.Compute(Op.MAX, List.of(0, 1)),
                    new Code.Node.Compute(Op.MAX, List.of(1, 0)),
                    new Code.Node.Compute(Op.MIN, List.of(0, 1)),
                    new Code.Node.Compute(Op.MIN, List.of(1, 0))),
            List.of(new Code.Store(1, 2), new Code.Store(2, 3), new Code.Store(3, 4), new Code.Store(4, 5)),
            List.of());

    @ParameterizedTest
    @ValueSource(
            floats = {0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE})
    void haveTheBitsOfMath(float bound) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment[] streams = new MemorySegment[CODE.streams()];
            for (int stream = 0; stream < streams.length; stream++) {
                streams[stream] = arena.allocate((long) LENGTH * Float.BYTES, 64);
            }
            for (int i = 0; i < LENGTH; i++) {
                streams[0].setAtIndex(ValueLayout.JAVA_FLOAT, i, VALUES[i % VALUES.length]);
            }
            for (int lanes : new int[] {4, 8, 16}) {
                new VectorBackend()
                        .compile(CODE, lanes)
                        .run(
                                streams,
                                new long[CODE.streams()],
                                LENGTH,
                                new float[] {bound},
                                new double[0],
                                0,
                                new Scratch());
                for (int i = 0; i < LENGTH; i++) {
                    float value = VALUES[i % VALUES.length];
                    String where = lanes + " lanes, " + value + " and " + bound;
                    for (int stream = 1; stream < streams.length; stream++) {
                        float expected = stream < 3 ? Math.max(value, bound) : Math.min(value, bound);
                        float got = streams[stream].getAtIndex(ValueLayout.JAVA_FLOAT, i);
                        assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(got), where);
                    }
                }
            }
        }
    }
}
