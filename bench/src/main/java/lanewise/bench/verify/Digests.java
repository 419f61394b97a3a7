package lanewise.bench.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.conformance.Trial;

/**
 * One number for what a rule means: of the bits that the oracle leaves by default options in all slots, over special and
 * ordinary values. The same on every machine, as are the kernels' bits, which are compared with the oracle's there; {@code
 * digests.txt} holds those that are published, and is written anew from the output of {@code lanewise verify --digests}
 * when what a rule computes or what it is tried with was changed on purpose.
 */
final class Digests {
    /** Not an option: others would give other digests. */
    static final long SEED = 1;

    static final Trial.Size SIZE = Trial.Size.SMALL;

    private static final String IN_ALL_MIXES = "adamw";

    private static final int SHOWN_BYTES = 8;
    private static final Map<String, String> PUBLISHED = published();

    private Digests() {}

    /** The precisions that a rule has digests in: fp32, and for one rule all. */
    static List<Mix> mixes(RuleCatalog.Entry entry) {
        return Arrays.stream(Mix.values())
                .filter(mix -> mix == Mix.FP32 || entry.key().equals(IN_ALL_MIXES))
                .toList();
    }

    /** The cases that the digest of a rule is made of. */
    static List<Case> cases(RuleCatalog.Entry entry, Mix mix) {
        return Case.of(Variant.of(entry, List.of()), Case.ALONE, mix);
    }

    /** The digest of a rule as this JVM has it, by the oracle: 16 hex digits. */
    static String of(RuleCatalog.Entry entry, Mix mix) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Case subject : cases(entry, mix)) {
                new Trial(subject.program(), subject.storages(), subject.seed(SEED), SIZE).addTo(digest);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, SHOWN_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
    }

    /** The digest of a rule as it is everywhere else; nothing for one that is too new. */
    static Optional<String> published(RuleCatalog.Entry entry, Mix mix) {
        return Optional.ofNullable(PUBLISHED.get(key(entry, mix)));
    }

    /** A line of {@code digests.txt}. */
    static String line(RuleCatalog.Entry entry, Mix mix, String digest) {
        return key(entry, mix) + " " + digest;
    }

    private static String key(RuleCatalog.Entry entry, Mix mix) {
        return entry.key() + (mix == Mix.FP32 ? "" : "+" + mix.key());
    }

    private static Map<String, String> published() {
        try (InputStream in = Objects.requireNonNull(Digests.class.getResourceAsStream("digests.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" ", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (first, _) -> first));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
