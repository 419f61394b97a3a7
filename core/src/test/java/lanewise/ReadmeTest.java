package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    /** {@link TenLinesTest} runs the loop; here it is held to be the one that the README shows. */
    @Test
    void showsTheLoopThatIsTested() throws IOException {
        assertShows("core/src/test/java/lanewise/TenLines.java", "ten-lines");
    }

    /** {@code IntegrationTest} of simd compiles the rule in a module of its own and trains with it. */
    @Test
    void showsTheRuleThatIsTested() throws IOException {
        assertShows("simd/src/test/resources/optim/com/example/optim/AdaBelief.java", "rule");
    }

    @Test
    void showsPrecisionThatCompilesAndBuilds() throws IOException {
        assertShows("core/src/test/java/lanewise/LowPrecision.java", "precision");
        try (Parameters parameters = new Parameters();
                Optimizer optimizer =
                        LowPrecision.builder(parameters).backend("scalar").build()) {
            assertEquals(65536, optimizer.lossScale());
        }
    }

    private static void assertShows(String file, String region) throws IOException {
        String source = Files.readString(root().resolve(file));
        String start = "region=\"" + region + "\"\n";
        int end = source.indexOf("// @end", source.indexOf(start));
        String shown = source.substring(source.indexOf(start) + start.length(), source.lastIndexOf('\n', end));
        assertTrue(
                readme().contains(shown.stripTrailing().stripIndent()), "the README shows another text than " + file);
    }

    @Test
    void theTableOfRecipesHasARowForEach() throws IOException {
        Set<String> rows = Pattern.compile("^\\| `(\\w+)` .*\\|$", Pattern.MULTILINE)
                .matcher(section("Recipes"))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(RecipesTest.names(), rows);
    }

    private static String section(String title) throws IOException {
        String readme = readme();
        int start = readme.indexOf("\n## " + title + "\n");
        int end = readme.indexOf("\n## ", start + 1);
        assertTrue(start >= 0 && end > start, "the README has no section " + title);
        return readme.substring(start, end);
    }

    private static String readme() throws IOException {
        return Files.readString(root().resolve("README.md"));
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        return Files.exists(folder.resolve("README.md")) ? folder : folder.getParent();
    }
}
