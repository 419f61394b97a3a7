package lanewise.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import lanewise.program.Code;
import lanewise.program.Extras;
import lanewise.rule.AdamW;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitKernelTest {
    private static final Code CODE =
            Extras.DEFAULT.applyTo(new AdamW().program()).phases().getFirst().code();

    private static final int START = 3;

    /** What parts hand over fits a tile; a run may be longer. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, Kernel.TILE, Kernel.TILE + 1, 3 * Kernel.TILE + 5})
    void partsHaveTheBitsOfTheWhole(int length) {
        ScalarBackend backend = new ScalarBackend();
        Kernel split = SplitTrial.split(CODE, part -> part.length() > 9, part -> backend.compile(part, 1));
        assertTrue(split.temporaries() > 1, "it is split more than once");
        try (Arena arena = Arena.ofShared()) {
            MemorySegment[] expected = run(backend.compile(CODE, 1), length, arena);
            MemorySegment[] got = run(split, length, arena);
            for (int stream = 0; stream < got.length; stream++) {
                assertEquals(-1, got[stream].mismatch(expected[stream]), "stream " + stream);
            }
        }
    }

    private static MemorySegment[] run(Kernel kernel, int length, Arena arena) {
        MemorySegment[] streams = new MemorySegment[CODE.streams()];
        for (int stream = 0; stream < streams.length; stream++) {
            streams[stream] = arena.allocate((START + length + START) * (long) Float.BYTES, 64);
            for (int i = 0; i < START + length + START; i++) {
                streams[stream].setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 31 + stream * 7) % 101 * 0.01f);
            }
        }
        long[] starts = new long[CODE.streams()];
        Arrays.fill(starts, START);
        float[] scalars = new float[CODE.scalars()];
        Arrays.fill(scalars, 0.5f);
        Scratch scratch = new Scratch();
        scratch.reserve(CODE.streams() + kernel.temporaries(), CODE.scalars(), 0, false);
        scratch.reserveTemporaries(CODE.streams(), kernel.temporaries(), arena);
        kernel.run(streams, starts, length, scalars, new double[0], 0, scratch);
        return streams;
    }
}
