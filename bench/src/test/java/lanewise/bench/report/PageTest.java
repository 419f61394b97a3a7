package lanewise.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.bench.report.Table.Kind;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PageTest {
    private static final double[] X = {1, 10, 100};
    private static final double[] Y = {0.123456789, Double.NaN, 3e-9};

    private static JsonNode chart(String html, int number) {
        Matcher script = Pattern.compile("<script type=\"application/json\" id=\"chart" + number + "\">(.*?)</script>")
                .matcher(html);
        assertTrue(script.find(), "no chart " + number);
        return JsonMapper.shared().readTree(script.group(1));
    }

    private static String page(Trace... traces) {
        Chart chart = new Chart(Axis.log("n").range(1, 1000), Axis.linear("t"));
        List.of(traces).forEach(chart::add);
        Page page = new Page("Title", "Lead.");
        page.section("Section").figures(1, new Figure("Figure", "What to see.", chart));
        return page.html();
    }

    @Test
    void needsNothingButItself() {
        String html = page(Trace.line("a", X, Y));
        String own = html.replaceAll("(?s)<script>.*?</script>", "").replaceAll("(?s)<!--.*?-->", "");
        for (String tag : List.of("<link", "<img", "<iframe", " src=", "@import", "url(", "http")) {
            assertFalse(own.contains(tag), tag);
        }
        assertTrue(html.contains("Plotly.react("));
        assertTrue(html.length() < 2_000_000, "a page is " + html.length() + " characters long");
    }

    @Test
    void keepsTheLicenceOfTheLibrary() {
        String html = page(Trace.line("a", X, Y));
        assertTrue(html.contains("Permission is hereby granted, free of charge"));
        assertTrue(html.contains("Licensed under the MIT license"));
    }

    @Test
    void chartsAreJsonThatTheBrowserCanRead() {
        JsonNode chart = chart(page(Trace.line("a", X, Y).withColour("#123456").hiddenIf(true)), 0);
        JsonNode trace = chart.path("data").path(0);
        assertEquals("[0.12346,null,3.0E-9]", trace.path("y").toString());
        assertEquals("#123456", trace.path("line").path("color").asString());
        assertEquals("legendonly", trace.path("visible").asString());
        assertEquals("log", chart.path("layout").path("xaxis").path("type").asString());
        assertEquals(
                "[0.0,3.0]", chart.path("layout").path("xaxis").path("range").toString());
    }

    @Test
    void everyKindOfTraceIsThere() {
        String html = page(
                Trace.points("p", X, Y).withErrors(new double[] {1, 2, 3}, new double[] {4, 5, 6}),
                Trace.bars("b", List.of("one", "two"), new double[] {1, 2}),
                Trace.histogram("h", X),
                Trace.contour("c", X, new double[] {1, 2}, new double[][] {{1, 2, 3}, {4, 5, 6}}),
                Trace.texts("t", X, X, List.of("i", "j", "k")).withTextAt("top center"),
                Trace.line("s", X, X)
                        .withSteps()
                        .withMarks("square", 5)
                        .withDash("dot")
                        .withWidth(3));
        JsonNode data = chart(html, 0).path("data");
        assertEquals("[4,5,6]", data.path(0).path("error_y").path("array").toString());
        assertEquals("[1,2,3]", data.path(0).path("error_y").path("arrayminus").toString());
        assertEquals("[\"one\",\"two\"]", data.path(1).path("x").toString());
        assertEquals("histogram", data.path(2).path("type").asString());
        assertEquals("[[1,2,3],[4,5,6]]", data.path(3).path("z").toString());
        assertEquals("[\"i\",\"j\",\"k\"]", data.path(4).path("text").toString());
        assertEquals("lines+markers", data.path(5).path("mode").asString());
    }

    @Test
    void textStaysText() {
        Page page = new Page("a < b & \"c\"", "{{body}} stays");
        page.section("<script>alert(1)</script>")
                .text("x < y")
                .table(new Table<String>().column("<h>", Kind.CODE, cell -> cell), List.of("<i>"))
                .figures(
                        1,
                        new Figure(
                                "</figure>",
                                "it's",
                                new Chart(Axis.hidden(), Axis.hidden())
                                        .add(Trace.line("</script><script>alert(2)", X, X))));
        String html = page.html();
        assertTrue(html.contains("<h1>a &lt; b &amp; &quot;c&quot;</h1>"));
        assertTrue(html.contains("<p>{{body}} stays</p>"));
        assertTrue(html.contains("<td class=\"code\">&lt;i&gt;</td>"));
        assertFalse(html.contains("alert(1)</script>"));
        assertFalse(html.contains("<script>alert(2)"));
        assertEquals(
                "</script><script>alert(2)",
                chart(html, 0).path("data").path(0).path("name").asString());
    }

    @Test
    void chartsAreNumberedOverThePage() {
        Chart chart = new Chart(Axis.linear("x").labels(Map.of(1.0, "one")), Axis.linear("y"))
                .level(2)
                .moment(3);
        Page page = new Page("Title", "Lead.");
        page.section("One").figures(1, new Figure("a", "A.", chart));
        page.section("Two").beside(new Figure("b", "B.", chart), new Table<>(), List.of());
        assertEquals(
                "[\"one\"]",
                chart(page.html(), 1)
                        .path("layout")
                        .path("xaxis")
                        .path("ticktext")
                        .toString());
        assertEquals(2, chart(page.html(), 1).path("layout").path("shapes").size());
    }

    @Test
    void anAxisHasARange() {
        assertThrows(IllegalArgumentException.class, () -> Axis.log("n").range(0, 1));
        assertThrows(IllegalArgumentException.class, () -> Axis.linear("n").range(0, Double.NaN));
    }

    @Test
    void aFigureWithoutASentenceIsRejected() {
        Chart chart = new Chart(Axis.hidden(), Axis.hidden());
        assertThrows(IllegalArgumentException.class, () -> new Figure("Title", " ", chart));
    }
}
