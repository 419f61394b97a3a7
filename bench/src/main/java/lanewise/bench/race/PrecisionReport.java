package lanewise.bench.race;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import lanewise.bench.race.PrecisionRace.Result;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Page;
import lanewise.bench.report.Trace;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The report of a race of mixes: each lesson drawn, with a sentence for each picture. */
final class PrecisionReport {
    private static final int HEIGHT = 480;

    private final Page page;

    PrecisionReport(String lead) {
        page = new Page("Lanewise: training in mixed precision", lead);
    }

    Page page() {
        return page;
    }

    PrecisionReport add(Result result) {
        PrecisionFindings findings = new PrecisionFindings(result);
        page.section(result.lesson().title())
                .text(findings.lesson())
                .text(findings.verdict())
                .figures(2, losses(result), accuracies(result))
                .figures(2, curves(result), relativeCurves(result))
                .table(findings.table(), result.scores());
        return this;
    }

    private static Figure losses(Result result) {
        Score lowest = lowest(result);
        return new Figure(
                "Loss at the end",
                "A dot for each seed, mean and standard deviation beside it. fp32 ends at %s; lowest is %s with %s, and bf16 without a remedy has %s."
                        .formatted(
                                PrecisionFindings.loss(result.fp32().losses()),
                                lowest.mix().name(),
                                PrecisionFindings.loss(lowest.losses()),
                                PrecisionFindings.loss(
                                        result.of(TrainedMix.PLAIN_BF16).losses())),
                dots(result, Axis.linear("loss, cross-entropy"), Score::losses));
    }

    private static Score lowest(Result result) {
        return result.scores().stream()
                .min(Comparator.comparingDouble(score -> score.losses().getMean()))
                .orElseThrow();
    }

    private static Figure accuracies(Result result) {
        return new Figure(
                "Accuracy at the end",
                "On what was not trained with. fp32 reaches %s, bf16 without a remedy %s."
                        .formatted(
                                PrecisionFindings.accuracy(result.fp32().accuracies()),
                                PrecisionFindings.accuracy(
                                        result.of(TrainedMix.PLAIN_BF16).accuracies())),
                dots(result, Axis.linear("accuracy").format(".1%"), Score::accuracies));
    }

    private static Chart dots(Result result, Axis y, Function<Score, DescriptiveStatistics> values) {
        Map<Double, String> names = new TreeMap<>();
        int count = result.scores().size();
        for (int i = 0; i < count; i++) {
            names.put((double) i, result.scores().get(i).mix().name());
        }
        Chart chart = new Chart(Axis.linear("").labels(names).range(-0.5, count - 0.5), y)
                .height(HEIGHT)
                .leastWidth(420)
                .withoutLegend()
                .level(values.apply(result.fp32()).getMean());
        for (int i = 0; i < count; i++) {
            Score score = result.scores().get(i);
            DescriptiveStatistics sample = values.apply(score);
            double place = i;
            chart.add(Trace.points(
                            score.mix().name(),
                            DoubleStream.generate(() -> place - 0.15)
                                    .limit(sample.getN())
                                    .toArray(),
                            sample.getValues())
                    .withColour(score.mix().colour())
                    .withMarks("circle-open", 5)
                    .withHover("%{y:.4g}"));
            double[] spread = {sample.getStandardDeviation()};
            chart.add(Trace.points(score.mix().name(), new double[] {place + 0.15}, new double[] {sample.getMean()})
                    .withColour(score.mix().colour())
                    .withMarks("diamond", 8)
                    .withErrors(spread, spread)
                    .withHover("mean %{y:.4g}"));
        }
        return chart;
    }

    private static Figure curves(Result result) {
        Chart chart = new Chart(Axis.linear("step"), Axis.log("training loss, mean of all seeds")).height(HEIGHT);
        result.scores().forEach(score -> chart.add(line(result, score, score.meanCurve())));
        return new Figure(
                "Training loss over steps",
                "Means over all seeds and over each of %d equal parts of the training.".formatted(points(result))
                        + " Most mixes can't be told apart here; the picture beside it shows them over fp32's.",
                chart);
    }

    private static Figure relativeCurves(Result result) {
        double[] fp32 = result.fp32().meanCurve();
        Chart chart = new Chart(Axis.linear("step"), Axis.linear("training loss, fp32's = 1"))
                .height(HEIGHT)
                .level(1);
        for (Score score : result.scores()) {
            double[] curve = score.meanCurve();
            chart.add(line(
                    result,
                    score,
                    IntStream.range(0, curve.length)
                            .mapToDouble(i -> curve[i] / fp32[i])
                            .toArray()));
        }
        double[] plain = result.of(TrainedMix.PLAIN_BF16).meanCurve();
        return new Figure(
                "Training loss over that of fp32",
                "In the last part of the training the loss of bf16 without a remedy is %.2f times that of fp32: the smaller the rate, the more updates are lost."
                        .formatted(plain[plain.length - 1] / fp32[fp32.length - 1]),
                chart);
    }

    private static int points(Result result) {
        return result.fp32().meanCurve().length;
    }

    private static Trace line(Result result, Score score, double[] curve) {
        double width = (double) result.steps() / curve.length;
        return Trace.line(
                        score.mix().name(),
                        IntStream.rangeClosed(1, curve.length)
                                .mapToDouble(i -> Math.rint(i * width))
                                .toArray(),
                        curve)
                .withColour(score.mix().colour())
                .withHover("step %{x}: %{y:.3g}");
    }
}
