package lanewise.program;

import java.util.List;
import java.util.function.Predicate;
import lanewise.dtype.Storage;

/**
 * The memory traffic of phases: the roofline of their kernels.
 *
 * @param bytesRead bytes read for each element in one step, over all the phases
 * @param bytesWritten bytes written for each element in one step
 */
public record Traffic(long bytesRead, long bytesWritten) {

    /**
     * Counts the loads and stores; the scales of blocks are not counted.
     *
     * @param phases those of a program, or some of them
     * @return their traffic
     */
    public static Traffic of(List<Phase> phases) {
        return of(phases, _ -> true);
    }

    /**
     * Counts the loads and stores of some slots.
     *
     * @param phases those of a program, or some of them
     * @param slots which
     * @return their traffic
     */
    public static Traffic of(List<Phase> phases, Predicate<Slot> slots) {
        long read = 0;
        long written = 0;
        for (Phase phase : phases) {
            for (int stream = 0; stream < phase.streams().size(); stream++) {
                Slot slot = phase.streams().get(stream);
                if (slot.extent() != Extent.ELEMENT || !slots.test(slot)) {
                    continue; // Values of rows or columns stay in a cache.
                }
                Storage storage = phase.code().storages().get(stream);
                read += phase.code().loads(stream) ? storage.bytesRead() : 0;
                written += phase.code().stores(stream) ? storage.bytesWritten() : 0;
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
