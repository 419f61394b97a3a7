package lanewise.bench;

import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import lanewise.program.Average;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Slot;
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
import lanewise.rule.WeightDecay;
import tools.jackson.databind.JsonNode;

/**
 * What was run to record a golden file, in our words: the translation from the names and habits of PyTorch, Keras, optax
 * and others.
 *
 * <p>Read from a file's family, source and hyper-parameters alone. Every hyper-parameter has to be asked for or be off,
 * so that none is overlooked; a file that asks for what we do not have is {@link NotOffered}, with the reason.
 *
 * @param rule the rule with its options
 * @param decay its weight decay
 * @param maximize whether it climbs
 * @param clipValue the largest magnitude of an element of the gradient
 * @param clipNorm the largest global norm
 * @param average the average of the weights that is followed
 * @param bound64 how far the same formula in float64 may stray, relative to the largest value so far
 * @param flushedSubnormals whether the sign of a subnormal counted as 0 in the float32 run
 */
record GoldenRule(
        Rule rule,
        WeightDecay decay,
        boolean maximize,
        OptionalDouble clipValue,
        OptionalDouble clipNorm,
        Optional<Average> average,
        double bound64,
        boolean flushedSubnormals) {

    /** Takes the recorded weights for its own, so that nothing but their average is computed. */
    private record Assign() implements Rule {
        @Override
        public Program program() {
            return Program.empty().set(Slot.PARAMETER, Expr.read(Slot.GRADIENT));
        }
    }

    /** The engine has no such rule or option. The message is the reason. */
    static final class NotOffered extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotOffered(String reason) {
            super(reason);
        }
    }

    /** The bound of the golden README for float64 runs. */
    private static final double FLOAT64 = 1e-11;

    /** The same for those that round to float32 inside. */
    private static final double FLOAT32_INSIDE = 1e-6;

    /** What PyTorch and we add to the norm before we divide by it, and optax and Keras do not. */
    private static final double CLIP_EPSILON = 1e-6;

    private static final String TORCH = "pytorch";
    private static final String KERAS = "keras";
    private static final String OPTAX = "optax";
    private static final String TIMM = "pytorch-image-models";
    private static final String KOZISTR = "pytorch_optimizer";
    private static final String APEX = "apex";
    private static final String CYBERTRON = "pytorch-lamb";
    private static final String GOOGLE = "automl";
    private static final String HUGGING_FACE = "transformers";
    private static final String LUCIDRAINS = "lion-pytorch";

    /** Reads a file. */
    static GoldenRule of(JsonNode file) {
        String repository = file.at("/source/repo").asString();
        String library = repository.substring(repository.lastIndexOf('/') + 1);
        String entry = file.at("/source/entry").asString();
        Said said = new Said(file.get("hyperparameters"));
        String family = file.get("family").asString();
        GoldenRule rule = switch (family) {
            case "clip" -> clipping(library, entry, said);
            case "ema" -> averaging(library, said);
            case "Pipeline" -> trajectory(entry, library, entry, said);
            default -> trajectory(family, library, entry, said);
        };
        said.requireAllAsked();
        return rule;
    }

    private static GoldenRule trajectory(String family, String library, String entry, Said said) {
        Rule rule = rule(family, library, entry, said);
        OptionalDouble clipNorm = family.equals("LAMB") && library.equals(APEX)
                ? OptionalDouble.of(1) // its reference always does
                : said.optional("max_grad_norm", "global_clipnorm");
        return new GoldenRule(
                rule,
                decay(family, library, said),
                said.flag(false, "maximize"),
                said.optional("clipvalue"),
                clipNorm,
                said.optional("ema_decay").stream().mapToObj(Average::ema).findFirst(),
                family.startsWith("Adafactor") && (library.equals(KERAS) || library.equals(OPTAX))
                        ? FLOAT32_INSIDE
                        : bound64(library, clipNorm),
                (rule instanceof Signum || rule instanceof Lion) && (library.equals(OPTAX) || library.equals(KERAS)));
    }

    // -------------------------------------------------------------------------------------- rules

    private static Rule rule(String family, String library, String entry, Said said) {
        return switch (family) {
            case "SGD" -> sgd(library, said);
            case "Adagrad" -> adagrad(library, said);
            case "RMSprop", "RMSprop(TF)" -> rmsprop(library, said);
            case "Adadelta" -> {
                requireLibrary(family, library, TORCH, KERAS, OPTAX);
                yield new Adadelta(said.number("rho"), said.epsilon());
            }
            case "Adam", "AdamW" -> adam(family, library, entry, said);
            case "Adamax" -> {
                if (library.equals(KERAS)) {
                    throw new NotOffered("Keras adds Adamax's ε at the division");
                }
                requireLibrary(family, library, TORCH, OPTAX);
                yield new Adamax(said.beta1(), said.beta2(), said.epsilon());
            }
            case "NAdam" -> nadam(library, said);
            case "RAdam" -> {
                if (library.equals("RAdam")) {
                    throw new NotOffered("RAdam's authors take ρ = 5 as enough, and by default stand still before it");
                }
                if (library.equals(OPTAX)) {
                    throw new NotOffered("optax adds RAdam's ε after the correction");
                }
                requireLibrary(family, library, TORCH);
                yield new RAdam(said.beta1(), said.beta2(), said.epsilon());
            }
            case "Lion" -> {
                // All agree; kozistr's fixed decay and timm's caution are off or else left over.
                requireLibrary(family, library, GOOGLE, LUCIDRAINS, TIMM, OPTAX, KERAS, KOZISTR);
                yield new Lion(said.beta1(), said.beta2());
            }
            case "SignSGD" -> {
                requireLibrary(family, library, KOZISTR, OPTAX);
                if (said.number(0, "momentum") != 0 || said.number(0, "weight_decay") != 0) {
                    throw new NotOffered("kozistr's SignSGD forgets its momentum and its weight decay");
                }
                yield Signum.signSgd();
            }
            case "Signum" -> {
                requireLibrary(family, library, OPTAX);
                yield new Signum(said.number("beta"));
            }
            case "LAMB" -> lamb(library, said);
            case "LARS" -> {
                if (library.equals(KOZISTR)) {
                    throw new NotOffered("kozistr's LARS leaves the decay out of its denominator");
                }
                requireLibrary(family, library, TIMM);
                yield new Lars(
                        new Sgd(
                                said.number(0, "momentum"),
                                said.number(0, "dampening"),
                                said.flag(false, "nesterov"),
                                false),
                        said.number("trust_coeff"),
                        said.epsilon(),
                        said.flag(false, "trust_clip"),
                        said.flag(false, "always_adapt"));
            }
            case "Adafactor", "Adafactor(HF)" -> adafactor(library, said);
            case "SophiaG", "SophiaH" -> sophia(family, library, said);
            case "ScheduleFree" -> scheduleFree(library, entry, said);
            default -> throw new NotOffered("there is no rule " + family);
        };
    }

    /** Keras has the rate inside the velocity; PyTorch and optax outside. */
    private static Rule sgd(String library, Said said) {
        requireLibrary("SGD", library, TORCH, KERAS, OPTAX);
        double momentum = said.number(0, "momentum");
        boolean nesterov = said.flag(false, "nesterov");
        return new Sgd(momentum, said.number(0, "dampening"), nesterov && momentum != 0, library.equals(KERAS));
    }

    /** PyTorch has ε beside the root, Keras and optax have it inside. */
    private static Rule adagrad(String library, Said said) {
        requireLibrary("Adagrad", library, TORCH, KERAS, OPTAX);
        return new AdaGrad(
                said.number(0, "lr_decay"),
                said.epsilon(),
                said.number("initial_accumulator_value"),
                !library.equals(TORCH));
    }

    /**
     * PyTorch has ε beside the root and the rate outside the velocity; the others have both inside, as TensorFlow, unless
     * they say otherwise. timm starts the mean square at 1 as TensorFlow 1 did.
     */
    private static Rule rmsprop(String library, Said said) {
        requireLibrary("RMSprop", library, TORCH, KERAS, OPTAX, TIMM);
        boolean inside = !library.equals(TORCH);
        return new RmsProp(
                said.number("alpha", "rho", "decay"),
                said.epsilon(),
                said.number(0, "momentum"),
                said.flag(false, "centered"),
                library.equals(TIMM) ? 1 : said.number(0, "initial_scale"),
                said.flag(inside, "eps_in_sqrt"),
                said.flag(inside, "lr_in_momentum"));
    }

    /** Keras adds ε to the uncorrected root, the "ε̂" of the paper's remark. */
    private static Rule adam(String family, String library, String entry, Said said) {
        requireLibrary(family, library, TORCH, KERAS, OPTAX);
        if (library.equals(OPTAX) && entry.equals("amsgrad")) {
            throw new NotOffered("optax takes AMSGrad's maximum over the corrected mean square");
        }
        boolean amsgrad = said.flag(false, "amsgrad");
        return family.equals("AdamW") && !library.equals(KERAS)
                ? new AdamW(said.beta1(), said.beta2(), said.epsilon(), amsgrad)
                : new Adam(said.beta1(), said.beta2(), said.epsilon(), amsgrad, library.equals(KERAS));
    }

    /** cybertronai's is the paper's third version; apex's reference adapts without decay too. */
    private static Rule lamb(String library, Said said) {
        requireLibrary("LAMB", library, TIMM, APEX, CYBERTRON);
        boolean cybertron = library.equals(CYBERTRON);
        said.flag(true, "grad_averaging");
        return new Lamb(
                said.beta1(),
                said.beta2(),
                said.epsilon(),
                said.flag(!cybertron, "bias_correction"),
                cybertron ? 10 : Double.POSITIVE_INFINITY,
                said.flag(false, "trust_clip") ? 1 : Double.POSITIVE_INFINITY,
                said.flag(!library.equals(TIMM), "always_adapt"));
    }

    /** Keras and optax add ε₁ as Hugging Face does; Keras has PyTorch's step, optax decays by λ alone. */
    private static Rule adafactor(String library, Said said) {
        requireLibrary("Adafactor", library, TORCH, HUGGING_FACE, KERAS, OPTAX);
        if (said.flag(false, "warmup_init")) {
            throw new NotOffered("Hugging Face's warmup_init is a schedule, which the file does not record");
        }
        boolean torch = library.equals(TORCH);
        double exponent = said.number("beta2_decay", "decay_rate", "beta_2_decay");
        boolean factored = said.flag(true, "factored");
        long minFactored = (long) said.number(1, "min_dim_size_to_factor");
        return new Adafactor(
                -Math.abs(exponent),
                said.part(0, "eps", "epsilon_1"),
                library.equals(OPTAX) ? 1e-3 : said.part(1, "eps", "epsilon_2"),
                said.number(1, "d", "clip_threshold", "clipping_threshold"),
                said.number(0, "beta1", "momentum"),
                said.flag(torch, "relative_step"),
                said.flag(true, "scale_parameter", "multiply_by_parameter_scale"),
                !torch,
                library.equals(HUGGING_FACE),
                factored ? minFactored : Long.MAX_VALUE);
    }

    private static Rule sophia(String family, String library, Said said) {
        requireLibrary(family, library, "Sophia", KOZISTR, OPTAX);
        said.number(1, "hessian_update_interval", "update_interval");
        if (family.equals("SophiaG")) {
            double gamma = said.number("rho") * said.number("bs");
            return Sophia.g(1).betas(said.beta1(), said.beta2()).gamma(gamma);
        }
        return Sophia.h()
                .betas(said.beta1(), said.beta2())
                .gamma(said.number(1, "gamma"))
                .clip(said.number("p", "clip_threshold"))
                .epsilon(said.epsilon())
                .biasCorrection(library.equals(OPTAX));
    }

    private static Rule scheduleFree(String library, String entry, Said said) {
        requireLibrary("ScheduleFree", library, "schedule_free");
        long warmup = (long) said.number(0, "warmup_steps");
        double power = said.number("weight_lr_power");
        double stepPower = said.number(0, "r");
        return switch (entry) {
            case "SGDScheduleFree" -> new ScheduleFreeSgd(said.number("momentum"), warmup, power, stepPower);
            case "AdamWScheduleFree" ->
                new ScheduleFreeAdamW(said.beta1(), said.beta2(), said.epsilon(), warmup, power, stepPower);
            default -> throw new NotOffered("there is no Schedule-Free rule " + entry);
        };
    }

    private static Rule nadam(String library, Said said) {
        switch (library) {
            case OPTAX -> throw new NotOffered("optax's NAdam has no schedule of μ");
            case TIMM -> throw new NotOffered("timm's NAdam has no schedule of μ and corrects both terms by 1−β₁ᵗ");
            default -> requireLibrary("NAdam", library, TORCH, KERAS);
        }
        double momentumDecay = library.equals(KERAS) ? 1 : said.number("momentum_decay");
        return new NAdam(said.beta1(), said.beta2(), said.epsilon(), momentumDecay);
    }

    private static WeightDecay decay(String family, String library, Said said) {
        if (family.startsWith("Adafactor") && library.equals(OPTAX)) {
            // Not multiplied by the rate, which is constant.
            return WeightDecay.inRule(said.number(0, "weight_decay_rate") / said.number("learning_rate"));
        }
        if (family.equals("LAMB")
                || family.equals("LARS")
                || family.equals("ScheduleFree")
                || family.startsWith("Adafactor")) {
            return WeightDecay.inRule(said.number(0, "weight_decay"));
        }
        boolean decoupled = switch (library) {
            case KERAS -> true;
            case OPTAX -> !family.equals("Adadelta");
            default -> family.equals("AdamW") || family.equals("Lion") || family.startsWith("Sophia");
        };
        return said.flag(decoupled, "decoupled_weight_decay", "decoupled_decay", "weight_decouple")
                ? WeightDecay.decoupled(said.number(0, "weight_decay"))
                : WeightDecay.coupled(said.number(0, "weight_decay"));
    }

    private static void requireLibrary(String family, String library, String... known) {
        if (!Set.of(known).contains(library)) {
            throw new NotOffered("it is not known how " + family + " of " + library + " differs");
        }
    }

    // ----------------------------------------------------------------------------------- clipping

    /** Clipping alone, seen through a plain step of rate 1 from 0. */
    private static GoldenRule clipping(String library, String entry, Said said) {
        OptionalDouble value = OptionalDouble.empty();
        OptionalDouble norm = OptionalDouble.empty();
        switch (entry) {
            case "clip_grad_value_" -> value = OptionalDouble.of(said.number("clip_value"));
            case "clip" -> value = OptionalDouble.of(said.number("max_delta"));
            case "clip_grad_norm_" -> {
                if (said.number(2, "norm_type") != 2) {
                    throw new NotOffered("clips by the Euclidean norm only");
                }
                norm = OptionalDouble.of(said.number("max_norm"));
            }
            case "clip_by_global_norm" -> norm = OptionalDouble.of(said.number("max_norm", "global_clipnorm"));
            case "BaseOptimizer._clip_by_norm", "clip_by_block_rms" ->
                throw new NotOffered("clips all gradients together, not each tensor by itself");
            case "adaptive_grad_clip", "adaptive_clip_grad" ->
                throw new NotOffered("clips by the gradients alone, not by rows of the weights");
            default -> throw new NotOffered("there is no clipping " + entry);
        }
        return new GoldenRule(
                new Sgd(), WeightDecay.coupled(0), false, value, norm, Optional.empty(), bound64(library, norm), false);
    }

    // ----------------------------------------------------------------------------------- averages

    private static GoldenRule averaging(String library, Said said) {
        double decay = said.number("decay");
        Average average = switch (library) {
            case TORCH -> Average.ema(decay);
            case OPTAX -> {
                if (!said.flag(true, "debias")) {
                    throw new NotOffered("an average that starts at 0 is corrected for it");
                }
                yield Average.debiasedEma(decay);
            }
            case TIMM ->
                said.flag(false, "use_warmup")
                        ? Average.warmedUpEma(decay, said.number("warmup_gamma"), said.number("warmup_power"))
                        : Average.ema(decay);
            case "pytorch_ema" -> {
                if (!said.flag(true, "use_num_updates")) {
                    throw new NotOffered("an average from the first weights has a decay that counts");
                }
                yield Average.countedEma(decay);
            }
            default -> throw new NotOffered("it is not known how averages of " + library + " differ");
        };
        OptionalDouble none = OptionalDouble.empty();
        return new GoldenRule(
                new Assign(), WeightDecay.coupled(0), false, none, none, Optional.of(average), FLOAT64, false);
    }

    /**
     * optax and Keras clip by {@code max/norm}, PyTorch and we by {@code max/(norm + 1e-6)}. Where that clips, the norm
     * is above max, so the two differ by at most 1e-6/max, relatively: less than the fp32 bound unless max is below 0.13,
     * and the bound of the float64 run.
     */
    private static double bound64(String library, OptionalDouble clipNorm) {
        return clipNorm.isPresent() && !library.equals(TORCH)
                ? Math.max(FLOAT64, CLIP_EPSILON / clipNorm.getAsDouble())
                : FLOAT64;
    }

    // --------------------------------------------------------------------------- hyper-parameters

    /** Hyper-parameters as a file says them, under the names of any library. */
    private static final class Said {
        /** The rates stand step by step in {@code lr}; groups are read by {@link GoldenCase}. */
        private static final Set<String> ELSEWHERE =
                Set.of("lr", "learning_rate", "name", "schedule", "group0", "group1", "ema_momentum");

        private final JsonNode said;
        private final Set<String> asked = new HashSet<>(ELSEWHERE);

        Said(JsonNode said) {
            this.said = said;
        }

        /** The first of the names that has a number. */
        OptionalDouble optional(String... names) {
            OptionalDouble found = OptionalDouble.empty();
            for (String name : names) {
                asked.add(name);
                JsonNode value = said.path(name);
                if (found.isEmpty() && value.isNumber()) {
                    found = OptionalDouble.of(value.asDouble());
                }
            }
            return found;
        }

        double number(double otherwise, String... names) {
            return optional(names).orElse(otherwise);
        }

        double number(String... names) {
            return optional(names)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the hyper-parameters must have one of " + Set.of(names) + ", got " + said));
        }

        boolean flag(boolean otherwise, String... names) {
            boolean flag = otherwise;
            for (String name : names) {
                asked.add(name);
                flag = said.path(name).asBoolean(flag);
            }
            return flag;
        }

        double beta1() {
            return beta(0, "b1", "beta_1");
        }

        double beta2() {
            return beta(1, "b2", "beta_2");
        }

        private double beta(int index, String... names) {
            asked.add("betas");
            return said.has("betas") ? said.get("betas").get(index).asDouble() : number(names);
        }

        /** A part of a list, or what has a name of its own. */
        double part(int index, String list, String name) {
            asked.add(list);
            JsonNode parts = said.path(list);
            return parts.isArray() ? parts.get(index).asDouble() : parts.isNumber() ? parts.asDouble() : number(name);
        }

        double epsilon() {
            return number("eps", "epsilon");
        }

        /** What nobody asked for must be off: null, false, 0 or empty. */
        void requireAllAsked() {
            for (var option : said.properties()) {
                JsonNode value = option.getValue();
                boolean off = value.isNull()
                        || (value.isBoolean() && !value.asBoolean())
                        || (value.isNumber() && value.asDouble() == 0)
                        || (value.isString() && value.asString().isEmpty());
                if (!off && !asked.contains(option.getKey())) {
                    throw new NotOffered("there is no option " + option.getKey() + " = " + value);
                }
            }
        }
    }
}
