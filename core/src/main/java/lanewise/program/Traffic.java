package lanewise.program;

import java.util.function.ToLongFunction;

/**
 * The memory traffic of a program: the roofline of its kernel.
 *
 * @param bytesRead bytes read for each element in one step, over all phases
 * @param bytesWritten bytes written for each element in one step
 */
public record Traffic(long bytesRead, long bytesWritten) {

    /**
     * Counts the loads and stores of all phases.
     *
     * @param program the program
     * @param bytesOf bytes that one element of a slot takes
     * @return its traffic
     */
    public static Traffic of(Program program, ToLongFunction<Slot> bytesOf) {
        long read = 0;
        long written = 0;
        for (Phase phase : program.phases()) {
            for (int stream = 0; stream < phase.streams().size(); stream++) {
                long bytes = bytesOf.applyAsLong(phase.streams().get(stream));
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
