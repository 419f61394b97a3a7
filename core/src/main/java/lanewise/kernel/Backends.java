package lanewise.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The dispatcher: chooses a backend and a width, tests it, and says why in a sentence that the user can act on.
 *
 * <p>The properties {@code lanewise.backend} (auto, simd, scalar) and {@code lanewise.lanes} (4, 8,
 * 16) decide where the caller does not. A backend that was asked for by name and can't run is an
 * error, never a silent fallback.
 */
public final class Backends {

    /** The property that names a backend. */
    public static final String BACKEND_PROPERTY = "lanewise.backend";

    /** The property that sets the number of lanes. */
    public static final String LANES_PROPERTY = "lanewise.lanes";

    private static final String AUTO = "auto";
    private static final System.Logger LOGGER = System.getLogger("lanewise");
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    /** What was seen of backends that had wrong bits in this JVM, by name. */
    private static final Map<String, String> DISTRUSTED = new ConcurrentHashMap<>();

    private Backends() {}

    /**
     * What was chosen.
     *
     * @param backend the backend
     * @param lanes elements that it takes at a time; 1 for scalar
     * @param reason why, as a sentence
     * @param fallback whether a better backend can't run here
     */
    public record Choice(Backend backend, int lanes, String reason, boolean fallback) {
        /**
         * What is left of the choice.
         *
         * @return this, or the scalar backend if the chosen one was given up since
         */
        public Choice orFallback() {
            String problem = distrusted(backend.name());
            return problem == null ? this : Backends.fallback(AUTO, new ScalarBackend(), untrusted(problem));
        }
    }

    /**
     * Chooses, and logs each sentence once: INFO, or WARNING where only the fallback can run.
     *
     * @param backend auto, simd or scalar; null asks the property, and auto is what it is without one
     * @param lanes 4, 8 or 16; null asks the property, and the widest of the CPU is what it is
     *     without one
     * @return the choice
     * @throws IllegalArgumentException if there is no such backend or width
     * @throws IllegalStateException if a backend was asked for by name and can't run
     */
    public static Choice choose(@Nullable String backend, @Nullable Integer lanes) {
        List<Backend> found = new ArrayList<>();
        ServiceLoader.load(Backend.class, Backend.class.getClassLoader()).forEach(found::add);
        String name = backend != null ? backend : System.getProperty(BACKEND_PROPERTY, AUTO);
        Choice choice = choose(name, lanes != null ? lanes : lanesProperty(), found);
        String line = "lanewise: " + choice.backend().name() + " backend, " + choice.reason();
        if (SAID.add(line)) {
            LOGGER.log(choice.fallback() ? System.Logger.Level.WARNING : System.Logger.Level.INFO, line);
        }
        return choice;
    }

    /**
     * Gives up a backend for the rest of this JVM's life.
     *
     * @param backend the backend
     * @param problem what it did
     */
    static void distrust(Backend backend, String problem) {
        if (DISTRUSTED.putIfAbsent(backend.name(), problem) == null) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "lanewise: the {0} backend can''t be used on this JVM and CPU: {1}; the scalar backend takes over,"
                            + " with the same bits but slower. Please report this line with the output of lanewise info.",
                    backend.name(),
                    problem);
        }
    }

    /**
     * Why a backend was given up.
     *
     * @param name of the backend
     * @return what it did, or null if nothing is known against it
     */
    public static @Nullable String distrusted(String name) {
        return DISTRUSTED.get(name);
    }

    private static @Nullable Integer lanesProperty() {
        String value = System.getProperty(LANES_PROPERTY);
        try {
            return value == null ? null : Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw wrongLanes(value);
        }
    }

    private static IllegalArgumentException wrongLanes(Object got) {
        return new IllegalArgumentException(LANES_PROPERTY + " must be 4, 8 or 16, got " + got);
    }

    static Choice choose(String name, @Nullable Integer lanes, List<Backend> found) {
        if (lanes != null && lanes != 4 && lanes != 8 && lanes != 16) {
            throw wrongLanes(lanes);
        }
        Backend scalar = new ScalarBackend();
        if (name.equals(scalar.name())) {
            return new Choice(scalar, 1, "as asked for", false);
        }
        Backend simd = found.stream()
                .filter(candidate -> name.equals(AUTO) || name.equals(candidate.name()))
                .findFirst()
                .orElse(null);
        if (simd == null) {
            if (!name.equals(AUTO) && !name.equals("simd")) {
                throw new IllegalArgumentException(BACKEND_PROPERTY + " must be auto, simd or scalar, got " + name);
            }
            return fallback(name, scalar, "lanewise-simd is not on the module path or class path; add that dependency");
        }
        String problem = simd.unusableBecause();
        if (problem != null) {
            return fallback(name, scalar, problem);
        }
        int width = lanes != null ? lanes : simd.preferredLanes();
        if (distrusted(simd.name()) == null) {
            problem = SelfTest.problem(simd, width);
            if (problem != null) {
                distrust(simd, problem);
            }
        }
        problem = distrusted(simd.name());
        if (problem != null) {
            return fallback(name, scalar, untrusted(problem));
        }
        String reason = width + " lanes (" + width * Float.SIZE + " bits), "
                + (lanes != null ? "as asked for" : "the preferred width of this CPU and JVM");
        return new Choice(simd, width, reason, false);
    }

    private static String untrusted(String problem) {
        return "the vector kernels can't be trusted on this JVM and CPU: " + problem
                + "; report this line with the output of lanewise info";
    }

    private static Choice fallback(String name, Backend scalar, String problem) {
        if (!name.equals(AUTO)) {
            throw new IllegalStateException("the " + name + " backend was asked for by name and can't run: " + problem);
        }
        return new Choice(scalar, 1, "the same bits but slower, because " + problem, true);
    }
}
