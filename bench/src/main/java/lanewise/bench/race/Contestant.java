package lanewise.bench.race;

import java.util.List;
import java.util.Locale;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adadelta;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Adamax;
import lanewise.rule.Lion;
import lanewise.rule.NAdam;
import lanewise.rule.RAdam;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import lanewise.rule.Signum;

/**
 * An optimizer that takes part.
 *
 * @param name as the table shows it
 * @param rule with its default options
 * @param rate the peak of its schedule, which suits this network; found by trying a few
 */
record Contestant(String name, Rule rule, double rate) {
    static final List<Contestant> ALL = List.of(
            new Contestant("SGD", new Sgd(), 0.5),
            new Contestant("Momentum", new Sgd().momentum(0.9), 0.05),
            new Contestant("Nesterov", new Sgd().momentum(0.9).nesterov(true), 0.05),
            new Contestant("AdaGrad", new AdaGrad(), 0.02),
            new Contestant("RMSProp", new RmsProp(), 2e-3),
            new Contestant("Adadelta", new Adadelta(), 1),
            new Contestant("Adam", new Adam(), 3e-3),
            new Contestant("AMSGrad", new Adam().amsgrad(true), 3e-3),
            new Contestant("AdamW", new AdamW(), 3e-3),
            new Contestant("Adamax", new Adamax(), 5e-3),
            new Contestant("NAdam", new NAdam(), 3e-3),
            new Contestant("RAdam", new RAdam(), 5e-3),
            new Contestant("Lion", new Lion(), 1e-3),
            new Contestant("Signum", new Signum(), 1e-3),
            new Contestant("signSGD", Signum.signSgd(), 1e-3));

    /** How {@code --only} names it. */
    String key() {
        return name.toLowerCase(Locale.ROOT);
    }
}
