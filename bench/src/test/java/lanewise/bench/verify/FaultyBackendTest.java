package lanewise.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanewise.bench.Main;
import lanewise.kernel.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user would run it where the vector kernels are wrong: it must never end with exit code 0. */
class FaultyBackendTest {

    @TempDir
    Path folder;

    private String output = "";

    /** The exit code of the command line in a JVM with {@link PlantedBackend}. */
    private int run(String fault, String... arguments) throws IOException, InterruptedException {
        Path planted = folder.resolve("planted");
        Path services = Files.createDirectories(planted.resolve("META-INF/services"));
        Files.writeString(services.resolve(Backend.class.getName()), PlantedBackend.class.getName());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlanewise.planted=" + fault,
                "-Dlanewise.home=" + folder,
                "-cp",
                planted + File.pathSeparator + System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path file = folder.resolve("output");
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(file.toFile())
                .start()
                .waitFor();
        output = Files.readString(file);
        return exit;
    }

    private void assertSaid(String text) {
        assertTrue(output.contains(text), () -> output);
    }

    private String line(String with) {
        return output.lines()
                .filter(line -> line.contains(with))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
    }

    @Test
    void aFailedSelfTestIsAFailure() throws IOException, InterruptedException {
        assertEquals(1, run("everywhere", "verify", "lion"), () -> output);
        assertSaid("The self-test gave the vector backend up: other bits than the scalar one at start-up: ");
        assertSaid("Lion ");
        assertEquals(1, run("everywhere", "verify", "lion", "--digests"), () -> output);
        assertEquals(1, run("everywhere", "verify", "lion", "--backend", "simd"), () -> output);
    }

    @Test
    void aFaultAtOneWidthIsAFailure() throws IOException, InterruptedException {
        assertEquals(1, run("at four lanes", "verify", "lion"), () -> output);
        assertSaid("The self-test gave the vector backend up: ");
    }

    @Test
    void aFaultThatTheSelfTestDoesNotSeeIsAFailureThatItsCommandReplays() throws IOException, InterruptedException {
        assertEquals(1, run("at one length", "verify", "lion"), () -> output);
        String found = line("[0] of a tensor of 1x1x131 at step 1 is ");
        String replay = line("to see it again: ");
        String program = "  to see it again: " + folder.resolve("lanewise") + " ";
        assertTrue(
                replay.startsWith(program + "verify lion --extras alone --seed 1 --backend simd --lanes 4 "), replay);
        String[] arguments = replay.substring(program.length()).split(" ", -1);
        assertEquals(1, run("at one length", arguments), () -> output);
        assertSaid(found);
    }

    @Test
    void aFaultShowsInDigestsToo() throws IOException, InterruptedException {
        assertEquals(1, run("at one length", "verify", "lion", "--digests", "--threads", "2"), () -> output);
        assertSaid("verify lion --digests --backend simd --lanes 8 --threads 2");
        assertTrue(output.lines().noneMatch(line -> line.matches("lion [0-9a-f]{16}")), () -> output);
    }

    @Test
    void aKernelThatThrowsIsAFailure() throws IOException, InterruptedException {
        assertEquals(1, run("throws", "verify", "lion", "sgd"), () -> output);
        assertSaid("it failed with java.lang.IndexOutOfBoundsException: planted");
        assertSaid("SGD ");
    }
}
