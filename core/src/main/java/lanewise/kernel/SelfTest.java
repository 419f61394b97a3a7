package lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import lanewise.dtype.BlockScale;
import lanewise.dtype.Computed;
import lanewise.dtype.DType;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;
import org.jspecify.annotations.Nullable;

/** A code on made-up data: a kernel of it has to leave the bits that the {@link Interpreter} leaves, and gets timed. */
final class SelfTest {

    /** Every operation that elements know, in a pass with a sum and in one that writes. */
    private static final Program EVERY_OPERATION = everyOperation();

    /** With a tail behind the whole vectors, with none, and with nothing but a tail. */
    static final int[] LENGTHS = {1003, 1024, 10};

    /**
     * The same for a kernel of vectors that C2 is to compile, with so many turns on average that it unrolls the loop as far
     * as it can: to 16 turns, but only if it has seen over 150 of them in a run. Over narrow elements in memory that is
     * worth a fifth of the time.
     */
    static final int[] LONG_LENGTHS = {4075, 4096, 10};

    /** A start that no vector is aligned to. */
    private static final int ODD = 3;

    private static final int LONGEST = 1024 + DType.BLOCK;
    private static final int MEMORY = 4 * LONGEST;

    /** Enough for C2: its thresholds are 5,000 calls, or 600 with 15,000 loop iterations. */
    private static final int CALLS = 2000;

    /** How many calls are timed together. */
    private static final int BATCH = 25;

    /** So long takes no batch of compiled code. */
    private static final long SLOW_NANOS = 1_000_000;

    private static final Set<List<Object>> PASSED = ConcurrentHashMap.newKeySet();

    private final Code code;
    private final MemorySegment[] streams;
    private final MemorySegment[] expected;
    private final long[] starts;
    private final float[] scalars;
    private final double[] sums;
    private final double[] expectedSums;
    private final Scratch scratch = new Scratch();

    private final List<DType> planes;

    SelfTest(Code code, int temporaries, Arena arena) {
        this.code = code;
        planes = code.storages().stream()
                .flatMap(storage -> storage.planes().stream())
                .toList();
        streams = segments(arena);
        expected = segments(arena);
        starts = new long[code.streams()];
        scalars = new float[code.scalars()];
        for (int i = 0; i < scalars.length; i++) {
            scalars[i] = 1f / (i + 2);
        }
        if (code.isRandom()) {
            scalars[scalars.length - 1] = 12345;
        }
        sums = new double[code.sums().size()];
        expectedSums = new double[sums.length];
        scratch.reserve(code.planes() + temporaries, code.scalars(), code.sums().size(), code.isBlocked());
        scratch.reserveTemporaries(code.planes(), temporaries, arena);
    }

    private static Program everyOperation() {
        Expr x = Expr.read(Slot.PARAMETER);
        Expr g = Expr.read(Slot.GRADIENT);
        Expr half = Expr.scalar("½", 0.5);
        Expr ratio = x.max(g).over(g.abs().sqrt().plus(half));
        Expr difference = x.min(g).minus(g.negate().times(half));
        return Program.empty()
                .set(
                        Slot.PARAMETER,
                        Expr.select(x.sign(), ratio, difference)
                                .plus(g.norm(Extent.TENSOR))
                                .flush());
    }

    /**
     * Why a backend can't be trusted, found out before C2 has seen any of it. Once it has, each kernel is tested again
     * before it is used.
     *
     * @return what was wrong, or null
     */
    static @Nullable String problem(Backend backend, int lanes) {
        List<Object> tested = List.of(backend.getClass(), lanes);
        if (PASSED.contains(tested)) {
            return null;
        }
        try (Arena arena = Arena.ofShared()) {
            for (Phase phase : EVERY_OPERATION.phases()) {
                Kernel kernel = backend.compile(phase.code(), lanes);
                String difference = new SelfTest(phase.code(), kernel.temporaries(), arena).difference(kernel);
                if (difference != null) {
                    return "other bits than the scalar one at start-up: " + difference;
                }
            }
        }
        PASSED.add(tested);
        return null;
    }

    private MemorySegment[] segments(Arena arena) {
        return planes.stream()
                .map(plane -> arena.allocate(plane.bytes(MEMORY), 64))
                .toArray(MemorySegment[]::new);
    }

    /**
     * Signs, zeros, subnormals, and sizes from 2^-20 to 2^20, another order in each plane; NaN and infinity where they
     * spoil no sum.
     */
    private void fill(MemorySegment[] segments) {
        for (int plane = 0; plane < segments.length; plane++) {
            DType dtype = planes.get(plane);
            // Those of blocks to the end, since their scales lie behind all.
            int count = dtype.isBlocked() ? MEMORY : LONGEST;
            for (int i = 0; i < count; i++) {
                int hash = (i * 31 + plane + 1) * 0x9E3779B9;
                float x = Math.scalb(1f + (hash >>> 9) * 0x1p-23f, (hash & 63) % 41 - 20);
                float value = i % 101 == 0 ? 0f : i % 103 == 0 ? x * 0x1p-140f : x;
                if (code.sums().isEmpty() && i % 211 == 97 + plane) {
                    value = i % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
                }
                int bits = Float.floatToRawIntBits((hash & 64) == 0 ? value : -value);
                dtype.setRaw(
                        segments[plane],
                        i,
                        switch (dtype) {
                            case FLOAT32, FLOAT64 -> bits;
                            case BFLOAT16, FLOAT16 -> dtype.encode(Computed.WORDS, bits);
                            case LOW16, BLOCK8, UNSIGNED_BLOCK8 -> hash >>> 16;
                        });
            }
            for (int i = 0; dtype.isBlocked() && i < MEMORY; i += DType.BLOCK) {
                BlockScale.renew(segments[plane], i, Math.scalb(1.3f, i / DType.BLOCK % 5 * 8 - 20), dtype.top());
            }
        }
    }

    /** Where the kernel and the interpreter disagree, or null: over each kind of length, and not always from the start. */
    @Nullable
    String difference(Kernel kernel) {
        for (int run = 0; run < LENGTHS.length; run++) {
            String difference = difference(kernel, LENGTHS[run], run * (code.isBlocked() ? DType.BLOCK : ODD));
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private @Nullable String difference(Kernel kernel, int length, int start) {
        fill(streams);
        fill(expected);
        Arrays.fill(starts, start);
        kernel.run(streams, starts, length, scalars, sums, 0, scratch);
        new Interpreter(code).run(expected, starts, length, scalars, expectedSums, 0, scratch);
        Arrays.fill(starts, 0);
        for (int plane = 0; plane < streams.length; plane++) {
            DType dtype = planes.get(plane);
            boolean floats = dtype == DType.FLOAT32;
            long bytes = dtype.isBlocked() ? streams[plane].byteSize() : dtype.bytes(LONGEST);
            for (long word = 0; word < bytes / Float.BYTES; word++) {
                int got = bits(streams[plane], word, floats);
                int want = bits(expected[plane], word, floats);
                if (got != want) {
                    return String.format(
                            "plane %d, word %d: %08x, where the scalar one has %08x", plane, word, got, want);
                }
            }
        }
        for (int sum = 0; sum < sums.length; sum++) {
            if (Double.doubleToLongBits(sums[sum]) != Double.doubleToLongBits(expectedSums[sum])) {
                return "sum " + sum + ": " + sums[sum] + ", where the scalar one has " + expectedSums[sum];
            }
        }
        return null;
    }

    /** One pattern for all NaNs of fp32, since which one comes out is not defined; narrower ones have but one. */
    private static int bits(MemorySegment segment, long word, boolean floats) {
        return floats
                ? Float.floatToIntBits(segment.getAtIndex(ValueLayout.JAVA_FLOAT, word))
                : segment.getAtIndex(ValueLayout.JAVA_INT, word);
    }

    /**
     * The time for an element once compilation, which runs beside the calls, makes no more difference.
     *
     * @param lengths of the calls, in turn
     * @param most what it does not settle above
     * @param end when to stop waiting
     * @return nanoseconds
     */
    double settledTime(Kernel kernel, int[] lengths, double most, long end) {
        double best = time(kernel, lengths);
        boolean settled = false;
        while (!settled && System.nanoTime() - end < 0) {
            double time = time(kernel, lengths);
            settled = time > 0.75 * best && time < most;
            best = Math.min(best, time);
        }
        return best;
    }

    /** The time for an element, the best of many batches of calls: what else runs on the machine can only add to it. */
    double time(Kernel kernel, int[] lengths) {
        for (int plane = 0; plane < streams.length; plane++) {
            long bytes = (long) LONGEST * planes.get(plane).bytes();
            for (long from = bytes; from < MEMORY / LONGEST * bytes; from += bytes) {
                MemorySegment.copy(streams[plane], 0, streams[plane], from, bytes);
            }
        }
        double best = Double.POSITIVE_INFINITY;
        for (int calls = 0; calls < CALLS; calls += BATCH) {
            long start = System.nanoTime();
            long elements = 0;
            for (int call = 0; call < BATCH; call++) {
                int length = lengths[call % lengths.length];
                kernel.run(streams, starts, length, scalars, sums, 0, scratch);
                elements += length;
            }
            long nanos = System.nanoTime() - start;
            best = Math.min(best, (double) nanos / elements);
            if (nanos > SLOW_NANOS) {
                // C2 has been asked, or soon will be: leave it and the program the processors meanwhile.
                LockSupport.parkNanos(nanos);
            }
        }
        return best;
    }
}
