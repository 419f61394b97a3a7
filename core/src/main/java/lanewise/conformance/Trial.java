package lanewise.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import lanewise.dtype.Computed;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.dtype.Words;
import lanewise.kernel.Arithmetic;
import lanewise.kernel.Kernel;
import lanewise.kernel.Oracle;
import lanewise.program.Code;
import lanewise.program.Extent;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.run.Plan;
import lanewise.run.StepClock;
import lanewise.run.Workers;

/**
 * Steps of one program over tensors of awkward sizes, at odd offsets, between guard zones, over
 * special values; with any kernels, against the oracle, bit for bit. One trial asks the oracle once
 * and is then held against as many kernels as there are. The data depend on the seed alone, on every machine.
 */
public final class Trial {

    /** How much is tried. */
    public enum Size {
        /** Some hundred elements: for JVMs that only interpret, and for very many programs. */
        SMALL,
        /** Beyond a tile, and beyond a block. */
        FULL
    }

    private static final int SMALL_TENSOR = 300;

    /** Around the lanes of every width, around the rows of a sum, beyond a tile. */
    private static final List<Shape> FLAT = IntStream.of(
                    0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 131, 1003, 4098, Kernel.TILE + 37)
            .mapToObj(Shape::of)
            .toList();

    /** Rows, columns and matrices of such sizes, beyond a block and a tile. */
    private static final List<Shape> BY_ROWS = List.of(
            Shape.of(),
            Shape.of(13),
            Shape.of(0, 5),
            Shape.of(5, 0),
            Shape.of(1, 1),
            Shape.of(3, 1),
            Shape.of(1, 7),
            Shape.of(5, 17),
            Shape.of(9, 16),
            Shape.of(2, 3, 4),
            Shape.of(2, 2, 1, 33),
            Shape.of(Kernel.TILE + 3, 1),
            Shape.of(1, Kernel.TILE + 3),
            Shape.of(Kernel.BLOCK_ROWS + 2, 5),
            Shape.of(2, Kernel.BLOCK_ROWS + 1, 3),
            Shape.of(2, Kernel.BLOCK_COLUMNS + 6));

    /** What the slots hold before the first step. */
    private enum Data {
        /** Special values against each other in all slots of every second tensor, and numbers of many sizes and signs. */
        WILD,
        /**
         * Numbers of like sizes, and states at least 0, as mean squares are. One NaN in a sum over all tensors, or one
         * root of a negative mean square in one over a tensor, and NaN is all that wild data leave to compare.
         */
        TAME;

        /** Of wild data the first steps, where corrections are largest, and one past 2³¹. */
        long[] steps() {
            return switch (this) {
                case WILD -> new long[] {1, 7, (1L << 31) + 1};
                case TAME -> new long[] {7};
            };
        }
    }

    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-40f,
        -0x0.fffffep-126f,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        1e-25f,
        1e-19f,
        -1f,
        1f,
        1e19f,
        -3e25f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    private static final int GUARD = 64;
    private static final byte GUARD_BYTE = 0x5A;

    private final Program program;
    private final Function<Slot, Storage> storages;
    private final List<Slot> set;
    private final long seed;
    private final List<Shape> shapes;
    private final List<Slot> slots;
    private final List<Slot> ofTensors;

    /** What the oracle says after a step, by tensor. */
    private record Expected(long step, List<Map<Slot, List<Float>>> values, List<Map<Slot, Double>> valuesOfTensors) {}

    private final Map<Data, List<Map<Slot, List<Float>>>> initial = new EnumMap<>(Data.class);
    private final Map<Data, List<Expected>> expected = new EnumMap<>(Data.class);

    /**
     * A trial of full size.
     *
     * @param program what is tried
     * @param seed of the data
     */
    public Trial(Program program, long seed) {
        this(program, seed, Size.FULL);
    }

    /**
     * Asks the oracle.
     *
     * @param program what is tried
     * @param seed of the data
     * @param size how much is tried
     */
    public Trial(Program program, long seed, Size size) {
        this(program, _ -> Storage.FLOAT32, seed, size);
    }

    /**
     * Asks the oracle, whose values are rounded as they are stored.
     *
     * @param program what is tried
     * @param storages how the values of a slot are kept
     * @param seed of the data
     * @param size how much is tried
     */
    public Trial(Program program, Function<Slot, Storage> storages, long seed, Size size) {
        this.program = program;
        this.storages = slot -> slot.extent() == Extent.ELEMENT ? storages.apply(slot) : Storage.FLOAT32;
        set = program.statements().stream()
                .filter(Program.Statement.Set.class::isInstance)
                .map(statement -> ((Program.Statement.Set) statement).slot())
                .toList();
        this.seed = seed;
        slots = new ArrayList<>(List.of(Slot.PARAMETER, Slot.GRADIENT));
        slots.addAll(program.states());
        slots.removeIf(slot -> slot.extent().isScalar());
        ofTensors = program.states().stream()
                .filter(slot -> slot.extent().isScalar())
                .toList();
        shapes = (program.isByRows() ? BY_ROWS : FLAT)
                .stream()
                        .filter(shape -> size == Size.FULL || shape.size() < SMALL_TENSOR)
                        .toList();
        for (Data kind : Data.values()) {
            List<Map<Slot, List<Float>>> data = data(kind);
            data.forEach(values -> values.replaceAll((slot, list) -> {
                Storage storage = this.storages.apply(slot);
                IntFunction<Computed> nearest = _ -> Computed.WORDS;
                // Twice: what can't be kept, such as a number below 0, must not count in the scale of its block.
                return Stored.rounded(storage, Stored.rounded(storage, list, nearest), nearest);
            }));
            initial.put(kind, data.stream().map(Trial::copy).toList());
            expected.put(kind, expected(kind, data));
        }
    }

    private List<Expected> expected(Data kind, List<Map<Slot, List<Float>>> values) {
        Oracle<Float, Double> oracle = new Oracle<>(Arithmetic.FLOAT);
        List<Map<Slot, Double>> valuesOfTensors = new ArrayList<>();
        for (Shape _ : shapes) {
            Map<Slot, Double> states = new LinkedHashMap<>();
            ofTensors.forEach(slot -> states.put(slot, slot.initial()));
            valuesOfTensors.add(states);
        }
        List<Expected> expected = new ArrayList<>();
        for (long step : kind.steps()) {
            List<Oracle.Member<Float, Double>> members = new ArrayList<>();
            for (int tensor = 0; tensor < shapes.size(); tensor++) {
                if (!takes(tensor, step)) {
                    continue;
                }
                StepClock clock = clock();
                clock.tensor(step, shapes.get(tensor), tensor);
                members.add(new Oracle.Member<>(
                        program, shapes.get(tensor), clock, values.get(tensor), valuesOfTensors.get(tensor)));
            }
            oracle.step(members);
            for (Oracle.Member<Float, Double> member : members) {
                int key = Words.keyOf((float) member.clock().key());
                set.stream()
                        .filter(slots::contains)
                        .forEach(slot -> member.values()
                                .compute(
                                        slot,
                                        (_, list) ->
                                                Stored.rounded(storages.apply(slot), list, i -> new Computed(i, key))));
            }
            expected.add(new Expected(
                    step,
                    values.stream().map(Trial::copy).toList(),
                    valuesOfTensors.stream().map(Trial::copy).toList()));
        }
        return expected;
    }

    /** After the first step some tensors are without a gradient. */
    private static boolean takes(int tensor, long step) {
        return step == 1 || tensor % 5 != 3;
    }

    private static <V> Map<Slot, V> copy(Map<Slot, V> values) {
        return new LinkedHashMap<>(values);
    }

    private static StepClock clock() {
        StepClock clock = new StepClock();
        clock.set(0.01, 0.1, 0.25);
        return clock;
    }

    private List<Map<Slot, List<Float>>> data(Data kind) {
        Random random = new Random(seed);
        List<Map<Slot, List<Float>>> tensors = new ArrayList<>();
        for (Shape shape : shapes) {
            Map<Slot, List<Float>> tensor = new LinkedHashMap<>();
            for (Slot slot : slots) {
                List<Float> values = new ArrayList<>();
                for (int i = 0; i < shape.values(slot.extent()); i++) {
                    values.add(
                            switch (kind) {
                                case WILD -> wild(random, tensors.size() % 2 == 0);
                                case TAME -> tame(random, slot);
                            });
                }
                tensor.put(slot, values);
            }
            tensors.add(tensor);
        }
        return tensors;
    }

    private static float wild(Random random, boolean special) {
        return special && random.nextInt(4) == 0
                ? SPECIAL[random.nextInt(SPECIAL.length)]
                : (float) Math.scalb(random.nextGaussian(), random.nextInt(30) - 20);
    }

    private static float tame(Random random, Slot slot) {
        float value = (float) random.nextGaussian();
        return slot.role() == Slot.Role.STATE ? Math.abs(value) : value;
    }

    /**
     * Adds what the oracle says to a digest: equal ones are equal bits of all slots after all steps.
     *
     * @param digest takes the bits
     */
    public void addTo(MessageDigest digest) {
        for (Expected step : expected.values().stream().flatMap(List::stream).toList()) {
            for (int tensor = 0; tensor < shapes.size(); tensor++) {
                for (Slot slot : slots) {
                    List<Float> values = step.values.get(tensor).get(slot);
                    ByteBuffer bytes = ByteBuffer.allocate(values.size() * Float.BYTES);
                    // floatToIntBits takes all NaNs for one: which of them comes out is not defined.
                    values.forEach(value -> bytes.putInt(Float.floatToIntBits(value)));
                    digest.update(bytes.flip());
                }
                for (Slot slot : ofTensors) {
                    double value = step.valuesOfTensors.get(tensor).get(slot);
                    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES);
                    digest.update(bytes.putLong(Double.doubleToLongBits(value)).flip());
                }
            }
        }
    }

    /**
     * Runs the steps with other kernels.
     *
     * @param kernels the kernel of a code
     * @param threads number of workers
     * @return the first difference, or nothing if there is none
     */
    public Optional<Mismatch> mismatch(Function<Code, Kernel> kernels, int threads) {
        try (Workers workers = new Workers(threads);
                Arena arena = Arena.ofShared()) {
            List<Guard> guards = new ArrayList<>();
            List<Map<Slot, List<MemorySegment>>> memory = new ArrayList<>();
            Plan.Group group = new Plan.Group(program, storages, clock(), kernels);
            List<Plan.Member> members = new ArrayList<>();
            for (int tensor = 0; tensor < shapes.size(); tensor++) {
                Map<Slot, List<MemorySegment>> segments = new LinkedHashMap<>();
                for (Slot slot : slots) {
                    List<MemorySegment> planes = new ArrayList<>();
                    for (DType plane : storages.apply(slot).planes()) {
                        int offset = GUARD + plane.alignment() * ((tensor + slots.indexOf(slot)) % 5);
                        long bytes = plane.bytes(shapes.get(tensor).values(slot.extent()));
                        MemorySegment whole =
                                arena.allocate(offset + bytes + GUARD, 64).fill(GUARD_BYTE);
                        planes.add(whole.asSlice(offset, bytes));
                        guards.add(new Guard(tensor, slot, whole.asSlice(0, offset)));
                        guards.add(new Guard(tensor, slot, whole.asSlice(offset + bytes)));
                    }
                    segments.put(slot, planes);
                }
                ofTensors.forEach(slot -> segments.put(slot, List.of(arena.allocate(ValueLayout.JAVA_DOUBLE))));
                memory.add(segments);
                members.add(new Plan.Member(group, shapes.get(tensor), segments::get, tensor));
            }
            Plan plan = new Plan(workers, members, arena);
            boolean[] taking = new boolean[shapes.size()];
            for (Data kind : Data.values()) {
                fill(memory, Objects.requireNonNull(initial.get(kind)));
                for (Expected step : Objects.requireNonNull(expected.get(kind))) {
                    long[] steps = new long[shapes.size()];
                    Arrays.fill(steps, step.step);
                    for (int tensor = 0; tensor < taking.length; tensor++) {
                        taking[tensor] = takes(tensor, step.step);
                    }
                    plan.step(taking, steps, () -> true);
                    Optional<Mismatch> found = firstDifference(memory, step).or(() -> firstTrespass(guards, step.step));
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
            return Optional.empty();
        }
    }

    private void fill(List<Map<Slot, List<MemorySegment>>> memory, List<Map<Slot, List<Float>>> data) {
        for (int tensor = 0; tensor < shapes.size(); tensor++) {
            Map<Slot, List<MemorySegment>> segments = memory.get(tensor);
            for (Slot slot : slots) {
                Stored.put(storages.apply(slot), data.get(tensor).get(slot), segments.get(slot));
            }
            ofTensors.forEach(slot -> segments.get(slot).getFirst().set(ValueLayout.JAVA_DOUBLE, 0, slot.initial()));
        }
    }

    /** Memory before or behind a slot of a tensor, which nobody may write to. */
    private record Guard(int tensor, Slot slot, MemorySegment zone) {
        boolean isBroken() {
            for (long i = 0; i < zone.byteSize(); i++) {
                if (zone.get(ValueLayout.JAVA_BYTE, i) != GUARD_BYTE) {
                    return true;
                }
            }
            return false;
        }
    }

    private Optional<Mismatch> firstTrespass(List<Guard> guards, long step) {
        return guards.stream()
                .filter(Guard::isBroken)
                .findFirst()
                .map(guard -> new Mismatch(
                        step, shapes.get(guard.tensor), guard.slot.symbol(), -1, "written to", "nothing is there"));
    }

    private Optional<Mismatch> firstDifference(List<Map<Slot, List<MemorySegment>>> memory, Expected step) {
        for (int tensor = 0; tensor < shapes.size(); tensor++) {
            Shape shape = shapes.get(tensor);
            for (Slot slot : slots) {
                Storage storage = storages.apply(slot);
                List<MemorySegment> planes = memory.get(tensor).get(slot);
                List<Float> values = step.values.get(tensor).get(slot);
                for (int i = 0; i < values.size(); i++) {
                    float want = values.get(i);
                    float got = Stored.get(storage, planes, i);
                    if (Float.floatToIntBits(want) != Float.floatToIntBits(got)) {
                        return Optional.of(Mismatch.of(step.step, shape, slot.symbol(), i, got, want));
                    }
                    if (!Stored.hasCopy(storage, planes, i, want)) {
                        return Optional.of(
                                new Mismatch(step.step, shape, slot.symbol(), i, "another copy", "that of the master"));
                    }
                }
            }
            for (Slot slot : ofTensors) {
                double want = step.valuesOfTensors.get(tensor).get(slot);
                double got = memory.get(tensor).get(slot).getFirst().get(ValueLayout.JAVA_DOUBLE, 0);
                if (Double.doubleToLongBits(want) != Double.doubleToLongBits(got)) {
                    return Optional.of(Mismatch.of(step.step, shape, slot.symbol(), got, want));
                }
            }
        }
        return Optional.empty();
    }
}
