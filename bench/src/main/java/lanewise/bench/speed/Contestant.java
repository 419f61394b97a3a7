package lanewise.bench.speed;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part, and in what kind of process.
 *
 * @param key what {@link Engine#name} says, or that with a hyphen and what the options change
 * @param title as tables and legends name it
 * @param engine the {@link Engine#name} of its engine
 * @param peer the folder of its libraries, null if it needs none of its own
 * @param options for java
 */
public record Contestant(
        String key, String title, String engine, @Nullable String peer, List<String> options) {
    /** The engine as a user gets it. */
    public static final Contestant LANEWISE = own("lanewise", "Lanewise");

    /** The same loads and stores and an addition for each. */
    public static final Contestant ROOF = own("roof", "roof");

    /** In the order in which tables show them. */
    private static final List<Contestant> ALL = List.of(
            LANEWISE,
            variant("lanewise-128", "Lanewise, 128 bits", "lanewise", "-Dlanewise.lanes=4"),
            variant("lanewise-256", "Lanewise, 256 bits", "lanewise", "-Dlanewise.lanes=8"),
            variant("lanewise-512", "Lanewise, 512 bits", "lanewise", "-Dlanewise.lanes=16"),
            variant("scalar", "Lanewise, scalar", "lanewise", "-Dlanewise.backend=scalar"),
            variant(
                    "scalar-no-superword",
                    "Lanewise, scalar without SuperWord",
                    "lanewise",
                    "-Dlanewise.backend=scalar",
                    "-XX:-UseSuperWord"),
            own("by-hand", "Vector API by hand"),
            ROOF,
            own("copy", "copy of as many bytes"),
            own("c", "C, gcc -O3"),
            variant("c-512", "C, 512 bits", "c", "-D" + PlainC.OPTIONS + "=-mprefer-vector-width=512"),
            own("c-roof", "roof in C"),
            peer("pytorch-fused-cpp", "PyTorch fused, as from C++", "pytorch"),
            peer("pytorch-fused", "PyTorch fused, from Java", "pytorch"),
            peer("pytorch-default", "PyTorch default", "pytorch"),
            peer("djl", "DJL", "djl"),
            peer("nd4j", "ND4J", "nd4j"),
            peer("tribuo", "Tribuo (double)", "tribuo"));

    /** Keeps a copy. */
    public Contestant {
        options = List.copyOf(options);
    }

    private static Contestant own(String key, String title) {
        return new Contestant(key, title, key, null, List.of());
    }

    private static Contestant variant(String key, String title, String engine, String... options) {
        return new Contestant(key, title, engine, null, List.of(options));
    }

    private static Contestant peer(String key, String title, String folder) {
        return new Contestant(key, title, key, folder, List.of());
    }

    /**
     * All that this version knows.
     *
     * @return in the order in which tables show them
     */
    public static List<Contestant> all() {
        return ALL;
    }

    /**
     * One of them.
     *
     * @param key its key
     * @return the contestant
     * @throws IllegalArgumentException if there is none
     */
    public static Contestant of(String key) {
        return ALL.stream()
                .filter(contestant -> contestant.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no contestant " + key + "; there are "
                        + String.join(", ", ALL.stream().map(Contestant::key).toList())));
    }

    /**
     * Whether it is another engine than ours, and not a roof.
     *
     * @return true for those that a user could take instead
     */
    public boolean isPeer() {
        return peer != null || Stream.of("c", "c-512", "by-hand").anyMatch(key::equals);
    }
}
