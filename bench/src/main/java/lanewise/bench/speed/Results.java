package lanewise.bench.speed;

import java.util.List;
import java.util.Map;

/**
 * What a run of {@code lanewise bench} found; written as JSON beside the report.
 *
 * @param at when, as ISO 8601 with UTC
 * @param version of Lanewise
 * @param machine lines about CPU, caches, backend, threads, memory, JDK, system, as {@code lanewise info} shows them
 * @param caches bytes of the caches that one core sees, first level first
 * @param steps the timed steps
 * @param coldStarts the first steps of fresh JVMs
 * @param leftOut who could not take part in what, and why: contestant and rule, then reason
 */
record Results(
        String at,
        String version,
        Map<String, String> machine,
        List<Long> caches,
        List<Measured> steps,
        List<ColdStart> coldStarts,
        Map<String, String> leftOut) {

    /**
     * The first steps of a fresh JVM over one tensor of 1 Mi.
     *
     * @param contestant its key
     * @param start seconds from the start of the process to the end of the first step, one for each process
     * @param nanos of the steps of one such process, the first one first
     */
    record ColdStart(String contestant, List<Double> start, List<Double> nanos) {}
}
