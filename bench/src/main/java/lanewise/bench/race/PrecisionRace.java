package lanewise.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Trains every mix on every lesson with the same seeds. */
final class PrecisionRace {
    private final List<Lesson> lessons;
    private final int runs;
    private final long firstSeed;
    private final OptionalInt steps;

    /**
     * How all mixes did with one lesson.
     *
     * @param lesson what was learned
     * @param steps in how many steps
     * @param scores in the order of {@link TrainedMix#ALL}
     */
    record Result(Lesson lesson, int steps, List<Score> scores) {
        Score fp32() {
            return of(TrainedMix.FP32);
        }

        Score of(TrainedMix mix) {
            return scores.get(TrainedMix.ALL.indexOf(mix));
        }
    }

    /** Is told of each training that is through. */
    interface Spectator {
        void learned(Lesson lesson, TrainedMix mix, Pupil pupil);
    }

    /**
     * Prepares it.
     *
     * @param runs of each mix on each lesson, with seeds that follow each other
     * @param steps of all trainings; without, each lesson has its own
     */
    PrecisionRace(List<Lesson> lessons, int runs, long firstSeed, OptionalInt steps) {
        this.lessons = lessons;
        this.runs = runs;
        this.firstSeed = firstSeed;
        this.steps = steps;
    }

    int trainings() {
        return lessons.size() * TrainedMix.ALL.size() * runs;
    }

    /** Several at once: nothing is timed here. */
    List<Result> run(Spectator spectator) throws InterruptedException {
        ExecutorService runners =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<List<List<Future<Pupil>>>> running = lessons.stream()
                    .map(lesson -> TrainedMix.ALL.stream()
                            .map(mix -> start(runners, lesson, mix, spectator))
                            .toList())
                    .toList();
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < lessons.size(); i++) {
                List<Score> scores = new ArrayList<>();
                for (int j = 0; j < TrainedMix.ALL.size(); j++) {
                    List<Pupil> pupils = new ArrayList<>();
                    for (Future<Pupil> one : running.get(i).get(j)) {
                        pupils.add(one.get());
                    }
                    scores.add(new Score(TrainedMix.ALL.get(j), pupils));
                }
                results.add(new Result(lessons.get(i), stepsOf(lessons.get(i)), scores));
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } finally {
            runners.shutdownNow();
        }
    }

    private List<Future<Pupil>> start(ExecutorService runners, Lesson lesson, TrainedMix mix, Spectator spectator) {
        List<Future<Pupil>> pupils = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            long seed = firstSeed + run;
            pupils.add(runners.submit(() -> {
                Pupil pupil = Pupil.train(lesson, mix, seed, stepsOf(lesson));
                spectator.learned(lesson, mix, pupil);
                return pupil;
            }));
        }
        return pupils;
    }

    private int stepsOf(Lesson lesson) {
        return steps.orElse(lesson.steps());
    }
}
