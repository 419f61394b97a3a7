package lanewise.bench.verify;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongToIntFunction;
import lanewise.dtype.BlockScale;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.kernel.Kernel;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.run.Plan;
import lanewise.run.StepClock;
import lanewise.run.Workers;

/**
 * A way from memory to numbers or back, held against what its format says: not against the oracle, which has the same
 * words. All patterns there are come from memory, and to it go the numbers around every place where rounding turns.
 *
 * @param storage how numbers are kept
 * @param decodes whether from memory, else to it
 * @param elements how many are tried
 * @param wanted the bits that each becomes
 */
record Codec(Storage storage, boolean decodes, int elements, LongToIntFunction wanted) {
    private static final Slot KEPT = Slot.state("q");
    private static final Slot NUMBER = Slot.state("x");

    /** How a number may go on behind what bf16 keeps: exactly, next to it, around a tie, next to the next. */
    private static final int[] BEHIND = {0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF};

    private static final int PATTERNS = 1 << 16;

    /** Around all numbers of bf16, then of fp16. */
    private static final int NUMBERS = 2 * PATTERNS * BEHIND.length;

    private static final float[] SCALES = {1, 0x1p-100f, 0.3f, 1e30f, 0, Float.NaN};
    private static final int CODES = SCALES.length * DType.BLOCK;

    /** All there are. A block that is stored is of all numbers that its codes are, so that they come back. */
    static final List<Codec> ALL = List.of(
            new Codec(Storage.BFLOAT16, true, PATTERNS, pattern -> (int) pattern << 16),
            new Codec(
                    Storage.FLOAT16,
                    true,
                    PATTERNS,
                    pattern -> Float.floatToIntBits(Float.float16ToFloat((short) pattern))),
            new Codec(Storage.BFLOAT16, false, NUMBERS, i -> toBf16(number(i))),
            new Codec(Storage.FLOAT16, false, NUMBERS, i -> Short.toUnsignedInt(Float.floatToFloat16(number(i)))),
            new Codec(Storage.BLOCK8, true, CODES, Codec::signed),
            new Codec(Storage.UNSIGNED_BLOCK8, true, CODES, Codec::unsigned),
            new Codec(Storage.BLOCK8, false, DType.BLOCK, code -> (int) code),
            new Codec(Storage.UNSIGNED_BLOCK8, false, DType.BLOCK, code -> Math.max(1, (int) code)));

    private DType dtype() {
        return storage.planes().getFirst();
    }

    String name() {
        return "the codec of " + dtype() + (decodes ? ", from memory" : ", to memory");
    }

    /** The first element that kernels have otherwise. */
    Optional<String> difference(Engine engine) throws InterruptedException {
        Program program = decodes
                ? Program.empty().set(NUMBER, Expr.read(KEPT))
                : Program.empty().set(KEPT, Expr.read(NUMBER));
        Function<Slot, Storage> storages = slot -> slot.equals(KEPT) ? storage : Storage.FLOAT32;
        if (engine.warm() && engine.isVector()) {
            engine.warmUp(program.phases(storages).stream().map(Phase::code).toList());
        }
        return difference(program, storages, engine.kernels(), engine.threads());
    }

    private Optional<String> difference(
            Program program, Function<Slot, Storage> storages, Function<Code, Kernel> kernels, int threads) {
        try (Workers workers = new Workers(threads);
                Arena arena = Arena.ofShared()) {
            MemorySegment kept = arena.allocate(dtype().bytes(elements), 64);
            MemorySegment numbers = arena.allocate(DType.FLOAT32.bytes(elements), 64);
            for (int i = 0; i < elements; i++) {
                if (decodes) {
                    dtype().setRaw(kept, i, i);
                    if (storage.isBlocked()) {
                        BlockScale.set(kept, i, scale(i));
                    }
                } else {
                    numbers.setAtIndex(ValueLayout.JAVA_FLOAT, i, storage.isBlocked() ? ofBlock(i) : number(i));
                }
            }
            StepClock clock = new StepClock();
            clock.set(0, 0, 1);
            Map<Slot, List<MemorySegment>> memory = Map.of(KEPT, List.of(kept), NUMBER, List.of(numbers));
            Plan.Group group = new Plan.Group(program, storages, clock, kernels);
            new Plan(workers, List.of(new Plan.Member(group, Shape.of(elements), memory::get, 0)), arena)
                    .step(new boolean[] {true}, new long[] {1}, () -> true);
            for (int i = 0; i < elements; i++) {
                Optional<String> said = said(kept, numbers, i);
                if (said.isPresent()) {
                    return said;
                }
            }
            return Optional.empty();
        }
    }

    private Optional<String> said(MemorySegment kept, MemorySegment numbers, int i) {
        int want = wanted.applyAsInt(i);
        int from = decodes ? dtype().raw(kept, i) : numbers.getAtIndex(ValueLayout.JAVA_INT, i);
        int got = decodes ? numbers.getAtIndex(ValueLayout.JAVA_INT, i) : dtype().raw(kept, i);
        return want == got || (isNaN(want) && isNaN(got))
                ? Optional.empty()
                : Optional.of("%x becomes %x, by definition it is %x".formatted(from, got, want));
    }

    /** Which of the NaNs comes out is not defined. */
    private boolean isNaN(int bits) {
        return decodes
                ? Float.isNaN(Float.intBitsToFloat(bits))
                : switch (dtype()) {
                    case BFLOAT16 -> (bits & 0x7FFF) > 0x7F80;
                    case FLOAT16 -> (bits & 0x7FFF) > 0x7C00;
                    default -> false;
                };
    }

    // --------------------------------------------------------------------------------- definitions

    private static float number(long i) {
        int pattern = (int) (i / BEHIND.length % PATTERNS);
        int place = (int) (i % BEHIND.length);
        return i < NUMBERS / 2
                ? Float.intBitsToFloat((pattern << 16) | BEHIND[place])
                : pattern < 0x8000 ? aroundFp16(pattern, place) : -aroundFp16(pattern & 0x7FFF, place);
    }

    /** The places of {@link #BEHIND}; the exponent of infinity stands for a number, the first that is too large. */
    private static float aroundFp16(int pattern, int place) {
        int exponent = pattern >> 10;
        int fraction = pattern & 0x3FF;
        double gap = Math.scalb(1.0, Math.max(exponent, 1) - 25);
        double number = (exponent == 0 ? fraction : fraction + 0x400) * gap;
        float tie = (float) (number + gap / 2);
        return switch (place) {
            case 0 -> (float) number;
            case 1 -> Math.nextUp((float) number);
            case 2 -> Math.nextDown(tie);
            case 3 -> tie;
            case 4 -> Math.nextUp(tie);
            default -> Math.nextDown((float) (number + gap));
        };
    }

    /** The nearer of two neighbours, told apart in double. */
    private static int toBf16(float number) {
        int bits = Float.floatToIntBits(number);
        if (!Float.isFinite(number)) {
            return bits >>> 16;
        }
        int below = bits >>> 16;
        float least = Math.abs(Float.intBitsToFloat(below << 16));
        double gap = Math.ulp(least) * 65536.0;
        double over = Math.abs((double) number) - least;
        boolean up = over > gap / 2 || (over == gap / 2 && below % 2 == 1);
        return up ? below + 1 : below;
    }

    private static float scale(long i) {
        return SCALES[(int) (i / DType.BLOCK)];
    }

    /** Of a code of the format, in a block whose scale is 1. */
    private float ofBlock(int code) {
        return storage == Storage.BLOCK8 ? signed(code, 1) : unsigned(code, 1);
    }

    private static int signed(long i) {
        return Float.floatToIntBits(signed((int) (i % DType.BLOCK), scale(i)));
    }

    private static int unsigned(long i) {
        return Float.floatToIntBits(unsigned((int) (i % DType.BLOCK), scale(i)));
    }

    private static float signed(int code, float scale) {
        double magnitude = magnitude(code & 0x7F, 15);
        return (float) (code < 0x80 ? magnitude : -magnitude) * scale;
    }

    private static float unsigned(int code, float scale) {
        return (float) magnitude(code, 31) * scale;
    }

    private static double magnitude(int code, int bias) {
        return Math.scalb(1 + (code & 7) / 8.0, (code >> 3) - bias) - Math.scalb(1.0, -bias);
    }

    // ------------------------------------------------------------------------------------- running

    /**
     * All codecs in several ways.
     *
     * @param trials how many that were
     * @param failures those that failed
     */
    record Result(int trials, List<Verification.Failure> failures) {
        /** Nothing tried. */
        static final Result NONE = new Result(0, List.of());
    }

    /**
     * Tries all.
     *
     * @param engines the ways to run kernels
     * @param command says what replays a trial
     */
    static Result run(List<Engine> engines, Function<Engine, String> command) throws InterruptedException {
        List<Verification.Failure> failures = new ArrayList<>();
        for (Engine engine : engines) {
            for (Codec codec : ALL) {
                Optional<String> problem;
                try {
                    problem = codec.difference(engine);
                } catch (RuntimeException | LinkageError e) {
                    problem = Optional.of("it failed with " + e);
                }
                problem.ifPresent(what ->
                        failures.add(new Verification.Failure(codec.name(), engine, what, command.apply(engine))));
            }
        }
        return new Result(engines.size() * ALL.size(), failures);
    }
}
