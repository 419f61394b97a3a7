package lanewise.bench.speed;

import java.util.List;
import lanewise.bench.Mix;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part, and in what kind of process.
 *
 * @param kind what it is to a user
 * @param key what {@link Engine#name} says, or that with a hyphen and what the options change
 * @param title as tables and legends name it
 * @param engine the {@link Engine#name} of its engine
 * @param peer the folder of its libraries, null if it needs none of its own
 * @param options for java
 */
record Contestant(
        Kind kind,
        String key,
        String title,
        String engine,
        @Nullable String peer,
        List<String> options) {

    /** What a contestant is to a user. */
    enum Kind {
        /** Lanewise, as the dispatcher may choose it. */
        OURS,
        /** Lanewise with options that nobody needs. */
        VARIANT,
        /** What one could take in its place. */
        PEER,
        /** No optimizer, but its loads and stores. */
        ROOF
    }

    /** The engine as a user gets it. */
    static final Contestant LANEWISE = own(Kind.OURS, "lanewise", "Lanewise");

    /** The engine in fp32, whatever the mix of the workload: what a mix is held against. */
    static final Contestant IN_FP32 = variant(Kind.VARIANT, "lanewise-fp32", "Lanewise in fp32", "lanewise");

    /** The same loads and stores and an addition for each. */
    static final Contestant ROOF = own(Kind.ROOF, "roof", "roof");

    /** In the order in which tables show them. */
    private static final List<Contestant> ALL = List.of(
            LANEWISE,
            IN_FP32,
            variant(Kind.VARIANT, "lanewise-128", "Lanewise, 128 bits", "lanewise", "-Dlanewise.lanes=4"),
            variant(Kind.VARIANT, "lanewise-256", "Lanewise, 256 bits", "lanewise", "-Dlanewise.lanes=8"),
            variant(Kind.VARIANT, "lanewise-512", "Lanewise, 512 bits", "lanewise", "-Dlanewise.lanes=16"),
            variant(Kind.OURS, "scalar", "Lanewise, scalar", "lanewise", "-Dlanewise.backend=scalar"),
            variant(
                    Kind.VARIANT,
                    "scalar-no-superword",
                    "Lanewise, scalar without SuperWord",
                    "lanewise",
                    "-Dlanewise.backend=scalar",
                    "-XX:-UseSuperWord"),
            own(Kind.PEER, "by-hand", "Vector API by hand"),
            ROOF,
            own(Kind.ROOF, "copy", "copy of as many bytes"),
            own(Kind.PEER, "c", "C, gcc -O3"),
            variant(Kind.PEER, "c-512", "C, 512 bits", "c", "-D" + PlainC.OPTIONS + "=-mprefer-vector-width=512"),
            own(Kind.ROOF, "c-roof", "roof in C"),
            peer("pytorch-fused-cpp", "PyTorch fused, as from C++", "pytorch"),
            peer("pytorch-fused", "PyTorch fused, from Java", "pytorch"),
            peer("pytorch-default", "PyTorch default", "pytorch"),
            peer("djl", "DJL", "djl"),
            peer("nd4j", "ND4J", "nd4j"),
            peer("tribuo", "Tribuo (double)", "tribuo"));

    /** Keeps a copy. */
    Contestant {
        options = List.copyOf(options);
    }

    private static Contestant own(Kind kind, String key, String title) {
        return new Contestant(kind, key, title, key, null, List.of());
    }

    private static Contestant variant(Kind kind, String key, String title, String engine, String... options) {
        return new Contestant(kind, key, title, engine, null, List.of(options));
    }

    private static Contestant peer(String key, String title, String folder) {
        return new Contestant(Kind.PEER, key, title, key, folder, List.of());
    }

    /** What it is given to step where a workload is measured. */
    Workload stepped(Workload workload) {
        return equals(IN_FP32) ? workload.in(Mix.FP32) : workload;
    }

    /** All that this version knows, in the order in which tables show them. */
    static List<Contestant> all() {
        return ALL;
    }

    /** The kind of a key, which may be one of another version's: a peer then. */
    static Kind kindOf(String key) {
        return ALL.stream()
                .filter(contestant -> contestant.key.equals(key))
                .findFirst()
                .map(Contestant::kind)
                .orElse(Kind.PEER);
    }

    /**
     * One of them.
     *
     * @param key its key
     * @return the contestant
     * @throws IllegalArgumentException if there is none
     */
    static Contestant of(String key) {
        return ALL.stream()
                .filter(contestant -> contestant.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no contestant " + key + "; there are "
                        + String.join(", ", ALL.stream().map(Contestant::key).toList())));
    }
}
