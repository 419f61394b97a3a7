package lanewise.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import lanewise.Optimizer;
import lanewise.Parameter;
import lanewise.Parameters;
import lanewise.bench.race.Lesson.Examples;
import lanewise.schedule.Schedule;

/**
 * How one training in mixed precision went.
 *
 * @param curve the training loss, its mean over each of up to {@value #POINTS} equally long parts of the training
 * @param loss at the end
 * @param accuracy at the end on what was not trained with, from 0 to 1
 * @param bytesPerWeight of weights, gradients and state
 * @param skipped steps that were left out, for a gradient that was not finite
 */
record Pupil(List<Double> curve, double loss, double accuracy, double bytesPerWeight, int skipped) {
    static final int POINTS = 50;

    /** Trains from scratch; the same seed gives all mixes the same first weights, up to rounding, and minibatches. */
    static Pupil train(Lesson lesson, TrainedMix mix, long seed, int steps) throws InterruptedException {
        long warmup = steps / 10;
        SplittableRandom random = new SplittableRandom(seed);
        try (Parameters parameters = new Parameters()) {
            int[] widths = lesson.widths().stream().mapToInt(Integer::intValue).toArray();
            Network network = new Network(parameters, random, mix.mix().parameter(), mix.gradient(), widths);
            try (Optimizer optimizer = mix.optimizer(parameters, seed)
                    .learningRate(
                            Schedule.cosine(lesson.rate(), 0, steps - warmup).withWarmup(warmup))
                    .threads(1)
                    .build()) {
                Supplier<Examples> minibatches = lesson.minibatches(random.split());
                int skipped = 0;
                List<Double> curve = new ArrayList<>();
                int points = Math.min(POINTS, steps);
                for (int point = 0; point < points; point++) {
                    int from = (int) ((long) point * steps / points);
                    int to = (int) ((point + 1L) * steps / points);
                    double sum = 0;
                    for (int step = from; step < to; step++) {
                        Examples batch = minibatches.get();
                        sum += network.backpropagate(batch.inputs(), batch.labels(), optimizer.lossScale());
                        skipped += optimizer.step().skipped() ? 1 : 0;
                    }
                    curve.add(sum / (to - from));
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
                return new Pupil(
                        curve,
                        network.loss(lesson.judged().inputs(), lesson.judged().labels()),
                        network.accuracy(
                                lesson.unseen().inputs(), lesson.unseen().labels()),
                        bytesPerWeight(parameters, optimizer),
                        skipped);
            }
        }
    }

    private static double bytesPerWeight(Parameters parameters, Optimizer optimizer) {
        long bytes = optimizer.stateBytes();
        long weights = 0;
        for (Parameter parameter : parameters.all()) {
            bytes += parameter.value().segment().byteSize()
                    + parameter.gradient().segment().byteSize();
            weights += parameter.value().size();
        }
        return (double) bytes / weights;
    }
}
