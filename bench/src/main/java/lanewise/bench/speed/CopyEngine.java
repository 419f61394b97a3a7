package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The JDK's copy of memory, half as many bytes as a step moves from one place to another: what a copy reads and writes. */
public final class CopyEngine implements Engine {
    /** Found as a service. */
    public CopyEngine() {}

    @Override
    public String name() {
        return "copy";
    }

    @Override
    public boolean isOptimizer() {
        return false;
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        return new Steps((long) (Moved.of(workload).bytes() * workload.parameters() / 2), workload.threads());
    }

    private static final class Steps implements Stepper {
        private final Arena arena = Arena.ofShared();
        private final Team team;
        private final MemorySegment from;
        private final MemorySegment to;
        private final long[] ends;

        Steps(long bytes, int threads) {
            team = new Team(threads);
            from = arena.allocate(bytes, 64);
            to = arena.allocate(bytes, 64);
            ends = new long[] {bytes};
        }

        @Override
        public void step() {
            team.run(ends, (_, _, first, end) -> MemorySegment.copy(from, first, to, first, end - first));
        }

        @Override
        public void close() {
            team.close();
            arena.close();
        }
    }
}
