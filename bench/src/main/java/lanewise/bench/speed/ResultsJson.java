package lanewise.bench.speed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.Nulls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Results as JSON: the records as they are, beside the number of the format. */
final class ResultsJson {
    /** To be raised whenever a record gets, loses or renames a component. */
    private static final int FORMAT = 2;

    /** Of versions without mixes: all was in fp32. */
    private static final int FORMAT_WITHOUT_MIXES = 1;

    private static final String FORMAT_KEY = "format";
    private static final String RESULTS_KEY = "results";
    private static final String STEPS_KEY = "steps";
    private static final String WORKLOAD_KEY = "workload";
    private static final String MIX_KEY = "mix";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL))
            .build();

    private record Contents(int format, Results results) {}

    private ResultsJson() {}

    /**
     * Writes results.
     *
     * @param results what a run found
     * @param file where to; its folder must be there
     * @throws UncheckedIOException if that fails
     */
    static void write(Results results, Path file) {
        try {
            Files.writeString(file, JSON.writeValueAsString(new Contents(FORMAT, results)) + "\n", UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the results could not be written to " + file, e);
        }
    }

    /**
     * Reads results.
     *
     * @param file what {@link #write} left
     * @return the results
     * @throws IllegalArgumentException if it can't be read or is something else; names the file, and what is wrong
     */
    static Results read(Path file) {
        String text;
        try {
            text = Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw wrong(file, "must be a file of text that can be read", e);
        }
        try {
            JsonNode root = JSON.readTree(text);
            JsonNode format = root.path(FORMAT_KEY);
            if (!format.isInt() || !root.has(RESULTS_KEY)) {
                throw new IllegalArgumentException(
                        file + " must be results that lanewise bench wrote, got JSON without " + FORMAT_KEY + " and "
                                + RESULTS_KEY);
            }
            if (format.asInt() == FORMAT_WITHOUT_MIXES) {
                addMixes(root);
            } else if (format.asInt() != FORMAT) {
                throw new IllegalArgumentException(
                        "%s must be of format %d, which this version writes, got %d; measure again"
                                .formatted(file, FORMAT, format.asInt()));
            }
            return checked(file, JSON.treeToValue(root, Contents.class).results());
        } catch (UnrecognizedPropertyException e) {
            throw wrong(file, "must hold what this version writes, got the unknown key " + e.getPropertyName(), e);
        } catch (JacksonException e) {
            throw wrong(file, "must be results that lanewise bench wrote; " + e.getOriginalMessage(), e);
        }
    }

    private static void addMixes(JsonNode root) {
        for (JsonNode step : root.path(RESULTS_KEY).path(STEPS_KEY)) {
            if (step.path(WORKLOAD_KEY) instanceof ObjectNode workload) {
                workload.put(MIX_KEY, Mix.FP32.name());
            }
        }
    }

    private static Results checked(Path file, Results results) {
        try {
            results.steps()
                    .forEach(measured -> RuleCatalog.of(measured.workload().rule()));
        } catch (IllegalArgumentException e) {
            throw wrong(file, "must hold rules that this version knows; " + e.getMessage(), e);
        }
        List<List<Double>> times = Stream.concat(
                        results.steps().stream().map(Measured::nanos),
                        results.coldStarts().stream().flatMap(cold -> Stream.of(cold.start(), cold.nanos())))
                .toList();
        if (times.stream().anyMatch(List::isEmpty)
                || times.stream().flatMap(List::stream).anyMatch(time -> !(time > 0 && Double.isFinite(time)))) {
            throw new IllegalArgumentException(file + " must have a time above 0 in every measurement; measure again");
        }
        return results;
    }

    private static IllegalArgumentException wrong(Path file, String message, Exception cause) {
        return new IllegalArgumentException(file + " " + message, cause);
    }
}
