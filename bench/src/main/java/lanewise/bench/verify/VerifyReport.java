package lanewise.bench.verify;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Page;
import lanewise.bench.report.Palette;
import lanewise.bench.report.Section;
import lanewise.bench.report.Table;
import lanewise.bench.report.Trace;
import lanewise.bench.verify.Verification.Failure;
import lanewise.bench.verify.Verification.Result;

/** The report of a verification: the table of digests, what failed, and how errors spread. */
final class VerifyReport {
    private static final int HEIGHT = 260;

    private final Page page;

    VerifyReport(Findings findings) {
        List<Result> results = findings.inFp32();
        page = new Page("Lanewise: the proof", findings.verdict());
        Section bits = page.section("Bits")
                .text("Each rule stepped over tensors of awkward lengths, between guard zones and at odd offsets, over"
                        + " zeros, subnormals, infinities, NaN and numbers of all sizes, at the first step, the seventh"
                        + " and one past 2³¹; every bit of parameters and states was compared with an interpreter of the"
                        + " formula. The digest is the formula's: of the bits that the interpreter leaves by default options,"
                        + " the same on every machine. Errors are those of one step in fp32, in units in the last place"
                        + " of the exact result.")
                .table(Findings.table(), results);
        if (!findings.mixes().isEmpty()) {
            bits.heading("In mixed precision")
                    .text(
                            "The same with parameters, gradients and states kept in bf16, fp16 or 8 bits: the oracle's values"
                                    + " are rounded as they are stored, and compared bit for bit. 8-bit states lie in blocks of 256"
                                    + " values whatever the rows, so that rules by rows and columns can't have them. The codecs"
                                    + " themselves are held against the definition of their format over all patterns of 16 and of 8"
                                    + " bits, and over the fp32 numbers around every place where rounding turns.")
                    .table(Findings.mixTable(), findings.mixes());
        }
        if (!findings.failures().isEmpty()) {
            bits.heading("What failed").table(failureTable(), findings.failures());
        }
        bits.heading("How it was run")
                .table(new Table<Engine>().column("kernels", Table.Kind.TEXT, Engine::name), findings.engines());
        page.section("Errors")
                .text(
                        "How far the values that a step leaves are from those of fifty digits. One operation is off by half"
                                + " a unit at most; what is beyond a few comes from differences that cancel, in which a unit of"
                                + " the result is much smaller than one of what it was made of.")
                .figures(
                        3,
                        results.stream()
                                .filter(result -> result.errors().count() > 0)
                                .map(result -> figure(result, results.indexOf(result)))
                                .toList());
    }

    Page page() {
        return page;
    }

    private static Table<Failure> failureTable() {
        return new Table<Failure>()
                .column("what", Table.Kind.TEXT, failure -> failure.subject())
                .column("on", Table.Kind.TEXT, failure -> failure.engine().name())
                .column("first difference", Table.Kind.TEXT, Failure::what)
                .column("to see it again", Table.Kind.CODE, Failure::command);
    }

    private static Figure figure(Result result, int index) {
        UlpErrors errors = result.errors();
        List<String> bins = Stream.concat(
                        UlpErrors.BINS.stream().map(bound -> "≤ " + (bound < 1 ? "½" : "%.0f".formatted(bound))),
                        Stream.of("more"))
                .toList();
        double[] percents = IntStream.range(0, bins.size())
                .mapToDouble(i -> 100 * errors.shares()[i])
                .toArray();
        Chart chart = new Chart(Axis.linear("units in the last place"), Axis.log("% of values"))
                .height(HEIGHT)
                .withoutLegend()
                .add(Trace.bars(result.entry().name(), bins, percents)
                        .withColour(Palette.colour(index))
                        .withHover("%{x}: %{y:.2f} %"));
        return new Figure(
                result.entry().name(),
                "%.1f %% within one unit, mean %.2f, most %s: %s, %s."
                        .formatted(
                                percents[0] + percents[1],
                                errors.mean(),
                                errors.mostInWords(),
                                errors.where(),
                                errors.values()),
                chart);
    }
}
