package lanewise.bench.report;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A table of things of one kind, described by its columns; for pages, and the same for the terminal.
 *
 * @param <T> what a row shows
 */
public final class Table<T> {
    private final List<Column<T>> columns = new ArrayList<>();

    /** How a column is set. */
    public enum Kind {
        /** Words, flush left. */
        TEXT,
        /** Numbers, flush right. */
        NUMBER,
        /** Formulas and code, flush left. */
        CODE
    }

    /**
     * A column.
     *
     * @param <T> what a row shows
     * @param header its name, with the unit
     * @param kind how it is set
     * @param cell the text of a row's cell; lines stay lines
     */
    public record Column<T>(String header, Kind kind, Function<T, String> cell) {}

    /** A table without columns yet. */
    public Table() {}

    /**
     * Adds a column.
     *
     * @param header its name, with the unit
     * @param kind how it is set
     * @param cell the text of a row's cell
     * @return this table
     */
    public Table<T> column(String header, Kind kind, Function<T, String> cell) {
        columns.add(new Column<>(header, kind, cell));
        return this;
    }

    /**
     * The columns.
     *
     * @return in the order in which they were added
     */
    public List<Column<T>> columns() {
        return List.copyOf(columns);
    }

    /**
     * The table for a terminal.
     *
     * @param rows what to show
     * @return lines of text
     */
    public String text(List<T> rows) {
        return AsciiTable.builder()
                .border(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER)
                .data(
                        columns.stream()
                                .map(column -> new com.github.freva.asciitable.Column()
                                        .header(column.header())
                                        .headerAlign(align(column))
                                        .dataAlign(align(column)))
                                .toArray(com.github.freva.asciitable.Column[]::new),
                        rows.stream()
                                .map(row -> columns.stream()
                                        .map(column -> column.cell().apply(row))
                                        .toArray())
                                .toArray(Object[][]::new))
                .asString();
    }

    private static HorizontalAlign align(Column<?> column) {
        return column.kind() == Kind.NUMBER ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
    }
}
