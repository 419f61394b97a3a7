package lanewise.bench.golden;

import static lanewise.bench.golden.Said.offered;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import lanewise.program.Average;
import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Require;
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
 * @param clipSlack how far clipping may stray by design where it clips, relative to the gradient
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
        double clipSlack,
        boolean flushedSubnormals) {

    /** Checks the bounds of clipping as the engine does. */
    GoldenRule {
        clipValue.ifPresent(value -> Require.positive("the largest value of a gradient", value));
        clipNorm.ifPresent(norm -> Require.positive("the largest norm of gradients", norm));
    }

    /** Takes the recorded weights for its own, so that nothing but their average is computed. */
    private record Assign() implements Rule {
        @Override
        public Program program() {
            return Program.empty().set(Slot.PARAMETER, Expr.read(Slot.GRADIENT));
        }
    }

    /** The bound of the golden README for float64 runs. */
    private static final double FLOAT64 = 1e-11;

    /** The same for those that round to float32 inside. */
    private static final double FLOAT32_INSIDE = 1e-6;

    /** What PyTorch and we add to the norm before we divide by it, and optax and Keras do not. */
    private static final double CLIP_EPSILON = 1e-6;

    private static final String TORCH = "pytorch";
    static final String KERAS = "keras";
    static final String OPTAX = "optax";
    private static final String TENSORFLOW = "tensorflow";
    private static final String TIMM = "pytorch-image-models";
    static final String KOZISTR = "pytorch_optimizer";
    private static final String JETTIFY = "pytorch-optimizer";
    private static final String APEX = "apex";
    private static final String CYBERTRON = "pytorch-lamb";
    private static final String GOOGLE = "automl";
    static final String HUGGING_FACE = "transformers";
    static final String FAIRSEQ = "fairseq";
    private static final String LUCIDRAINS = "lion-pytorch";
    private static final String SCHEDULE_FREE = "schedule_free";
    private static final String SOPHIA = "sophia";
    private static final String RADAM = "radam";

    /** XLA's and TensorFlow's arithmetic flushes subnormals on CPUs. */
    private static final Set<String> FLUSHING = Set.of(OPTAX, KERAS, TENSORFLOW);

    /** What may stand behind a family in parentheses: whose form it is, which the source says too. */
    private static final Map<String, Set<String>> QUALIFIERS = Map.of(
            "rmsprop", Set.of("tf", "keras", "timm", "optax", "torch"),
            "adafactor", Set.of("hf", "fairseq", "keras", "optax", "torch"));

    /** A file's source and hyper-parameters. */
    private record Source(String family, String codebase, String entry, Said said, Json file) {
        boolean isOf(String... libraries) {
            return Set.of(libraries).contains(codebase);
        }

        void require(String... known) {
            if (!isOf(known)) {
                throw new NotOffered("it is not known how " + family + " of " + codebase + " differs");
            }
        }

        boolean isOneTensor() {
            return file.get("tensors").node().size() == 1;
        }

        boolean hasGroups() {
            return GoldenGroups.areDescribed(file)
                    || file.get("lr").node().path(0).isArray();
        }

        /** A decay that the library does not multiply by the rate, which the engine does. */
        WeightDecay apartFromRate(double decay, DecayForm form) {
            if (decay == 0) {
                return form.of(0);
            }
            List<Double> rates = hasGroups() ? List.of() : file.get("lr").list(Json::number);
            if (rates.isEmpty() || rates.getFirst() == 0 || rates.stream().anyMatch(r -> !r.equals(rates.getFirst()))) {
                throw new NotOffered("decay without the rate is followed while there is one rate, which is not 0");
            }
            return form.of(decay / rates.getFirst());
        }
    }

    /** Makes a decay of a rate. */
    private interface DecayForm {
        WeightDecay of(double rate);
    }

    /** Reads a file. */
    static GoldenRule of(Json file) {
        String entry = file.get("source").find("entry").map(Json::text).orElse("");
        Said said = new Said(file.get("hyperparameters"));
        String family = file.get("family").text();
        // A pipeline is named by its optimizer alone.
        String named = family.equals("Pipeline") ? entry : family;
        Source source = new Source(named, codebase(file), entry, said, file);
        GoldenRule rule = offered(() -> switch (family) {
            case "clip" -> clipping(source);
            case "ema" -> averaging(source);
            default -> trajectory(source);
        });
        said.requireAllAsked();
        return rule;
    }

    /** Such as {@code pytorch} of github.com/pytorch/pytorch. */
    static String codebase(Json file) {
        String repository = file.get("source").get("repo").text().strip().toLowerCase(Locale.ROOT);
        return repository.replaceAll("(\\.git)?/*$", "").replaceAll(".*[/:]", "");
    }

    /** The same, but for the rule and its decay. */
    GoldenRule withRule(Rule other, WeightDecay otherDecay) {
        return new GoldenRule(
                other, otherDecay, maximize, clipValue, clipNorm, average, bound64, clipSlack, flushedSubnormals);
    }

    /** What a file is mapped to. */
    String inWords() {
        StringBuilder words = new StringBuilder(rule instanceof Assign ? "the weights as recorded" : rule.toString());
        if (decay.rate() != 0) {
            words.append(
                    switch (decay.where()) {
                        case COUPLED -> ", coupled decay ";
                        case DECOUPLED -> ", decoupled decay ";
                        case IN_RULE -> ", decay in the rule ";
                    });
            words.append(decay.rate());
        }
        words.append(maximize ? ", maximized" : "");
        clipValue.ifPresent(value -> words.append(", clipped by value ").append(value));
        clipNorm.ifPresent(norm -> words.append(", clipped by norm ").append(norm));
        average.ifPresent(kept -> words.append(", ").append(kept));
        return words.toString();
    }

    private static GoldenRule trajectory(Source source) {
        Said said = source.said();
        String key = key(source);
        Rule rule = rule(key, source);
        // apex's reference always clips, its kernel by default.
        OptionalDouble clipNorm = key.equals("lamb") && source.isOf(APEX)
                ? OptionalDouble.of(said.number(1, "max_grad_norm"))
                : said.optional("max_grad_norm", "global_clipnorm");
        if (clipNorm.isEmpty() && source.isOneTensor()) {
            clipNorm = said.optional("clipnorm");
        } else if (said.has("clipnorm")) {
            throw new NotOffered(NOT_BY_TENSOR);
        }
        if (key.equals("lamb") && clipNorm.isPresent() && clipNorm.getAsDouble() == 0) {
            clipNorm = OptionalDouble.empty();
        }
        boolean inside = (key.equals("adafactor") && source.isOf(KERAS, OPTAX)) || source.isOf(RADAM);
        double slack = clipSlack(source.codebase(), clipNorm);
        return new GoldenRule(
                rule,
                decay(key, source),
                said.flag(false, "maximize"),
                said.optional("clipvalue", "clip_value"),
                clipNorm,
                average(said),
                inside ? FLOAT32_INSIDE : FLOAT64,
                slack,
                (rule instanceof Signum || rule instanceof Lion) && FLUSHING.contains(source.codebase()));
    }

    /** Keras begins its average with the first weights that were stepped, as PyTorch does. */
    private static Optional<Average> average(Said said) {
        if (said.flag(false, "use_ema")) {
            return Optional.of(Average.ema(said.number("ema_momentum")));
        }
        said.skip("ema_momentum");
        return said.optional("ema_decay").stream().mapToObj(Average::ema).findFirst();
    }

    // -------------------------------------------------------------------------------------- rules

    /** Such as {@code sophiag} of Sophia-G, and {@code rmsprop} of RMSprop(TF). */
    private static String key(Source source) {
        String family = source.family().toLowerCase(Locale.ROOT);
        String key = family.replaceAll("\\(.*?\\)", "").replaceAll("[^a-z0-9]", "");
        int open = family.indexOf('(');
        String qualifier = open < 0 ? "" : family.substring(open).replaceAll("[^a-z0-9]", "");
        if (!qualifier.isEmpty() && !QUALIFIERS.getOrDefault(key, Set.of()).contains(qualifier)) {
            throw new NotOffered("there is no rule " + source.family());
        }
        return key;
    }

    private static Rule rule(String key, Source source) {
        Said said = source.said();
        return switch (key) {
            case "sgd" -> sgd(source);
            case "adagrad" -> adagrad(source);
            case "rmsprop" -> rmsprop(source);
            case "adadelta" -> {
                source.require(TORCH, KERAS, OPTAX);
                yield new Adadelta(said.number("rho"), said.epsilon());
            }
            case "adam", "adamw" -> adam(key, source);
            case "adamax", "adamaxw" -> {
                source.require(TORCH, OPTAX, KERAS);
                if (source.isOf(KERAS) && said.epsilon() != 0) {
                    throw new NotOffered("Keras adds Adamax's ε at the division");
                }
                requireNoNesterov(said);
                yield new Adamax(said.beta1(), said.beta2(), said.epsilon());
            }
            case "nadam", "nadamw" -> nadam(source);
            case "radam" -> radam(source);
            case "lion" -> {
                // All agree on the step; what decay means to each is below.
                source.require(GOOGLE, LUCIDRAINS, TIMM, OPTAX, KERAS, KOZISTR);
                yield new Lion(said.beta1(), said.beta2());
            }
            case "signsgd" -> {
                source.require(KOZISTR, OPTAX);
                if (said.number(0, "momentum") != 0 || said.number(0, "weight_decay") != 0) {
                    throw new NotOffered("kozistr's SignSGD forgets its momentum and its weight decay");
                }
                yield Signum.signSgd();
            }
            case "signum" -> {
                if (source.isOf(KOZISTR)) {
                    throw new NotOffered("kozistr's SignSGD forgets its momentum and its weight decay");
                }
                source.require(OPTAX);
                yield new Signum(said.number("beta"));
            }
            case "lamb", "lambc" -> lamb(source);
            case "lars", "larc" -> lars(source);
            case "adafactor" -> adafactor(source);
            case "sophiag", "sophiah" -> sophia(key, source);
            case "schedulefree", "schedulefreesgd", "schedulefreeadamw", "schedulefreeradam" -> scheduleFree(source);
            default -> throw new NotOffered("there is no rule " + source.family());
        };
    }

    /** Keras has the rate inside the velocity; PyTorch and optax outside; TensorFlow has a kernel for each. */
    private static Rule sgd(Source source) {
        source.require(TORCH, KERAS, OPTAX, TENSORFLOW);
        Said said = source.said();
        boolean inside = source.isOf(KERAS);
        if (source.isOf(TENSORFLOW)) {
            inside = switch (source.entry().replace("Resource", "").replace("raw_ops.", "")) {
                case "ApplyMomentum", "ApplyGradientDescent" -> false;
                case "ApplyKerasMomentum" -> true;
                default -> throw new NotOffered("it is not known what " + source.entry() + " of TensorFlow does");
            };
        }
        double momentum = said.number(0, "momentum");
        boolean nesterov = said.flag(false, "nesterov", "use_nesterov");
        return new Sgd(momentum, said.number(0, "dampening"), nesterov && momentum != 0, inside);
    }

    /** PyTorch and TensorFlow's second kernel have ε beside the root, Keras and optax have it inside. */
    private static Rule adagrad(Source source) {
        source.require(TORCH, KERAS, OPTAX, TENSORFLOW);
        if (source.isOf(TENSORFLOW) && !source.entry().endsWith("ApplyAdagradV2")) {
            throw new NotOffered("it is not known what " + source.entry() + " of TensorFlow does");
        }
        Said said = source.said();
        return new AdaGrad(
                said.number(0, "lr_decay"),
                said.epsilon(),
                said.number("initial_accumulator_value"),
                source.isOf(KERAS, OPTAX));
    }

    /**
     * PyTorch has ε beside the root and the rate outside the velocity; the others have both inside, as TensorFlow, unless
     * they say otherwise. timm starts the mean square at 1 as TensorFlow 1 did.
     */
    private static Rule rmsprop(Source source) {
        source.require(TORCH, KERAS, OPTAX, TIMM);
        Said said = source.said();
        if (said.flag(false, "bias_correction")) {
            throw new NotOffered("RMSProp's mean square is not corrected for its start");
        }
        if (said.flag(false, "nesterov") && said.number(0, "momentum") != 0) {
            throw new NotOffered("RMSProp's velocity has no Nesterov form");
        }
        boolean inside = !source.isOf(TORCH);
        return new RmsProp(
                said.number("alpha", "rho", "decay"),
                said.epsilon(),
                said.number(0, "momentum"),
                said.flag(false, "centered"),
                source.isOf(TIMM) ? 1 : said.number(0, "initial_scale"),
                said.flag(inside, "eps_in_sqrt"),
                said.flag(inside, "lr_in_momentum"));
    }

    /** Keras and TensorFlow add ε to the uncorrected root, the "ε̂" of the paper's remark. */
    private static Rule adam(String key, Source source) {
        source.require(TORCH, KERAS, OPTAX, TENSORFLOW);
        Said said = source.said();
        if (source.isOf(OPTAX) && source.entry().equals("amsgrad")) {
            throw new NotOffered("optax takes AMSGrad's maximum over the corrected mean square");
        }
        requireNoNesterov(said);
        boolean amsgrad = said.flag(false, "amsgrad");
        boolean hat = source.isOf(KERAS, TENSORFLOW);
        return key.equals("adamw") && !hat
                ? new AdamW(said.beta1(), said.beta2(), said.epsilon(), amsgrad)
                : new Adam(said.beta1(), said.beta2(), said.epsilon(), amsgrad, hat);
    }

    private static void requireNoNesterov(Said said) {
        if (said.flag(false, "nesterov", "use_nesterov")) {
            throw new NotOffered("NAdam without a schedule of μ, as optax and TensorFlow have it");
        }
    }

    /** With degenerated_to_sgd the authors' code is PyTorch's but for ρ = 5 itself, which it takes as enough. */
    private static Rule radam(Source source) {
        Said said = source.said();
        if (source.isOf(RADAM, KOZISTR) && !said.flag(false, "degenerated_to_sgd")) {
            throw new NotOffered("RAdam's authors take ρ = 5 as enough, and by default stand still before it");
        }
        if (source.isOf(OPTAX)) {
            throw new NotOffered("optax adds RAdam's ε after the correction");
        }
        source.require(TORCH, RADAM);
        return new RAdam(said.beta1(), said.beta2(), said.epsilon());
    }

    /** cybertronai's is the paper's third version, and jettify's follows it; timm and apex differ in when they adapt. */
    private static Rule lamb(Source source) {
        switch (source.codebase()) {
            case KOZISTR -> throw new NotOffered("kozistr's LAMB corrects half of the bias and decays first");
            case "deepspeed" -> throw new NotOffered("DeepSpeed's LAMB bounds the trust ratio from below too");
            case "bitsandbytes" -> throw new NotOffered("bitsandbytes' LAMB only shrinks updates");
            case "deeplearningexamples" ->
                throw new NotOffered("NVIDIA's LAMB adds ε to the trust ratio's denominator");
            default -> source.require(TIMM, APEX, CYBERTRON, JETTIFY, OPTAX, KERAS);
        }
        Said said = source.said();
        boolean paper = source.isOf(CYBERTRON, JETTIFY);
        if (!said.flag(true, "grad_averaging")) {
            throw new NotOffered("LAMB's mean weights a gradient by 1−β₁, not by 1");
        }
        if (said.flag(false, "debias")) {
            throw new NotOffered("jettify's LAMB corrects the rate, outside the trust ratio");
        }
        if (!said.flag(true, "adam_w_mode")) {
            throw new NotOffered("apex's LAMB with decay on the gradient");
        }
        boolean always = said.flag(!source.isOf(TIMM), "always_adapt");
        if (source.isOf(APEX) && source.entry().equals("FusedLAMB")) {
            always = said.flag(false, "use_nvlamb");
        }
        if (decoupledLamb(source)) {
            // Its decay is no longer in the rule, so the rule does not see whether there is any.
            always |= said.number(0, "weight_decay") != 0;
        }
        return new Lamb(
                said.beta1(),
                said.beta2(),
                said.epsilon(),
                said.flag(!paper, "bias_correction"),
                paper ? said.number(10, "clamp_value") : Double.POSITIVE_INFINITY,
                said.flag(false, "trust_clip") ? 1 : Double.POSITIVE_INFINITY,
                always);
    }

    private static boolean decoupledLamb(Source source) {
        boolean decoupled = source.said().flag(source.isOf(KERAS), "decoupled_decay");
        if (decoupled && source.isOf(TIMM) && source.hasGroups()) {
            throw new NotOffered("timm's LAMB with decoupled decay in groups");
        }
        return decoupled;
    }

    /** timm's, jettify's and apex's LARC differ in when they adapt. */
    private static Rule lars(Source source) {
        switch (source.codebase()) {
            case KOZISTR -> throw new NotOffered("kozistr's LARS leaves the decay out of its denominator");
            case OPTAX ->
                throw new NotOffered("optax's LARS has the decay inside the norm and the rate inside the velocity");
            case "bitsandbytes" -> throw new NotOffered("bitsandbytes' LARS only shrinks updates");
            default -> source.require(TIMM, JETTIFY, APEX);
        }
        Said said = source.said();
        double momentum = said.number(0, "momentum");
        return new Lars(
                new Sgd(momentum, said.number(0, "dampening"), said.flag(false, "nesterov") && momentum != 0, false),
                said.number("trust_coeff", "trust_coefficient"),
                said.number(1e-8, "eps", "epsilon"),
                source.isOf(APEX) ? said.flag(true, "clip") : said.flag(false, "trust_clip"),
                source.isOf(APEX) || said.flag(false, "always_adapt"));
    }

    /** Keras and optax add ε₁ as Hugging Face does; Keras has PyTorch's step, optax decays by λ alone. */
    private static Rule adafactor(Source source) {
        source.require(TORCH, HUGGING_FACE, FAIRSEQ, KERAS, OPTAX);
        Said said = source.said();
        boolean torch = source.isOf(TORCH);
        // The rates are recorded, warmed up or not.
        said.skip("warmup_init");
        double exponent = said.number("beta2_decay", "decay_rate", "beta_2_decay");
        boolean factored = said.flag(true, "factored");
        long minFactored = (long) said.number(source.isOf(OPTAX) ? 128 : 1, "min_dim_size_to_factor");
        if (source.isOf(OPTAX) && factored) {
            requireLastAxesLargest(source.file(), minFactored);
        }
        if (torch
                && source.file()
                        .get("hyperparameters")
                        .node()
                        .path("eps")
                        .path(0)
                        .isNull()) {
            throw new NotOffered("PyTorch's ε₁ = null is another number in each of the two recorded runs");
        }
        return new Adafactor(
                -Math.abs(exponent),
                said.part(0, "eps", "epsilon_1"),
                source.isOf(OPTAX) ? 1e-3 : said.part(1, "eps", "epsilon_2"),
                said.isNull("clipping_threshold")
                        ? Double.POSITIVE_INFINITY
                        : said.number(1, "d", "clip_threshold", "clipping_threshold"),
                said.number(0, "beta1", "momentum"),
                said.flag(torch, "relative_step"),
                said.flag(true, "scale_parameter", "multiply_by_parameter_scale"),
                !torch,
                source.isOf(HUGGING_FACE, FAIRSEQ),
                factored ? minFactored : Long.MAX_VALUE);
    }

    /** optax factors over the two longest axes, wherever they are; we and the others over the last two. */
    private static void requireLastAxesLargest(Json file, long minFactored) {
        for (Json tensor : file.get("tensors").list(tensor -> tensor)) {
            List<Long> lengths = tensor.get("shape").list(Json::whole);
            int axes = lengths.size();
            List<Long> sorted = lengths.stream().sorted().toList();
            if (axes > 2
                    && sorted.get(axes - 2) >= minFactored
                    && (sorted.get(axes - 3).equals(sorted.get(axes - 2))
                            || Math.min(lengths.get(axes - 1), lengths.get(axes - 2)) < sorted.get(axes - 2))) {
                throw new NotOffered("optax factors over the two longest axes, not over the last two");
            }
        }
    }

    private static Rule sophia(String key, Source source) {
        Said said = source.said();
        said.skip("hessian_update_interval", "update_interval");
        if (key.equals("sophiag")) {
            source.require(SOPHIA);
            double gamma = said.number("rho") * said.number("bs");
            return Sophia.g(1).betas(said.beta1(), said.beta2()).gamma(gamma);
        }
        source.require(KOZISTR, OPTAX);
        return Sophia.h()
                .betas(said.beta1(), said.beta2())
                .gamma(said.number(1, "gamma"))
                .clip(said.number("p", "clip_threshold"))
                .epsilon(said.epsilon())
                .biasCorrection(source.isOf(OPTAX));
    }

    private static Rule scheduleFree(Source source) {
        source.require(SCHEDULE_FREE, OPTAX);
        Said said = source.said();
        long warmup = said.whole(0, "warmup_steps");
        if (source.isOf(OPTAX) && warmup != 0) {
            throw new NotOffered("optax's warm-up is off by one between Schedule-Free's z and its weights");
        }
        double power = said.number("weight_lr_power");
        double stepPower = said.number(0, "r");
        return switch (source.entry().replace("Reference", "")) {
            case "SGDScheduleFree" -> new ScheduleFreeSgd(said.number("momentum"), warmup, power, stepPower);
            case "schedule_free_sgd" -> new ScheduleFreeSgd(said.beta1(), warmup, power, stepPower);
            case "AdamWScheduleFree", "schedule_free_adamw" ->
                new ScheduleFreeAdamW(said.beta1(), said.beta2(), said.epsilon(), warmup, power, stepPower);
            default -> throw new NotOffered("there is no Schedule-Free rule " + source.entry());
        };
    }

    private static Rule nadam(Source source) {
        switch (source.codebase()) {
            case OPTAX -> throw new NotOffered("optax's NAdam has no schedule of μ");
            case TIMM -> throw new NotOffered("timm's NAdam has no schedule of μ and corrects both terms by 1−β₁ᵗ");
            default -> source.require(TORCH, KERAS);
        }
        Said said = source.said();
        double momentumDecay = source.isOf(KERAS) ? 1 : said.number("momentum_decay");
        return new NAdam(said.beta1(), said.beta2(), said.epsilon(), momentumDecay);
    }

    private static WeightDecay decay(String key, Source source) {
        Said said = source.said();
        if (key.equals("adafactor") && source.isOf(OPTAX)) {
            return source.apartFromRate(said.number(0, "weight_decay_rate"), WeightDecay::inRule);
        }
        double decay = said.number(0, "weight_decay");
        boolean inRule =
                Set.of("lamb", "lambc", "lars", "larc", "adafactor").contains(key) || key.startsWith("schedulefree");
        if (source.isOf(KERAS) || (inRule && source.isOf(TIMM) && key.startsWith("lamb") && decoupledLamb(source))) {
            // Before anything else, so that norms are those of decayed weights.
            return WeightDecay.decoupled(decay);
        }
        if (inRule) {
            return WeightDecay.inRule(decay);
        }
        if (source.isOf(LUCIDRAINS)) {
            return said.flag(false, "decoupled_weight_decay")
                    ? WeightDecay.decoupled(decay / firstRate(source))
                    : WeightDecay.decoupled(decay);
        }
        boolean decoupled = switch (source.codebase()) {
            case OPTAX -> !key.equals("adadelta");
            case RADAM -> true;
            default -> key.equals("adamw") || key.equals("lion") || key.startsWith("sophia");
        };
        if (!said.flag(decoupled, "decoupled_weight_decay", "decoupled_decay", "weight_decouple")) {
            said.skip("fixed_decay");
            return WeightDecay.coupled(decay);
        }
        return source.isOf(KOZISTR) && said.flag(false, "fixed_decay")
                ? source.apartFromRate(decay, WeightDecay::decoupled)
                : WeightDecay.decoupled(decay);
    }

    /** lucidrains divides the decay by the rate that Lion was made with. */
    private static double firstRate(Source source) {
        if (source.hasGroups()) {
            throw new NotOffered("lucidrains divides each group's decay by its first rate");
        }
        double first = source.file()
                .get("hyperparameters")
                .find("lr")
                .filter(Json::isNumber)
                .orElseThrow(() -> new NotOffered("the file does not say the rate that lucidrains' Lion was made with"))
                .number();
        if (first == 0) {
            throw new NotOffered("lucidrains divides the decay by a first rate of 0");
        }
        return first;
    }

    // ----------------------------------------------------------------------------------- clipping

    private static final String NOT_BY_TENSOR = "clips all gradients together, not each tensor by itself";

    /** Clipping alone, seen through a plain step of rate 1 from 0. */
    private static GoldenRule clipping(Source source) {
        Said said = source.said();
        OptionalDouble value = OptionalDouble.empty();
        OptionalDouble norm = OptionalDouble.empty();
        switch (source.entry()) {
            case "clip_grad_value_" -> value = OptionalDouble.of(said.number("clip_value"));
            case "clip" -> value = OptionalDouble.of(said.number("max_delta", "clipvalue"));
            case "clip_grad_norm_" -> {
                if (said.number(2, "norm_type") != 2) {
                    throw new NotOffered("clips by the Euclidean norm only");
                }
                norm = OptionalDouble.of(said.number("max_norm"));
            }
            case "clip_by_global_norm" -> norm = OptionalDouble.of(said.number("max_norm", "global_clipnorm"));
            case "BaseOptimizer._clip_by_norm" ->
                norm = OptionalDouble.of(ofOneTensor(source, said.number("clipnorm")));
            case "clip_by_block_rms" -> {
                Json tensor = source.file().get("tensors").list(each -> each).getFirst();
                long size = tensor.get("shape").list(Json::whole).stream().reduce(1L, Math::multiplyExact);
                norm = OptionalDouble.of(ofOneTensor(source, said.number("threshold") * Math.sqrt(size)));
            }
            case "adaptive_grad_clip", "adaptive_clip_grad" ->
                throw new NotOffered("clips by the gradients alone, not by rows of the weights");
            default -> throw new NotOffered("there is no clipping " + source.entry());
        }
        double slack = clipSlack(source.codebase(), norm);
        return new GoldenRule(
                new Sgd(), WeightDecay.coupled(0), false, value, norm, Optional.empty(), FLOAT64, slack, false);
    }

    /** Of a single tensor the global norm is its own. */
    private static double ofOneTensor(Source source, double bound) {
        if (!source.isOneTensor()) {
            throw new NotOffered(NOT_BY_TENSOR);
        }
        return bound;
    }

    // ----------------------------------------------------------------------------------- averages

    private static GoldenRule averaging(Source source) {
        Said said = source.said();
        Average average = switch (source.codebase()) {
            case TORCH -> {
                OptionalDouble decay = said.optional("decay");
                yield decay.isPresent() ? Average.ema(decay.getAsDouble()) : Average.uniform();
            }
            case OPTAX -> {
                if (!said.flag(true, "debias")) {
                    throw new NotOffered("an average that starts at 0 is corrected for it");
                }
                yield Average.debiasedEma(said.number("decay"));
            }
            case TIMM -> timmAverage(source);
            case "pytorch_ema" -> {
                if (!said.flag(true, "use_num_updates")) {
                    throw new NotOffered("an average from the first weights has a decay that counts");
                }
                yield Average.countedEma(said.number("decay"));
            }
            default -> throw new NotOffered("it is not known how averages of " + source.codebase() + " differ");
        };
        OptionalDouble none = OptionalDouble.empty();
        return new GoldenRule(
                new Assign(), WeightDecay.coupled(0), false, none, none, Optional.of(average), FLOAT64, 0, false);
    }

    /** timm's third version copies in the first two updates, its others start from the first weights. */
    private static Average timmAverage(Source source) {
        if (!source.entry().equals("ModelEmaV3")) {
            throw new NotOffered("an average from the first weights has a decay that counts");
        }
        Said said = source.said();
        double decay = said.number("decay");
        if (said.number(0, "min_decay") != 0) {
            throw new NotOffered("the decay of an average has no least value");
        }
        long after = said.whole(0, "update_after_step");
        if (said.flag(false, "use_warmup")) {
            return Average.warmedUpEma(decay, said.number(1, "warmup_gamma"), said.number(2 / 3.0, "warmup_power"))
                    .from(after + 1);
        }
        said.skip("warmup_gamma", "warmup_power");
        return Average.ema(decay).from(after + 2);
    }

    /**
     * optax and Keras clip by {@code max/norm}, PyTorch and we by {@code max/(norm + 1e-6)}. Where that clips, the norm
     * is above max, so the two differ by at most 1e-6/max, relatively: less than the fp32 bound unless max is below 0.13.
     */
    private static double clipSlack(String codebase, OptionalDouble clipNorm) {
        return clipNorm.isPresent() && !codebase.equals(TORCH) ? CLIP_EPSILON / clipNorm.getAsDouble() : 0;
    }
}
