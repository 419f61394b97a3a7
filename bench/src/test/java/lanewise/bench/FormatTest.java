package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds every source file to palantir-java-format (120 columns). As a program it rewrites them instead; {@code mvn -q -N
 * -Pformat} runs it.
 */
class FormatTest {
    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(false)
            .build());

    @Test
    void everySourceFileIsFormatted() throws IOException {
        List<Path> found = misformatted(Path.of(".."), false);
        assertTrue(found.isEmpty(), () -> "mvn -q -N -Pformat mends the layout of these files: " + found);
    }

    public static void main(String[] args) throws IOException {
        misformatted(Path.of(""), true).forEach(file -> System.out.println("formatted " + file));
    }

    private static List<Path> misformatted(Path root, boolean rewrite) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String folder : List.of("core/src", "simd/src", "bench/src", "bench/peers")) {
            List<Path> sources;
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                sources = files.filter(file -> file.toString().endsWith(".java"))
                        .sorted()
                        .toList();
            }
            for (Path file : sources) {
                String was = Files.readString(file);
                String is = formatted(file, was);
                if (!is.equals(was)) {
                    found.add(file.normalize());
                    if (rewrite) {
                        Files.writeString(file, is);
                    }
                }
            }
        }
        return found;
    }

    private static String formatted(Path file, String source) {
        try {
            return FORMATTER.formatSource(ImportOrderer.reorderImports(
                    RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.PALANTIR));
        } catch (FormatterException e) {
            // Known of 2.103: a bare _ inside a record pattern; it reads var _ there.
            throw new IllegalStateException(file.normalize() + " is not Java that the formatter can read", e);
        }
    }
}
