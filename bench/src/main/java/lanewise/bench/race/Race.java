package lanewise.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import lanewise.bench.race.Training.Outcome;

/** Runs every contestant once on each backend. */
final class Race {
    static final String SCALAR = "scalar";

    private final Training training;
    private final List<Contestant> contestants;
    private final List<String> backends;
    private final int runsAtOnce;

    /**
     * How a contestant did.
     *
     * @param contestant who
     * @param outcome on the backend that the dispatcher chose
     * @param scalar on the scalar backend, if that is another
     */
    record Result(Contestant contestant, Outcome outcome, Optional<Outcome> scalar) {
        /** Where the two backends' weights differ first. */
        Optional<String> difference() {
            return scalar.flatMap(other -> firstDifference(outcome.weights(), other.weights()));
        }
    }

    /** Is told of each epoch of each run, by several threads. */
    interface Spectator {
        void epoch(Contestant contestant, double accuracy);
    }

    /**
     * Two runs go at once if they leave each other's CPUs alone, so that step times are those of a run by itself.
     *
     * @param backend what the dispatcher chose; compared with the scalar one if it is not that
     */
    Race(Training.Settings settings, Digits.Split digits, List<Contestant> contestants, String backend) {
        training = new Training(settings, digits);
        this.contestants = contestants;
        backends = backend.equals(SCALAR) ? List.of(SCALAR) : List.of(backend, SCALAR);
        runsAtOnce = 2 * settings.threads() <= Runtime.getRuntime().availableProcessors() ? 2 : 1;
    }

    int runs() {
        return contestants.size() * backends.size();
    }

    int runsAtOnce() {
        return runsAtOnce;
    }

    List<Result> run(Spectator spectator) throws InterruptedException {
        List<List<Future<Outcome>>> outcomes = new ArrayList<>();
        List<Result> results = new ArrayList<>();
        ExecutorService runners = Executors.newFixedThreadPool(runsAtOnce);
        try {
            for (Contestant contestant : contestants) {
                outcomes.add(backends.stream()
                        .map(backend -> runners.submit(() ->
                                training.run(contestant, backend, accuracy -> spectator.epoch(contestant, accuracy))))
                        .toList());
            }
            for (int i = 0; i < contestants.size(); i++) {
                List<Future<Outcome>> both = outcomes.get(i);
                results.add(new Result(
                        contestants.get(i),
                        both.getFirst().get(),
                        both.size() > 1 ? Optional.of(both.get(1).get()) : Optional.empty()));
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } finally {
            runners.shutdownNow();
        }
        return results;
    }

    /**
     * Bits are compared, not values: −0 is not 0 here. Any NaN is as good as any other, since which one comes out is
     * not defined.
     */
    static Optional<String> firstDifference(Map<String, float[]> simd, Map<String, float[]> scalar) {
        for (Map.Entry<String, float[]> tensor : simd.entrySet()) {
            float[] a = tensor.getValue();
            float[] b = scalar.get(tensor.getKey());
            for (int i = 0; i < a.length; i++) {
                int simdBits = Float.floatToIntBits(a[i]);
                int scalarBits = Float.floatToIntBits(b[i]);
                if (simdBits != scalarBits) {
                    return Optional.of("%s[%d] is 0x%08x (%s) on simd and 0x%08x (%s) on scalar"
                            .formatted(tensor.getKey(), i, simdBits, a[i], scalarBits, b[i]));
                }
            }
        }
        return Optional.empty();
    }
}
