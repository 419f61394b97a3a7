package lanewise.bench.race;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import lanewise.Parameters;

/**
 * Something to be learned in mixed precision.
 *
 * @param title a few words
 * @param text what is learned from what
 * @param rate the peak of the schedule
 * @param steps how many a training has unless told otherwise
 * @param widths of the network's input, of its hidden layers and of its output
 * @param training what minibatches are taken from
 * @param judged what the loss at the end is measured on
 * @param unseen what was not trained with, for the accuracy
 */
record Lesson(
        String title,
        String text,
        double rate,
        int steps,
        List<Integer> widths,
        Examples training,
        Examples judged,
        Examples unseen) {
    static final int BATCH = 32;

    // The teacher: its questions, its hidden layer, its answers.
    private static final int QUESTIONS = 20;
    private static final int HIDDEN = 32;
    private static final int ANSWERS = 10;

    /** Steps of an imitation in which no example comes twice. */
    private static final int IMITATED_STEPS = 1500;

    private static final int UNSEEN = 4000;

    /** Always the same teacher and questions, so that runs of different seeds can be compared. */
    private static final long TEACHER_SEED = 1989;

    /**
     * Rows that go into the network, and the classes that they belong to.
     *
     * @param inputs a row for each
     * @param labels from 0
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Examples(float[][] inputs, int[] labels) {
        int count() {
            return labels.length;
        }

        Examples at(int[] places) {
            return new Examples(
                    Arrays.stream(places).mapToObj(i -> inputs[i]).toArray(float[][]::new),
                    Arrays.stream(places).map(i -> labels[i]).toArray());
        }
    }

    /** The race's digits and network. */
    static Lesson digits(Digits.Split digits) {
        Examples training =
                new Examples(digits.training().images(), digits.training().labels());
        Examples test = new Examples(digits.test().images(), digits.test().labels());
        return new Lesson(
                "Handwritten digits",
                "The race's network learns %,d handwritten digits; the loss is that on them, the accuracy that on %d others."
                        .formatted(training.count(), test.count()),
                3e-3,
                675,
                Arrays.stream(Training.WIDTHS).boxed().toList(),
                training,
                training,
                test);
    }

    /**
     * A network learns to answer as another one does, whose weights are random. Its teacher is never wrong, so the loss
     * falls for as long as weights can be moved by a little; where small updates are lost, it stops.
     */
    static Lesson imitation() {
        SplittableRandom random = new SplittableRandom(TEACHER_SEED);
        try (Parameters parameters = new Parameters()) {
            Network teacher = new Network(parameters, random, QUESTIONS, HIDDEN, ANSWERS);
            Examples training = answered(teacher, random, IMITATED_STEPS * BATCH);
            Examples unseen = answered(teacher, random, UNSEEN);
            return new Lesson(
                    "Imitation of a network",
                    ("A network learns to answer as another one of random weights does, %d normally distributed numbers in,"
                                    + " one of %d classes out; for %,d steps no question comes twice, and the loss and the"
                                    + " accuracy are those on %,d others.")
                            .formatted(QUESTIONS, ANSWERS, IMITATED_STEPS, UNSEEN),
                    1e-3,
                    IMITATED_STEPS,
                    List.of(QUESTIONS, 4 * HIDDEN, HIDDEN, ANSWERS),
                    training,
                    unseen,
                    unseen);
        }
    }

    private static Examples answered(Network teacher, SplittableRandom random, int count) {
        float[][] questions = new float[count][QUESTIONS];
        for (float[] question : questions) {
            for (int i = 0; i < QUESTIONS; i++) {
                question[i] = (float) random.nextGaussian();
            }
        }
        return new Examples(questions, teacher.classify(questions));
    }

    /** One minibatch after the other, in an order by chance that is drawn anew when all examples have been seen. */
    Supplier<Examples> minibatches(SplittableRandom random) {
        int[] order = IntStream.range(0, training.count()).toArray();
        return new Supplier<>() {
            private int next = order.length;

            @Override
            public Examples get() {
                if (next + BATCH > order.length) {
                    Training.shuffle(order, random);
                    next = 0;
                }
                next += BATCH;
                return training.at(Arrays.copyOfRange(order, next - BATCH, next));
            }
        };
    }
}
