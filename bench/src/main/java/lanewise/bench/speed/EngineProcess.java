package lanewise.bench.speed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import lanewise.bench.report.ReportOption;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A process in which engines step, and the way to ask it to. */
final class EngineProcess implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** How a log begins a warning. The JVM's own begin like that too, but do not name Lanewise. */
    private static final String WARNING = "WARNING: ";

    private final Instant started;
    private final Process process;
    private final Path log;
    private final Writer requests;
    private final BufferedReader replies;

    /**
     * Starts it with the options of this JVM and those of the contestant.
     *
     * @param contestant one of those that will step there
     * @param threads for libraries that want to know it when they are loaded
     * @param arguments of {@link EngineMain}
     */
    private EngineProcess(Contestant contestant, int threads, List<String> arguments) {
        try {
            log = Files.createTempFile("lanewise-" + contestant.key(), ".log");

            List<String> command = command(contestant);
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
            builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
            started = Instant.now();
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("a process for " + contestant.title() + " could not be started", e);
        }
        requests = process.outputWriter(UTF_8);
        replies = process.inputReader(UTF_8);
    }

    /** A process that waits for questions. */
    static EngineProcess of(Contestant contestant, int threads) {
        return new EngineProcess(contestant, threads, List.of());
    }

    /** A process that steps at once, so many times, and says how long each took. */
    static EngineProcess thatStarts(Contestant contestant, int steps) {
        return new EngineProcess(contestant, 1, List.of(contestant.engine(), Integer.toString(steps)));
    }

    private static List<String> command(Contestant contestant) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(contestant.options());
        // JMH times in one thread that stays; those of native libraries belong to the thread that calls.
        command.addAll(List.of(
                "-Djmh.ignoreLock=true",
                "-Djmh.executor=CUSTOM",
                "-Djmh.executor.class=" + SteadyThread.class.getName(),
                "-D" + Engine.CACHE_PROPERTY + "=" + peers().resolve("cache")));
        String classPath = System.getProperty("java.class.path");
        command.addAll(List.of(
                "-cp",
                Stream.of(classPath, folder(contestant).resolve("*").toString())
                        .limit(contestant.peer() == null ? 1 : 2)
                        .reduce((own, peer) -> peer + File.pathSeparator + own)
                        .orElseThrow(),
                EngineMain.class.getName()));
        return command;
    }

    private static Path peers() {
        return ReportOption.home().resolve("peers");
    }

    private static Path folder(Contestant contestant) {
        return contestant.peer() == null ? peers() : peers().resolve(contestant.peer());
    }

    /**
     * Whether a contestant's libraries are there.
     *
     * @return true for those that need none
     */
    static boolean isThere(Contestant contestant) {
        return contestant.peer() == null || Files.isDirectory(folder(contestant));
    }

    /**
     * Gets an engine ready.
     *
     * @return why it can't be timed, or null
     */
    @Nullable
    String prepare(String engine, Workload workload) {
        return ask(new EngineMain.Request(EngineMain.Command.PREPARE, engine, workload, 0))
                .problem();
    }

    /**
     * Times an engine that is ready.
     *
     * @return nanoseconds of a step
     */
    double time(String engine, int millis) {
        EngineMain.Reply reply = ask(new EngineMain.Request(EngineMain.Command.TIME, engine, null, millis));
        if (reply.problem() != null) {
            throw new IllegalStateException(engine + " could not be timed: " + reply.problem());
        }
        return reply.nanos().getFirst();
    }

    /** Frees the memory of an engine that is ready. */
    void release(String engine) {
        ask(new EngineMain.Request(EngineMain.Command.RELEASE, engine, null, 0));
    }

    /** What a process {@linkplain #thatStarts that starts} has to say. */
    EngineMain.Reply firstSteps() {
        return reply();
    }

    /** From the start of the process to a moment in it. */
    double secondsUntil(long microsSince1970) {
        return (microsSince1970 - ChronoUnit.MICROS.between(Instant.EPOCH, started)) * 1e-6;
    }

    private EngineMain.Reply ask(EngineMain.Request request) {
        try {
            requests.write(JSON.writeValueAsString(request) + "\n");
            requests.flush();
        } catch (IOException _) {
            // It has died, as the reply will tell.
        }
        return reply();
    }

    private EngineMain.Reply reply() {
        try {
            for (String line = replies.readLine(); line != null; line = replies.readLine()) {
                if (line.startsWith(EngineMain.MARK)) {
                    EngineMain.Reply reply =
                            JSON.readValue(line.substring(EngineMain.MARK.length()), EngineMain.Reply.class);
                    return reply.problem() == null ? reply : EngineMain.Reply.of(reply.problem() + warning());
                }
            }
        } catch (IOException _) {
            // The pipe of a process that has died, as below.
        }
        return EngineMain.Reply.of("its process died; " + lastWords());
    }

    /** What Lanewise has warned of last, behind a semicolon. */
    private String warning() throws IOException {
        return lines().stream()
                .filter(line -> line.startsWith(WARNING) && line.contains("lanewise"))
                .reduce((_, last) -> last)
                .map(line -> "; " + line.substring(WARNING.length()))
                .orElse("");
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
    }

    private String lastWords() {
        try {
            List<String> lines = lines();
            return lines.isEmpty() ? "it said nothing" : "the last it said: " + lines.getLast();
        } catch (IOException e) {
            return "what it said can't be read: " + e;
        }
    }

    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException _) {
            // It has died before.
        }
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(log);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException _) {
            // It is a temporary file.
        }
    }
}
