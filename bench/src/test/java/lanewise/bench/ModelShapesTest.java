package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lanewise.buffer.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelShapesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"gpt2-124m, 148, 124439808", "llama-7b, 291, 6738415616"})
    void aPresetHasTheTensorsAndParametersOfItsModel(String name, int tensors, long parameters) {
        ModelShapes model = ModelShapes.PRESETS.get(name).get();
        assertEquals(name, model.name());
        assertEquals(tensors, model.tensors().size());
        assertEquals(
                parameters, model.shapes().stream().mapToLong(Tensor::elements).sum());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("model.txt"), text);
    }

    @Test
    void aFileIsNamesAndShapesWithComments() throws IOException {
        ModelShapes model = ModelShapes.read(file("""
                # a small one

                embed#1.weight   50257x768
                \th.0.bias\t768  # of the first block
                conv 64x3x7x7
                """));
        assertEquals("model.txt", model.name());
        assertEquals(
                List.of("embed#1.weight", "h.0.bias", "conv"),
                List.copyOf(model.tensors().keySet()));
        assertArrayEquals(new long[] {50_257, 768}, model.tensors().get("embed#1.weight"));
        assertArrayEquals(new long[] {768}, model.tensors().get("h.0.bias"));
        assertArrayEquals(new long[] {64, 3, 7, 7}, model.tensors().get("conv"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            w          | a line must be a name and a shape such as w 768x2304, got w
            w 768 x 3  | a line must be a name and a shape such as w 768x2304, got w 768 x 3
            w 768by3   | a shape must be the lengths of its axes such as 768x2304 or 768, got 768by3
            w 768x     | a shape must be the lengths of its axes such as 768x2304 or 768, got 768x
            w -768     | a shape must be the lengths of its axes such as 768x2304 or 768, got -768
            w 768x0    | the lengths of a shape must be at least 1, got 768x0
            w 9999999999x9999999999 | a tensor must have at most 2^60 elements, got shape [9999999999 × 9999999999]
            first 7    | the name of a tensor must be unique, got first, which is in line 2 too
            """)
    void aWrongLineIsNamedWithItsFileAndWhatIsAllowed(String line, String message) throws IOException {
        Path file = file("# a model\nfirst 3\n" + line + "\n");
        assertEquals(
                file + ", line 3: " + message,
                assertThrows(IllegalArgumentException.class, () -> ModelShapes.read(file))
                        .getMessage());
    }

    @Test
    void aModelHasATensor() throws IOException {
        Path file = file("# nothing\n");
        assertEquals(
                file
                        + ": a model must have at least one tensor, got none; a line is a name and a shape such as w 768x2304",
                assertThrows(IllegalArgumentException.class, () -> ModelShapes.read(file))
                        .getMessage());
    }
}
