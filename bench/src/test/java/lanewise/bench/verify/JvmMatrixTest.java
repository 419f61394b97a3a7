package lanewise.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import lanewise.BackendInfo;
import lanewise.bench.AfterOthers;
import lanewise.bench.Main;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same bits in JVMs with other instructions, compilers, collectors and histories, each of which says rightly what it
 * runs on: {@code lanewise verify --digests} in a process of its own, which also holds its kernels against the oracle.
 */
@Execution(ExecutionMode.CONCURRENT)
class JvmMatrixTest {
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final int NATIVE_LANES = BackendInfo.detect().lanes();
    private static final boolean X86 = System.getProperty("os.arch").matches("amd64|x86_64");

    private static final Map<String, String> SAID = new ConcurrentSkipListMap<>();

    @TempDir
    Path folder;

    /**
     * A JVM.
     *
     * @param name as the output shows it
     * @param flags for java
     * @param backend what its dispatcher must say
     * @param main what it runs
     */
    record Jvm(String name, List<String> flags, String backend, Class<?> main) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Jvm> jvms() {
        return Stream.of(
                // Instruction sets. Flags of x86 alone are ignored elsewhere.
                vector("-XX:UseAVX=3", NATIVE_LANES),
                vector("-XX:UseAVX=2", 8),
                vector("-XX:UseAVX=1", 4),
                withoutAvx("-XX:UseAVX=0"),
                withoutAvx("-XX:UseSSE=2"),
                vector("-XX:-UseFMA", NATIVE_LANES),
                // Compilers.
                scalar("-Xint", "interpreted mode"),
                scalar("-XX:TieredStopAtLevel=1", "mixed mode, emulated-client"),
                vector("-XX:-UseSuperWord", NATIVE_LANES),
                new Jvm(
                        "-XX:-UseSuperWord, scalar",
                        List.of(VECTORS, "-XX:-UseSuperWord", "-Dlanewise.backend=scalar"),
                        "scalar backend, as asked for",
                        Main.class),
                new Jvm(
                        "without --add-modules",
                        List.of(),
                        "scalar backend, the same bits but slower, because the module jdk.incubator.vector is not there;"
                                + " pass --add-modules jdk.incubator.vector",
                        Main.class),
                new Jvm("after other rules", List.of(VECTORS), chosen(NATIVE_LANES), AfterOthers.class),
                // Collectors.
                vector("-XX:+UseG1GC", NATIVE_LANES),
                vector("-XX:+UseZGC", NATIVE_LANES),
                vector("-XX:+UseParallelGC", NATIVE_LANES));
    }

    private static Jvm vector(String flag, int lanes) {
        return new Jvm(
                flag, List.of(VECTORS, flag), chosen(X86 ? Math.min(lanes, NATIVE_LANES) : NATIVE_LANES), Main.class);
    }

    private static String chosen(int lanes) {
        return "simd backend, " + lanes + " lanes (" + lanes * Float.SIZE
                + " bits), the preferred width of this CPU and JVM";
    }

    private static Jvm withoutAvx(String flag) {
        return X86
                ? new Jvm(
                        flag,
                        List.of(VECTORS, flag),
                        "scalar backend, the same bits but slower, because this CPU or JVM has no AVX, without which the"
                                + " Vector API is slow; run on a CPU with AVX and without -XX:UseAVX=0",
                        Main.class)
                : vector(flag, NATIVE_LANES);
    }

    private static Jvm scalar(String flag, String mode) {
        return new Jvm(
                flag,
                // Without the archive of classes, which the mode would name too.
                List.of(VECTORS, flag, "-Xshare:off"),
                "scalar backend, the same bits but slower, because the Vector API is slow without C2 and this JVM runs in "
                        + mode + "; run without -Xint and -XX:TieredStopAtLevel",
                Main.class);
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void hasTheSameBitsAndSaysWhatItRunsOn(Jvm jvm) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        int exit = new ProcessBuilder(command(jvm))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start()
                .waitFor();
        List<String> said = Files.readAllLines(errors);
        assertEquals(0, exit, said::toString);
        String sentence = said.stream()
                .filter(line -> line.startsWith("lanewise: "))
                .findFirst()
                .orElse("nothing");
        SAID.put(jvm.name(), sentence);
        assertEquals("lanewise: " + jvm.backend(), sentence);
        assertEquals(published(), Files.readAllLines(output));
    }

    private static List<String> command(Jvm jvm) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.add("-XX:+IgnoreUnrecognizedVMOptions");
        command.addAll(jvm.flags());
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), jvm.main().getName()));
        command.addAll(List.of("verify", "--digests"));
        return command;
    }

    /** One line for each rule: none is missing in the published list, and none of them has changed. */
    private static List<String> published() {
        return Arrays.stream(Mix.values())
                .flatMap(mix -> RuleCatalog.all().stream()
                        .filter(entry -> Digests.mixes(entry).contains(mix))
                        .map(entry -> Digests.line(
                                entry,
                                mix,
                                Digests.published(entry, mix)
                                        .orElse("has no digest: write the output of lanewise"
                                                + " verify --digests to digests.txt"))))
                .toList();
    }

    @AfterAll
    static void print() {
        SAID.forEach((jvm, sentence) -> System.out.println(jvm + " > " + sentence));
        published().forEach(System.out::println);
    }
}
