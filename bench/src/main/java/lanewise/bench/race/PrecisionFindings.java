package lanewise.bench.race;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import lanewise.bench.race.Score.Beside;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.dtype.DType;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** What a race of mixes shows, in a table and in sentences. */
record PrecisionFindings(PrecisionRace.Result result) {

    /** Where the words have their meaning. */
    static String definitions(int runs, long firstSeed) {
        return ("Losses and accuracies are means ± sample standard deviations over %d seeds, %d to %d; a seed gives all"
                        + " mixes the same first weights, up to rounding, and the same minibatches. A mix is within the"
                        + " spread of fp32 if Welch's t-test finds p ≥ %s both for the losses at the end and for the"
                        + " accuracies. “Higher in” counts the seeds whose loss is higher than fp32's of the same seed."
                        + " All train with AdamW in minibatches of %d; rates are peaks, after a warm-up over"
                        + " a tenth of the steps and before a cosine down to 0. The network computes in fp32 with the"
                        + " weights as they are stored; its gradients are rounded to their type. B/weight are those of"
                        + " weight, gradient and state, with masters, rest bits and scales of blocks. What"
                        + " a state of 16 or 8 bits changes is v: AdamW moves it by a thousandth of the way to g²"
                        + " a step, often less than such a number can show; “bf16 m” keeps v in fp32.")
                .formatted(runs, firstSeed, firstSeed + runs - 1, Score.LEAST_P, Lesson.BATCH);
    }

    Table<Score> table() {
        Score fp32 = result.fp32();
        return new Table<Score>()
                .column("mix", Kind.TEXT, score -> score.mix().name())
                .column("bits θ g m v", Kind.TEXT, score -> bits(score.mix()))
                .column(
                        "B/weight",
                        Kind.NUMBER,
                        score -> "%.2f".formatted(score.pupils().getFirst().bytesPerWeight()))
                .column("loss", Kind.NUMBER, score -> loss(score.losses()))
                .column(
                        "to fp32",
                        Kind.NUMBER,
                        ofOthers(score -> percent(score.loss(fp32).share())))
                .column(
                        "higher in",
                        Kind.NUMBER,
                        ofOthers(score -> "%d of %d"
                                .formatted(score.higherIn(fp32), score.pupils().size())))
                .column("p", Kind.NUMBER, ofOthers(score -> score.loss(fp32).shownP()))
                .column("accuracy", Kind.NUMBER, score -> accuracy(score.accuracies()))
                .column("p", Kind.NUMBER, ofOthers(score -> score.accuracy(fp32).shownP()))
                .column("within spread", Kind.TEXT, ofOthers(score -> score.withinSpreadOf(fp32) ? "yes" : "no"));
    }

    /** Nothing is said of fp32 beside itself. */
    private static Function<Score, String> ofOthers(Function<Score, String> cell) {
        return score -> score.mix().equals(TrainedMix.FP32) ? "" : cell.apply(score);
    }

    private static String bits(TrainedMix mix) {
        return List.of(mix.mix().parameter(), mix.gradient(), mix.mix().state(), mix.square()).stream()
                .map(DType::bytes)
                .map(bytes -> Integer.toString(8 * bytes))
                .collect(Collectors.joining(" "));
    }

    private static String percent(double share) {
        String text = "%+.1f %%".formatted(100 * share);
        return text.substring(1).equals("0.0 %") ? "0.0 %" : text;
    }

    static String loss(DescriptiveStatistics losses) {
        int digits = losses.getMean() < 0.1 ? 5 : 4;
        return "%.{d}f ± %.{d}f"
                .replace("{d}", Integer.toString(digits))
                .formatted(losses.getMean(), losses.getStandardDeviation());
    }

    static String accuracy(DescriptiveStatistics accuracies) {
        return "%.1f ± %.1f %%".formatted(100 * accuracies.getMean(), 100 * accuracies.getStandardDeviation());
    }

    /** How it was trained. */
    String lesson() {
        return "%s %,d steps, rate %s."
                .formatted(
                        result.lesson().text(),
                        result.steps(),
                        ArenaPictures.number(result.lesson().rate()));
    }

    /** Which mixes are within the spread, what the others differ in, and what comes of no remedy. */
    String verdict() {
        List<Score> others = result.scores().stream()
                .filter(score -> !score.mix().equals(TrainedMix.FP32))
                .toList();
        List<String> within = others.stream()
                .filter(score -> score.withinSpreadOf(result.fp32()))
                .map(score -> score.mix().name())
                .toList();
        List<String> outside = others.stream()
                .filter(score -> !score.withinSpreadOf(result.fp32()))
                .map(score -> score.mix().name()
                        + (score.mix().equals(TrainedMix.PLAIN_BF16) ? "" : " (" + difference(score) + ")"))
                .toList();
        return "Within the spread of fp32: %s. Outside of it: %s. %s%s"
                .formatted(listed(within), listed(outside), plain(), skipped());
    }

    private static String listed(List<String> names) {
        return names.isEmpty() ? "none" : String.join("; ", names);
    }

    /** What bf16 loses without a remedy. */
    String plain() {
        Score plain = result.of(TrainedMix.PLAIN_BF16);
        return plain.withinSpreadOf(result.fp32())
                ? "Without a remedy bf16 loses nothing that %d runs show."
                        .formatted(plain.pupils().size())
                : "Without a remedy bf16 ends with a " + difference(plain) + ".";
    }

    private String difference(Score score) {
        Beside loss = score.loss(result.fp32());
        Beside accuracy = score.accuracy(result.fp32());
        if (!Double.isFinite(loss.difference())) {
            return "loss that is not a number";
        }
        String text = "loss %.1f %% %s, p %s, and "
                .formatted(100 * Math.abs(loss.share()), loss.difference() < 0 ? "lower" : "higher", loss.shownP());
        return accuracy.difference() == 0
                ? text + "the same accuracy"
                : text
                        + "an accuracy %.1f points %s, p %s"
                                .formatted(
                                        100 * Math.abs(accuracy.difference()),
                                        accuracy.difference() < 0 ? "lower" : "higher",
                                        accuracy.shownP());
    }

    private String skipped() {
        int steps = result.scores().stream()
                .flatMap(score -> score.pupils().stream())
                .mapToInt(Pupil::skipped)
                .sum();
        return steps == 0
                ? " No step was skipped for a scaled loss."
                : " Steps skipped for a scaled loss, in all runs: %,d.".formatted(steps);
    }
}
