package lanewise.bench.speed;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One step of one engine over one tensor. {@code lanewise bench} measures with it, round after round; {@code lanewise jmh
 * StepBenchmark} runs it by itself.
 *
 * <p>For example {@code lanewise jmh StepBenchmark -p rule=lion,lamb -p size=65536 -prof gc}, which shows 0 bytes for each
 * step; {@code -p engine=roof} or {@code c} for the loops without an engine; {@code -jvmArgsAppend
 * -Dlanewise.backend=scalar}, {@code -Dlanewise.lanes=8} or {@code -XX:-UseSuperWord} for another backend, width or
 * compiler. Each fork gets the launcher's modules and the variable {@code LANEWISE_JAVA_OPTS}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmark {
    /** Of {@link EngineProcess}: what is timed next, ready since long. */
    static volatile Engine.@Nullable Stepper ready;

    @Param("lanewise")
    String engine = "";

    @Param("adamw")
    String rule = "";

    @Param({"4096", "65536", "1048576", "16777216", "67108864"})
    long size;

    @Param("1")
    int threads;

    private Engine.@Nullable Stepper own;
    private Engine.Stepper stepper = () -> {};

    /** Made by JMH. */
    public StepBenchmark() {}

    /** Takes what is ready, or else gets an engine ready; refuses to time a wrong answer. */
    @Setup(Level.Trial)
    public void setUp() throws Exception {
        Engine.Stepper prepared = ready;
        if (prepared == null) {
            prepared = Preparation.of(Engine.named(engine), Workload.tensor(rule, size, threads));
            own = prepared;
        }
        stepper = prepared;
    }

    /** Frees the memory. */
    @TearDown(Level.Trial)
    public void tearDown() {
        if (own != null) {
            own.close();
        }
    }

    /** The step. */
    @Benchmark
    public void step() {
        stepper.step();
    }
}
