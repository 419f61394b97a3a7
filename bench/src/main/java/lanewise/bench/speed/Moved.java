package lanewise.bench.speed;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.dtype.Storage;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.program.Traffic;

/**
 * What a step of Lanewise's takes of the memory, in bytes per parameter.
 *
 * @param bytes read and written in all passes
 * @param held by the parameter, its gradient and its states, each counted once: what a cache would have to keep
 */
record Moved(double bytes, double held) {
    /**
     * Counted in the programs, without a step.
     *
     * @param workload what is stepped
     * @return the mean over its tensors
     */
    static Moved of(Workload workload) {
        Map<List<Long>, Long> counts = workload.shapes().stream().collect(groupingBy(Function.identity(), counting()));
        double bytes = 0;
        double held = 0;
        for (Map.Entry<List<Long>, Long> entry : counts.entrySet()) {
            Program program = workload.program(entry.getKey(), true);
            Function<Slot, Storage> storages = workload.mix().storages(program);
            List<Phase> phases = program.phases(storages);
            double elements = (double) entry.getValue() * Workload.size(entry.getKey());
            bytes += elements * Traffic.of(phases).bytes();
            held += elements
                    * phases.stream()
                            .flatMap(phase -> phase.streams().stream())
                            .filter(slot -> slot.extent() == Extent.ELEMENT)
                            .distinct()
                            .mapToLong(slot -> storages.apply(slot).bytesWritten())
                            .sum();
        }
        return new Moved(bytes / workload.parameters(), held / workload.parameters());
    }
}
