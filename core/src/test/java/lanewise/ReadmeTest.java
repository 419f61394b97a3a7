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
        String source = Files.readString(root().resolve("core/src/test/java/lanewise/TenLines.java"));
        String start = "region=\"ten-lines\"\n";
        String loop = source.substring(source.indexOf(start) + start.length(), source.indexOf("        // @end"));
        assertTrue(
                readme().contains(loop.stripTrailing().stripIndent()),
                "the README shows another loop than TenLines.java");
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
