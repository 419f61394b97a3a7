package lanewise.program;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The memory traffic of phases: the roofline of their kernels.
 *
 * @param bytesRead bytes read for each element in one step, over all the phases
 * @param bytesWritten bytes written for each element in one step
 */
public record Traffic(long bytesRead, long bytesWritten) {

    /**
     * Counts the loads and stores.
     *
     * @param phases those of a program, or some of them
     * @param bytesOf bytes that one element of a slot takes
     * @return their traffic
     */
    public static Traffic of(List<Phase> phases, ToLongFunction<Slot> bytesOf) {
        long read = 0;
        long written = 0;
        for (Phase phase : phases) {
            for (int stream = 0; stream < phase.streams().size(); stream++) {
                Slot slot = phase.streams().get(stream);
                if (slot.extent() != Extent.ELEMENT) {
                    continue; // Of rows or columns: they stay in a cache.
                }
                long bytes = bytesOf.applyAsLong(slot);
                read += phase.code().loads(stream) ? bytes : 0;
                written += phase.code().stores(stream) ? bytes : 0;
            }
        }
        return new Traffic(read, written);
    }

    /**
     * Reads and writes together.
     *
     * @return bytes for each element
     */
    public long bytes() {
        return bytesRead + bytesWritten;
    }
}
