package lanewise.bench.landscape;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;

/**
 * The same descent at many rates.
 *
 * @param paths one for each rate, rates rising
 */
public record Sweep(List<Path> paths) {
    /** What is tried: 1, 2 and 5 of each decade from 0.0001 to 500. LARS, whose trust coefficient is 0.001, needs those. */
    public static final List<Double> RATES = rates();

    private static List<Double> rates() {
        List<Double> rates = new ArrayList<>();
        for (int decade = -4; decade <= 2; decade++) {
            for (int digit : new int[] {1, 2, 5}) {
                rates.add(Double.valueOf(digit + "e" + decade));
            }
        }
        return List.copyOf(rates);
    }

    /**
     * Tries all rates; weights decay as the rule has it.
     *
     * @param descent where
     * @param rule how
     * @param rates which, rising
     * @return the paths
     */
    public static Sweep of(Descent descent, Rule rule, List<Double> rates) {
        return of(descent, rule, rule.weightDecay(), rates);
    }

    /**
     * Tries all rates.
     *
     * @param descent where
     * @param rule how
     * @param decay of the weights
     * @param rates which, rising
     * @return the paths
     */
    public static Sweep of(Descent descent, Rule rule, WeightDecay decay, List<Double> rates) {
        return new Sweep(
                rates.stream().map(rate -> descent.run(rule, decay, rate)).toList());
    }

    /**
     * The path that arrives for good in the fewest steps; if none does, the one that ends lowest. Paths that go above
     * their start count only if all do: on ground this regular a leap far away can land well by luck.
     *
     * @return the best of all
     */
    public Path best() {
        return paths.stream()
                .min(Comparator.comparing(Path::climbs)
                        .thenComparingInt(path -> path.arrival().orElse(Integer.MAX_VALUE))
                        .thenComparingDouble(Path::last))
                .orElseThrow();
    }

    /**
     * The path at one of the rates.
     *
     * @param rate one that was tried
     * @return its path
     * @throws IllegalArgumentException if it was not
     */
    public Path at(double rate) {
        return paths.stream()
                .filter(path -> path.rate() == rate)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "rate must be one of " + paths.stream().map(Path::rate).toList() + ", got " + rate));
    }

    /**
     * The widest range of rates with which a descent loses all but a hundredth of its height, without one between that
     * does not.
     *
     * @return rising; none if no rate is good
     */
    public List<Double> good() {
        List<Double> widest = List.of();
        List<Double> run = new ArrayList<>();
        for (Path path : paths) {
            if (path.last() <= path.losses()[0] / 100) {
                run.add(path.rate());
            } else {
                run.clear();
            }
            if (run.size() > widest.size()) {
                widest = List.copyOf(run);
            }
        }
        return widest;
    }
}
