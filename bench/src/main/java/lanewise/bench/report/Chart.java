package lanewise.bench.report;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A chart with two axes. Traces are drawn in the order in which they are added, later ones on top. */
public final class Chart {
    private static final int HEIGHT = 440;

    private final Axis x;
    private final Axis y;
    private final List<Trace> traces = new ArrayList<>();
    private final ArrayNode shapes = JsonNodeFactory.instance.arrayNode();
    private int height = HEIGHT;
    private int leastWidth;
    private boolean legend = true;
    private boolean legendAbove;

    /**
     * An empty chart.
     *
     * @param x the axis that runs right
     * @param y the axis that runs up
     */
    public Chart(Axis x, Axis y) {
        this.x = x;
        this.y = y;
    }

    /**
     * Adds data.
     *
     * @param trace the data and how it is drawn
     * @return this chart
     */
    public Chart add(Trace trace) {
        traces.add(trace);
        return this;
    }

    /**
     * Adds a dotted line across the chart.
     *
     * @param y where
     * @return this chart
     */
    public Chart level(double y) {
        return rule("y", y, "x");
    }

    /**
     * Adds a dotted line from the bottom to the top.
     *
     * @param x where
     * @return this chart
     */
    public Chart moment(double x) {
        return rule("x", x, "y");
    }

    private Chart rule(String across, double at, String along) {
        ObjectNode shape = shapes.addObject().put("type", "line").put("layer", "below");
        shape.put(along + "ref", "paper").put(along + "0", 0).put(along + "1", 1);
        shape.put(across + "0", at).put(across + "1", at);
        shape.putObject("line").put("dash", "dot").put("width", 1.2).put("color", "rgba(128,140,160,0.9)");
        return this;
    }

    /**
     * Makes the chart as high as said.
     *
     * @param pixels 440 unless told otherwise
     * @return this chart
     */
    public Chart height(int pixels) {
        height = pixels;
        return this;
    }

    /**
     * Keeps the chart from getting too narrow for its texts; narrow screens scroll it.
     *
     * @param pixels the least width, 0 unless told otherwise
     * @return this chart
     */
    public Chart leastWidth(int pixels) {
        leastWidth = pixels;
        return this;
    }

    /**
     * Leaves the legend out.
     *
     * @return this chart
     */
    public Chart withoutLegend() {
        legend = false;
        return this;
    }

    /**
     * Puts the legend above the plot in place of beside it: for a few names.
     *
     * @return this chart
     */
    public Chart withLegendAbove() {
        legendAbove = true;
        return this;
    }

    int height() {
        return height;
    }

    int leastWidth() {
        return leastWidth;
    }

    /** As plotly.js takes it. */
    ObjectNode json() {
        ObjectNode chart = JsonNodeFactory.instance.objectNode();
        ArrayNode data = chart.putArray("data");
        traces.forEach(trace -> data.add(trace.json()));
        ObjectNode layout = chart.putObject("layout");
        layout.put("height", height).put("showlegend", legend);
        layout.set("xaxis", x.json());
        layout.set("yaxis", y.json());
        layout.set("shapes", shapes.deepCopy());
        if (legendAbove) {
            layout.putObject("legend")
                    .put("orientation", "h")
                    .put("x", 0)
                    .put("xanchor", "left")
                    .put("y", 1.02)
                    .put("yanchor", "bottom");
        }
        return chart;
    }
}
