package lanewise.bench.race;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Path;
import lanewise.bench.landscape.Sweep;

/** All contestants on one landscape, each at every rate of a sweep. */
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
     * Sends them all.
     *
     * @param rate for all of them; without, each gets the rate of the sweep with which it arrives first
     */
    static Arena run(Descent descent, List<Contestant> contestants, OptionalDouble rate, Spectator spectator) {
        List<Standing> standings = new ArrayList<>();
        for (Contestant contestant : contestants) {
            Sweep sweep = Sweep.of(descent, contestant.rule(), Sweep.RATES);
            Path path = rate.isPresent() ? descent.run(contestant.rule(), rate.getAsDouble()) : sweep.best();
            standings.add(new Standing(contestant, path, sweep));
            spectator.arrived(contestant, descent.landscape());
        }
        return new Arena(descent, standings);
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
