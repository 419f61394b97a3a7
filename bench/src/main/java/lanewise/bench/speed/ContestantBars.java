package lanewise.bench.speed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;

/** A bar for each contestant, under its name. */
record ContestantBars(Map<String, Interval> heights) {
    private static final int HEIGHT = 440;

    /** Of those that have a height. */
    static ContestantBars of(List<String> contestants, Function<String, Optional<Interval>> height) {
        Map<String, Interval> heights = new LinkedHashMap<>();
        contestants.forEach(contestant -> height.apply(contestant).ifPresent(value -> heights.put(contestant, value)));
        return new ContestantBars(heights);
    }

    boolean isEmpty() {
        return heights.isEmpty();
    }

    Chart chart(String title) {
        return chart(Scales.amounts(title, heights.values()));
    }

    Chart chart(Axis y) {
        Chart chart = new Chart(Axis.linear(""), y).height(HEIGHT).withoutLegend();
        heights.forEach((contestant, height) ->
                chart.add(Drawn.bars(contestant, List.of(Wording.title(contestant)), List.of(height))));
        return chart;
    }

    /** Lanewise, and the least and the most of its peers: such as Lanewise 1.20 µs; of the others DJL 3.10 µs. */
    String told(DoubleFunction<String> text) {
        List<String> peers = heights.keySet().stream()
                .filter(Measurements::isPeer)
                .sorted(Comparator.comparingDouble(
                        contestant -> height(contestant).median()))
                .toList();
        List<String> told = new ArrayList<>();
        if (heights.containsKey(Measurements.LANEWISE)) {
            told.add(told(Measurements.LANEWISE, text));
        }
        if (peers.size() == 1) {
            told.add(told(peers.getFirst(), text));
        } else if (peers.size() > 1) {
            told.add("of the others %s at the least, %s at the most"
                    .formatted(told(peers.getFirst(), text), told(peers.getLast(), text)));
        }
        return told.isEmpty() ? "Neither Lanewise nor a peer took part" : String.join("; ", told);
    }

    private String told(String contestant, DoubleFunction<String> text) {
        return Wording.title(contestant) + " " + text.apply(height(contestant).median());
    }

    private Interval height(String contestant) {
        return Objects.requireNonNull(heights.get(contestant));
    }
}
