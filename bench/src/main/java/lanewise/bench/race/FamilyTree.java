package lanewise.bench.race;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.Footprint;
import lanewise.bench.report.Axis;
import lanewise.bench.report.Chart;
import lanewise.bench.report.Figure;
import lanewise.bench.report.Table;
import lanewise.bench.report.Table.Kind;
import lanewise.bench.report.Trace;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Formula;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.program.Traffic;
import lanewise.rule.WeightDecay;

/** Which rule was made from which, and what each costs, counted from its program. */
final class FamilyTree {
    private static final int ROW = 66;
    private static final int LEAST_COLUMN = 125;
    private static final double BEND = 0.5;
    /** Counted is a matrix as models have them: rules that keep values of rows and columns differ by shape. */
    private static final long[] MATRIX = {4096, 4096};

    private static final String EDGE_COLOUR = "rgba(128,140,160,0.75)";

    /** Where rules stand: columns to the right, rows downwards. */
    private record Place(int column, double row) {}

    private final List<Contestant> contestants;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private int rows;

    FamilyTree(List<Contestant> contestants) {
        this.contestants = contestants;
        children("").forEach(root -> place(root, 0));
    }

    /** Parents stand level with their first child, so that lines of descent run straight. */
    private double place(Contestant contestant, int column) {
        List<Contestant> children = children(contestant.name());
        double row = children.isEmpty() ? rows++ : place(children.getFirst(), column + 1);
        children.stream().skip(1).forEach(child -> place(child, column + 1));
        places.put(contestant.name(), new Place(column, row));
        return row;
    }

    private List<Contestant> children(String parent) {
        return contestants.stream()
                .filter(contestant -> contestant.parent().equals(parent))
                .toList();
    }

    /** The rule's formula for a matrix with the decay that is its own, if it has one. */
    private static Program program(Contestant contestant) {
        WeightDecay decay = contestant.rule().weightDecay();
        return Extras.DEFAULT
                .decay(decay.actsOn())
                .flushSubnormals(false)
                .applyTo(contestant.rule().forShape(Shape.of(MATRIX)).program());
    }

    /** Bytes of state for each parameter of a matrix. */
    static double stateBytes(Contestant contestant) {
        Footprint footprint = Footprint.of(contestant.rule(), List.of(MATRIX));
        return (double) footprint.stateBytes() / footprint.parameters();
    }

    /** Bytes that a step reads and writes for each parameter, all in fp32. */
    static long bytesMoved(Contestant contestant) {
        return Traffic.of(program(contestant).phases()).bytes();
    }

    /** With as many digits after the point as tell rows and columns from nothing. */
    private static String bytesKept(Contestant contestant) {
        return BigDecimal.valueOf(stateBytes(contestant))
                .setScale(3, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static List<String> symbols(Program program, Extent... extents) {
        return program.states().stream()
                .filter(slot -> List.of(extents).contains(slot.extent()))
                .map(Slot::symbol)
                .toList();
    }

    /** Those that take memory worth speaking of. */
    private static String states(Program program) {
        List<String> states = new ArrayList<>(symbols(program, Extent.ELEMENT));
        List<String> ofLines = symbols(program, Extent.ROW, Extent.COLUMN);
        if (!ofLines.isEmpty()) {
            states.add(String.join(", ", ofLines) + " (per row, column)");
        }
        return states.isEmpty() ? "–" : String.join(", ", states);
    }

    /** All of them. */
    private static String allStates(Program program) {
        List<String> ofTensors = symbols(program, Extent.TENSOR);
        return ofTensors.isEmpty()
                ? states(program)
                : states(program) + ", " + String.join(", ", ofTensors) + " (per tensor)";
    }

    /** The step, and what the rule does between steps, if anything. */
    private static List<String> formula(Contestant contestant) {
        List<String> lines = new ArrayList<>(Formula.of(program(contestant)));
        Formula.of(contestant.rule().hessianUpdate()).forEach(line -> lines.add("updateHessian()  " + line));
        Formula.of(contestant.rule().evaluation()).forEach(line -> lines.add("eval()  " + line));
        return lines;
    }

    Figure figure() {
        Chart chart = new Chart(
                        Axis.hidden().range(-0.45, columns() - 0.45),
                        Axis.hidden().range(-rows + 0.35, 0.65))
                .withoutLegend()
                .leastWidth(LEAST_COLUMN * columns())
                .height(ROW * rows + 20);
        for (Contestant contestant : contestants) {
            Place to = place(contestant.name());
            if (!contestant.parent().isEmpty()) {
                Place from = place(contestant.parent());
                double bend = from.column + BEND;
                chart.add(Trace.line("made from", new double[] {from.column, bend, bend, to.column}, new double[] {
                            -from.row, -from.row, -to.row, -to.row
                        })
                        .withColour(EDGE_COLOUR)
                        .withWidth(1.4)
                        .withHover("<extra></extra>"));
            }
        }
        for (Contestant contestant : contestants) {
            Place at = place(contestant.name());
            chart.add(Trace.points(contestant.name(), new double[] {at.column}, new double[] {-at.row})
                    .withMarks("circle", 13)
                    .withColour(contestant.colour())
                    .withNotes(List.of(contestant.news()))
                    .withHover("%{customdata}<extra></extra>"));
        }
        double[] x = contestants.stream()
                .mapToDouble(contestant -> place(contestant.name()).column)
                .toArray();
        double[] y = contestants.stream()
                .mapToDouble(contestant -> -place(contestant.name()).row)
                .toArray();
        chart.add(Trace.texts("names", x, shifted(y, 0.13), labels(contestant -> "<b>" + contestant.name() + "</b>"))
                .withTextAt("top center"));
        chart.add(Trace.texts("costs", x, shifted(y, -0.13), labels(contestant -> {
                    String states = states(program(contestant));
                    return (states.equals("–") ? "no state" : states) + " · " + bytesMoved(contestant) + " B";
                }))
                .withTextAt("bottom center"));
        long most = contestants.stream().mapToLong(FamilyTree::bytesMoved).max().orElse(0);
        long least =
                contestants.stream().mapToLong(FamilyTree::bytesMoved).min().orElse(0);
        return new Figure(
                "The family tree of the rules",
                ("Each rule adds one thing to the rule on its left (point at it to see what). Below its name: the"
                                + " states that it keeps for each parameter of a %d × %d matrix, and the bytes that a"
                                + " step moves for each, from %d to %d in fp32; in main memory time goes with those.")
                        .formatted(MATRIX[0], MATRIX[1], least, most),
                chart);
    }

    private int columns() {
        return 1 + places.values().stream().mapToInt(Place::column).max().orElse(0);
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalStateException("a contestant must stem from another, got " + name
                    + "; name a parent that is in Contestant.ALL, and no circle");
        }
        return place;
    }

    private List<String> labels(Function<Contestant, String> label) {
        return contestants.stream().map(label).toList();
    }

    private static double[] shifted(double[] y, double by) {
        return Arrays.stream(y).map(value -> value + by).toArray();
    }

    static Table<Contestant> table() {
        return new Table<Contestant>()
                .column("rule", Kind.TEXT, Contestant::name)
                .column(
                        "made from",
                        Kind.TEXT,
                        contestant -> contestant.parent().isEmpty() ? "–" : contestant.parent())
                .column("by", Kind.TEXT, Contestant::news)
                .column("state", Kind.TEXT, contestant -> allStates(program(contestant)))
                .column("B kept", Kind.NUMBER, FamilyTree::bytesKept)
                .column("B moved", Kind.NUMBER, contestant -> Long.toString(bytesMoved(contestant)))
                .column(
                        "formula, from the rule's program",
                        Kind.CODE,
                        contestant -> String.join("\n", formula(contestant)));
    }

    /** Depth first, as in the picture. */
    List<Contestant> inOrder() {
        List<Contestant> order = new ArrayList<>();
        children("").forEach(root -> visit(root, order));
        return order;
    }

    private void visit(Contestant contestant, List<Contestant> order) {
        order.add(contestant);
        children(contestant.name()).forEach(child -> visit(child, order));
    }
}
