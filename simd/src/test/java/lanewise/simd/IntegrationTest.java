package lanewise.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else's program, as a module and on the class path, in a JVM of its own. */
class IntegrationTest {

    private static final String MODULE = """
            module app {
                requires lanewise.simd;
            }
            """;

    private static final String MAIN = """
            package app;

            import lanewise.Optimizer;
            import lanewise.Parameters;
            import lanewise.rule.AdamW;

            public class Main {
                public static void main(String[] args) throws Exception {
                    try (Parameters parameters = new Parameters()) {
                        parameters.add("w", 1000).gradient().fill(1);
                        try (Optimizer optimizer = Optimizer.builder(parameters, new AdamW()).build()) {
                            optimizer.warmUp();
                            optimizer.step();
                            System.out.println(optimizer.backend().name() + " " + parameters.get("w").value().get(999));
                        }
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    @Test
    void modulePathNeedsNoFlag() throws Exception {
        String path = libraries() + File.pathSeparator + compile(true);
        assertSimd(run("--module-path", path, "--module", "app/app.Main"));
    }

    @Test
    void classPathNeedsOneFlag() throws Exception {
        String path = libraries() + File.pathSeparator + compile(false);
        assertSimd(run("--add-modules", "jdk.incubator.vector", "-cp", path, "app.Main"));
    }

    @Test
    void classPathWithoutTheFlagRunsScalarAndSaysWhatToPass() throws Exception {
        String path = libraries() + File.pathSeparator + compile(false);
        List<String> lines = run("-cp", path, "app.Main");
        assertEquals("scalar -0.001", lines.getLast());
        assertTrue(
                lines.contains("WARNING: lanewise: scalar backend, the same bits but slower, because the module"
                        + " jdk.incubator.vector is not there; pass --add-modules jdk.incubator.vector"),
                lines.toString());
    }

    @Test
    void backendAskedForByNameWithoutTheFlagIsAnError() throws Exception {
        String path = libraries() + File.pathSeparator + compile(false);
        String output = String.join("\n", run("-Dlanewise.backend=simd", "-cp", path, "app.Main"));
        assertTrue(
                output.contains("the simd backend was asked for by name and can't run: the module"
                        + " jdk.incubator.vector is not there; pass --add-modules jdk.incubator.vector"),
                output);
    }

    /** AdaBelief, which Lanewise does not have: see {@code src/test/resources/optim}. */
    @Test
    void aRuleOfAUsersOwnModuleGetsBothKernelsAndTheSameBits() throws Exception {
        Path root = Path.of("src", "test", "resources", "optim");
        Path classes = folder.resolve("optim");
        List<String> arguments =
                new ArrayList<>(List.of("-nowarn", "-d", classes.toString(), "--module-path", libraries()));
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> arguments.add(file.toString()));
        }
        javac(arguments);
        List<String> lines = run(
                "--module-path",
                libraries() + File.pathSeparator + classes,
                "--module",
                "com.example.optim/com.example.optim.Main");
        assertEquals(
                List.of("simd: trained, 0 bytes allocated", "scalar: trained, 0 bytes allocated", "same bits"),
                lines.stream()
                        .filter(line -> line.endsWith(" bytes allocated") || line.endsWith(" bits"))
                        .toList(),
                lines.toString());
    }

    private static void assertSimd(List<String> lines) {
        assertEquals("simd -0.001", lines.getLast(), lines.toString());
        assertTrue(
                lines.stream().anyMatch(line -> line.startsWith("INFO: lanewise: simd backend, ")), lines.toString());
    }

    /** Core and simd as the build has them: class folders or jars. */
    private static String libraries() {
        return String.join(
                File.pathSeparator,
                Stream.of(lanewise.Optimizer.class, VectorBackend.class)
                        .map(type -> new File(type.getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .getPath())
                                .getPath())
                        .toList());
    }

    private Path compile(boolean module) throws IOException {
        Path source = Files.createDirectories(folder.resolve("src/app")).resolve("Main.java");
        Files.writeString(source, MAIN);
        Path classes = folder.resolve("classes");
        List<String> arguments = new ArrayList<>(
                List.of("-nowarn", "-d", classes.toString(), module ? "--module-path" : "-cp", libraries()));
        arguments.add(source.toString());
        if (module) {
            Path info = source.getParent().resolveSibling("module-info.java");
            Files.writeString(info, MODULE);
            arguments.add(info.toString());
        }
        javac(arguments);
        return classes;
    }

    private static void javac(List<String> arguments) {
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertEquals(0, result, "javac");
    }

    private List<String> run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Arrays.asList(arguments));
        Path output = folder.resolve("output");
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        return Files.readAllLines(output);
    }
}
