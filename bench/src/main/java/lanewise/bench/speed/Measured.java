package lanewise.bench.speed;

import java.util.List;

/**
 * What was measured of one contestant at one workload.
 *
 * @param contestant its key in {@link Contestant}
 * @param workload what was stepped
 * @param nanos nanoseconds of a step, a mean for each round; the same index in other contestants is the same round
 */
record Measured(String contestant, Workload workload, List<Double> nanos) {}
