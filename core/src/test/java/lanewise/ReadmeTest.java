package lanewise;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    /** {@link TenLinesTest} runs the loop; here it is held to be the one that the README shows. */
    @Test
    void showsTheLoopThatIsTested() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        Path root = Files.exists(folder.resolve("README.md")) ? folder : folder.getParent();
        String source = Files.readString(root.resolve("core/src/test/java/lanewise/TenLines.java"));
        String start = "region=\"ten-lines\"\n";
        String loop = source.substring(source.indexOf(start) + start.length(), source.indexOf("        // @end"));
        String readme = Files.readString(root.resolve("README.md"));
        assertTrue(
                readme.contains(loop.stripTrailing().stripIndent()),
                "the README shows another loop than TenLines.java");
    }
}
