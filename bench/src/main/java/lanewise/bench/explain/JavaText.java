package lanewise.bench.explain;

import java.util.List;

/** Lines of Java, indented by blocks and broken at 120 columns. */
final class JavaText {
    private static final int WIDTH = 120;

    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** Lines go in by one more level, until {@link #close}. */
    JavaText open(String line) {
        line(line);
        depth++;
        return this;
    }

    /** Ends what {@link #open} began. */
    JavaText close() {
        depth--;
        return line("}");
    }

    /** A line as it is; nothing is indented on an empty one. */
    JavaText line(String line) {
        text.append(line.isEmpty() ? "" : indent() + line).append('\n');
        return this;
    }

    /** Lines as they are. */
    JavaText lines(String lines) {
        lines.lines().forEach(this::line);
        return this;
    }

    /** A statement; where it is too long, its last call or its whole value on a line of its own. */
    JavaText statement(String statement) {
        int last = statement.lastIndexOf(").") + 1;
        int value = statement.indexOf("= ") + 1;
        int cut = last > 0 ? last : value;
        if (indent().length() + statement.length() <= WIDTH || cut == 0) {
            return line(statement);
        }
        line(statement.substring(0, cut));
        return line(" ".repeat(8) + statement.substring(cut).strip());
    }

    /** A statement and what it is about: behind it, or before it where that is too long. */
    JavaText statement(String statement, String comment) {
        if (indent().length() + statement.length() + 4 + comment.length() <= WIDTH) {
            return line(statement + " // " + comment);
        }
        return paragraph("// ", comment).statement(statement);
    }

    /** Text broken between words. */
    JavaText paragraph(String prefix, String words) {
        StringBuilder line = new StringBuilder();
        for (String word : words.split(" ", -1)) {
            int length = indent().length() + prefix.length() + line.length() + 1 + word.length();
            if (!line.isEmpty() && length > WIDTH) {
                line(prefix + line);
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        return line(prefix + line);
    }

    /** A list in brackets: on one line, on the next, or one item a line, whichever fits first. */
    JavaText list(String before, List<String> items, String after) {
        String all = String.join(", ", items) + after;
        if (indent().length() + before.length() + all.length() <= WIDTH) {
            return line(before + all);
        }
        line(before);
        String more = " ".repeat(8);
        if (indent().length() + more.length() + all.length() <= WIDTH) {
            return line(more + all);
        }
        for (int i = 0; i < items.size(); i++) {
            line(more + items.get(i) + (i + 1 < items.size() ? "," : after));
        }
        return this;
    }

    /** As {@link #list}, and what follows goes in by one more level. */
    JavaText openList(String before, List<String> items, String after) {
        list(before, items, after);
        depth++;
        return this;
    }

    private String indent() {
        return " ".repeat(4 * depth);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
