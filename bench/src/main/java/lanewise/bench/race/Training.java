package lanewise.bench.race;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.curvature.GaussNewtonBartlett;
import lanewise.rule.Rule;
import lanewise.rule.Sophia;
import lanewise.schedule.Schedule;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.apache.commons.math3.util.ResizableDoubleArray;

/** Trains one network with one optimizer on one backend, and measures what that takes. */
final class Training {
    /** 33,738 weights: enough to learn the digits, and few enough that the state stays in the L2 cache. */
    static final int[] WIDTHS = {Digits.PIXELS, 256, 64, Digits.CLASSES};

    /** Steps from one estimate of the curvature to the next, as Sophia's authors advise. */
    static final int ESTIMATE_EVERY = 10;

    private final Settings settings;
    private final float[][] images;
    private final int[] labels;
    private final float[][] testImages;
    private final int[] testLabels;

    /**
     * What is the same for all runs.
     *
     * @param epochs how often each image is seen
     * @param batch images in a minibatch
     * @param seed of the first weights and of the order of the images
     * @param threads that share a step
     */
    record Settings(int epochs, int batch, long seed, int threads) {}

    /**
     * How a run went.
     *
     * @param losses the mean over the minibatches of each epoch
     * @param accuracies on the test images after each epoch, from 0 to 1
     * @param stateBytes of the optimizer for all weights
     * @param bytesMoved by a step
     * @param stepNanos the median time of a step in the second half of the run
     * @param weights at the end, those to evaluate with, by the names of the tensors
     * @param time where it went
     */
    record Outcome(
            List<Double> losses,
            List<Double> accuracies,
            long stateBytes,
            long bytesMoved,
            double stepNanos,
            Map<String, float[]> weights,
            Time time) {
        int weightCount() {
            return weights.values().stream().mapToInt(tensor -> tensor.length).sum();
        }
    }

    /**
     * Nanoseconds spent in the network's passes, in all steps and updates of the Hessian, in tests, and while kernels
     * were compiled.
     */
    record Time(long passes, long steps, long tests, long warmUp) {
        Time plus(Time other) {
            return new Time(passes + other.passes, steps + other.steps, tests + other.tests, warmUp + other.warmUp);
        }

        long total() {
            return passes + steps + tests + warmUp;
        }
    }

    Training(Settings settings, Digits.Split digits) {
        this.settings = settings;
        images = digits.training().images();
        labels = digits.training().labels();
        testImages = digits.test().images();
        testLabels = digits.test().labels();
    }

    /**
     * Trains from scratch.
     *
     * @param backend simd or scalar
     * @param afterEpoch is told each test accuracy
     */
    Outcome run(Contestant contestant, String backend, DoubleConsumer afterEpoch) throws InterruptedException {
        int stepsPerEpoch = Math.ceilDiv(images.length, settings.batch);
        long steps = (long) settings.epochs * stepsPerEpoch;
        long warmup = steps / 10;
        Schedule rate = contestant.isScheduleFree()
                ? Schedule.constant(contestant.rate())
                : Schedule.cosine(contestant.rate(), 0, steps - warmup).withWarmup(warmup);
        SplittableRandom random = new SplittableRandom(settings.seed);
        try (Parameters parameters = new Parameters()) {
            Network network = new Network(parameters, random, WIDTHS);
            try (Optimizer optimizer = Optimizer.builder(parameters, rule(contestant))
                    .learningRate(rate)
                    .weightDecay(contestant.decay())
                    .backend(backend)
                    .threads(settings.threads)
                    .build()) {
                return train(contestant, network, optimizer, parameters, random, afterEpoch);
            }
        }
    }

    /** For labels that are sampled for a whole minibatch, γ counts its images. */
    private Rule rule(Contestant contestant) {
        return contestant.rule() instanceof Sophia sophia && sophia.estimate() == Sophia.Estimate.GAUSS_NEWTON_BARTLETT
                ? sophia.gamma(sophia.gamma() * settings.batch)
                : contestant.rule();
    }

    private Outcome train(
            Contestant contestant,
            Network network,
            Optimizer optimizer,
            Parameters parameters,
            SplittableRandom random,
            DoubleConsumer afterEpoch)
            throws InterruptedException {
        Stopwatch warmUp = new Stopwatch();
        Stopwatch passes = new Stopwatch();
        Stopwatch steps = new Stopwatch();
        Stopwatch updates = new Stopwatch();
        Stopwatch tests = new Stopwatch();
        warmUp.start();
        optimizer.warmUp(); // Not needed, but without it the first steps run on scalar kernels.
        warmUp.stop();

        boolean samplesLabels = contestant.wants(Sophia.Estimate.GAUSS_NEWTON_BARTLETT);
        GaussNewtonBartlett bartlett = new GaussNewtonBartlett(settings.seed);
        long step = 0;
        List<Double> losses = new ArrayList<>();
        List<Double> accuracies = new ArrayList<>();
        int[] order = new int[images.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        for (int epoch = 0; epoch < settings.epochs; epoch++) {
            shuffle(order, random);
            double loss = 0;
            for (int from = 0; from < order.length; from += settings.batch) {
                int count = Math.min(settings.batch, order.length - from);
                float[][] batch = new float[count][];
                int[] batchLabels = new int[count];
                for (int i = 0; i < count; i++) {
                    batch[i] = images[order[from + i]];
                    batchLabels[i] = labels[order[from + i]];
                }
                passes.start();
                loss += count * network.backpropagate(batch, batchLabels);
                passes.stop();
                steps.start();
                optimizer.step();
                steps.stop();
                if (samplesLabels && step % ESTIMATE_EVERY == 0) {
                    passes.start();
                    network.backpropagate(batch, bartlett.labels(step, network.logits(batch), Digits.CLASSES));
                    passes.stop();
                    updates.start();
                    optimizer.updateHessian();
                    updates.stop();
                }
                step++;
            }
            tests.start();
            optimizer.eval();
            double accuracy = network.accuracy(testImages, testLabels);
            optimizer.train();
            tests.stop();
            losses.add(loss / order.length);
            accuracies.add(accuracy);
            afterEpoch.accept(accuracy);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }

        optimizer.eval();
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Parameter parameter : parameters.all()) {
            weights.put(parameter.name(), parameter.value().toArray());
        }
        return new Outcome(
                losses,
                accuracies,
                optimizer.stateBytes(),
                optimizer.report().bytesMoved(),
                steps.median(),
                weights,
                new Time(passes.total(), steps.total() + updates.total(), tests.total(), warmUp.total()));
    }

    /** Fisher and Yates's. */
    static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int was = order[i];
            order[i] = order[j];
            order[j] = was;
        }
    }

    /** Times of the same thing done many times. */
    private static final class Stopwatch {
        private final ResizableDoubleArray laps = new ResizableDoubleArray();
        private long total;
        private long started;

        void start() {
            started = System.nanoTime();
        }

        void stop() {
            long lap = System.nanoTime() - started;
            total += lap;
            laps.addElement(lap);
        }

        long total() {
            return total;
        }

        /** Of the second half: in the first C2 is still at work. */
        double median() {
            int half = laps.getNumElements() / 2;
            return new Median().evaluate(laps.getElements(), half, laps.getNumElements() - half);
        }
    }
}
