package lanewise.bench.race;

import java.util.List;
import java.util.Locale;
import lanewise.bench.report.Palette;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adadelta;
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
import lanewise.rule.Sgd;
import lanewise.rule.Signum;

/**
 * An optimizer that takes part. This list is the only place to enter a new one: races, pictures and the family tree go
 * through it.
 *
 * @param name as tables and pictures show it
 * @param parent the name of the rule that it was made from, anywhere in the list; empty for the first
 * @param news what it adds to its parent, in a few words
 * @param rule with its default options
 * @param rate the peak of its schedule on the digits, which suits that network; found by trying a few. On landscapes a
 *     sweep finds the rate
 */
record Contestant(String name, String parent, String news, Rule rule, double rate) {
    static final List<Contestant> ALL = List.of(
            new Contestant("SGD", "", "steps against the gradient", new Sgd(), 0.5),
            new Contestant("Momentum", "SGD", "a velocity that remembers", new Sgd().momentum(0.9), 0.05),
            new Contestant(
                    "Nesterov",
                    "Momentum",
                    "looks ahead",
                    new Sgd().momentum(0.9).nesterov(true),
                    0.05),
            new Contestant("AdaGrad", "SGD", "a rate for each weight, by its gradients so far", new AdaGrad(), 0.02),
            new Contestant("RMSProp", "AdaGrad", "forgets old gradients", new RmsProp(), 2e-3),
            new Contestant("Adadelta", "RMSProp", "steps in units of earlier steps", new Adadelta(), 1),
            new Contestant("Adam", "RMSProp", "momentum and bias correction", new Adam(), 3e-3),
            new Contestant(
                    "AMSGrad", "Adam", "divides by the largest mean square so far", new Adam().amsgrad(true), 3e-3),
            new Contestant("AdamW", "Adam", "decay apart from the gradient", new AdamW(), 3e-3),
            new Contestant("Adamax", "Adam", "the largest gradient in place of the mean square", new Adamax(), 5e-3),
            new Contestant("NAdam", "Adam", "Nesterov's look ahead", new NAdam(), 3e-3),
            new Contestant("RAdam", "Adam", "trusts the mean square only when it is known", new RAdam(), 5e-3),
            new Contestant("Lion", "Signum", "two averages, one to step and one to keep", new Lion(), 1e-3),
            new Contestant("Signum", "signSGD", "the sign of an average", new Signum(), 1e-3),
            new Contestant("signSGD", "SGD", "only the sign of the gradient", Signum.signSgd(), 1e-3),
            new Contestant("LARS", "Momentum", "a trust ratio for each tensor", new Lars().alwaysAdapt(true), 5),
            new Contestant("LAMB", "AdamW", "a trust ratio for each tensor", new Lamb(), 1e-2));

    /** Shown at first in pictures where all would be too many. */
    private static final List<String> FEATURED = List.of("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam");

    /** How {@code --only} names it. */
    String key() {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The same at another rate. */
    Contestant withRate(double other) {
        return new Contestant(name, parent, news, rule, other);
    }

    /** Whether pictures show it at first, rather than at a click. */
    boolean featured() {
        return FEATURED.contains(name);
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
        return ALL.stream().map(Contestant::name).toList().indexOf(name);
    }
}
