package lanewise.bench.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Files that are not among the shipped ones: other hyper-parameters, shapes, libraries and groups. What is followed was
 * computed by plain loops ({@link Recording}).
 */
class GoldenMappingTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String TORCH = "pytorch/pytorch";
    private static final Map<String, List<Integer>> VECTOR = Map.of("w", List.of(19));

    /** A cube, a single value, four axes, a matrix. */
    private static final Map<String, List<Integer>> SHAPES = Map.of(
            "cube", List.of(2, 3, 4),
            "one", List.of(),
            "kernel", List.of(2, 3, 1, 5),
            "matrix", List.of(5, 7));

    private static Verdict verdict(ObjectNode file) {
        return GoldenVerification.verdict("made.json", new Json("", file), true);
    }

    private static void assertFollowed(ObjectNode file) {
        Verdict verdict = verdict(file);
        assertEquals(Verdict.Kind.FOLLOWED, verdict.kind(), verdict::toString);
    }

    private static void assertNotOffered(String reason, ObjectNode file) {
        Verdict verdict = verdict(file);
        assertEquals(Verdict.Kind.NOT_OFFERED, verdict.kind(), verdict::toString);
        assertEquals(reason, verdict.reason());
    }

    // ------------------------------------------------------------------------------------- loops

    private static Recording.Loop sgd(double momentum, double dampening, boolean nesterov, double decay) {
        return (tensor, rate, g) -> {
            double[] b = tensor.state("b");
            for (int i = 0; i < g.length; i++) {
                double d = g[i] + decay * tensor.p[i];
                b[i] = tensor.t == 1 ? d : momentum * b[i] + (1 - dampening) * d;
                tensor.p[i] -= rate * (nesterov ? d + momentum * b[i] : b[i]);
            }
        };
    }

    private static Recording.Loop adam(
            double b1, double b2, double eps, double coupled, double decoupled, double sign) {
        return (tensor, rate, gradient) -> {
            double[] m = tensor.state("m");
            double[] v = tensor.state("v");
            for (int i = 0; i < gradient.length; i++) {
                double g = sign * gradient[i] + coupled * tensor.p[i];
                tensor.p[i] *= 1 - rate * decoupled;
                m[i] = b1 * m[i] + (1 - b1) * g;
                v[i] = b2 * v[i] + (1 - b2) * g * g;
                double root = Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(b2, tensor.t)) + eps;
                tensor.p[i] -= rate / (1 - Math.pow(b1, tensor.t)) * m[i] / root;
            }
        };
    }

    private static Recording.Loop lion(double b1, double b2, double decay) {
        return (tensor, rate, g) -> {
            double[] m = tensor.state("m");
            for (int i = 0; i < g.length; i++) {
                tensor.p[i] *= 1 - rate * decay;
                tensor.p[i] -= rate * Math.signum(b1 * m[i] + (1 - b1) * g[i]);
                m[i] = b2 * m[i] + (1 - b2) * g[i];
            }
        };
    }

    private static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(each -> each * each).sum());
    }

    // ---------------------------------------------------------------------------------- followed

    @Test
    void followsMomentumWithDampeningAndMaximize() {
        assertFollowed(new Recording("SGD", TORCH, "SGD", SHAPES)
                .with("{'momentum':0.7,'dampening':0.3,'weight_decay':0.02,'nesterov':false,'maximize':true}"
                        .replace('\'', '"'))
                .by((tensor, rate, g) -> sgd(0.7, 0.3, false, 0.02)
                        .step(tensor, rate, Arrays.stream(g).map(x -> -x).toArray())));
    }

    @Test
    void followsNesterovUnderAScheduleAndWithLateGradients() {
        assertFollowed(new Recording("SGD", TORCH, "SGD", SHAPES)
                .with("{\"momentum\":0.8,\"dampening\":0,\"nesterov\":true,\"foreach\":true,\"fused\":null}")
                .rate(k -> 0.1 / (k + 1))
                .missing((k, name) -> name.equals("cube") && k < 4)
                .by(sgd(0.8, 0, true, 0)));
    }

    @Test
    void followsAdamOfOtherBetasOverAnyShapeWithMissingGradients() {
        assertFollowed(new Recording("Adam", TORCH, "Adam", SHAPES)
                .with("{\"betas\":[0.6,0.95],\"eps\":0.003,\"weight_decay\":0.05,\"amsgrad\":false,\"maximize\":true,"
                        + "\"capturable\":false,\"differentiable\":true,\"decoupled_weight_decay\":false}")
                .missing((k, name) -> (name.equals("one") && k < 3) || (name.equals("matrix") && k % 4 == 2))
                .by(adam(0.6, 0.95, 0.003, 0.05, 0, -1)));
    }

    @Test
    void passesOverAStepWithoutAnyGradient() {
        assertFollowed(new Recording("AdamW", TORCH, "AdamW", SHAPES)
                .with("{\"betas\":[0.9,0.99],\"eps\":1e-6,\"weight_decay\":0.1}")
                .rate(k -> 0.01 * (k + 1))
                .missing((k, _) -> k == 0 || k == 5)
                .by(adam(0.9, 0.99, 1e-6, 0, 0.1, 1)));
    }

    @Test
    void followsAdamWithDecoupledDecayByTheFlagAlone() {
        assertFollowed(new Recording("Adam", TORCH, "Adam", VECTOR)
                .with("{\"betas\":[0.9,0.99],\"eps\":1e-6,\"weight_decay\":0.1,\"decoupled_weight_decay\":true}")
                .by(adam(0.9, 0.99, 1e-6, 0, 0.1, 1)));
    }

    @Test
    void followsLionOfOptax() {
        assertFollowed(new Recording("Lion", "google-deepmind/optax", "lion", SHAPES)
                .with("{\"b1\":0.8,\"b2\":0.97,\"weight_decay\":0.3,\"mu_dtype\":null,\"mask\":null}")
                .by(lion(0.8, 0.97, 0.3)));
    }

    @Test
    void dividesLucidrainsDecayByTheRateThatLionWasMadeWith() {
        assertFollowed(new Recording("Lion", "lucidrains/lion-pytorch", "Lion", VECTOR)
                .with("{\"lr\":0.02,\"betas\":[0.9,0.99],\"weight_decay\":0.01,\"decoupled_weight_decay\":true}")
                .rate(k -> 0.02 / (k + 1))
                .by(lion(0.9, 0.99, 0.01 / 0.02)));
        assertFollowed(new Recording("Lion", "lucidrains/lion-pytorch", "Lion", VECTOR)
                .with("{\"lr\":0.02,\"betas\":[0.9,0.99],\"weight_decay\":0.5,\"decoupled_weight_decay\":false}")
                .rate(k -> 0.02 / (k + 1))
                .by(lion(0.9, 0.99, 0.5)));
    }

    @Test
    void followsCentredRmsPropWithMomentum() {
        assertFollowed(new Recording("RMSprop", TORCH, "RMSprop", SHAPES)
                .with("{\"alpha\":0.9,\"eps\":0.01,\"momentum\":0.5,\"centered\":true,\"weight_decay\":0.01}")
                .by((tensor, rate, gradient) -> {
                    double[] s = tensor.state("s");
                    double[] a = tensor.state("a");
                    double[] b = tensor.state("b");
                    for (int i = 0; i < gradient.length; i++) {
                        double g = gradient[i] + 0.01 * tensor.p[i];
                        s[i] = 0.9 * s[i] + 0.1 * g * g;
                        a[i] = 0.9 * a[i] + 0.1 * g;
                        b[i] = 0.5 * b[i] + g / (Math.sqrt(s[i] - a[i] * a[i]) + 0.01);
                        tensor.p[i] -= rate * b[i];
                    }
                }));
    }

    @Test
    void followsLambOfKerasWhichDecaysBeforeTheNorms() {
        Recording.Loop step = adam(0.9, 0.99, 1e-3, 0, 0, 1);
        assertFollowed(new Recording("LAMB", "keras-team/keras", "Lamb", Map.of("w", List.of(4, 6), "b", List.of(7)))
                .with("{\"beta_1\":0.9,\"beta_2\":0.99,\"epsilon\":0.001,\"weight_decay\":0.2,\"clipnorm\":null}")
                .by((tensor, rate, g) -> {
                    double[] decayed = Arrays.stream(tensor.p)
                            .map(x -> x * (1 - rate * 0.2))
                            .toArray();
                    double[] before = tensor.p.clone();
                    step.step(tensor, 1, g);
                    double[] r = IntStream.range(0, g.length)
                            .mapToDouble(i -> before[i] - tensor.p[i])
                            .toArray();
                    double trust = norm(decayed) / norm(r);
                    Arrays.setAll(tensor.p, i -> decayed[i] - rate * trust * r[i]);
                }));
    }

    @Test
    void followsClippingByNormOfKerasInASingleTensor() {
        assertFollowed(new Recording("SGD", "keras-team/keras", "SGD", VECTOR)
                .with("{\"name\":\"sgd\",\"momentum\":0.0,\"nesterov\":false,\"clipnorm\":2.0,\"use_ema\":false}")
                .clipped(g ->
                        Arrays.stream(g).map(x -> x * Math.min(1, 2 / norm(g))).toArray())
                .by(sgd(0, 0, false, 0)));
    }

    @Test
    void followsAClippingOfAFewTensors() {
        SplittableRandom random = new SplittableRandom(3);
        List<float[]> gradients = List.of(Recording.random(random, 24), Recording.random(random, 1));
        double sum = gradients.stream()
                .mapToDouble(g -> norm(Recording.widened(g)))
                .map(x -> x * x)
                .sum();
        double scale = 0.25 / (Math.sqrt(sum) + 1e-6);
        ObjectNode file = (ObjectNode) JSON.readTree("""
                {"format":"golden-clip/1","case":"made","family":"clip","notes":"",
                "source":{"repo":"github.com/pytorch/pytorch","entry":"clip_grad_norm_"},
                "hyperparameters":{"max_norm":0.25,"norm_type":2.0,"foreach":null},
                "tensors":[{"name":"a","shape":[2,3,4]},{"name":"b","shape":[]},{"name":"none","shape":[2]}]}
                """);
        file.put("returned_norm_f64", Math.sqrt(sum));
        ArrayNode grads = file.putArray("grads");
        ArrayNode out32 = file.putArray("out_f32");
        ArrayNode out64 = file.putArray("out_f64");
        for (float[] g : gradients) {
            double[] clipped =
                    Arrays.stream(Recording.widened(g)).map(x -> x * scale).toArray();
            grads.add(Recording.hex32(g));
            out32.add(Recording.hex32(Recording.narrowed(clipped)));
            out64.add(Recording.hex64(clipped));
        }
        List.of(grads, out32, out64).forEach(ArrayNode::addNull);
        assertFollowed(file);
        ((ObjectNode) file.get("hyperparameters")).put("norm_type", "inf");
        assertNotOffered("clips by the Euclidean norm only", file);
    }

    @Test
    void takesTheScheduleOfHuggingFacesAdafactorFromItsScaledRates() {
        double[][] scaled = new double[12][2];
        ObjectNode file = new Recording(
                        "Adafactor(HF)",
                        "huggingface/transformers",
                        "Adafactor",
                        Map.of("a", List.of(5), "b", List.of(7)))
                .with(
                        "{\"eps\":[1e-30,0.001],\"clip_threshold\":0.8,\"decay_rate\":-0.7,\"beta1\":null,"
                                + "\"weight_decay\":0.1,\"scale_parameter\":true,\"relative_step\":false,\"warmup_init\":false}")
                .rate(k -> 0.01 * (k + 1))
                .by((tensor, rate, g) -> {
                    double share = Math.pow(tensor.t, -0.7);
                    double[] v = tensor.state("v");
                    Arrays.setAll(v, i -> (1 - share) * v[i] + share * (g[i] * g[i] + 1e-30));
                    double[] u = IntStream.range(0, g.length)
                            .mapToDouble(i -> g[i] / Math.sqrt(v[i]))
                            .toArray();
                    double root = Math.sqrt(g.length);
                    double alpha = rate * Math.max(0.001, norm(tensor.p) / root);
                    double step = alpha / Math.max(1, norm(u) / root / 0.8);
                    Arrays.setAll(tensor.p, i -> tensor.p[i] * (1 - 0.1 * alpha) - step * u[i]);
                    // The run in float64 is the last.
                    scaled[tensor.t - 1][tensor.name.equals("a") ? 0 : 1] = alpha;
                });
        file.set("lr", JSON.valueToTree(scaled));
        assertFollowed(file);
        ((ObjectNode) file.get("hyperparameters")).put("scale_parameter", false);
        assertEquals(Verdict.Kind.NOT_OFFERED, verdict(file).kind());
    }

    @ParameterizedTest
    @CsvSource({"huggingface/pytorch-image-models, ModelEmaV3, 2", "pytorch/pytorch, AveragedModel, 1"})
    void followsAnAverageThatCopiesItsFirstUpdates(String repository, String entry, int copies) {
        SplittableRandom random = new SplittableRandom(5);
        ObjectNode file = (ObjectNode) JSON.readTree("""
                {"format":"golden-ema/1","case":"made","family":"ema","notes":"","hyperparameters":{"decay":0.8},
                "tensors":[{"name":"a","shape":[2,3]}]}
                """);
        file.putObject("source").put("repo", "github.com/" + repository).put("entry", entry);
        file.putArray("init").add(Recording.hex32(Recording.random(random, 6)));
        ArrayNode weights = file.putArray("model_params");
        ArrayNode average32 = file.putArray("average_f32");
        ArrayNode average64 = file.putArray("average_f64");
        double[] average = new double[6];
        for (int k = 0; k < 9; k++) {
            float[] p = Recording.random(random, 6);
            double kept = k < copies ? 0 : 0.8;
            Arrays.setAll(average, i -> kept * average[i] + (1 - kept) * p[i]);
            weights.addArray().add(Recording.hex32(p));
            average32.addArray().add(Recording.hex32(Recording.narrowed(average)));
            average64.addArray().add(Recording.hex64(average));
        }
        assertFollowed(file);
        ((ObjectNode) file.get("hyperparameters")).put("decay", 0.81);
        assertEquals(Verdict.Kind.FALLS_SHORT, verdict(file).kind());
    }

    // ------------------------------------------------------------------------------------ groups

    private static final String IN_NOTES = "groups: group0={matrix,one} lr 1e-2 wd 0.1; group1={cube, kernel} wd 0";

    private static Recording adamW() {
        return new Recording("AdamW", TORCH, "AdamW", SHAPES)
                .with("{\"betas\":[0.9,0.99],\"eps\":1e-6,\"weight_decay\":0.05}");
    }

    private static Recording.Loop twoGroups(double first, double second) {
        return (tensor, rate, g) -> {
            double decay = List.of("matrix", "one").contains(tensor.name) ? first : second;
            adam(0.9, 0.99, 1e-6, 0, decay, 1).step(tensor, rate, g);
        };
    }

    @Test
    void readsGroupsFromNotesObjectsAndHyperparameters() {
        assertFollowed(adamW().notes(IN_NOTES).by(twoGroups(0.1, 0)));
        assertFollowed(adamW().notes(IN_NOTES.substring(8) + ". Two groups: [group0, group1].")
                .by(twoGroups(0.1, 0)));
        assertFollowed(adamW().with("{\"group0\":\"matrix, one: wd 0.1\",\"group1\":\"cube,kernel: lr 2e-2\"}")
                .by(twoGroups(0.1, 0.05)));
        assertFollowed(adamW().with("{\"param_groups\":[{\"params\":[\"one\",\"matrix\"],\"weight_decay\":0.1},"
                        + "{\"params\":[\"cube\",\"kernel\"],\"lr\":0.05}]}")
                .by(twoGroups(0.1, 0.05)));
    }

    @Test
    void takesARateForEachTensorWhereNoGroupIsDescribed() {
        List<String> names = SHAPES.keySet().stream().sorted().toList();
        ObjectNode file = adamW().by((tensor, _, g) ->
                adam(0.9, 0.99, 1e-6, 0, 0.05, 1).step(tensor, 0.01 * (1 + names.indexOf(tensor.name)), g));
        file.set(
                "lr",
                JSON.valueToTree(IntStream.range(0, 12)
                        .mapToObj(_ -> List.of(0.01, 0.02, 0.03, 0.04))
                        .toList()));
        assertFollowed(file);
        file.set(
                "lr",
                JSON.valueToTree(IntStream.range(0, 12)
                        .mapToObj(_ -> List.of(0.01, 0.02))
                        .toList()));
        assertNotOffered(
                "a file with 2 rates a step must describe as many groups, such as group0={a,b} lr 1e-2 wd 0.1, got 0",
                file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "group0={matrix,one} wd 0.1 betas (0.8, 0.9); group1={cube,kernel} wd 0",
                "group0={matrix,one} wd 0.1; group1={cube,kernel} wd 0, amsgrad",
                "group0={matrix,one} momentum 0.1; group1={cube,kernel} wd 0",
                "group0={matrix} wd 0.1; group1={cube,kernel} wd 0",
                "group0={matrix,one,cube} wd 0.1; group1={cube,kernel} wd 0",
                "group0={matrix,two} wd 0.1; group1={cube,kernel} wd 0",
                "group0={matrix,one} wd 0.1; group2={cube,kernel} wd 0",
                "group0={matrix,one} wd 0.1; group1 = [the rest]",
                "group0={matrix,matrix} wd 0.1; group1={cube,kernel} wd 0",
            })
    void doesNotGuessAtGroups(String notes) {
        Verdict verdict = verdict(adamW().notes(notes).by(twoGroups(0.1, 0)));
        assertEquals(Verdict.Kind.NOT_OFFERED, verdict.kind(), verdict::toString);
    }

    // ------------------------------------------------------------------------------- not offered

    @ParameterizedTest
    @CsvSource({
        "Rprop, pytorch/pytorch, Rprop",
        "ASGD, pytorch/pytorch, ASGD",
        "Muon, pytorch/pytorch, Muon",
        "Adan, sail-sg/Adan, Adan",
        "LaProp, Z-T-WANG/LaProp-Optimizer, LaProp",
        "ADOPT, iShohei220/adopt, ADOPT",
        "AdEMAMix, apple/ml-ademamix, AdEMAMix",
        "Prodigy, konstmish/prodigy, Prodigy",
        "AdaBelief, kozistr/pytorch_optimizer, AdaBelief",
        "Lookahead, huggingface/pytorch-image-models, Lookahead",
        "Adam(8bit), pytorch/pytorch, Adam",
    })
    void namesTheFamilyThatIsNotOffered(String family, String repository, String entry) {
        assertNotOffered(
                "there is no rule " + family, new Recording(family, repository, entry, VECTOR).by(sgd(0, 0, false, 0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LAMB | microsoft/DeepSpeed | FusedLamb | DeepSpeed's LAMB bounds the trust ratio from below too",
                "LAMB | kozistr/pytorch_optimizer | Lamb | kozistr's LAMB corrects half of the bias and decays first",
                "LARS | google-deepmind/optax | lars | optax's LARS has the decay inside the norm and the rate inside the"
                        + " velocity",
                "RAdam | google-deepmind/optax | radam | optax adds RAdam's ε after the correction",
                "Signum | kozistr/pytorch_optimizer | SignSGD | kozistr's SignSGD forgets its momentum and its weight"
                        + " decay",
                "SGD | microsoft/DeepSpeed | SGD | it is not known how SGD of deepspeed differs",
            })
    void namesTheVariantThatIsNotOffered(String family, String repository, String entry, String reason) {
        assertNotOffered(reason, new Recording(family, repository, entry, VECTOR).by(sgd(0, 0, false, 0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"warp\":0.5 | there is no option warp = 0.5",
                "\"warp\":0 | there is no option warp = 0",
                "\"warp\":false | there is no option warp = false",
                "\"bias_correction\":false | there is no option bias_correction = false",
                "\"eps_root\":1e-8 | there is no second ε under the root",
                "\"caution\":true | there is no cautious mask of updates",
                "\"weight_decay\":\"cosine\" | weight_decay must be a number, got \"cosine\"",
                "\"amsgrad\":\"no\" | amsgrad must be true or false, got \"no\"",
                "\"betas\":[0.9,0.99,0.999] | betas must be two numbers, got [0.9,0.99,0.999]",
                "\"betas\":[0.9,1.0] | beta2 must be in [0, 1), got 1.0",
                "\"weight_decay\":-0.1 | weightDecay must be finite and at least 0, got -0.1",
                "\"loss_scale_factor\":128 | a scaled loss is not followed",
            })
    void overlooksNoHyperparameter(String option, String reason) {
        assertNotOffered(
                reason,
                new Recording("Adam", TORCH, "Adam", VECTOR)
                        .with("{\"betas\":[0.9,0.99],\"eps\":1e-6}")
                        .with("{" + option + "}")
                        .by(adam(0.9, 0.99, 1e-6, 0, 0, 1)));
    }

    @Test
    void doesNotFollowAnAverageOfWeightsThatMissGradients() {
        ObjectNode file = new Recording("Pipeline", TORCH, "SGD", VECTOR)
                .with("{\"ema_decay\":0.9}")
                .missing((k, _) -> k == 3)
                .by(sgd(0, 0, false, 0));
        assertNotOffered("an average is not updated in a step in which its tensor has no gradient", file);
    }

    @Test
    void tellsOfStreamsThatItDoesNotCompare() {
        ObjectNode file = new Recording("SGD", TORCH, "SGD", VECTOR).by(sgd(0, 0, false, 0));
        file.putArray("d_estimate_f64").add(1);
        Verdict verdict = verdict(file);
        assertEquals(Verdict.Kind.FOLLOWED, verdict.kind());
        assertTrue(verdict.unfollowed().contains("d_estimate_f64"), verdict::toString);
    }

    // --------------------------------------------------------------------------------- schedules

    private static ObjectNode schedule(String family, String repository, String said, List<Double> rates) {
        ObjectNode file =
                JSON.createObjectNode().put("format", "golden-lr-schedule/1").put("case", "made");
        file.put("family", family).put("notes", "").put("steps", rates.size());
        file.putObject("source").put("repo", "github.com/" + repository).put("entry", family);
        file.set("hyperparameters", JSON.readTree(said));
        file.set("lr", JSON.valueToTree(rates));
        return file;
    }

    @Test
    void followsALinearScheduleWithinASequenceAndAPartOfACosine() {
        List<Double> linear = IntStream.range(0, 30)
                .mapToObj(k -> k < 10
                        ? 0.2 * (0.25 + 0.75 * Math.min(k, 8) / 8.0)
                        : 0.2 * Math.pow(0.5, Math.floorDiv(k - 10, 4)))
                .toList();
        assertFollowed(schedule(
                "SequentialLR",
                TORCH,
                "{\"optimizer_lr\":0.2,\"milestones\":[10],\"schedulers\":"
                        + "\"[LinearLR(start_factor=0.25, end_factor=1.0, total_iters=8), StepLR(4, gamma=0.5)]\"}",
                linear));
        List<Double> cosine = IntStream.range(0, 30)
                .mapToObj(k -> k < 5 ? 0.3 * k / 5 : 0.3 * (1 + Math.cos(Math.PI * 0.75 * (k - 5) / 20.0)) / 2)
                .toList();
        String said = "{\"optimizer_lr\":0.3,\"num_warmup_steps\":5,\"num_training_steps\":25,\"num_cycles\":0.375}";
        assertFollowed(schedule("get_cosine_schedule_with_warmup", "huggingface/transformers", said, cosine));
    }

    @Test
    void fallsShortOfARateThatWasChanged() {
        List<Double> rates =
                IntStream.range(0, 9).mapToObj(k -> k == 6 ? 0.1000001 : 0.1).toList();
        Verdict verdict = verdict(schedule("get_constant_schedule", "x/transformers", "{\"optimizer_lr\":0.1}", rates));
        assertEquals(Verdict.Kind.FALLS_SHORT, verdict.kind());
        assertTrue(verdict.reason().contains("at step 6: recorded 0.1000001, got 0.1"), verdict::reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MultiplicativeLR | {} | there is no schedule MultiplicativeLR",
                "StepLR | {\"optimizer_lr\":1,\"step_size\":2.5} | step_size must be a whole number, got 2.5",
                "StepLR | {\"optimizer_lr\":1,\"step_size\":2,\"warp\":1} | there is no option warp = 1",
                "LambdaLR | {\"optimizer_lr\":1,\"lr_lambda\":\"epoch -> 0.9**epoch\"} | lr_lambda is code, of which only"
                        + " epoch -> 1.0 can be read, got epoch -> 0.9**epoch",
                "ChainedScheduler | {\"optimizer_lr\":1,\"schedulers\":\"[CosineAnnealingLR(5)]\"} | a chain is a product of"
                        + " [ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR], got"
                        + " CosineAnnealingLR",
            })
    void saysWhichScheduleIsNotOffered(String family, String said, String reason) {
        assertNotOffered(reason, schedule(family, TORCH, said, List.of(1.0, 1.0)));
    }
}
