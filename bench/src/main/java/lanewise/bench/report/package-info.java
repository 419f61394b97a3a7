/**
 * Reports: one HTML file with everything in it, which opens without a network.
 *
 * <p>Start at {@link lanewise.bench.report.Page}. A page has sections; a section has text, figures and tables. A
 * {@link lanewise.bench.report.Figure} is a {@link lanewise.bench.report.Chart} with the sentence that says what to see
 * in it; a chart has two {@linkplain lanewise.bench.report.Axis axes} and {@linkplain lanewise.bench.report.Trace
 * traces}:
 *
 * {@snippet :
 * Chart chart = new Chart(Axis.log("parameters"), Axis.linear("ns per parameter"))
 *         .add(Trace.line("AdamW", sizes, nanos).withErrors(below, above));
 * Page page = new Page("Throughput", "AdamW on this machine.");
 * page.section("By size").figures(1, new Figure("AdamW", "In cache it waits for the divider.", chart));
 * page.write(Path.of("throughput.html"));
 * }
 *
 * <p>Charts are drawn in the reader's browser by plotly.js, whose JavaScript, licence included, is copied from its
 * WebJar into the page. They reach it as JSON made by Jackson; colours of text, grid and background are the page's, so
 * that they follow the reader's light or dark mode.
 */
@NullMarked
package lanewise.bench.report;

import org.jspecify.annotations.NullMarked;
