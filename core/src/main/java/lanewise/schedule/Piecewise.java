package lanewise.schedule;

import java.util.List;

/** {@code rates[i]}, i the number of {@code changes ≤ step}; the changes in ascending order. */
record Piecewise(List<Long> changes, List<Double> rates) implements Schedule {
    Piecewise {
        changes = List.copyOf(changes);
        rates = List.copyOf(rates);
    }

    @Override
    public double at(long step) {
        Check.step(step);
        int passed = 0;
        while (passed < changes.size() && changes.get(passed) <= step) {
            passed++;
        }
        return rates.get(passed);
    }
}
