package lanewise.bench.race;

import java.util.List;
import lanewise.bench.RuleCatalog;
import lanewise.bench.report.Palette;
import lanewise.program.Program;
import lanewise.rule.Lars;
import lanewise.rule.Rule;
import lanewise.rule.Sophia;
import lanewise.rule.WeightDecay;

/**
 * An optimizer that takes part. Races, pictures and the family tree go through this list; the rules are those of the
 * {@link RuleCatalog}, and a new one there needs a line here.
 *
 * @param entry the catalog's
 * @param parent the name of the rule that it was made from, anywhere in the list; empty for the first
 * @param news what it adds to its parent, in a few words
 * @param rule as it races: with the catalog's defaults unless the list says otherwise
 * @param decay as it races: the rule's own unless the list says otherwise
 * @param rate on the digits, the peak of a schedule or constant; suits that network, found by trying a few. On
 *     landscapes a sweep finds the rate
 */
record Contestant(RuleCatalog.Entry entry, String parent, String news, Rule rule, WeightDecay decay, double rate) {
    /** The rate of who is not on the digits. */
    private static final double NONE = Double.NaN;

    static final List<Contestant> ALL = List.of(
            of("SGD", "", "steps against the gradient", 0.5),
            of("Momentum", "SGD", "a velocity that remembers", 0.05),
            of("Nesterov", "Momentum", "looks ahead", 0.05),
            of("AdaGrad", "SGD", "a rate for each weight, by its gradients so far", 0.02),
            of("RMSProp", "AdaGrad", "forgets old gradients", 2e-3),
            of("Adadelta", "RMSProp", "steps in units of earlier steps", 1),
            of("Adam", "RMSProp", "momentum and bias correction", 3e-3),
            of("AMSGrad", "Adam", "divides by the largest mean square so far", 3e-3),
            of("AdamW", "Adam", "decay apart from the gradient", 3e-3),
            of("Adamax", "Adam", "the largest gradient in place of the mean square", 5e-3),
            of("NAdam", "Adam", "Nesterov's look ahead", 3e-3),
            of("RAdam", "Adam", "trusts the mean square only when it is known", 5e-3),
            of("Lion", "Signum", "two averages, one to step and one to keep", 1e-3),
            of("Signum", "signSGD", "the sign of an average", 1e-3),
            of("signSGD", "SGD", "only the sign of the gradient", 1e-3),
            // The catalog's adapts only with decay, and has none.
            of("LARS", "Momentum", "a trust ratio for each tensor", 5).racing(new Lars().alwaysAdapt(true)),
            of("LAMB", "AdamW", "a trust ratio for each tensor", 1e-2),
            of("Adafactor", "RMSProp", "mean squares of rows and columns alone", 5e-2),
            of("Sophia-G", "Sophia-H", "curvature from sampled labels", 1e-3),
            // Steps are at most ρη = 0.01·η long, so a decay of 0.1·ηθ would keep the point within 0.1 of the origin.
            of("Sophia-H", "Adam", "the curvature in place of the mean square, and a bound", NONE)
                    .withoutDecay(),
            of("Schedule-Free SGD", "SGD", "averages its path in place of a schedule", 1),
            of("Schedule-Free AdamW", "AdamW", "averages its path in place of a schedule", 5e-3));

    /** Shown at first in pictures where all would be too many. */
    private static final List<String> FEATURED = List.of("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam");

    private static Contestant of(String name, String parent, String news, double rate) {
        RuleCatalog.Entry entry = RuleCatalog.of(name);
        Rule rule = entry.defaults().get();
        return new Contestant(entry, parent, news, rule, rule.weightDecay(), rate);
    }

    private Contestant racing(Rule other) {
        return new Contestant(entry, parent, news, other, other.weightDecay(), rate);
    }

    private Contestant withoutDecay() {
        return new Contestant(entry, parent, news, rule, decay.withRate(0), rate);
    }

    /** As tables and pictures show it. */
    String name() {
        return entry.name();
    }

    /** How {@code --only} names it. */
    String key() {
        return entry.key();
    }

    /** The same at another rate. */
    Contestant withRate(double other) {
        return new Contestant(entry, parent, news, rule, decay, other);
    }

    /** Whether it can train the network, which has no products with its Hessian to give. */
    boolean onDigits() {
        return !wants(Sophia.Estimate.HUTCHINSON);
    }

    /** Whether it can go down a landscape, which has no labels to draw. */
    boolean onLandscapes() {
        return !wants(Sophia.Estimate.GAUSS_NEWTON_BARTLETT);
    }

    /** Whether it must be given such estimates of the curvature. */
    boolean wants(Sophia.Estimate estimate) {
        return rule instanceof Sophia sophia && sophia.estimate() == estimate;
    }

    /** Whether it averages its own path, for which it needs no schedule, and is tested at the average. */
    boolean isScheduleFree() {
        return !rule.evaluation().equals(Program.empty());
    }

    /** Whether pictures show it at first, rather than at a click. */
    boolean featured() {
        return FEATURED.contains(name());
    }

    /** The same in all pictures. */
    String colour() {
        return Palette.colour(place());
    }

    /** Of its lines, in all pictures. */
    String dash() {
        return Palette.dash(place());
    }

    private int place() {
        return ALL.stream().map(Contestant::name).toList().indexOf(name());
    }
}
