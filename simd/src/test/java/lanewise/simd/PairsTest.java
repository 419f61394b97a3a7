package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.dtype.Storage;
import lanewise.kernel.Kernel;
import lanewise.kernel.ScalarBackend;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Op;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements of two bytes, even and odd ones in vectors of their own. */
class PairsTest {
    private static final int PATTERNS = 1 << Short.SIZE;

    /** From an odd element, and with a tail. */
    private static final int START = 1, LENGTH = PATTERNS - 6;

    /** By a factor that leaves something to round. */
    private static Code multiplied(Storage storage) {
        return new Code(
                List.of(storage, storage),
                storage.isRandom() ? 2 : 1,
                List.of(
                        new Code.Node.Load(0),
                        new Code.Node.Scalar(0),
                        new Code.Node.Compute(Op.MULTIPLY, List.of(0, 1))),
                List.of(new Code.Store(1, 2)),
                List.of());
    }

    /** All of the first plane, any of the others. */
    private static MemorySegment[] patterns(Code code, Arena arena) {
        SplittableRandom random = new SplittableRandom(1);
        MemorySegment[] planes = new MemorySegment[code.planes()];
        for (int plane = 0; plane < planes.length; plane++) {
            planes[plane] = arena.allocate((long) PATTERNS * Short.BYTES, 64);
            for (int i = 0; i < PATTERNS; i++) {
                planes[plane].setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (plane == 0 ? i : random.nextInt()));
            }
        }
        return planes;
    }

    private static void run(Kernel kernel, MemorySegment[] planes, Code code) {
        Scratch scratch = new Scratch();
        scratch.reserve(code);
        float[] scalars = {-1.003f, 12345};
        kernel.run(planes, new long[] {START, START}, LENGTH, scalars, new double[0], 0, scratch);
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16", "BFLOAT16_STOCHASTIC", "BFLOAT16_WITH_REST"})
    void haveTheBitsOfTheScalarKernelForEveryPattern(Storage storage) {
        Code code = multiplied(storage);
        assertTrue(VectorEmitter.isPaired(code));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment[] expected = patterns(code, arena);
            run(new ScalarBackend().compile(code, 1), expected, code);
            for (int lanes : new int[] {4, 8, 16}) {
                MemorySegment[] got = patterns(code, arena);
                run(new VectorBackend().compile(code, lanes), got, code);
                for (int plane = 0; plane < got.length; plane++) {
                    assertEquals(-1, got[plane].mismatch(expected[plane]), lanes + " lanes, plane " + plane);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BLOCK8", "BFLOAT16_OF_MASTER"})
    void areOfTwoBytes(Storage storage) {
        assertFalse(VectorEmitter.isPaired(multiplied(storage)));
    }
}
