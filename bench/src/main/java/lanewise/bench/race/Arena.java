package lanewise.bench.race;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Path;
import lanewise.bench.landscape.Sweep;

/** Contestants on one landscape, each at every rate of a sweep. */
record Arena(Descent descent, List<Standing> standings) {
    /**
     * How a contestant did.
     *
     * @param contestant who
     * @param path at the rate that suits best, or at the one that was asked for
     * @param sweep at all rates
     */
    record Standing(Contestant contestant, Path path, Sweep sweep) {}

    /** Is told of each contestant that is through. */
    interface Spectator {
        void arrived(Contestant contestant, Landscape landscape);
    }

    /**
     * Sends them all, several at once: nothing is timed here.
     *
     * @param rate for all of them; without, each gets the rate of the sweep with which it arrives first
     */
    static Arena run(Descent descent, List<Contestant> contestants, OptionalDouble rate, Spectator spectator)
            throws InterruptedException {
        ExecutorService runners =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Standing>> running = contestants.stream()
                    .map(contestant -> runners.submit(() -> standing(descent, contestant, rate)))
                    .toList();
            List<Standing> standings = new ArrayList<>();
            for (Future<Standing> one : running) {
                standings.add(one.get());
                spectator.arrived(standings.getLast().contestant(), descent.landscape());
            }
            return new Arena(descent, standings);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } finally {
            runners.shutdownNow();
        }
    }

    private static Standing standing(Descent descent, Contestant contestant, OptionalDouble rate) {
        Sweep sweep = Sweep.of(descent, contestant.rule(), contestant.decay(), Sweep.RATES);
        Path path = rate.isPresent()
                ? descent.run(contestant.rule(), contestant.decay(), rate.getAsDouble())
                : sweep.best();
        return new Standing(contestant, path, sweep);
    }

    Landscape landscape() {
        return descent.landscape();
    }

    /** The first to arrive first; those that do not arrive by how low they got. */
    List<Standing> ranking() {
        return standings.stream()
                .sorted(Comparator.<Standing>comparingInt(
                                standing -> standing.path().arrival().orElse(Integer.MAX_VALUE))
                        .thenComparingDouble(standing -> standing.path().last()))
                .toList();
    }

    Optional<Standing> of(String name) {
        return standings.stream()
                .filter(standing -> standing.contestant().name().equals(name))
                .findFirst();
    }
}
