package lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import lanewise.buffer.Tensor;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The caller's memory is used where it lies; the engine's own lies well. */
class MemoryTest {

    private static final int SIZE = 1003;
    private static final byte GUARD = 0x5A;

    /** What a step of AdamW makes of the values and gradients that {@link Model} gives a parameter w. */
    private static Bits expected() {
        try (Model model = new Model().with("w", SIZE).gradients(1);
                Optimizer optimizer = model.builder(new AdamW()).build()) {
            optimizer.step();
            return Bits.ofWeights(model.parameters);
        }
    }

    private static void stepOver(Tensor value, Tensor gradient) {
        Model.fill(value, "w", -1);
        Model.fill(gradient, "w", 1);
        try (Parameters parameters = new Parameters()) {
            parameters.add("w", value, gradient);
            try (Optimizer optimizer =
                    Optimizer.builder(parameters, new AdamW()).backend("scalar").build()) {
                optimizer.step();
                Bits.assertSame(expected(), Bits.ofWeights(parameters));
            }
        }
    }

    private static void assertGuarded(MemorySegment whole, long from, long bytes) {
        for (long i = 0; i < whole.byteSize(); i++) {
            if (i < from || i >= from + bytes) {
                assertEquals(GUARD, whole.get(ValueLayout.JAVA_BYTE, i), "byte " + i + " around the tensor");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 8, 12, 20, 60, 68, 4092})
    void aWrappedSegmentIsChangedInPlaceAtAnyOffsetOfAnElement(long offset) {
        long bytes = SIZE * Float.BYTES;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment values = arena.allocate(8192 + bytes, 64).fill(GUARD);
            MemorySegment gradients = arena.allocate(8192 + bytes, 64).fill(GUARD);
            Tensor value = Tensor.wrap(values.asSlice(offset, bytes), SIZE);
            Tensor gradient = Tensor.wrap(gradients.asSlice(4096 - offset, bytes), SIZE);
            stepOver(value, gradient);
            int[] raw = values.asSlice(offset, bytes).toArray(ValueLayout.JAVA_INT);
            assertArrayEquals(expected().byName().get("w"), raw, "the caller's own view shows the new weights");
            assertGuarded(values, offset, bytes);
            assertGuarded(gradients, 4096 - offset, bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 36})
    void aWrappedDirectBufferIsChangedInPlaceFromItsPositionToItsLimit(int offset) {
        int bytes = SIZE * Float.BYTES;
        ByteBuffer values = ByteBuffer.allocateDirect(bytes + 128).order(ByteOrder.nativeOrder());
        MemorySegment.ofBuffer(values).fill(GUARD);
        ByteBuffer gradients = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        values.position(offset).limit(offset + bytes);
        stepOver(Tensor.wrap(values, SIZE), Tensor.wrap(gradients, SIZE));
        assertEquals(offset, values.position());
        int[] want = expected().byName().get("w");
        for (int i = 0; i < SIZE; i++) {
            assertEquals(want[i], values.getInt(offset + i * Float.BYTES));
        }
        values.clear();
        assertGuarded(MemorySegment.ofBuffer(values), offset, bytes);
    }

    @Test
    void gradientsAreNotWrittenTo() {
        try (Model model = Model.small().gradients(1);
                Optimizer optimizer = model.builder(new AdamW())
                        .clipGlobalNorm(0.1)
                        .clipValue(0.5)
                        .maximize(true)
                        .gradientScale(3)
                        .weightDecay(0.1)
                        .build()) {
            List<float[]> before = new ArrayList<>();
            model.parameters
                    .all()
                    .forEach(parameter -> before.add(parameter.gradient().toArray()));
            optimizer.step();
            List<float[]> after = new ArrayList<>();
            model.parameters
                    .all()
                    .forEach(parameter -> after.add(parameter.gradient().toArray()));
            for (int i = 0; i < before.size(); i++) {
                // assertArrayEquals compares floats by their bits.
                assertArrayEquals(before.get(i), after.get(i));
            }
        }
    }

    @Test
    void aGradientMayBeReadOnlyMemory() {
        try (Arena arena = Arena.ofShared()) {
            Tensor value = Tensor.allocate(arena, SIZE);
            Tensor writable = Tensor.allocate(arena, SIZE);
            Model.fill(value, "w", -1);
            Model.fill(writable, "w", 1);
            Tensor gradient = Tensor.wrap(writable.segment().asReadOnly(), SIZE);
            try (Parameters parameters = new Parameters()) {
                parameters.add("w", value, gradient);
                try (Optimizer optimizer = Optimizer.builder(parameters, new AdamW())
                        .backend("scalar")
                        .build()) {
                    optimizer.step();
                    Bits.assertSame(expected(), Bits.ofWeights(parameters));
                }
            }
        }
    }

    @Test
    void aSharedAndAnAutomaticArenaWillDo() {
        try (Arena shared = Arena.ofShared()) {
            stepOver(Tensor.allocate(shared, SIZE), Tensor.allocate(Arena.ofAuto(), SIZE));
            stepOver(Tensor.allocate(Arena.global(), SIZE), Tensor.allocate(shared, SIZE));
        }
    }

    @Test
    void neighbouringTensorsMayTouch() {
        try (Arena arena = Arena.ofShared();
                Parameters parameters = new Parameters()) {
            MemorySegment block = arena.allocate(48, 4);
            parameters.add("a", Tensor.wrap(block.asSlice(0, 12), 3), Tensor.wrap(block.asSlice(24, 12), 3));
            parameters.add("b", Tensor.wrap(block.asSlice(12, 12), 3), Tensor.wrap(block.asSlice(36, 12), 3));
            parameters.get("a").gradient().fill(1);
            parameters.get("b").gradient().fill(2);
            try (Optimizer optimizer = Optimizer.builder(parameters, new Sgd())
                    .learningRate(1)
                    .backend("scalar")
                    .build()) {
                optimizer.step();
            }
            // Small whole numbers are exact.
            assertArrayEquals(
                    new float[] {-1, -1, -1, -2, -2, -2, 1, 1, 1, 2, 2, 2}, block.toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    @Test
    void memoryThatWasGivenBackMayBeUsedByAnotherTensor() {
        try (Parameters parameters = new Parameters();
                Arena arena = Arena.ofShared()) {
            Tensor first = Tensor.allocate(arena, 3);
            Parameter a = parameters.add("a", 3).setGradient(first);
            Parameter b = parameters.add("b", 3);
            a.removeGradient();
            b.setGradient(first);
            assertEquals(first.segment(), b.gradient().segment());
        }
    }

    /** An arena for each step: what one tensor had in the last may be another's in the next. */
    @Test
    @SuppressWarnings("restricted")
    void memoryOfAClosedArenaIsNobodysAnyMore() {
        try (Parameters parameters = new Parameters();
                Arena lasting = Arena.ofShared()) {
            MemorySegment place = lasting.allocate(12, 4);
            Parameter a = parameters.add("a", 3);
            Parameter b = parameters.add("b", 3);
            try (Arena step = Arena.ofShared()) {
                a.setGradient(
                        Tensor.wrap(MemorySegment.ofAddress(place.address()).reinterpret(12, step, null), 3));
            }
            b.setGradient(Tensor.wrap(place, 3));
            assertEquals(place, b.gradient().segment());
        }
    }

    @Test
    void aRejectedGradientLeavesTheOldOneInItsPlace() {
        try (Parameters parameters = new Parameters()) {
            Parameter a = parameters.add("a", 3);
            Tensor old = a.gradient();
            try {
                a.setGradient(a.value());
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage().startsWith("the gradient of a must have memory of its own"));
            }
            assertEquals(old, a.gradient());
        }
    }

    // --------------------------------------------------------------------------- the engine's memory

    private static List<MemorySegment> streams(Optimizer optimizer, Parameter parameter, String... states) {
        List<MemorySegment> streams = new ArrayList<>(
                List.of(parameter.value().segment(), parameter.gradient().segment()));
        for (String state : states) {
            streams.add(optimizer.state(parameter.name(), state).segment());
        }
        return streams;
    }

    /** Sizes that bring the second tensor's states just one stagger, two, … or a page behind the first's. */
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 16, 144, 288, 432, 576, 592, 736, 880, 1024, 1003, 5000, 8192})
    void engineMemoryIsAlignedAndStaggered(long firstSize) {
        try (Model model = new Model()
                        .with("first", firstSize)
                        .with("second", 2000)
                        .with("third", 2000);
                Optimizer optimizer =
                        model.builder(new Adam().amsgrad(true)).accumulate(2).build()) {
            for (Parameter parameter : model.parameters.all()) {
                List<Long> offsets = new ArrayList<>();
                for (MemorySegment stream : streams(optimizer, parameter, "m", "v", "x", "Σg")) {
                    assertEquals(0, stream.address() % 64);
                    offsets.add(stream.address() % 4096);
                }
                assertEquals(
                        offsets.size(),
                        new HashSet<>(offsets).size(),
                        () -> "two streams of " + parameter.name() + " share an offset in their pages: " + offsets);
            }
        }
    }

    @Test
    void newMemoryIsZero() {
        try (Parameters parameters = new Parameters()) {
            Parameter w = parameters.add("w", 3, 5);
            assertArrayEquals(new float[15], w.value().toArray());
            assertArrayEquals(new float[15], w.gradient().toArray());
            assertNotEquals(
                    w.value().segment().address(), w.gradient().segment().address());
        }
    }
}
