package lanewise.bench.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import lanewise.kernel.Backends;
import lanewise.kernel.Kernel;
import lanewise.kernel.Kernels;
import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/**
 * A way to run kernels.
 *
 * @param choice the backend and its width
 * @param threads how many share a step
 * @param warm whether C2 is given time to compile the kernels before
 */
record Engine(Backends.Choice choice, int threads, boolean warm) {

    /**
     * The ways that this CPU and JVM have.
     *
     * @param backend simd or scalar; null for both
     * @param lanes the only width; null for all that the CPU has
     * @param threads the only number; null for some
     * @param all whether all of them with each other; else each width and number of threads somewhere, and compiled kernels
     *     at the preferred width
     */
    static List<Engine> all(@Nullable String backend, @Nullable Integer lanes, @Nullable Integer threads, boolean all) {
        List<Engine> engines = new ArrayList<>();
        if (!"simd".equals(backend) && lanes == null) {
            Backends.Choice scalar = Backends.choose("scalar", null);
            counts(threads, List.of(1, 3)).forEach(count -> engines.add(new Engine(scalar, count, true)));
        }
        int widest = "scalar".equals(backend) ? 0 : widest();
        for (int width : lanes == null ? new int[] {4, 8, 16} : new int[] {lanes}) {
            if (width > widest) {
                continue;
            }
            Backends.Choice simd = Backends.choose("auto", width);
            if (!simd.backend().name().equals("simd")) {
                // Found to be wrong at this width: findings tell of it.
                continue;
            }
            int some = 1 + Integer.numberOfTrailingZeros(width) % 3;
            counts(threads, all ? List.of(1, 2, 3) : List.of(some))
                    .forEach(count -> engines.add(new Engine(simd, count, false)));
            if (all || width == widest || lanes != null) {
                counts(threads, List.of(2)).forEach(count -> engines.add(new Engine(simd, count, true)));
            }
        }
        return engines;
    }

    /** The widest vectors of this CPU, whatever the property says; none if the vector backend can't run. */
    private static int widest() {
        Backends.Choice choice = Backends.choose("auto", 4);
        return choice.backend().name().equals("simd") ? choice.backend().preferredLanes() : 0;
    }

    private static List<Integer> counts(@Nullable Integer only, List<Integer> several) {
        return only == null ? several : List.of(only);
    }

    boolean isVector() {
        return choice.backend().name().equals("simd");
    }

    /**
     * Gives C2 the time to compile the kernels of a program.
     *
     * @return whether it has made them fast
     */
    boolean warmUp(List<Code> codes) throws InterruptedException {
        Kernels kernels = new Kernels(choice.backend(), choice.lanes());
        codes.forEach(kernels::of);
        return kernels.awaitWarm();
    }

    /** The backend's own kernels, never their scalar twins. */
    Function<Code, Kernel> kernels() {
        return new Kernels(choice.backend(), choice.lanes())::cold;
    }

    String name() {
        return choice.backend().name()
                + (isVector() ? ", " + choice.lanes() + " lanes, " + (warm ? "compiled" : "as they come") : "")
                + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** The options that ask for this way alone. */
    String options() {
        return "--backend " + choice.backend().name() + (isVector() ? " --lanes " + choice.lanes() : "") + " --threads "
                + threads;
    }

    /** The widths among ways, for a sentence. */
    static String widths(List<Engine> engines) {
        List<Integer> widths = engines.stream()
                .filter(Engine::isVector)
                .map(engine -> engine.choice.lanes())
                .distinct()
                .toList();
        return IntStream.range(0, widths.size())
                .mapToObj(i -> (i == 0 ? "" : i == widths.size() - 1 ? " and " : ", ") + widths.get(i))
                .reduce("", String::concat);
    }
}
