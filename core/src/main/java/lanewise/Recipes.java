package lanewise;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import lanewise.program.Average;
import lanewise.program.Require;
import lanewise.rule.Adafactor;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Lamb;
import lanewise.rule.Lars;
import lanewise.rule.Sgd;
import lanewise.schedule.Schedule;

/**
 * The usual settings by situation: where to start from, not the best for any one model.
 *
 * <p>Each method returns an ordinary builder. What is set on it again takes the place of what the recipe set:
 *
 * {@snippet class="lanewise.RecipesTest" region="recipe"}
 *
 * <p>Recipes that decay weights spare tensors of fewer than two axes, which are biases and the gains of norms: few
 * numbers, that do not overfit. The spared parameters are a group named {@value #SPARED}; a group of the caller's own
 * must not have members in common with it. They are looked for when the recipe is called, so all parameters should be
 * there by then. Without any there is no such group.
 *
 * <p>Schedules count optimizer steps: with {@link Optimizer.Builder#accumulate} several micro-batches are one. A batch
 * is what one step sees, over all micro-batches and machines. All warm-ups start at a rate of 0.
 */
public final class Recipes {

    /** The name of the group that does not decay. */
    public static final String SPARED = "spared";

    private Recipes() {}

    // ------------------------------------------------------------------------------ language models

    /**
     * Pre-training of a language model of some billions of parameters.
     *
     * <p>{@link AdamW} with β (0.9, 0.95), ε 1e-8; a warm-up to 3e-4, then half a cosine to a tenth of it; λ 0.1,
     * sparing tensors of fewer than two axes; gradients clipped to a global norm of 1.
     *
     * <p>The peak is that of 7 to 13 billion parameters. Below that take more, such as 6e-4 for 124 million; beyond it
     * 1.5e-4. The warm-up was 2000 steps. β₂ is below Adam's 0.999 so that v follows a gradient that suddenly grows.
     *
     * @param parameters what is trained
     * @param totalSteps the length of the training, the warm-up included, at least 1
     * @param warmupSteps at least 0 and below {@code totalSteps}
     * @return a builder
     * @throws IllegalArgumentException if a number is out of its range
     * @see <a href="https://arxiv.org/abs/2302.13971">Touvron, Lavril, Izacard, et al.: LLaMA: Open and Efficient
     *     Foundation Language Models (2023)</a>
     * @see <a href="https://arxiv.org/abs/2005.14165">Brown, Mann, Ryder, et al.: Language Models are Few-Shot Learners
     *     (NeurIPS 2020), appendix B: the same, and peaks by the number of parameters</a>
     * @see <a href="https://github.com/karpathy/nanoGPT">Karpathy: nanoGPT (2022), on what is spared</a>
     */
    public static Optimizer.Builder llmPretraining(Parameters parameters, long totalSteps, long warmupSteps) {
        Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW().betas(0.9, 0.95))
                .learningRate(cosine(3e-4, 3e-5, totalSteps, warmupSteps))
                .weightDecay(0.1)
                .clipGlobalNorm(1);
        return sparing(builder, parameters);
    }

    /**
     * Training of a language model where the two states of AdamW have no room.
     *
     * <p>{@link Adafactor} in Hugging Face's form, without first moment; 1e-2 for the first steps, then falling with the
     * square root of their number; no decay. What it keeps of a matrix are its rows' and columns' mean squares. Steps
     * are in proportion to the weights, and clipped by themselves, so that no clipping of gradients is needed.
     *
     * <p>These are T5's, which kept the rate for 10,000 steps. For fine-tuning take a constant 1e-3. Where there is room
     * for one state, {@link lanewise.rule.Lion} at a third to a tenth of AdamW's rate is the other way.
     *
     * @param parameters what is trained
     * @param constantSteps the steps before the rate falls, at least 1
     * @return a builder
     * @throws IllegalArgumentException if a number is out of its range
     * @see <a href="https://arxiv.org/abs/1910.10683">Raffel, Shazeer, Roberts, et al.: Exploring the Limits of Transfer
     *     Learning with a Unified Text-to-Text Transformer (JMLR 2020), section 3.1.2</a>
     */
    public static Optimizer.Builder memoryBoundLlm(Parameters parameters, long constantSteps) {
        Require.atLeast("constantSteps", 1, constantSteps);
        return Optimizer.builder(parameters, Adafactor.huggingFace().relativeStep(false))
                .learningRate(Schedule.constant(1e-2).thenAt(constantSteps, Schedule.inverseSqrt(1e-2, constantSteps)));
    }

    /**
     * Fine-tuning of a transformer that has been trained before.
     *
     * <p>{@link AdamW}; a warm-up to 2e-5 over a tenth of the steps, then a line to 0; λ 0.01, sparing tensors of fewer
     * than two axes; gradients clipped to a global norm of 1.
     *
     * <p>Good rates lie between 1e-5 and 5e-5, for two to four epochs, more on small data. RoBERTa warms up over 6 % of
     * the steps with λ 0.1. BERT's own code left out Adam's bias correction, which makes small data sets unstable.
     *
     * @param parameters what is trained
     * @param totalSteps the length of the training, the warm-up included, at least 1
     * @return a builder
     * @throws IllegalArgumentException if {@code totalSteps} is out of its range
     * @see <a href="https://arxiv.org/abs/1810.04805">Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep
     *     Bidirectional Transformers for Language Understanding (NAACL 2019)</a>
     * @see <a href="https://arxiv.org/abs/2006.04884">Mosbach, Andriushchenko, Klakow: On the Stability of Fine-tuning
     *     BERT (ICLR 2021), on bias correction and length</a>
     */
    public static Optimizer.Builder fineTuning(Parameters parameters, long totalSteps) {
        long warmupSteps = Require.atLeast("totalSteps", 1, totalSteps) / 10;
        Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW())
                .learningRate(Schedule.linear(2e-5, 0, totalSteps - warmupSteps).withWarmup(warmupSteps))
                .weightDecay(0.01)
                .clipGlobalNorm(1);
        return sparing(builder, parameters);
    }

    // --------------------------------------------------------------------------------------- images

    /**
     * Training of a convolutional network for images, such as a ResNet, from the start.
     *
     * <p>{@link Sgd} with Nesterov momentum 0.9; a warm-up to 0.1 · batch/256, then half a cosine to 0; λ 1e-4 as L2,
     * sparing tensors of fewer than two axes, which are biases and those of batch norms.
     *
     * <p>These are ImageNet's, with 5 epochs of warm-up of 90 to 120. For small images such as CIFAR's take λ 5e-4;
     * with label smoothing, mixup and the like 5e-5. With steps in place of the cosine:
     *
     * {@snippet class="lanewise.RecipesTest" region="steps"}
     *
     * @param parameters what is trained
     * @param batchSize images in a step, at least 1
     * @param totalSteps the length of the training, the warm-up included, at least 1
     * @param warmupSteps at least 0 and below {@code totalSteps}
     * @return a builder
     * @throws IllegalArgumentException if a number is out of its range
     * @see <a href="https://arxiv.org/abs/1706.02677">Goyal, Dollár, Girshick, et al.: Accurate, Large Minibatch SGD:
     *     Training ImageNet in 1 Hour (2017), on rate and warm-up</a>
     * @see <a href="https://arxiv.org/abs/1812.01187">He, Zhang, Zhang, Zhang, Xie, Li: Bag of Tricks for Image
     *     Classification with Convolutional Neural Networks (CVPR 2019), on the cosine and what is spared</a>
     */
    public static Optimizer.Builder convNet(Parameters parameters, int batchSize, long totalSteps, long warmupSteps) {
        double peak = 0.1 * Require.atLeast("batchSize", 1, batchSize) / 256;
        Optimizer.Builder builder = Optimizer.builder(
                        parameters, new Sgd().momentum(0.9).nesterov(true))
                .learningRate(cosine(peak, 0, totalSteps, warmupSteps))
                .weightDecay(1e-4);
        return sparing(builder, parameters);
    }

    /**
     * Training of a vision transformer from the start.
     *
     * <p>{@link AdamW}; a warm-up to 1e-3 · batch/1024, then half a cosine to 0; λ 0.05, sparing tensors of fewer than
     * two axes and those named {@code *pos_embed*}, {@code *cls_token*} and {@code *dist_token*}; gradients clipped to
     * a global norm of 1.
     *
     * <p>Rate, decay and the 5 epochs of warm-up of 300 are DeiT's, for ImageNet alone with strong augmentation; the
     * clipping is ViT's, whose λ is up to 0.3 with little augmentation.
     *
     * @param parameters what is trained
     * @param batchSize images in a step, at least 1
     * @param totalSteps the length of the training, the warm-up included, at least 1
     * @param warmupSteps at least 0 and below {@code totalSteps}
     * @return a builder
     * @throws IllegalArgumentException if a number is out of its range
     * @see <a href="https://arxiv.org/abs/2012.12877">Touvron, Cord, Douze, Massa, Sablayrolles, Jégou: Training
     *     data-efficient image transformers &amp; distillation through attention (ICML 2021)</a>
     * @see <a href="https://arxiv.org/abs/2010.11929">Dosovitskiy, Beyer, Kolesnikov, et al.: An Image is Worth 16x16
     *     Words (ICLR 2021), appendix B</a>
     */
    public static Optimizer.Builder visionTransformer(
            Parameters parameters, int batchSize, long totalSteps, long warmupSteps) {
        double peak = 1e-3 * Require.atLeast("batchSize", 1, batchSize) / 1024;
        Optimizer.Builder builder = Optimizer.builder(parameters, new AdamW())
                .learningRate(cosine(peak, 0, totalSteps, warmupSteps))
                .weightDecay(0.05)
                .clipGlobalNorm(1);
        return sparing(builder, parameters, "*pos_embed*", "*cls_token*", "*dist_token*");
    }

    /**
     * Training of one of the two networks of a GAN. Each has a builder of its own.
     *
     * <p>{@link Adam} with β (0.5, 0.999) at a constant 2e-4; no decay. A β₁ of 0.9 makes the pair swing.
     *
     * <p>With two time scales (TTUR) the discriminator learns faster, usually at 4e-4 against 1e-4 with β (0, 0.9):
     *
     * {@snippet class="lanewise.RecipesTest" region="ttur"}
     *
     * @param parameters those of the generator, or of the discriminator
     * @return a builder
     * @see <a href="https://arxiv.org/abs/1511.06434">Radford, Metz, Chintala: Unsupervised Representation Learning
     *     with Deep Convolutional Generative Adversarial Networks (ICLR 2016)</a>
     * @see <a href="https://arxiv.org/abs/1706.08500">Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter: GANs Trained
     *     by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium (NeurIPS 2017)</a>
     * @see <a href="https://arxiv.org/abs/1805.08318">Zhang, Goodfellow, Metaxas, Odena: Self-Attention Generative
     *     Adversarial Networks (ICML 2019), on the two rates</a>
     */
    public static Optimizer.Builder gan(Parameters parameters) {
        return Optimizer.builder(parameters, new Adam().betas(0.5, 0.999)).learningRate(2e-4);
    }

    /**
     * Training of a diffusion model.
     *
     * <p>{@link AdamW}; a warm-up to 1e-4, constant from there on; no decay; gradients clipped to a global norm of
     * 1; an exponential average of the weights of decay 0.9999.
     *
     * <p>Draw samples after {@link Optimizer#eval()}, with the average; single steps are too noisy for images.
     *
     * <p>Rate and average are DiT's, the clipping and a warm-up of 5000 steps those of DDPM's code. Transformers do
     * without the warm-up.
     *
     * @param parameters what is trained
     * @param warmupSteps at least 0
     * @return a builder
     * @throws IllegalArgumentException if {@code warmupSteps} is out of its range
     * @see <a href="https://arxiv.org/abs/2212.09748">Peebles, Xie: Scalable Diffusion Models with Transformers (ICCV
     *     2023)</a>
     * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain, Abbeel: Denoising Diffusion Probabilistic Models
     *     (NeurIPS 2020), appendix B</a>
     */
    public static Optimizer.Builder diffusion(Parameters parameters, long warmupSteps) {
        return Optimizer.builder(parameters, new AdamW())
                .learningRate(Schedule.constant(1e-4).withWarmup(warmupSteps))
                .weightDecay(0)
                .clipGlobalNorm(1)
                .average(Average.ema(0.9999));
    }

    // ------------------------------------------------------------------------ reinforcement learning

    /**
     * Reinforcement learning with proximal policy optimization.
     *
     * <p>{@link Adam} with ε 1e-5; a line from 3e-4 to 0; no decay; gradients clipped to a global norm of 0.5.
     *
     * <p>These are for continuous control, such as MuJoCo's; from pixels, such as Atari's, start at 2.5e-4. The larger
     * ε keeps steps short where gradients nearly vanish. One step is one minibatch: environment steps × epochs / size
     * of a minibatch of them in all.
     *
     * @param parameters those of policy and value together
     * @param totalSteps the length of the training, at least 1
     * @return a builder
     * @throws IllegalArgumentException if {@code totalSteps} is out of its range
     * @see <a href="https://arxiv.org/abs/1707.06347">Schulman, Wolski, Dhariwal, Radford, Klimov: Proximal Policy
     *     Optimization Algorithms (2017)</a>
     * @see <a href="https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details/">Huang, Dossa, Raffin,
     *     Kanervisto, Wang: The 37 Implementation Details of Proximal Policy Optimization (ICLR blog track 2022)</a>
     */
    public static Optimizer.Builder ppo(Parameters parameters, long totalSteps) {
        Require.atLeast("totalSteps", 1, totalSteps);
        return Optimizer.builder(parameters, new Adam().epsilon(1e-5))
                .learningRate(Schedule.linear(3e-4, 0, totalSteps))
                .clipGlobalNorm(0.5);
    }

    // --------------------------------------------------------------------------------- large batches

    /**
     * Training of a transformer in batches of thousands of sequences.
     *
     * <p>{@link Lamb}; a warm-up to 5e-3 · √(batch/32768), then a line to 0; λ 0.01, sparing tensors of fewer than two
     * axes, which take Adam's step without a trust ratio then; gradients clipped to a global norm of 1.
     *
     * <p>The larger the batch, the longer the warm-up: batch/163840 of all steps, which is a fifth for 32768 sequences
     * and 1/320 for 512. The clipping is that of apex.
     *
     * @param parameters what is trained
     * @param batchSize sequences in a step, at least 1
     * @param totalSteps the length of the training, the warm-up included, at least 1
     * @param warmupSteps at least 0 and below {@code totalSteps}
     * @return a builder
     * @throws IllegalArgumentException if a number is out of its range
     * @see <a href="https://arxiv.org/abs/1904.00962">You, Li, Reddi, et al.: Large Batch Optimization for Deep
     *     Learning: Training BERT in 76 minutes (ICLR 2020), on rates and warm-ups by batch</a>
     */
    public static Optimizer.Builder largeBatchTransformer(
            Parameters parameters, int batchSize, long totalSteps, long warmupSteps) {
        double peak = 5e-3 * Math.sqrt(Require.atLeast("batchSize", 1, batchSize) / 32768.0);
        long rest = stepsAfterWarmup(totalSteps, warmupSteps);
        Optimizer.Builder builder = Optimizer.builder(parameters, new Lamb())
                .learningRate(Schedule.linear(peak, 0, rest).withWarmup(warmupSteps))
                .weightDecay(0.01)
                .clipGlobalNorm(1);
        return sparing(builder, parameters);
    }

    /**
     * Training of a convolutional network for images in batches of thousands.
     *
     * <p>{@link Lars} with momentum 0.9 and κ 1e-3; a warm-up to 10, to 25 from 16384 images on, to 32 from 32768 on,
     * then a parabola to 0; λ 1e-4, sparing tensors of fewer than two axes, which take the step of plain momentum then.
     *
     * <p>For a ResNet-50 of 90 epochs on ImageNet; the warm-up was 5 epochs, 14 for the largest batch. Up to 8192
     * images {@link #convNet} does as well.
     *
     * @param parameters what is trained
     * @param batchSize images in a step, at least 1
     * @param totalSteps the length of the training, the warm-up included, at least 1
     * @param warmupSteps at least 0 and below {@code totalSteps}
     * @return a builder
     * @throws IllegalArgumentException if a number is out of its range
     * @see <a href="https://arxiv.org/abs/1811.06992">Ying, Kumar, Chen, Wang, Cheng: Image Classification at
     *     Supercomputer Scale (2018); the rates are those of its code, tensorflow/tpu</a>
     * @see <a href="https://arxiv.org/abs/1708.03888">You, Gitman, Ginsburg: Large Batch Training of Convolutional
     *     Networks (2017)</a>
     */
    public static Optimizer.Builder largeBatchConvNet(
            Parameters parameters, int batchSize, long totalSteps, long warmupSteps) {
        Require.atLeast("batchSize", 1, batchSize);
        double peak = batchSize < 16_384 ? 10 : batchSize < 32_768 ? 25 : 32;
        long rest = stepsAfterWarmup(totalSteps, warmupSteps);
        Optimizer.Builder builder = Optimizer.builder(parameters, new Lars())
                .learningRate(Schedule.polynomial(peak, 0, rest, 2).withWarmup(warmupSteps))
                .weightDecay(1e-4);
        return sparing(builder, parameters);
    }

    // --------------------------------------------------------------------------------- their parts

    private static Schedule cosine(double peak, double last, long totalSteps, long warmupSteps) {
        return Schedule.cosine(peak, last, stepsAfterWarmup(totalSteps, warmupSteps))
                .withWarmup(warmupSteps);
    }

    private static long stepsAfterWarmup(long totalSteps, long warmupSteps) {
        Require.atLeast("totalSteps", 1, totalSteps);
        if (warmupSteps < 0 || warmupSteps >= totalSteps) {
            throw new IllegalArgumentException(
                    "warmupSteps must be at least 0 and below totalSteps, " + totalSteps + ", got " + warmupSteps);
        }
        return totalSteps - warmupSteps;
    }

    /** Takes small tensors and those of some names out of the decay. */
    private static Optimizer.Builder sparing(Optimizer.Builder builder, Parameters parameters, String... globs) {
        Predicate<String> named = Parameters.named(globs);
        Set<String> spared = parameters.all().stream()
                .filter(parameter -> parameter.value().shape().length < 2 || named.test(parameter.name()))
                .map(Parameter::name)
                .collect(Collectors.toSet());
        // The builder refuses a group without members.
        return spared.isEmpty() ? builder : builder.group(SPARED, spared::contains, group -> group.weightDecay(0));
    }
}
