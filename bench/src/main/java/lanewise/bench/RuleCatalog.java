package lanewise.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adadelta;
import lanewise.rule.Adafactor;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Adamax;
import lanewise.rule.Lamb;
import lanewise.rule.Lars;
import lanewise.rule.Lion;
import lanewise.rule.NAdam;
import lanewise.rule.RAdam;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sgd;
import lanewise.rule.Signum;
import lanewise.rule.Sophia;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The rules that commands know by name. A new rule is a line here, and one in the race's list of contestants, which says
 * what it was made from.
 */
public final class RuleCatalog {
    private static final List<Entry> ENTRIES = List.of(
            new Entry("SGD", "a step down the gradient", Sgd::new),
            new Entry("Momentum", "SGD with a velocity that gathers gradients", () -> new Sgd().momentum(0.9)),
            new Entry(
                    "Nesterov",
                    "momentum that looks ahead",
                    () -> new Sgd().momentum(0.9).nesterov(true)),
            new Entry("AdaGrad", "a rate for each parameter, falling with all its squared gradients", AdaGrad::new),
            new Entry("RMSProp", "the gradient, divided by its recent root mean square", RmsProp::new),
            new Entry("Adadelta", "steps scaled by the size of earlier steps", Adadelta::new),
            new Entry("Adam", "momentum, divided by the root mean square of the gradient", Adam::new),
            new Entry("AMSGrad", "Adam whose mean square never falls", () -> new Adam().amsgrad(true)),
            new Entry("AdamW", "Adam with weight decay apart from the gradient", AdamW::new),
            new Entry("Adamax", "Adam with the largest recent gradient for the root mean square", Adamax::new),
            new Entry("NAdam", "Adam that looks ahead as Nesterov's momentum does", NAdam::new),
            new Entry("RAdam", "Adam that waits until its mean square is worth dividing by", RAdam::new),
            new Entry("Lion", "the sign of a momentum, found by a search over programs", Lion::new),
            new Entry("Signum", "the sign of a momentum", Signum::new),
            new Entry("signSGD", "the sign of the gradient", Signum::signSgd),
            new Entry("LARS", "SGD with a rate for each tensor, after the norms of weights and gradient", Lars::new),
            new Entry("LAMB", "Adam with a rate for each tensor, after the norms of weights and step", Lamb::new),
            new Entry("Adafactor", "RMSProp whose mean squares are kept by rows and columns", Adafactor::new),
            new Entry("Sophia-G", "momentum over the curvature, from sampled labels", () -> Sophia.g(1)),
            new Entry("Sophia-H", "momentum over the curvature, from Hessian-vector products", Sophia::h),
            new Entry("Schedule-Free SGD", "SGD that averages its path in place of a schedule", ScheduleFreeSgd::new),
            new Entry(
                    "Schedule-Free AdamW",
                    "AdamW that averages its path in place of a schedule",
                    ScheduleFreeAdamW::new));

    private RuleCatalog() {}

    /**
     * A rule with its default options.
     *
     * @param name as papers write it
     * @param description what it does, in a few words
     * @param defaults makes the rule
     */
    public record Entry(String name, String description, Supplier<Rule> defaults) {
        /**
         * How commands name it.
         *
         * @return the name in lower case, with hyphens for blanks
         */
        public String key() {
            return keyOf(name);
        }
    }

    /**
     * All rules, relatives side by side.
     *
     * @return an entry for each name
     */
    public static List<Entry> all() {
        return ENTRIES;
    }

    /**
     * The names of all rules, for help and errors.
     *
     * @return the keys, separated by commas
     */
    public static String keys() {
        return ENTRIES.stream().map(Entry::key).collect(Collectors.joining(", "));
    }

    /**
     * A rule by name.
     *
     * @param name in upper or lower case
     * @return its entry
     * @throws IllegalArgumentException if there is none; the message names the one that was likely meant
     */
    public static Entry of(String name) {
        String key = keyOf(name.strip());
        return ENTRIES.stream()
                .filter(entry -> entry.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no rule " + name.strip() + "; did you mean "
                        + nearest(key) + "? There are " + keys()));
    }

    private static String keyOf(String name) {
        return name.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /** With the fewest letters to insert, remove or replace; of several the one that is most like it in length. */
    private static String nearest(String key) {
        LevenshteinDistance edits = LevenshteinDistance.getDefaultInstance();
        return ENTRIES.stream()
                .map(Entry::key)
                .min(Comparator.<String>comparingInt(
                                candidate -> candidate.startsWith(key) ? 0 : edits.apply(key, candidate))
                        .thenComparingInt(candidate -> Math.abs(candidate.length() - key.length())))
                .orElseThrow();
    }
}
