package lanewise.kernel;

import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/** A way to run code. Found by {@link java.util.ServiceLoader}; must load without what it needs to run. */
public interface Backend {

    /**
     * The name by which the property {@code lanewise.backend} asks for it.
     *
     * @return a lower-case word
     */
    String name();

    /**
     * Why this backend can't run here, as a sentence that the user can act on.
     *
     * @return the sentence, or null if it can run
     */
    @Nullable
    String unusableBecause();

    /**
     * The number of elements that it takes at a time on this machine.
     *
     * @return a power of two
     */
    int preferredLanes();

    /**
     * Whether code had better be run as several loops. It still can be compiled.
     *
     * @param code straight-line code for one element
     * @param lanes elements to take at a time
     * @return by default false
     */
    default boolean isTooLong(Code code, int lanes) {
        return false;
    }

    /**
     * Compiles code.
     *
     * @param code straight-line code for one element
     * @param lanes elements to take at a time; ignored by a backend that has only one way
     * @return its kernel
     * @throws IllegalArgumentException if the code is too long for HotSpot to compile
     */
    Kernel compile(Code code, int lanes);

    /**
     * The class that {@link #compile} makes a kernel of, for those who want to read it. Runs nothing, so any width will
     * do on any machine.
     *
     * @param code straight-line code for one element
     * @param lanes elements to take at a time; ignored by a backend that has only one way
     * @return its class file
     * @throws IllegalArgumentException if the code is too long for HotSpot to compile
     */
    byte[] classFile(Code code, int lanes);
}
