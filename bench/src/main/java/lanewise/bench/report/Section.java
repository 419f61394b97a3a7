package lanewise.bench.report;

import static lanewise.bench.report.Page.escaped;

import java.util.List;
import java.util.Locale;

/** A part of a page: text, figures and tables in the order in which they are added. */
public final class Section {
    private final String title;
    private final StringBuilder html = new StringBuilder();
    private final List<Chart> charts;

    /** Charts are numbered over the whole page. */
    Section(String title, List<Chart> charts) {
        this.title = title;
        this.charts = charts;
    }

    /**
     * Adds a paragraph.
     *
     * @param text plain text
     * @return this section
     */
    public Section text(String text) {
        html.append("<p>").append(escaped(text)).append("</p>\n");
        return this;
    }

    /**
     * Adds a heading within the section.
     *
     * @param text plain text
     * @return this section
     */
    public Section heading(String text) {
        html.append("<h3>").append(escaped(text)).append("</h3>\n");
        return this;
    }

    /**
     * Adds figures side by side; on narrow screens they stand below each other.
     *
     * @param across how many beside each other at most
     * @param figures what to show
     * @return this section
     */
    public Section figures(int across, Figure... figures) {
        return figures(across, List.of(figures));
    }

    /**
     * Adds figures side by side; on narrow screens they stand below each other.
     *
     * @param across how many beside each other at most
     * @param figures what to show
     * @return this section
     */
    public Section figures(int across, List<Figure> figures) {
        openGrid(across);
        figures.forEach(this::append);
        html.append("</div>\n");
        return this;
    }

    /**
     * Adds a figure with a table on its right; on narrow screens below it.
     *
     * @param <T> what a row shows
     * @param figure what to show
     * @param table its columns
     * @param rows its rows
     * @return this section
     */
    public <T> Section beside(Figure figure, Table<T> table, List<T> rows) {
        openGrid(2);
        append(figure);
        table(table, rows);
        html.append("</div>\n");
        return this;
    }

    private void openGrid(int across) {
        html.append("<div class=\"figures\" style=\"--across:").append(across).append("\">\n");
    }

    private void append(Figure figure) {
        html.append("<figure>\n<figcaption><b>")
                .append(escaped(figure.title()))
                .append("</b> <span>")
                .append(escaped(figure.sentence()))
                .append("</span></figcaption>\n<div class=\"chart\" data-chart=\"")
                .append(charts.size())
                .append("\" style=\"height:")
                .append(figure.chart().height())
                .append("px;min-width:")
                .append(figure.chart().leastWidth())
                .append("px\"></div>\n</figure>\n");
        charts.add(figure.chart());
    }

    /**
     * Adds a table.
     *
     * @param <T> what a row shows
     * @param table its columns
     * @param rows its rows
     * @return this section
     */
    public <T> Section table(Table<T> table, List<T> rows) {
        html.append("<div class=\"table\"><table>\n<tr>");
        for (Table.Column<T> column : table.columns()) {
            html.append("<th class=\"").append(style(column)).append("\">").append(escaped(column.header()));
            html.append("</th>");
        }
        html.append("</tr>\n");
        for (T row : rows) {
            html.append("<tr>");
            for (Table.Column<T> column : table.columns()) {
                html.append("<td class=\"").append(style(column)).append("\">");
                html.append(escaped(column.cell().apply(row))).append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</table></div>\n");
        return this;
    }

    private static String style(Table.Column<?> column) {
        return column.kind().name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }

    String html() {
        return html.toString();
    }
}
