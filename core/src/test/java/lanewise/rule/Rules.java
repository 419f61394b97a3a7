package lanewise.rule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import lanewise.program.Extras;
import lanewise.program.Program;

/** Every rule with every option that changes its program: what the tests over all rules run over. */
public final class Rules {

    private Rules() {}

    /** The rules by a name that says the options. A new rule goes here, and into all tests. */
    public static Map<String, Rule> all() {
        Map<String, Rule> rules = new LinkedHashMap<>();
        rules.put("SGD", new Sgd());
        rules.put("momentum", new Sgd().momentum(0.9));
        rules.put("momentum, dampened", new Sgd().momentum(0.9).dampening(0.1));
        rules.put("momentum, rate in velocity", new Sgd().momentum(0.9).rateInVelocity(true));
        rules.put("Nesterov", new Sgd().momentum(0.9).nesterov(true));
        rules.put(
                "Nesterov, rate in velocity",
                new Sgd().momentum(0.9).nesterov(true).rateInVelocity(true));
        rules.put("AdaGrad", new AdaGrad());
        rules.put(
                "AdaGrad, all options",
                new AdaGrad().rateDecay(0.01).initial(0.1).epsilon(1e-6).epsilonInRoot(true));
        for (boolean centered : new boolean[] {false, true}) {
            for (double momentum : new double[] {0, 0.9}) {
                for (boolean epsilonInRoot : new boolean[] {false, true}) {
                    rules.put(
                            "RMSProp" + (centered ? ", centered" : "") + (momentum > 0 ? ", momentum" : "")
                                    + (epsilonInRoot ? ", ε in root" : ""),
                            new RmsProp().centered(centered).momentum(momentum).epsilonInRoot(epsilonInRoot));
                }
            }
        }
        rules.put(
                "RMSProp, TensorFlow",
                new RmsProp()
                        .momentum(0.9)
                        .epsilonInRoot(true)
                        .rateInVelocity(true)
                        .initial(1));
        rules.put("Adadelta", new Adadelta());
        rules.put("Adam", new Adam());
        rules.put("AMSGrad", new Adam().amsgrad(true));
        rules.put("Adam, ε hat", new Adam().epsilonHat(true));
        rules.put("AdamW", new AdamW());
        rules.put("AdamW, AMSGrad", new AdamW().amsgrad(true));
        rules.put("Adamax", new Adamax());
        rules.put("NAdam", new NAdam());
        rules.put("RAdam", new RAdam());
        rules.put("Lion", new Lion());
        rules.put("Signum", new Signum());
        rules.put("signSGD", Signum.signSgd());
        rules.put("LARS", new Lars());
        rules.put(
                "LARS, all options",
                new Lars()
                        .sgd(new Sgd().momentum(0.9).nesterov(true))
                        .clipTrust(true)
                        .alwaysAdapt(true));
        rules.put("LAMB", new Lamb());
        rules.put(
                "LAMB, all options",
                new Lamb().biasCorrection(false).maxWeightNorm(10).maxTrust(1).alwaysAdapt(true));
        return rules;
    }

    /** Extras that change every program, each alone and all together. */
    public static Map<String, Extras> extras() {
        OptionalDouble none = OptionalDouble.empty();
        OptionalDouble bound = OptionalDouble.of(0.5);
        Map<String, Extras> extras = new LinkedHashMap<>();
        extras.put("alone", Extras.DEFAULT);
        extras.put(
                "keeping subnormals",
                new Extras(Extras.Decay.IN_RULE, false, false, false, none, none, false, false, false));
        extras.put("L2", new Extras(Extras.Decay.COUPLED, false, false, false, none, none, false, false, true));
        extras.put(
                "decoupled", new Extras(Extras.Decay.DECOUPLED, false, false, false, none, none, false, false, true));
        extras.put("maximize", new Extras(Extras.Decay.IN_RULE, true, false, false, none, none, false, false, true));
        extras.put(
                "clipped by norm",
                new Extras(Extras.Decay.IN_RULE, false, false, false, none, bound, false, false, true));
        extras.put("everything", new Extras(Extras.Decay.DECOUPLED, true, true, true, bound, bound, true, false, true));
        extras.put(
                "everything, L2", new Extras(Extras.Decay.COUPLED, true, true, true, bound, bound, true, false, false));
        return extras;
    }

    /** Every rule alone and with everything; AdamW, or if thorough every rule, with every extra. */
    public static Map<String, Program> programs() {
        Map<String, Program> programs = new LinkedHashMap<>();
        all().forEach((rule, record) -> extras().forEach((extra, extras) -> {
            boolean always = extra.equals("alone") || extra.startsWith("everything") || rule.equals("AdamW");
            if (always || Boolean.getBoolean("lanewise.thorough")) {
                programs.put(rule + " / " + extra, extras.applyTo(record.program()));
            }
        }));
        return programs;
    }

    /** The names, for parameterized tests. */
    public static List<String> names() {
        return new ArrayList<>(all().keySet());
    }
}
