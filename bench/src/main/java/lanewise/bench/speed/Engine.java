package lanewise.bench.speed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Something that can carry out optimizer steps: Lanewise, a peer, a roof. Found by {@link java.util.ServiceLoader}; the
 * peers lie in {@code bench/peers}, each built with a class path of its own.
 */
public interface Engine {
    /** The system property with a folder that an engine may unpack its native libraries to. */
    String CACHE_PROPERTY = "lanewise.peer.cache";

    /**
     * An engine of this class path.
     *
     * @param name what it says of itself
     * @return the engine
     * @throws IllegalArgumentException if there is none
     */
    static Engine named(String name) {
        List<Engine> engines = ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return engines.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no engine " + name + " here; there are "
                        + engines.stream().map(Engine::name).toList()));
    }

    /**
     * How {@code lanewise bench} names it.
     *
     * @return lower case with hyphens, such as pytorch-fused
     */
    String name();

    /**
     * Whether the engine computes what is asked.
     *
     * @param workload what to step
     * @return why it can't, as a phrase, or null if it can, as it can unless it says otherwise
     */
    default @Nullable String unableBecause(Workload workload) {
        return null;
    }

    /**
     * Whether its parameters have the very bits of Lanewise's. Otherwise a change may differ by a thousandth.
     *
     * @return true for the same bits
     */
    default boolean isExact() {
        return false;
    }

    /**
     * Whether what it leaves is an optimizer step at all, and so can be compared; a roof is none.
     *
     * @return false for a roof
     */
    default boolean isOptimizer() {
        return true;
    }

    /**
     * Gets ready: nothing that happens here is timed.
     *
     * @param workload what to step
     * @param parameters fp32 values of each tensor, native, aligned to 64 bytes; stepped in place, or else a copy
     * @param gradients of the same sizes; read in place, or else a copy
     * @return what is timed
     * @throws Exception if the engine can't run here
     */
    Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) throws Exception;

    /**
     * Gets ready as a program does that starts and wants to step at once: the same, unless {@link #prepare} waits for
     * something.
     *
     * @param workload what to step
     * @param parameters as for {@link #prepare}
     * @param gradients as for {@link #prepare}
     * @return what is timed
     * @throws Exception if the engine can't run here
     */
    default Stepper start(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients)
            throws Exception {
        return prepare(workload, parameters, gradients);
    }

    /** An engine with its memory, ready to step. */
    interface Stepper extends AutoCloseable {
        /** One whole step as a user calls it; what is timed. */
        void step();

        /** Copies the gradients to where the engine keeps its own, or puts them back where a step overwrites them. */
        default void takeGradients() {}

        /** Copies the parameters back from where the engine keeps its own. */
        default void giveParameters() {}

        /** Frees what {@link Engine#prepare} took. */
        @Override
        default void close() {}
    }
}
