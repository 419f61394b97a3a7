package lanewise.bench.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import tools.jackson.databind.json.JsonMapper;

/** The shipped golden files, in {@code golden.zip}; its {@code README.md} says what they are and how to compare. */
final class GoldenZip {
    private static final Map<String, byte[]> FILES = unpack("/golden/golden.zip");
    private static final JsonMapper JSON = new JsonMapper();

    private GoldenZip() {}

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
    static Json open(String path) {
        return new Json("", JSON.readTree(text(path)));
    }

    static String text(String path) {
        return new String(
                Objects.requireNonNull(FILES.get(path), "golden.zip has no file " + path), StandardCharsets.UTF_8);
    }

    /** Writes all files below a directory. */
    static void unpackInto(Path directory) throws IOException {
        for (var file : FILES.entrySet()) {
            if (!file.getKey().endsWith("/")) {
                Path path = directory.resolve(file.getKey());
                Files.createDirectories(Objects.requireNonNull(path.getParent()));
                Files.write(path, file.getValue());
            }
        }
    }

    private static Map<String, byte[]> unpack(String resource) {
        Map<String, byte[]> files = new TreeMap<>();
        try (InputStream in = GoldenZip.class.getResourceAsStream(resource)) {
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
