package lanewise.curvature;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;

/**
 * A random vector u over all parameters, with independent elements of mean 0 and variance 1: what {@link Hutchinson}
 * has the Hessian multiplied by. The same object every time, drawn anew.
 */
public final class Probe {

    /** The parameters are stream 0 and their gradients 1. */
    private static final int STREAM = 2;

    private static final int MOST_NAMES_IN_A_MESSAGE = 8;

    private final Arena arena;
    private final Map<String, Tensor> byName = new TreeMap<>();

    Probe(Arena arena) {
        this.arena = arena;
    }

    /**
     * The part of u that belongs to a parameter.
     *
     * @param parameter its name
     * @return of the parameter's shape, to be read; zeros if the parameter has no gradient
     * @throws IllegalArgumentException if there is no such parameter
     */
    public Tensor of(String parameter) {
        Tensor part = byName.get(parameter);
        if (part == null) {
            int more = byName.size() - MOST_NAMES_IN_A_MESSAGE;
            throw new IllegalArgumentException("the probe has no parameter " + parameter + "; there are "
                    + String.join(
                            ", ",
                            byName.keySet().stream()
                                    .limit(MOST_NAMES_IN_A_MESSAGE)
                                    .toList())
                    + (more > 0 ? " and " + more + " more" : ""));
        }
        return part;
    }

    /**
     * The part of u that belongs to a parameter.
     *
     * @param parameter one of those that the probe is over
     * @return of the parameter's shape, to be read; zeros if the parameter has no gradient
     * @throws IllegalArgumentException if it is not one of them
     */
    public Tensor of(Parameter parameter) {
        return of(parameter.name());
    }

    /** Takes memory for the parameters that have none yet. */
    void cover(Parameters parameters) {
        for (Parameter parameter : parameters.all()) {
            byName.computeIfAbsent(parameter.name(), _ -> allocate(arena, STREAM, parameter));
        }
    }

    static Tensor allocate(Arena arena, int stream, Parameter parameter) {
        return Tensor.allocateTogether(
                        arena,
                        DType.FLOAT32,
                        stream,
                        List.<long[]>of(parameter.value().shape()))
                .getFirst();
    }

    /** Draws u. A parameter without a gradient gets zeros, so that it takes no part in the product either. */
    void draw(Parameters parameters, Hutchinson.Distribution distribution, long seed, long number, int index) {
        for (Parameter parameter : parameters.all()) {
            MemorySegment u = of(parameter).segment();
            if (parameter.hasGradient()) {
                Philox random = Philox.of(seed, number, parameter.name());
                long size = parameter.value().size();
                switch (distribution) {
                    case RADEMACHER -> drawSigns(u, size, random, index);
                    case GAUSSIAN -> drawNormals(u, size, random, index);
                }
            } else {
                u.fill((byte) 0);
            }
        }
    }

    /** A block is enough for 128 signs, the lowest bit of the first word first. */
    private static void drawSigns(MemorySegment u, long size, Philox random, int index) {
        int bits = 0;
        for (long i = 0; i < size; i++) {
            if (i % 128 == 0) {
                random.draw(i / 128, index);
            }
            if (i % 32 == 0) {
                bits = random.bits32((int) (i / 32 % 4));
            }
            u.setAtIndex(ValueLayout.JAVA_FLOAT, i, (bits & 1) == 0 ? 1 : -1);
            bits >>>= 1;
        }
    }

    /** A block makes two pairs by the method of Box and Muller (1958). {@link StrictMath}: the same bits everywhere. */
    private static void drawNormals(MemorySegment u, long size, Philox random, int index) {
        double radius = 0;
        double angle = 0;
        for (long i = 0; i < size; i++) {
            if (i % 4 == 0) {
                random.draw(i / 4, index);
            }
            if (i % 2 == 0) {
                int word = (int) (i % 4);
                // From (0, 1], so that the logarithm is finite.
                radius = StrictMath.sqrt(-2 * StrictMath.log(random.uniform32(word) + 0x1p-32));
                angle = 2 * Math.PI * random.uniform32(word + 1);
            }
            double turn = i % 2 == 0 ? StrictMath.cos(angle) : StrictMath.sin(angle);
            u.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (radius * turn));
        }
    }
}
