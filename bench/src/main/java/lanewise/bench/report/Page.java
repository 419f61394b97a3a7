package lanewise.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A report: one HTML file that needs nothing else, neither files beside it nor a network. */
public final class Page {
    private static final String WEBJAR = "org.webjars.bower/plotly.js";

    /** Where page.html takes something in. */
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    private final String title;
    private final String lead;
    private final List<Section> sections = new ArrayList<>();
    private final List<Chart> charts = new ArrayList<>();

    /**
     * An empty page.
     *
     * @param title its heading
     * @param lead what it is about, in a sentence or two
     */
    public Page(String title, String lead) {
        this.title = title;
        this.lead = lead;
    }

    /**
     * Adds a section, which the reader finds in the list at the top.
     *
     * @param title its heading
     * @return the section, to be filled
     */
    public Section section(String title) {
        Section section = new Section(title, charts);
        sections.add(section);
        return section;
    }

    /**
     * Writes the page.
     *
     * @param file where to; its folder must be there
     * @throws UncheckedIOException if that fails
     */
    public void write(Path file) {
        try {
            Files.writeString(file, html(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the report could not be written to " + file, e);
        }
    }

    /**
     * The whole page.
     *
     * @return HTML
     */
    public String html() {
        StringBuilder links = new StringBuilder();
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < sections.size(); i++) {
            String heading = escaped(sections.get(i).title());
            links.append("<a href=\"#s").append(i).append("\">").append(heading).append("</a>\n");
            body.append("<section id=\"s")
                    .append(i)
                    .append("\">\n<h2>")
                    .append(heading)
                    .append("</h2>\n");
            body.append(sections.get(i).html()).append("</section>\n");
        }
        StringBuilder data = new StringBuilder();
        for (int i = 0; i < charts.size(); i++) {
            data.append("<script type=\"application/json\" id=\"chart")
                    .append(i)
                    .append("\">");
            data.append(inScript(charts.get(i).json().toString())).append("</script>\n");
        }
        Map<String, String> parts = Map.of(
                "title", escaped(title),
                "lead", escaped(lead),
                "css", resource("page.css"),
                "links", links.toString(),
                "body", body.toString(),
                "charts", data.toString(),
                "licence", webjar("LICENSE").strip().replace("--", "- -"),
                "library", inertLibrary(),
                "script", resource("page.js"));
        return PLACE.matcher(resource("page.html"))
                .replaceAll(place -> Matcher.quoteReplacement(Objects.requireNonNull(parts.get(place.group(1)))));
    }

    /** Text that is safe between tags and within quotes. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** JSON that holds no tag: a script ends at the first {@code </script>}, wherever that stands. */
    static String inScript(String json) {
        return json.replace("<", "\\u003c");
    }

    /** The library's code has no tag to end the script by; should a new version have one, this says so. */
    private static String inertLibrary() {
        String library = webjar("dist/plotly-cartesian.min.js");
        if (library.contains("</script") || library.contains("<!--")) {
            throw new IllegalStateException("plotly.js must hold neither </script nor <!-- to stand in a page;"
                    + " take another version in bench/pom.xml");
        }
        return library;
    }

    private static String resource(String name) {
        return read(Page.class.getResourceAsStream(name), name);
    }

    /** A file of the WebJar, whatever its version. */
    private static String webjar(String name) {
        Properties properties = new Properties();
        String at = "/META-INF/maven/" + WEBJAR + "/pom.properties";
        try (InputStream in = Objects.requireNonNull(Page.class.getResourceAsStream(at), at)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String file = "/META-INF/resources/webjars/%s/%s/%s"
                .formatted(properties.getProperty("artifactId"), properties.getProperty("version"), name);
        return read(Page.class.getResourceAsStream(file), file);
    }

    private static String read(@Nullable InputStream stream, String name) {
        try (InputStream in = Objects.requireNonNull(stream, name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
