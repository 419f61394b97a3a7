package lanewise.bench.report;

import java.util.List;

/** Colours that can be told apart, from each other and from a light or dark ground. */
public final class Palette {
    private static final List<String> COLOURS = List.of(
            "#3b7dd8", "#f08a24", "#a0693e", "#2aa05a", "#8e5bd0", "#98a01c", "#e0413b", "#e76ab0", "#12a5b8",
            "#c9a20f", "#7d8795", "#2f8f8a", "#c2348f", "#5aa9f0", "#d2691e", "#6fbf73", "#b39ddb", "#b0b54a",
            "#f07f79", "#a8497e", "#66c7d4", "#8d7b3f", "#5c6bc0", "#84c1a5");

    /** Colours from here on are close to earlier ones, so lines in them are dashed as well, */
    private static final int PLAIN = 12;

    /** and from here on dotted. */
    private static final int DASHED = 18;

    private Palette() {}

    /**
     * A colour of the palette, which starts again after 24.
     *
     * @param index from 0
     * @return as CSS writes it
     */
    public static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    /**
     * The dash that goes with a colour.
     *
     * @param index from 0
     * @return as {@link Trace#withDash} takes it
     */
    public static String dash(int index) {
        int place = index % COLOURS.size();
        return place < PLAIN ? "solid" : place < DASHED ? "dash" : "dot";
    }
}
