package lanewise.bench.report;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An axis of a chart. A value: every method returns another axis. */
public final class Axis {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final boolean log;
    private final ObjectNode node;

    private Axis(boolean log, ObjectNode node) {
        this.log = log;
        this.node = node;
    }

    /**
     * An even axis.
     *
     * @param title what it counts, with its unit
     * @return the axis
     */
    public static Axis linear(String title) {
        return titled(title, false);
    }

    /**
     * A logarithmic axis, labelled at powers of ten. Values of 0 and below have no place on it.
     *
     * @param title what it counts, with its unit
     * @return the axis
     */
    public static Axis log(String title) {
        Axis axis = titled(title, true);
        axis.node.put("type", "log").put("exponentformat", "power").put("dtick", 1);
        return axis;
    }

    private static Axis titled(String title, boolean log) {
        ObjectNode node = JSON.objectNode();
        node.putObject("title").put("text", title);
        return new Axis(log, node);
    }

    /**
     * No line, grid or labels: for drawings that are no plot.
     *
     * @return the axis
     */
    public static Axis hidden() {
        ObjectNode node = JSON.objectNode();
        node.put("visible", false);
        return new Axis(false, node);
    }

    /**
     * This axis from one value to another; without, it reaches as far as the data.
     *
     * @param from the left or lower end, above 0 if the axis is logarithmic
     * @param to the right or upper end
     * @return the axis
     * @throws IllegalArgumentException if an end is not finite, or not above 0 on a logarithmic axis
     */
    public Axis range(double from, double to) {
        double first = log ? Math.log10(from) : from;
        double last = log ? Math.log10(to) : to;
        if (!Double.isFinite(first) || !Double.isFinite(last)) {
            throw new IllegalArgumentException("the range of an axis must be finite" + (log ? " and above 0" : "")
                    + ", got " + from + " to " + to);
        }
        Axis axis = copy();
        axis.node.putArray("range").add(first).add(last);
        return axis;
    }

    /**
     * This axis with labels at these values only.
     *
     * @param labels by their values
     * @return the axis
     */
    public Axis labels(Map<Double, String> labels) {
        Axis axis = copy();
        ArrayNode values = JSON.arrayNode();
        ArrayNode texts = JSON.arrayNode();
        new TreeMap<>(labels).forEach((value, text) -> {
            values.add(value);
            texts.add(text);
        });
        axis.node.set("tickvals", values);
        axis.node.set("ticktext", texts);
        return axis;
    }

    /**
     * This axis with numbers written in one of d3's formats.
     *
     * @param d3 such as {@code .0%}
     * @return the axis
     */
    public Axis format(String d3) {
        Axis axis = copy();
        axis.node.put("tickformat", d3);
        return axis;
    }

    private Axis copy() {
        return new Axis(log, node.deepCopy());
    }

    ObjectNode json() {
        return node.deepCopy();
    }
}
