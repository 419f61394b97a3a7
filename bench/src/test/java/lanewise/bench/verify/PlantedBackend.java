package lanewise.bench.verify;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lanewise.dtype.DType;
import lanewise.kernel.Backend;
import lanewise.kernel.Kernel;
import lanewise.kernel.ScalarBackend;
import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/**
 * A vector backend with a fault, for JVMs whose class path names it as a service: the scalar kernels, but for what {@code
 * lanewise.planted} says.
 */
public final class PlantedBackend implements Backend {
    /** A length that trials have and the self-test has not. */
    private static final int UNTESTED = 131;

    private final Backend sound = new ScalarBackend();
    private final String name;
    private final String fault;

    /** Made by the service loader. */
    public PlantedBackend() {
        this("simd", System.getProperty("lanewise.planted", ""));
    }

    PlantedBackend(String name, String fault) {
        this.name = name;
        this.fault = fault;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable String unusableBecause() {
        return null;
    }

    @Override
    public int preferredLanes() {
        return 8;
    }

    @Override
    public Kernel compile(Code code, int lanes) {
        Kernel kernel = sound.compile(code, 1);
        return (streams, starts, length, scalars, sums, at, scratch) -> {
            kernel.run(streams, starts, length, scalars, sums, at, scratch);
            boolean spoils = switch (fault) {
                case "everywhere" -> true;
                case "at four lanes" -> lanes == 4;
                case "at one length" -> length == UNTESTED;
                case "throws", "in bf16" -> false;
                default -> throw new IllegalArgumentException("there is no fault " + fault);
            };
            if (spoils) {
                spoil(streams[0], starts[0]);
            }
            if (fault.equals("in bf16") && length > 0) {
                roundWrongly(code, streams, starts);
            }
            if (fault.equals("throws") && length == UNTESTED) {
                throw new IndexOutOfBoundsException("planted");
            }
        };
    }

    private static void spoil(MemorySegment stream, long index) {
        float value = stream.getAtIndex(ValueLayout.JAVA_FLOAT, index);
        stream.setAtIndex(ValueLayout.JAVA_FLOAT, index, Float.isFinite(value) ? Math.nextUp(value) : 1);
    }

    /** By one bit, in the first element of what is stored in bf16. */
    private static void roundWrongly(Code code, MemorySegment[] streams, long[] starts) {
        for (int stream = 0; stream < code.streams(); stream++) {
            if (code.stores(stream) && code.storages().get(stream).planes().getFirst() == DType.BFLOAT16) {
                MemorySegment plane = streams[code.firstPlane(stream)];
                DType.BFLOAT16.setRaw(plane, starts[stream], DType.BFLOAT16.raw(plane, starts[stream]) ^ 1);
            }
        }
    }

    @Override
    public byte[] classFile(Code code, int lanes) {
        return sound.classFile(code, 1);
    }
}
