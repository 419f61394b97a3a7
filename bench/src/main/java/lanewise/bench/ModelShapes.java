package lanewise.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lanewise.buffer.Tensor;

/**
 * The names and shapes of a model's tensors, without the tensors.
 *
 * @param name what the model is called
 * @param tensors shapes by name, in the model's order
 */
public record ModelShapes(String name, Map<String, long[]> tensors) {

    /** Models that need no file, by the name of the option. Each is made when it is asked for. */
    static final Map<String, Supplier<ModelShapes>> PRESETS = presets();

    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*");
    private static final Pattern SHAPE = Pattern.compile("\\d{1,18}(x\\d{1,18})*");

    private static Map<String, Supplier<ModelShapes>> presets() {
        Map<String, Supplier<ModelShapes>> presets = new LinkedHashMap<>();
        presets.put("gpt2-124m", ModelShapes::gpt2);
        presets.put("llama-7b", ModelShapes::llama7b);
        return presets;
    }

    private static ModelShapes empty(String name) {
        return new ModelShapes(name, new LinkedHashMap<>());
    }

    private ModelShapes with(String tensor, long... shape) {
        tensors.put(tensor, shape);
        return this;
    }

    /** GPT-2 in its smallest size. The output layer is the embedding again, so it is not listed twice. */
    public static ModelShapes gpt2() {
        long width = 768;
        ModelShapes model = empty("gpt2-124m").with("wte.weight", 50_257, width).with("wpe.weight", 1024, width);
        for (int i = 0; i < 12; i++) {
            String block = "h." + i + ".";
            model.with(block + "ln_1.weight", width)
                    .with(block + "ln_1.bias", width)
                    .with(block + "attn.c_attn.weight", width, 3 * width)
                    .with(block + "attn.c_attn.bias", 3 * width)
                    .with(block + "attn.c_proj.weight", width, width)
                    .with(block + "attn.c_proj.bias", width)
                    .with(block + "ln_2.weight", width)
                    .with(block + "ln_2.bias", width)
                    .with(block + "mlp.c_fc.weight", width, 4 * width)
                    .with(block + "mlp.c_fc.bias", 4 * width)
                    .with(block + "mlp.c_proj.weight", 4 * width, width)
                    .with(block + "mlp.c_proj.bias", width);
        }
        return model.with("ln_f.weight", width).with("ln_f.bias", width);
    }

    /** The 7B of LLaMA and of Llama 2. */
    private static ModelShapes llama7b() {
        long vocabulary = 32_000;
        long width = 4096;
        long hidden = 11_008;
        ModelShapes model = empty("llama-7b").with("embed_tokens.weight", vocabulary, width);
        for (int i = 0; i < 32; i++) {
            String layer = "layers." + i + ".";
            for (String projection : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                model.with(layer + "self_attn." + projection + ".weight", width, width);
            }
            model.with(layer + "mlp.gate_proj.weight", hidden, width)
                    .with(layer + "mlp.up_proj.weight", hidden, width)
                    .with(layer + "mlp.down_proj.weight", width, hidden)
                    .with(layer + "input_layernorm.weight", width)
                    .with(layer + "post_attention_layernorm.weight", width);
        }
        return model.with("norm.weight", width).with("lm_head.weight", vocabulary, width);
    }

    /** Tensors given one by one. */
    static ModelShapes of(List<String> shapes) {
        ModelShapes model = empty(String.join(", ", shapes));
        for (int i = 0; i < shapes.size(); i++) {
            model.with("tensor " + i, shape(shapes.get(i)));
        }
        return model;
    }

    /**
     * Reads a file of lines {@code name shape}, such as {@code h.0.attn.c_attn.weight 768x2304}; what follows a
     * {@code #} is a comment.
     *
     * @throws IllegalArgumentException if a line is something else; names file, line and what is allowed
     */
    static ModelShapes read(Path file) throws IOException {
        ModelShapes model = empty(file.getFileName().toString());
        Map<String, Integer> lineOf = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(file, UTF_8);
        for (int number = 1; number <= lines.size(); number++) {
            String line =
                    COMMENT.matcher(lines.get(number - 1)).replaceFirst("").strip();
            if (line.isEmpty()) {
                continue;
            }
            try {
                List<String> words = List.of(line.split("\\s+"));
                if (words.size() != 2) {
                    throw new IllegalArgumentException(
                            "a line must be a name and a shape such as w 768x2304, got " + line);
                }
                Integer earlier = lineOf.putIfAbsent(words.getFirst(), number);
                if (earlier != null) {
                    throw new IllegalArgumentException("the name of a tensor must be unique, got " + words.getFirst()
                            + ", which is in line " + earlier + " too");
                }
                model.with(words.getFirst(), shape(words.getLast()));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(file + ", line " + number + ": " + wrong.getMessage(), wrong);
            }
        }
        if (model.tensors.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": a model must have at least one tensor, got none; a line is a name and a shape such as"
                            + " w 768x2304");
        }
        return model;
    }

    private static long[] shape(String text) {
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a shape must be the lengths of its axes such as 768x2304 or 768, got " + text);
        }
        long[] shape = Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
        Tensor.elements(shape);
        if (Arrays.stream(shape).anyMatch(length -> length == 0)) {
            throw new IllegalArgumentException("the lengths of a shape must be at least 1, got " + text);
        }
        return shape;
    }

    Collection<long[]> shapes() {
        return new ArrayList<>(tensors.values());
    }

    /** All presets, for messages. */
    static String presetNames() {
        return PRESETS.keySet().stream().collect(Collectors.joining(", "));
    }
}
