package lanewise.bench.golden;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What came of a recorded file.
 *
 * @param file its path below the directory, with slashes
 * @param kind in a word
 * @param mapping what it is mapped to: the rule or schedule with its options; empty if to nothing
 * @param error32 the largest error of our fp32 run against the recorded float64 run, in units of 2<sup>−23</sup> of the
 *     largest magnitude so far; schedules have none
 * @param theirs32 the same of the recorded float32 run
 * @param error64 the largest error of our formulas in float64, relative to the largest magnitude so far
 * @param bound32 what error32 may be
 * @param bound64 what error64 may be
 * @param sameBits whether the scalar and the simd backend gave the same bits, if both ran
 * @param reason where the largest error is, or why there is none
 * @param unfollowed what the file holds that is not compared
 */
public record Verdict(
        String file,
        Kind kind,
        String mapping,
        OptionalDouble error32,
        OptionalDouble theirs32,
        OptionalDouble error64,
        OptionalDouble bound32,
        OptionalDouble bound64,
        Optional<Boolean> sameBits,
        String reason,
        Set<String> unfollowed) {

    /** What a verdict comes to. */
    public enum Kind {
        /** The engine does what was recorded. */
        FOLLOWED("followed"),
        /** It does something else. */
        FALLS_SHORT("FALLS SHORT"),
        /** The engine has no such rule or option, or it is not known what the file means by it. */
        NOT_OFFERED("not offered"),
        /** The file is broken, or something broke over it, so it could not be verified. */
        UNREADABLE("UNREADABLE"),
        /** A JSON file of another kind. */
        FOREIGN("no golden file");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** Whether a file of this kind makes the verification fail. */
        public boolean isFailure() {
            return this == FALLS_SHORT || this == UNREADABLE;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** A verdict on a file that was not run. */
    static Verdict notRun(String file, Kind kind, String reason) {
        OptionalDouble none = OptionalDouble.empty();
        return new Verdict(file, kind, "", none, none, none, none, none, Optional.empty(), reason, Set.of());
    }
}
