package lanewise.bench.speed;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.buffer.Tensor;
import org.jspecify.annotations.Nullable;

/** The numbers that all engines start from, and a look at what they make of them: no wrong answer is timed. */
final class Answers {
    /** How many steps must be right before any is timed. */
    static final int STEPS = 3;

    /** A step's change may differ by this part, where other engines round elsewhere or have ε in another place. */
    private static final double TOLERANCE = 1e-3;

    private static final int ULPS = 4;

    /** The gradient whose square is subnormal: the moments of {@link Workload.Gradients#VANISHING} start from it. */
    private static final double TINY = 1e-18;

    private static final int VANISHED_STEPS = 1000;

    private Answers() {}

    /** Values from −1 to 1. */
    static List<MemorySegment> parameters(Workload workload, Arena arena) {
        return filled(workload, arena, 0, random -> random.nextDouble(-1, 1));
    }

    /** Of either sign, and none so small that the place of ε makes a difference. */
    static List<MemorySegment> gradients(Workload workload, Arena arena) {
        return filled(workload, arena, 1, random -> random.nextDouble(0.001, 0.01) * (random.nextBoolean() ? 1 : -1));
    }

    private interface Values {
        double next(SplittableRandom random);
    }

    private static List<MemorySegment> filled(Workload workload, Arena arena, int stream, Values values) {
        SplittableRandom random = new SplittableRandom(stream);
        List<Tensor> tensors = Tensor.allocateTogether(arena, stream, workload.shapeArrays());
        for (Tensor tensor : tensors) {
            MemorySegment memory = tensor.segment();
            for (long i = 0; i < tensor.size(); i++) {
                memory.setAtIndex(JAVA_FLOAT, i, (float) values.next(random));
            }
        }
        return tensors.stream().map(Tensor::segment).toList();
    }

    /**
     * Takes the first steps, and for gradients that vanish those until they have.
     *
     * @return what was wrong with the answers, or null
     */
    static @Nullable String check(
            Engine engine,
            Engine.Stepper stepper,
            Workload workload,
            List<MemorySegment> parameters,
            List<MemorySegment> gradients) {
        String wrong = null;
        if (engine.isOptimizer()) {
            try (Arena arena = Arena.ofShared()) {
                List<MemorySegment> before = parameters(workload, arena);
                List<MemorySegment> expected = parameters(workload, arena);
                try (Engine.Stepper scalar =
                        new LanewiseEngine.Steps(workload, expected, gradients(workload, arena), "scalar")) {
                    for (int step = 0; step < STEPS; step++) {
                        scalar.step();
                        stepper.takeGradients();
                        stepper.step();
                    }
                }
                stepper.giveParameters();
                wrong = difference(engine.isExact(), before, parameters, expected);
            }
        }
        stepper.takeGradients();
        if (workload.gradients() == Workload.Gradients.VANISHING) {
            vanish(stepper, gradients);
        }
        return wrong;
    }

    private static void vanish(Engine.Stepper stepper, List<MemorySegment> gradients) {
        // Until what the first steps left is below the smallest normal number as well.
        for (double gradient : new double[] {TINY, 0}) {
            gradients.forEach(memory -> {
                for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
                    memory.setAtIndex(JAVA_FLOAT, i, (float) gradient);
                }
            });
            stepper.takeGradients();
            for (int step = 0; step < (gradient == 0 ? VANISHED_STEPS : 1); step++) {
                stepper.step();
            }
        }
    }

    private static @Nullable String difference(
            boolean exact, List<MemorySegment> before, List<MemorySegment> got, List<MemorySegment> expected) {
        for (int tensor = 0; tensor < expected.size(); tensor++) {
            for (long i = 0; i < expected.get(tensor).byteSize() / Float.BYTES; i++) {
                float was = before.get(tensor).getAtIndex(JAVA_FLOAT, i);
                float is = got.get(tensor).getAtIndex(JAVA_FLOAT, i);
                float want = expected.get(tensor).getAtIndex(JAVA_FLOAT, i);
                boolean right = exact
                        ? Float.floatToIntBits(is) == Float.floatToIntBits(want)
                        : Math.abs(is - want) <= TOLERANCE * Math.abs(want - was) + ULPS * Math.ulp(want);
                if (!right) {
                    return "after %d steps value %d of tensor %d is %s, and %s on Lanewise's scalar backend (from %s)"
                            .formatted(STEPS, i, tensor, is, want, was);
                }
            }
        }
        return null;
    }
}
