package lanewise.bench.speed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import lanewise.program.Phase;
import org.jspecify.annotations.Nullable;

/** A rule as a loop in C over each tensor; its scalars cost nothing. */
public final class CEngine implements Engine {
    private final PlainC compiler = new PlainC();

    /** Found as a service. */
    public CEngine() {}

    @Override
    public String name() {
        return "c";
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        if (Measurements.isMixed(workload)) {
            return "the loops in C are of fp32";
        }
        for (List<Long> shape : Set.copyOf(workload.shapes())) {
            List<Phase> phases = workload.program(shape, false).phases();
            if (phases.size() > 1 || !phases.getFirst().sums().isEmpty()) {
                return "a rule of several passes or with sums is no plain loop in C";
            }
        }
        return PlainC.unableBecause();
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients)
            throws Exception {
        return Loops.plain(workload, parameters, gradients, compiler);
    }
}
