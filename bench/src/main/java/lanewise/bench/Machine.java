package lanewise.bench;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lanewise.BackendInfo;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.ProcessorCache;

/** What this machine, its JVM and the engine on it are, for people to read. */
public final class Machine {
    /** What the kernels of each width need or could use, as Linux, macOS or Windows name it. */
    private static final Map<String, List<String>> FEATURES = features();

    private Machine() {}

    private static Map<String, List<String>> features() {
        Map<String, List<String>> features = new LinkedHashMap<>();
        features.put("SSE4.2", List.of("sse4_2", "sse4.2"));
        features.put("AVX", List.of("avx", "avx1.0"));
        features.put("AVX2", List.of("avx2"));
        features.put("FMA", List.of("fma"));
        features.put("F16C", List.of("f16c"));
        features.put("AVX512F", List.of("avx512f"));
        features.put("AVX512DQ", List.of("avx512dq"));
        features.put("AVX512BW", List.of("avx512bw"));
        features.put("AVX512VL", List.of("avx512vl"));
        features.put("AVX512_BF16", List.of("avx512_bf16"));
        features.put("AVX512_FP16", List.of("avx512_fp16"));
        features.put("NEON", List.of("asimd", "neon"));
        features.put("SVE", List.of("sve"));
        features.put("SVE2", List.of("sve2"));
        return features;
    }

    /**
     * A line for each thing that makes a difference to speed.
     *
     * @return labels with what there is
     */
    public static Map<String, String> rows() {
        BackendInfo backend = BackendInfo.detect();
        SystemInfo system = new SystemInfo();
        CentralProcessor cpu = system.getHardware().getProcessor();
        Set<String> flags = cpu.getFeatureFlags().stream()
                .flatMap(line -> Arrays.stream(line.split("[\\s:,]+")))
                .map(flag -> flag.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        Runtime runtime = Runtime.getRuntime();

        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("CPU", cpu.getProcessorIdentifier().getName().strip());
        rows.put(
                "Cores",
                "%d, with %d hardware threads"
                        .formatted(cpu.getPhysicalProcessorCount(), cpu.getLogicalProcessorCount()));
        rows.put("Features", features(flags));
        rows.put("Caches", caches(cpu));
        rows.put("Vectors", vectors(backend));
        rows.put("Backend", backend.name() + ": " + backend.reason());
        rows.put(
                "Threads",
                runtime.availableProcessors() + " for a step unless told otherwise: the CPUs that this JVM may use");
        rows.put(
                "Memory",
                "%s, of which the heap may take %s"
                        .formatted(
                                Units.bytes(system.getHardware().getMemory().getTotal()),
                                Units.bytes(runtime.maxMemory())));
        rows.put(
                "JDK",
                "%s by %s, %s (%s)"
                        .formatted(
                                Runtime.version(),
                                System.getProperty("java.vendor"),
                                System.getProperty("java.vm.name"),
                                System.getProperty("java.vm.info")));
        rows.put("System", system.getOperatingSystem() + ", " + System.getProperty("os.arch"));
        return rows;
    }

    /**
     * The data caches that a core sees.
     *
     * @return bytes of each level, the first level first; empty where the system does not tell
     */
    public static List<Long> caches() {
        return new SystemInfo()
                .getHardware().getProcessor().getProcessorCaches().stream()
                        .filter(cache -> cache.getType() != ProcessorCache.Type.INSTRUCTION)
                        .sorted(Comparator.comparingInt(ProcessorCache::getLevel))
                        .map(cache -> (long) cache.getCacheSize())
                        .distinct()
                        .toList();
    }

    private static String features(Set<String> flags) {
        List<String> present = new ArrayList<>();
        FEATURES.forEach((name, spellings) -> {
            if (spellings.stream().anyMatch(flags::contains)) {
                present.add(name);
            }
        });
        return present.isEmpty() ? "not known here" : String.join(", ", present);
    }

    /** Each level once, though every core has its own. */
    private static String caches(CentralProcessor cpu) {
        String caches = cpu.getProcessorCaches().stream()
                .filter(cache -> cache.getType() != ProcessorCache.Type.INSTRUCTION)
                .map(cache -> "L" + cache.getLevel() + (cache.getLevel() == 1 ? "d " : " ")
                        + Units.bytes(cache.getCacheSize()))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return caches.isEmpty() ? "not known here" : caches;
    }

    /** What HotSpot makes of the CPU, whatever the backend makes of that. */
    private static String vectors(BackendInfo backend) {
        String used = backend.lanes() == 1
                ? "none used"
                : "%d bits used, %d lanes of fp32".formatted(backend.lanes() * Float.SIZE, backend.lanes());
        String most = flag("MaxVectorSize");
        return used + (most.isEmpty() ? "" : "; HotSpot's widest are %d bits".formatted(8 * Integer.parseInt(most)));
    }

    private static String flag(String name) {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name)
                    .getValue();
        } catch (IllegalArgumentException _) { // Not a flag of this JVM.
            return "";
        }
    }
}
