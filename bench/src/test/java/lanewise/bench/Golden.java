package lanewise.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What other people's optimizers and schedules computed, recorded in {@code golden.zip}; its {@code README.md} says how
 * and how to compare.
 *
 * <p>Numbers are JSON doubles in their shortest form, or hex strings of big-endian IEEE bits: {@link #floats}, {@link
 * #doubles}.
 */
final class Golden {
    private static final Map<String, byte[]> FILES = unpack("/golden/golden.zip");
    private static final JsonMapper JSON = new JsonMapper();

    private Golden() {}

    /** The paths of the JSON files of a folder, such as {@code schedules/torch_steplr.json}, in order. */
    static List<String> list(String folder) {
        List<String> paths = FILES.keySet().stream()
                .filter(path -> path.startsWith(folder + "/") && path.endsWith(".json"))
                .toList();
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("golden.zip has no folder " + folder);
        }
        return paths;
    }

    /** The content of a file, by a path that {@link #list} gives. */
    static JsonNode open(String path) {
        byte[] bytes = FILES.get(path);
        if (bytes == null) {
            throw new IllegalArgumentException("golden.zip has no file " + path);
        }
        return JSON.readTree(bytes);
    }

    /** A string of 8 hex digits for each float32. */
    static float[] floats(String hex) {
        float[] values = new float[count(hex, 8)];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(Integer.parseUnsignedInt(hex, 8 * i, 8 * i + 8, 16));
        }
        return values;
    }

    /** A string of 16 hex digits for each float64. */
    static double[] doubles(String hex) {
        double[] values = new double[count(hex, 16)];
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.longBitsToDouble(Long.parseUnsignedLong(hex, 16 * i, 16 * i + 16, 16));
        }
        return values;
    }

    private static int count(String hex, int digits) {
        if (hex.length() % digits != 0) {
            throw new IllegalArgumentException(
                    "hex must be a whole number of " + digits + " digits, got " + hex.length());
        }
        return hex.length() / digits;
    }

    private static Map<String, byte[]> unpack(String resource) {
        Map<String, byte[]> files = new TreeMap<>();
        try (InputStream in = Golden.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            ZipInputStream zip = new ZipInputStream(in);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }
}
