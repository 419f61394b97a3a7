package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultsJsonTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeOne() {
        file = folder.resolve("bench.json");
        ResultsJson.write(
                Synthetic.of(List.of(new Measured(
                        "lanewise", Workload.tensor("adamw", 4096, 2).vanishing(), List.of(1.5, 2e9)))),
                file);
    }

    @Test
    void whatIsWrittenIsRead() {
        Results results = new Synthetic(1).everything();
        ResultsJson.write(results, file);
        assertEquals(results, ResultsJson.read(file));
    }

    @Test
    void isReadableByPeople() throws IOException {
        String text = Files.readString(file);
        assertTrue(text.contains("\"format\" : 2,"), text);
        assertTrue(text.contains("\"rule\" : \"adamw\",\n"), text);
        assertTrue(text.contains("\"nanos\" : [ 1.5, 2.0E9 ]"), text);
    }

    @Test
    void whatWasMeasuredBeforeThereWereMixesWasInFp32() throws IOException {
        Results results = Synthetic.of(new Synthetic(1).measured(Synthetic.SIZES, List.of("lanewise", "roof"), 3));
        ResultsJson.write(results, file);
        String before = Files.readString(file)
                .replace("\"format\" : 2", "\"format\" : 1")
                .replaceAll(",\\s+\"mix\" : \"FP32\"", "");
        assertFalse(before.contains("mix"));
        Files.writeString(file, before);
        assertEquals(results, ResultsJson.read(file));
    }

    private String messageFor(String text) throws IOException {
        Files.writeString(file, text);
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> ResultsJson.read(file))
                .getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "format" : 2          | "format" : 3                  | must be of format 2, which this version writes, got 3; measure again
            "format" : 2          | "date" : 1                    | must be results that lanewise bench wrote, got JSON without format and results
            "threads" : 2         | "threads" : 2, "cores" : 1    | must hold what this version writes, got the unknown key cores
            "threads" : 2         | "threads" : "two"             | must be results that lanewise bench wrote; Cannot deserialize value of type `int`
            "threads" : 2,        | ""                            | must be results that lanewise bench wrote; Missing creator property 'threads'
            "rule" : "adamw"      | "rule" : "adamv"              | there is no rule adamv; did you mean adamw?
            "mix" : "FP32"        | "mix" : "FP64"                | not one of the values accepted for Enum class: [
            "gradients"           | "mixed" : 1, "gradients"      | must hold what this version writes, got the unknown key mixed
            "task" : "STEP"       | "task" : "SLEEP"              | not one of the values accepted for Enum class: [STEP, CLIP_AND_AVERAGE]
            [ 1.5, 2.0E9 ]        | [ ]                           | must have a time above 0 in every measurement; measure again
            1.5                   | -1.5                          | must have a time above 0 in every measurement; measure again
            1.5                   | null                          | must be results that lanewise bench wrote; Invalid `null` value
            """, quoteCharacter = '\'')
    void whatIsNoResultsIsSaid(String from, String to, String message) throws IOException {
        String text = Files.readString(file);
        assertTrue(text.contains(from), from);
        String said = messageFor(text.replace(from, to.equals("\"\"") ? "" : to));
        assertTrue(said.startsWith(file + " must"), said);
        assertTrue(said.contains(message), said);
    }

    @Test
    void whatIsNoJsonIsSaid() throws IOException {
        String start = file + " must be results that lanewise bench wrote";
        for (String text : List.of("", "{", "[]", "ns per step: 3", "{\"format\": 1, \"results\": null}")) {
            assertTrue(messageFor(text).startsWith(start), () -> text);
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        Path none = folder.resolve("none.json");
        assertEquals(
                none + " must be a file of text that can be read",
                assertThrows(IllegalArgumentException.class, () -> ResultsJson.read(none))
                        .getMessage());
    }
}
