package lanewise.bench.speed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The process of engines: it does what {@link EngineProcess} asks, a line of JSON each, and answers with a line. With
 * arguments it steps at once, as a program that has just started, and answers for that alone.
 */
final class EngineMain {
    /** What is asked. */
    enum Command {
        /** Get an engine ready for a workload. */
        PREPARE,
        /** Time its steps. */
        TIME,
        /** Free its memory. */
        RELEASE
    }

    /**
     * A question.
     *
     * @param engine its name
     * @param workload what is prepared
     * @param millis to time for
     */
    record Request(Command command, String engine, @Nullable Workload workload, int millis) {}

    /**
     * An answer.
     *
     * @param problem why there is none, or null
     * @param nanos of a step, or of each
     * @param firstDone when the first step was done, in microseconds since 1970
     */
    record Reply(@Nullable String problem, List<Double> nanos, long firstDone) {
        static Reply of(@Nullable String problem) {
            return new Reply(problem, List.of(), 0);
        }
    }

    /** Before each answer, since libraries may print what they like. */
    static final String MARK = "lanewise-reply ";

    /** Kept, since the log manager forgets loggers that nobody holds. */
    private static final Logger LOGGER = Logger.getLogger("lanewise");

    private static final Map<String, Engine.Stepper> PREPARED = new HashMap<>();

    private EngineMain() {}

    public static void main(String[] args) throws IOException {
        LOGGER.setLevel(Level.WARNING);
        PrintStream out = System.out;
        System.setOut(System.err);
        if (args.length > 0) {
            // Nothing else is loaded before the first step.
            Reply reply = replyOrProblem(() -> start(args[0], Integer.parseInt(args[1])));
            out.println(MARK + JsonMapper.shared().writeValueAsString(reply));
            System.exit(0);
        }
        JsonMapper json = JsonMapper.shared();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String question = line;
            Reply reply = replyOrProblem(() -> reply(json.readValue(question, Request.class)));
            out.println(MARK + json.writeValueAsString(reply));
            out.flush();
        }
        System.exit(0);
    }

    private static Reply replyOrProblem(Callable<Reply> work) {
        try {
            return work.call();
        } catch (Throwable e) { // Whatever it is, the process that asked is waiting.
            e.printStackTrace();
            String message = e.getMessage();
            boolean meant = e instanceof IllegalStateException || e instanceof IllegalArgumentException;
            return Reply.of(meant && message != null ? message : e.toString());
        }
    }

    private static Reply reply(Request request) throws Exception {
        return switch (request.command()) {
            case PREPARE ->
                SteadyThread.call(() -> {
                    Engine engine = Engine.named(request.engine());
                    PREPARED.put(request.engine(), Preparation.of(engine, workload(request)));
                    return Reply.of(null);
                });
            case TIME -> new Reply(null, List.of(time(prepared(request), request.millis())), 0);
            case RELEASE ->
                SteadyThread.call(() -> {
                    Engine.Stepper stepper = prepared(request);
                    PREPARED.remove(request.engine());
                    stepper.close();
                    return Reply.of(null);
                });
        };
    }

    private static Workload workload(Request request) {
        Workload workload = request.workload();
        if (workload == null) {
            throw new IllegalArgumentException("a workload is missing in " + request);
        }
        return workload;
    }

    private static Engine.Stepper prepared(Request request) {
        Engine.Stepper stepper = PREPARED.get(request.engine());
        if (stepper == null) {
            throw new IllegalStateException(request.engine() + " is not ready");
        }
        return stepper;
    }

    /** JMH in this process: what it times is warm since {@link Preparation}, caches aside. */
    private static double time(Engine.Stepper stepper, int millis) throws RunnerException {
        StepBenchmark.ready = stepper;
        return new Runner(new OptionsBuilder()
                                .include("^" + StepBenchmark.class.getName().replace(".", "\\.") + "\\.step$")
                                // Not looked at, but JMH would run all that the annotation lists.
                                .param("size", "1")
                                .forks(0)
                                .warmupIterations(1)
                                .warmupTime(TimeValue.milliseconds(Math.max(1, millis / 4)))
                                .measurementIterations(1)
                                .measurementTime(TimeValue.milliseconds(millis))
                                .verbosity(VerboseMode.SILENT)
                                .build())
                        .runSingle()
                        .getPrimaryResult()
                        .getScore()
                * 1000;
    }

    private static Reply start(String engine, int steps) throws Exception {
        Workload workload = ColdStart.WORKLOAD;
        Arena arena = Arena.ofShared(); // Until the process ends, soon.
        List<MemorySegment> parameters = filled(workload, arena, 0, 1);
        List<MemorySegment> gradients = filled(workload, arena, 1, 0.01);
        Engine.Stepper stepper = Engine.named(engine).start(workload, parameters, gradients);
        List<Double> nanos = new ArrayList<>();
        long firstDone = 0;
        for (int step = 0; step < steps; step++) {
            long start = System.nanoTime();
            stepper.step();
            nanos.add((double) (System.nanoTime() - start));
            if (step == 0) {
                firstDone = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            }
        }
        stepper.close();
        return new Reply(null, nanos, firstDone);
    }

    private static List<MemorySegment> filled(Workload workload, Arena arena, int stream, double value) {
        return Tensor.allocateTogether(arena, DType.FLOAT32, stream, workload.shapeArrays()).stream()
                .map(tensor -> tensor.fill(value).segment())
                .toList();
    }
}
