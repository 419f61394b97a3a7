package lanewise.bench.speed;

import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Trace;

/** A contestant in a chart: in all of them its colour is the same. */
final class Drawn {
    /** Whoever is drawn most comes first, where colours are easiest to tell apart. */
    private static final List<String> COLOURS = List.of(
            "lanewise",
            "pytorch-fused",
            "c",
            "scalar",
            "djl",
            "nd4j",
            "pytorch-default",
            "pytorch-fused-cpp",
            "tribuo",
            "by-hand",
            "roof",
            "copy",
            "c-roof",
            "lanewise-512",
            "lanewise-128",
            "lanewise-256",
            "scalar-no-superword",
            "c-512",
            "lanewise-fp32");

    /** Most run along another line: by hand along Lanewise, the other roofs along the roof. */
    private static final Set<String> MINOR = Set.of("by-hand", "c-512", "copy", "c-roof", "pytorch-default");

    private static final double MARK = 6;

    private Drawn() {}

    static boolean isRoof(String contestant) {
        return Contestant.kindOf(contestant) == Contestant.Kind.ROOF;
    }

    /** Whether it is one of Lanewise's variants that {@link VariantPictures} are about. */
    static boolean isVariant(String contestant) {
        return Contestant.kindOf(contestant) == Contestant.Kind.VARIANT;
    }

    /** Whether it is hidden until asked for, where many lines would hide each other. */
    static boolean isMinor(String contestant) {
        return MINOR.contains(contestant);
    }

    /** A line with marks and intervals. */
    static Trace line(String contestant, double[] x, List<Interval> y) {
        return styled(contestant, Trace.line(Wording.title(contestant), x, medians(y)), y)
                .withDash(isRoof(contestant) ? "dash" : "solid")
                .withWidth(contestant.equals(Measurements.LANEWISE) ? 3 : 1.8)
                .withMarks("circle", MARK);
    }

    /** Dots with intervals. */
    static Trace dots(String contestant, double[] x, List<Interval> y) {
        return styled(contestant, Trace.points(Wording.title(contestant), x, medians(y)), y)
                .withMarks("circle", MARK + 2);
    }

    /** Bars with intervals. */
    static Trace bars(String contestant, List<String> categories, List<Interval> heights) {
        return styled(contestant, Trace.bars(Wording.title(contestant), categories, medians(heights)), heights);
    }

    /** Marks with intervals, over bars. */
    static Trace marks(String contestant, List<String> categories, List<Interval> heights) {
        return styled(contestant, Trace.points(Wording.title(contestant), categories, medians(heights)), heights)
                .withMarks("diamond", MARK + 4);
    }

    private static Trace styled(String contestant, Trace trace, List<Interval> y) {
        return trace.withColour(colour(contestant))
                .withErrors(
                        values(y, interval -> interval.median() - interval.low()),
                        values(y, interval -> interval.high() - interval.median()))
                .withNotes(y.stream().map(Interval::text).toList())
                .withHover("%{customdata}");
    }

    static String colour(String contestant) {
        int index = COLOURS.indexOf(contestant);
        return Palette.colour(index < 0 ? COLOURS.size() : index);
    }

    private static double[] medians(List<Interval> intervals) {
        return values(intervals, Interval::median);
    }

    private static double[] values(List<Interval> intervals, ToDoubleFunction<Interval> value) {
        return intervals.stream().mapToDouble(value).toArray();
    }
}
