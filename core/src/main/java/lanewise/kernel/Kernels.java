package lanewise.kernel;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import lanewise.program.Code;

/** The kernels of one backend and width, each compiled once in the life of the program. */
public final class Kernels {

    private record Key(String backend, int lanes, Code code) {}

    private static final Map<Key, Kernel> COMPILED = new ConcurrentHashMap<>();
    private static final Map<Key, WarmingKernel> WARMING = new ConcurrentHashMap<>();
    private static final ScalarBackend SCALAR = new ScalarBackend();

    private final Backend backend;
    private final int lanes;
    private final Set<WarmingKernel> warming = ConcurrentHashMap.newKeySet();

    /**
     * The kernels of a backend.
     *
     * @param backend the backend
     * @param lanes elements to take at a time
     */
    public Kernels(Backend backend, int lanes) {
        this.backend = backend;
        this.lanes = lanes;
    }

    /**
     * The kernel of a code. A vector kernel starts on its scalar twin and changes over in the
     * background, once it is compiled and has shown the same bits.
     *
     * @param code the code
     * @return its kernel, ready to run
     */
    public Kernel of(Code code) {
        Kernel scalar = compiled(SCALAR, 1, code);
        if (backend instanceof ScalarBackend || isDistrusted()) {
            return scalar;
        }
        WarmingKernel kernel = WARMING.computeIfAbsent(
                new Key(backend.name(), lanes, code),
                _ -> WarmingKernel.start(code, scalar, cold(code), this::distrust));
        warming.add(kernel);
        if (isDistrusted()) {
            // Since the kernels were told of it, before this one was there.
            kernel.fallBack();
        }
        return kernel;
    }

    private boolean isDistrusted() {
        return Backends.distrusted(backend.name()) != null;
    }

    /**
     * The backend's own kernel of a code, without its scalar twin: slow until HotSpot has compiled it.
     *
     * @param code the code
     * @return its kernel
     */
    public Kernel cold(Code code) {
        return SplitKernel.of(code, part -> backend.isTooLong(part, lanes), part -> compiled(backend, lanes, part));
    }

    /** A compiler that gets one kernel wrong may get others wrong where no test has looked. */
    private void distrust(String problem) {
        Backends.distrust(backend, problem);
        WARMING.forEach((key, kernel) -> {
            if (key.backend.equals(backend.name())) {
                kernel.fallBack();
            }
        });
    }

    /**
     * Waits until every kernel handed out has changed over to its final form, or been given up.
     *
     * @return whether all have changed over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public boolean awaitWarm() throws InterruptedException {
        boolean all = !isDistrusted();
        for (WarmingKernel kernel : warming) {
            kernel.await();
            all &= kernel.changedOver();
        }
        return all;
    }

    private static Kernel compiled(Backend backend, int lanes, Code code) {
        return COMPILED.computeIfAbsent(new Key(backend.name(), lanes, code), _ -> backend.compile(code, lanes));
    }
}
