package lanewise.bench.speed;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The roof as a loop in C: what {@link RoofEngine} is held against. */
public final class CRoofEngine implements Engine {
    private final PlainC compiler = new PlainC();

    /** Found as a service. */
    public CRoofEngine() {}

    @Override
    public String name() {
        return "c-roof";
    }

    @Override
    public @Nullable String unableBecause(Workload workload) {
        if (Measurements.isMixed(workload)) {
            return "the loops in C are of fp32";
        }
        boolean readsOnly = workload.program(workload.shapes().getFirst(), true).phases().stream()
                .anyMatch(phase -> phase.code().stores().isEmpty());
        return readsOnly ? "C does not vectorise sums" : PlainC.unableBecause();
    }

    @Override
    public boolean isOptimizer() {
        return false;
    }

    @Override
    public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients)
            throws Exception {
        return Loops.roofs(workload, parameters, gradients, compiler);
    }
}
