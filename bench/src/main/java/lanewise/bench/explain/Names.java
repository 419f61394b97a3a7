package lanewise.bench.explain;

import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.jspecify.annotations.Nullable;

/** Java names for what formulas name by letters, each given once. Words, since not every keyboard has Greek. */
final class Names {
    /** One word of a name: letters of one alphabet with their index, a number, or an operation. */
    private static final Pattern WORD = Pattern.compile(
            "(\\p{IsGreek}[\u0302\u0304]?\\d*)|(\\p{IsLatin}[\u0302\u0304]?\\p{IsLatin}*\\d*)|(\\d+)|([−+/√□])|(.)",
            Pattern.DOTALL);

    private static final List<String> DIGITS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    private static final Map<String, String> SAID =
            // Unicode spells it lamda.
            Map.of("−", "minus", "+", "plus", "/", "over", "√", "root", "□", "squared", "Σ", "sum", "λ", "lambda");

    /** Marks, taken from their letters. */
    private static final Map<Character, String> MARKS = Map.of('\u0302', "Hat", '\u0304', "Bar");

    /** Longer names hide more than they say. */
    private static final int MOST_WORDS = 4;

    private final Set<String> taken = new HashSet<>();

    /** Starts with some names taken. */
    Names(Set<String> taken) {
        this.taken.addAll(taken);
    }

    /** The names given so far are taken here too; those given from now on are not taken there. */
    Names within() {
        return new Names(taken);
    }

    /** The wish, or with the next number behind it if it is taken. */
    String fresh(String wish) {
        String name = wish;
        for (int number = 2; SourceVersion.isKeyword(name) || !taken.add(name); number++) {
            name = wish + number;
        }
        return name;
    }

    /** Takes all names that begin like this, or none: {@code m} and {@code mSegment}. */
    String fresh(String wish, List<String> endings) {
        String name = wish;
        for (int number = 2; ; number++) {
            String stem = name;
            Set<String> all = Stream.concat(Stream.of(""), endings.stream())
                    .map(ending -> stem + ending)
                    .collect(Collectors.toSet());
            if (!SourceVersion.isKeyword(name) && all.stream().noneMatch(taken::contains)) {
                taken.addAll(all);
                return name;
            }
            name = wish + number;
        }
    }

    /** A short formula in words, such as {@code oneMinusBeta1}; what is not short or not sayable is the other name. */
    static String spelled(String formula, String otherwise) {
        // Indices such as ₁ and ₜ become plain characters, which a square must not.
        String plain = Normalizer.normalize(formula.replace('²', '□').replace(" ", ""), Normalizer.Form.NFKD);
        if (plain.startsWith("(") && plain.endsWith(")")) {
            plain = plain.substring(1, plain.length() - 1);
        }
        StringBuilder name = new StringBuilder();
        int words = 0;
        for (Matcher word = WORD.matcher(plain); word.find(); words++) {
            String said = word.group(5) != null ? null : said(word.group());
            if (said == null) {
                return otherwise;
            }
            name.append(name.isEmpty() ? said : capitalized(said));
        }
        return words == 0 || words > MOST_WORDS ? otherwise : name.toString();
    }

    private static @Nullable String said(String word) {
        String known = SAID.get(word);
        if (known != null) {
            return known;
        }
        if (Character.isDigit(word.charAt(0))) {
            return word.length() == 1 ? DIGITS.get(Character.digit(word.charAt(0), 10)) : null;
        }
        String mark = word.length() > 1 ? MARKS.get(word.charAt(1)) : null;
        String rest = mark == null ? word.substring(1) : mark + word.substring(2);
        if (Character.UnicodeScript.of(word.codePointAt(0)) != Character.UnicodeScript.GREEK) {
            return word.charAt(0) + rest;
        }
        String name = Character.getName(word.codePointAt(0)).toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf(' ') + 1) + rest;
    }

    static String capitalized(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }
}
