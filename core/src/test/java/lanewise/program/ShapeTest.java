package lanewise.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors seen as batches of matrices. */
class ShapeTest {

    static Stream<Arguments> shapes() {
        return Stream.of(
                arguments(List.of(), new Shape(0, 1, 1, 1)),
                arguments(List.of(5L), new Shape(1, 1, 1, 5)),
                arguments(List.of(3L, 5L), new Shape(2, 1, 3, 5)),
                arguments(List.of(2L, 3L, 5L), new Shape(3, 2, 3, 5)),
                arguments(List.of(7L, 2L, 3L, 5L), new Shape(4, 14, 3, 5)),
                arguments(List.of(2L, 0L, 5L), new Shape(3, 2, 0, 5)));
    }

    private static long[] array(List<Long> lengths) {
        return lengths.stream().mapToLong(length -> length).toArray();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theLastAxisCountsTheColumnsAndTheOneBeforeItTheRows(List<Long> lengths, Shape shape) {
        assertEquals(shape, Shape.of(array(lengths)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aSlotHasAsManyValuesAsItsShapeSays(List<Long> lengths, Shape shape) {
        for (Extent extent : List.of(Extent.TENSOR, Extent.ROW, Extent.COLUMN, Extent.ELEMENT)) {
            long[] ofSlot = Slot.state("s", extent).shape(array(lengths));
            assertEquals(Arrays.stream(ofSlot).reduce(1, (a, b) -> a * b), shape.values(extent), extent.name());
        }
    }

    @Test
    void everyExtentHasItsNumberOfValues() {
        Shape shape = Shape.of(7, 2, 3, 5);
        assertEquals(
                List.of(1L, 1L, 14L, 14L * 3, 14L * 5, 14L * 15),
                Arrays.stream(Extent.values()).map(shape::values).toList());
        assertEquals(14 * 15, shape.size());
    }

    @Test
    void valuesOfRowsLackTheColumnsAndTheOtherWayRound() {
        long[] lengths = {7, 2, 3, 5};
        assertArrayEquals(lengths, Slot.state("s").shape(lengths));
        assertArrayEquals(new long[] {7, 2, 3}, Slot.state("s", Extent.ROW).shape(lengths));
        assertArrayEquals(new long[] {7, 2, 5}, Slot.state("s", Extent.COLUMN).shape(lengths));
        assertArrayEquals(new long[] {}, Slot.state("s", Extent.TENSOR).shape(lengths));
        assertArrayEquals(new long[] {7, 2, 3, 5}, lengths, "the caller's array");
    }

    @Test
    void aClockTakesATensorForOneRowUnlessTold() {
        Clock clock = new FixedClock(1, 0.1, 0, 1, 6);
        assertEquals(1, Scalars.ROWS.evaluate(clock));
        assertEquals(6, Scalars.COLUMNS.evaluate(clock));
        assertEquals(6, Scalars.ELEMENTS.evaluate(clock));
    }
}
