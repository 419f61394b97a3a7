package lanewise.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Short trainings on the digits at many rates: how wide is the range that works? */
final class RateSweep {
    /** Half decades. */
    static final List<Double> RATES = List.of(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0);

    static final int EPOCHS = 2;

    /**
     * What a contestant made of the rates.
     *
     * @param contestant who
     * @param losses mean training loss of the last epoch for each rate; NaN where the training diverged
     */
    record Result(Contestant contestant, List<Double> losses) {}

    private RateSweep() {}

    /** On the scalar backend, which needs no warm-up; the bits are those of the others. */
    static List<Result> run(
            Digits.Split digits, List<Contestant> contestants, int batch, long seed, Race.Spectator spectator)
            throws InterruptedException {
        Training training = new Training(new Training.Settings(EPOCHS, batch, seed, 1), digits);
        ExecutorService runners =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<List<Future<Training.Outcome>>> runs = contestants.stream()
                    .map(contestant -> RATES.stream()
                            .map(rate -> runners.submit(() -> training.run(
                                    contestant.withRate(rate),
                                    Race.SCALAR,
                                    accuracy -> spectator.epoch(contestant, accuracy))))
                            .toList())
                    .toList();
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < contestants.size(); i++) {
                List<Double> losses = new ArrayList<>();
                for (Future<Training.Outcome> run : runs.get(i)) {
                    losses.add(run.get().losses().getLast());
                }
                results.add(new Result(contestants.get(i), losses));
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } finally {
            runners.shutdownNow();
        }
    }
}
