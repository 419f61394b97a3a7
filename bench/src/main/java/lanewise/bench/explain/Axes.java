package lanewise.bench.explain;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lanewise.buffer.Tensor;
import lanewise.program.Shape;

/**
 * The tensor that a program is shown for, as {@code --shape} names it.
 *
 * @param lengths of the axes
 */
record Axes(List<Long> lengths) {
    /** For rules that treat matrices in their own way. */
    static final Axes MATRIX = new Axes(List.of(4096L, 4096L));

    private static final Pattern TEXT = Pattern.compile("[1-9]\\d{0,17}(x[1-9]\\d{0,17})*");

    /** Takes the lengths as they are then. */
    Axes {
        lengths = List.copyOf(lengths);
    }

    /**
     * Reads a shape.
     *
     * @param text such as 4096x4096
     * @return the axes
     * @throws IllegalArgumentException if it is no shape, or has 2<sup>63</sup> bytes or more
     */
    static Axes of(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "--shape must be lengths of axes, each at least 1, such as 4096x4096 or 4096, got " + text);
        }
        Axes axes =
                new Axes(Arrays.stream(text.split("x", -1)).map(Long::valueOf).toList());
        Tensor.elements(axes.array());
        return axes;
    }

    private long[] array() {
        return lengths.stream().mapToLong(Long::longValue).toArray();
    }

    Shape shape() {
        return Shape.of(array());
    }

    /** With its article. */
    @Override
    public String toString() {
        String sides = lengths.stream().map(String::valueOf).collect(Collectors.joining(" × "));
        return switch (lengths.size()) {
            case 1 -> "a tensor of " + sides + " elements";
            case 2 -> "a " + sides + " matrix";
            default -> "a " + sides + " tensor";
        };
    }
}
