package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import lanewise.bench.Mix;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
import org.jspecify.annotations.Nullable;

/** The numbers that all engines start from, and a look at the parameters that they make of them. */
final class Answers {
    /** How many steps must be right before any is timed. */
    static final int STEPS = 3;

    /** A step's change may differ by this part, where other engines round elsewhere or have ε in another place. */
    private static final double TOLERANCE = 1e-3;

    /** The same where states are rounded to 8 bits, by some engines after every operation. */
    private static final double ROUGH_TOLERANCE = 0.05;

    private static final int ULPS = 4;

    /** The first gradient of those that vanish. */
    private static final double TINY = 1e-18;

    private static final int VANISHED_STEPS = 1000;

    private Answers() {}

    /** Values from −1 to 1. */
    static List<MemorySegment> parameters(Workload workload, Arena arena) {
        return filled(workload, workload.mix().parameter(), arena, 0, random -> random.nextDouble(-1, 1));
    }

    /** Of either sign, and none so small that the place of ε makes a difference. */
    static List<MemorySegment> gradients(Workload workload, Arena arena) {
        return filled(
                workload,
                workload.mix().gradient(),
                arena,
                1,
                random -> random.nextDouble(0.001, 0.01) * (random.nextBoolean() ? 1 : -1));
    }

    private interface Values {
        double next(SplittableRandom random);
    }

    private static List<MemorySegment> filled(Workload workload, DType dtype, Arena arena, int stream, Values values) {
        SplittableRandom random = new SplittableRandom(stream);
        List<Tensor> tensors = Tensor.allocateTogether(arena, dtype, stream, workload.shapeArrays());
        for (Tensor tensor : tensors) {
            for (long i = 0; i < tensor.size(); i++) {
                tensor.set(i, (float) values.next(random));
            }
        }
        return tensors.stream().map(Tensor::segment).toList();
    }

    /** Their squares are subnormal, and soon they are gone. */
    static List<MemorySegment> tinyGradients(Workload workload, Arena arena) {
        return filled(workload, workload.mix().gradient(), arena, 1, _ -> TINY);
    }

    /**
     * Takes the first steps.
     *
     * @throws IllegalStateException if the parameters are not what they should be then
     */
    static void check(Engine engine, Engine.Stepper stepper, Workload workload, List<MemorySegment> parameters) {
        if (!engine.isOptimizer()) {
            return;
        }
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> expected = parameters(workload, arena);
            try (Engine.Stepper scalar =
                    new LanewiseEngine.Steps(workload, expected, gradients(workload, arena), "scalar")) {
                for (int step = 0; step < STEPS; step++) {
                    scalar.step();
                    stepper.takeGradients();
                    stepper.step();
                }
            }
            stepper.takeGradients();
            stepper.giveParameters();
            if (engine.isExact() && haveSameBits(parameters, expected)) {
                return;
            }
            String wrong = difference(workload, engine.isExact(), parameters(workload, arena), parameters, expected);
            if (wrong != null) {
                throw new IllegalStateException("not timed, since it is wrong: " + wrong);
            }
        }
    }

    /** Takes a step with the gradients as they are, and then so many with zeros that the moments are subnormal or gone. */
    static void vanish(Engine.Stepper stepper, List<MemorySegment> gradients) {
        stepper.takeGradients();
        stepper.step();
        gradients.forEach(memory -> memory.fill((byte) 0));
        stepper.takeGradients();
        for (int step = 0; step < VANISHED_STEPS; step++) {
            stepper.step();
        }
    }

    private static boolean haveSameBits(List<MemorySegment> got, List<MemorySegment> expected) {
        return IntStream.range(0, got.size()).allMatch(tensor -> got.get(tensor).mismatch(expected.get(tensor)) < 0);
    }

    private static @Nullable String difference(
            Workload workload,
            boolean exact,
            List<MemorySegment> before,
            List<MemorySegment> got,
            List<MemorySegment> expected) {
        Mix mix = workload.mix();
        for (int tensor = 0; tensor < expected.size(); tensor++) {
            long[] shape = workload.shape(tensor);
            Tensor start = Tensor.wrap(mix.parameter(), before.get(tensor), shape);
            Tensor theirs = Tensor.wrap(mix.parameter(), got.get(tensor), shape);
            Tensor ours = Tensor.wrap(mix.parameter(), expected.get(tensor), shape);
            for (long i = 0; i < ours.size(); i++) {
                float was = start.get(i);
                float is = theirs.get(i);
                float want = ours.get(i);
                boolean right = exact
                        ? Float.floatToIntBits(is) == Float.floatToIntBits(want)
                        : Math.abs(is - want) <= tolerance(mix, was, want);
                if (!right) {
                    return "after %d steps value %d of tensor %d is %s, and %s on Lanewise's scalar backend (from %s)"
                            .formatted(STEPS, i, tensor, is, want, was);
                }
            }
        }
        return null;
    }

    /** What another engine may differ by. */
    private static float tolerance(Mix mix, float was, float want) {
        float ulp = Math.ulp(Math.max(Math.abs(was), Math.abs(want)));
        float change = Math.abs(want - was);
        return (float)
                switch (mix.parameter()) {
                    case FLOAT32 -> TOLERANCE * change + ULPS * Math.ulp(want);
                    // Stored anew in each step, by each of the two a unit in the last place off at the most.
                    case BFLOAT16 -> ROUGH_TOLERANCE * change + 2 * STEPS * ulp * (1 << 16);
                    case FLOAT16 -> ROUGH_TOLERANCE * change + 2 * STEPS * ulp * (1 << 13);
                    case FLOAT64, LOW16, BLOCK8, UNSIGNED_BLOCK8 ->
                        throw new IllegalArgumentException("parameters are never in " + mix.parameter());
                };
    }
}
