package lanewise.bench.speed;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Trace;
import lanewise.bench.speed.Results.ColdStart;

/** The first steps of a fresh JVM. */
final class StartPictures {
    private final List<ColdStart> starts;

    /** At least one. */
    StartPictures(List<ColdStart> starts) {
        this.starts = starts;
    }

    private Optional<ColdStart> of(String contestant) {
        return starts.stream()
                .filter(start -> start.contestant().equals(contestant))
                .findFirst();
    }

    Figure seconds() {
        ContestantBars bars = ContestantBars.of(
                starts.stream().map(ColdStart::contestant).toList(),
                contestant -> of(contestant).map(start -> Interval.of(start.start())));
        return new Figure(
                "From the start of java to the end of the first step",
                bars.told(seconds -> Wording.time(1e9 * seconds)) + ".",
                bars.chart("seconds"));
    }

    Figure steps() {
        Chart chart = new Chart(Axis.log("step"), Axis.log("ms"));
        starts.forEach(start -> chart.add(Trace.line(
                        Wording.title(start.contestant()),
                        IntStream.rangeClosed(1, start.nanos().size())
                                .asDoubleStream()
                                .toArray(),
                        millis(start))
                .withColour(Drawn.colour(start.contestant()))
                .withDash(Drawn.isRoof(start.contestant()) ? "dash" : "solid")
                .withHover("step %{x}: %{y:.3g} ms")
                .hiddenIf(Drawn.isMinor(start.contestant()))));
        ColdStart told = of(Measurements.LANEWISE).orElse(starts.getFirst());
        double[] millis = millis(told);
        double quickest = DoubleStream.of(millis).min().orElseThrow();
        int settled = IntStream.range(0, millis.length)
                .filter(i -> millis[i] <= 2 * quickest)
                .findFirst()
                .orElseThrow();
        return new Figure(
                "The steps of one such process",
                "%s takes %s for the first step, %s for the quickest, and first comes within twice that at step %,d."
                        .formatted(
                                Wording.title(told.contestant()),
                                Wording.time(1e6 * millis[0]),
                                Wording.time(1e6 * quickest),
                                settled + 1),
                chart);
    }

    private static double[] millis(ColdStart start) {
        return start.nanos().stream().mapToDouble(nanos -> nanos / 1e6).toArray();
    }
}
