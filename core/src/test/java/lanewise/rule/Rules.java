package lanewise.rule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.conformance.ExtraCases;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Shape;

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
        rules.put("Adafactor", new Adafactor());
        rules.put("Adafactor, Hugging Face", Adafactor.huggingFace());
        rules.put(
                "Adafactor, first moment",
                Adafactor.huggingFace()
                        .beta1(0.9)
                        .relativeStep(false)
                        .scaleParameter(false)
                        .clipThreshold(Double.POSITIVE_INFINITY));
        rules.put("Sophia-G", Sophia.g(4));
        rules.put("Sophia-H", Sophia.h());
        rules.put("Sophia-H, bias correction", Sophia.h().gamma(0.01).biasCorrection(true));
        rules.put("Schedule-Free SGD", new ScheduleFreeSgd());
        rules.put(
                "Schedule-Free SGD, all options",
                new ScheduleFreeSgd().beta(0.8).warmup(5).weights(1.5, 0.5));
        rules.put("Schedule-Free AdamW", new ScheduleFreeAdamW());
        rules.put("Schedule-Free AdamW, warm-up", new ScheduleFreeAdamW().warmup(5));
        return rules;
    }

    /** Every rule alone and with everything; AdamW, or if thorough every rule, with every extra. */
    public static Map<String, Program> programs() {
        Map<String, Program> programs = new LinkedHashMap<>();
        all().forEach((rule, record) -> ExtraCases.all().forEach((extra, extras) -> {
            boolean always = extra.equals("alone") || extra.startsWith("everything") || rule.equals("AdamW");
            if (always || Boolean.getBoolean("lanewise.thorough")) {
                programs.put(rule + " / " + extra, extras.applyTo(record.program()));
                Rule ofMatrices = record.forShape(Shape.of(9, 13));
                if (!ofMatrices.equals(record)) {
                    programs.put(rule + ", of matrices / " + extra, extras.applyTo(ofMatrices.program()));
                }
            }
        }));
        all().forEach((rule, record) -> {
            if (!record.hessianUpdate().equals(Program.empty())) {
                programs.put(
                        rule + ", Hessian",
                        Extras.DEFAULT.maximize(true).scaled(true).ofHessian().applyTo(record.hessianUpdate()));
            }
            if (!record.evaluation().equals(Program.empty())) {
                programs.put(rule + ", evaluation", record.evaluation());
            }
        });
        return programs;
    }

    /** A few programs that have all there is: sums, rows, many states; every program if thorough. */
    public static Map<String, Program> fewPrograms() {
        Map<String, Program> programs = programs();
        Set<String> few = Set.of("momentum / alone", "LAMB / alone", "Schedule-Free AdamW / alone");
        Set<String> everything = Set.of("AdamW / everything", "Adafactor, first moment, of matrices / everything");
        if (!Boolean.getBoolean("lanewise.thorough")) {
            programs.keySet()
                    .removeIf(name -> !few.contains(name) && everything.stream().noneMatch(name::startsWith));
        }
        return programs;
    }

    /** The names, for parameterized tests. */
    public static List<String> names() {
        return new ArrayList<>(all().keySet());
    }
}
