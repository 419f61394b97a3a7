package lanewise.bench.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Data of a chart, drawn in one way. A value: every method returns another trace.
 *
 * <p>Numbers keep five digits, more than a screen shows; NaN and infinities become gaps. Texts may hold the few tags
 * that plotly.js knows, such as {@code <b>} and {@code <br>}.
 */
public final class Trace {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final MathContext DIGITS = new MathContext(5);

    private final ObjectNode node;

    private Trace(ObjectNode node) {
        this.node = node;
    }

    /**
     * A line through points, in their order.
     *
     * @param name as the legend shows it
     * @param x the points' places
     * @param y as many
     * @return the trace
     */
    public static Trace line(String name, double[] x, double[] y) {
        return scatter("lines", name, x, y);
    }

    /**
     * Points by themselves.
     *
     * @param name as the legend shows it
     * @param x their places
     * @param y as many
     * @return the trace
     */
    public static Trace points(String name, double[] x, double[] y) {
        return scatter("markers", name, x, y);
    }

    /**
     * Points by themselves, over the bars of {@link #bars} or where those would stand.
     *
     * @param name as the legend shows it
     * @param categories what they stand for
     * @param y as many
     * @return the trace
     */
    public static Trace points(String name, List<String> categories, double[] y) {
        Trace trace = scatter("markers", name, new double[0], y);
        categories.forEach(trace.node.putArray("x")::add);
        return trace;
    }

    /**
     * Texts, centred on their places.
     *
     * @param name as the legend shows it
     * @param x their places
     * @param y as many
     * @param texts as many
     * @return the trace
     */
    public static Trace texts(String name, double[] x, double[] y, List<String> texts) {
        Trace trace = scatter("text", name, x, y);
        texts.forEach(trace.node.putArray("text")::add);
        trace.node.put("hoverinfo", "skip");
        return trace;
    }

    /**
     * These texts beside their places.
     *
     * @param position plotly.js's, such as {@code top center}
     * @return the trace
     */
    public Trace withTextAt(String position) {
        Trace trace = copy();
        trace.node.put("textposition", position);
        return trace;
    }

    /**
     * Bars from 0.
     *
     * @param name as the legend shows it
     * @param categories what the bars stand for
     * @param heights as many
     * @return the trace
     */
    public static Trace bars(String name, List<String> categories, double[] heights) {
        ObjectNode node = named("bar", name);
        categories.forEach(node.putArray("x")::add);
        node.set("y", numbers(heights));
        return new Trace(node);
    }

    /**
     * How often values come up.
     *
     * @param name as the legend shows it
     * @param values in any order; the browser bins them
     * @return the trace
     */
    public static Trace histogram(String name, double[] values) {
        ObjectNode node = named("histogram", name);
        node.set("x", numbers(values));
        return new Trace(node);
    }

    /**
     * Contour lines, in the page's colours: lines on top stay visible in light and dark mode.
     *
     * @param name as the legend shows it
     * @param x the columns of the grid
     * @param y its rows
     * @param z a row for each y
     * @return the trace
     */
    public static Trace contour(String name, double[] x, double[] y, double[][] z) {
        ObjectNode node = named("contour", name);
        node.set("x", numbers(x));
        node.set("y", numbers(y));
        ArrayNode rows = node.putArray("z");
        for (double[] row : z) {
            rows.add(numbers(row));
        }
        node.put("showscale", false).put("hoverinfo", "skip").put("showlegend", false);
        node.put("ncontours", 22);
        return new Trace(node);
    }

    private static Trace scatter(String mode, String name, double[] x, double[] y) {
        ObjectNode node = named("scatter", name);
        node.put("mode", mode);
        node.set("x", numbers(x));
        node.set("y", numbers(y));
        return new Trace(node);
    }

    private static ObjectNode named(String type, String name) {
        return JSON.objectNode().put("type", type).put("name", name);
    }

    static ArrayNode numbers(double[] values) {
        ArrayNode numbers = JSON.arrayNode(values.length);
        for (double value : values) {
            if (Double.isFinite(value)) {
                numbers.add(BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros());
            } else {
                numbers.addNull();
            }
        }
        return numbers;
    }

    /**
     * This trace in a colour of its own.
     *
     * @param css such as {@code #0072b2}
     * @return the trace
     */
    public Trace withColour(String css) {
        Trace trace = copy();
        trace.child("line").put("color", css);
        trace.child("marker").put("color", css);
        return trace;
    }

    /**
     * This line with dashes.
     *
     * @param dash solid, dot, dash, longdash or dashdot
     * @return the trace
     */
    public Trace withDash(String dash) {
        Trace trace = copy();
        trace.child("line").put("dash", dash);
        return trace;
    }

    /**
     * This line of another width.
     *
     * @param pixels its width
     * @return the trace
     */
    public Trace withWidth(double pixels) {
        Trace trace = copy();
        trace.child("line").put("width", pixels);
        return trace;
    }

    /**
     * This line with steps in place of slopes: each value holds until the next point.
     *
     * @return the trace
     */
    public Trace withSteps() {
        Trace trace = copy();
        trace.child("line").put("shape", "hv");
        return trace;
    }

    /**
     * This trace with a mark at each point.
     *
     * @param symbol circle, square, diamond, cross, x, star …
     * @param pixels its size
     * @return the trace
     */
    public Trace withMarks(String symbol, double pixels) {
        Trace trace = copy();
        String mode = trace.node.path("mode").asString();
        if (!mode.contains("markers")) {
            trace.node.put("mode", mode + "+markers");
        }
        trace.child("marker").put("symbol", symbol).put("size", pixels);
        return trace;
    }

    /**
     * This trace with a bar at each point from a lower to an upper bound, such as those of a confidence interval.
     *
     * @param below how far each bar reaches down
     * @param above how far it reaches up
     * @return the trace
     */
    public Trace withErrors(double[] below, double[] above) {
        Trace trace = copy();
        ObjectNode errors = trace.child("error_y");
        errors.put("type", "data").put("symmetric", false).put("thickness", 1.2);
        errors.set("array", numbers(above));
        errors.set("arrayminus", numbers(below));
        return trace;
    }

    /**
     * This trace with what is told of a point under the pointer.
     *
     * @param template plotly.js's, such as {@code %{x}: %{y:.3g}}
     * @return the trace
     */
    public Trace withHover(String template) {
        Trace trace = copy();
        trace.node.remove("hoverinfo");
        trace.node.put("hovertemplate", template);
        return trace;
    }

    /**
     * This trace with a text for each point, told under the pointer as {@code %{customdata}} of {@link #withHover}.
     *
     * @param texts as many as points
     * @return the trace
     */
    public Trace withNotes(List<String> texts) {
        Trace trace = copy();
        texts.forEach(trace.node.putArray("customdata")::add);
        return trace;
    }

    /**
     * This trace hidden until the reader clicks its name in the legend.
     *
     * @param hidden false to show it
     * @return the trace
     */
    public Trace hiddenIf(boolean hidden) {
        Trace trace = copy();
        if (hidden) {
            trace.node.put("visible", "legendonly");
        } else {
            trace.node.remove("visible");
        }
        return trace;
    }

    private ObjectNode child(String name) {
        return node.get(name) instanceof ObjectNode existing ? existing : node.putObject(name);
    }

    private Trace copy() {
        return new Trace(node.deepCopy());
    }

    ObjectNode json() {
        return node.deepCopy();
    }
}
