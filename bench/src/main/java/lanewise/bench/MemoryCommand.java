package lanewise.bench;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.Footprint;
import lanewise.dtype.DType;
import lanewise.rule.Rule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lanewise memory}. Nothing of the model is allocated. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows what each rule takes of memory for a model: weights, gradients and state, in fp32 and in mixed"
                    + " precision.",
            "The model is a preset, a file, or shapes given here."
        },
        footer = {
            "",
            "A file has a line for each tensor, such as h.0.attn.c_attn.weight 768x2304; what follows a # is a comment."
        })
final class MemoryCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "<file>", description = "A file of names and shapes.")
    private @Nullable Path file;

    @Option(
            names = "--preset",
            paramLabel = "<name>",
            description = "gpt2-124m, which is shown unless something else is asked for, or llama-7b.")
    private @Nullable String preset;

    @Option(
            names = "--shape",
            paramLabel = "<shape>",
            split = ",",
            description = "A tensor, such as 4096x4096; more with commas, or the option again.")
    private List<String> shapes = List.of();

    @Option(
            names = "--rule",
            paramLabel = "<name>",
            split = ",",
            description = "Some of the rules, such as adamw,lion; each with all that its precisions take.")
    private List<String> only = List.of();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<RuleCatalog.Entry> rules = chosen();
        ModelShapes model = model();
        Map<String, Footprint> footprints = new LinkedHashMap<>();
        rules.forEach(entry ->
                footprints.put(entry.name(), Footprint.of(entry.defaults().get(), model.shapes())));
        Footprint any = footprints.values().iterator().next();
        int count = model.tensors().size();
        out.printf(
                "%s: %,d %s, %,d parameters of %,d bytes in fp32, gradients as many%n%n",
                model.name(), count, count == 1 ? "tensor" : "tensors", any.parameters(), any.parameterBytes());
        out.println(table(footprints));
        out.println();
        MixTable mixes = new MixTable(model.shapes());
        if (only.isEmpty()) {
            Map<String, Rule> all = new LinkedHashMap<>();
            rules.forEach(entry -> all.put(entry.name(), entry.defaults().get()));
            out.print(mixes.of(all));
        } else {
            out.print(rules.stream()
                    .map(entry -> mixes.of(entry.name(), entry.defaults().get()))
                    .collect(Collectors.joining(System.lineSeparator())));
        }
        out.flush();
        return 0;
    }

    private List<RuleCatalog.Entry> chosen() {
        try {
            return only.isEmpty()
                    ? RuleCatalog.all()
                    : only.stream().map(RuleCatalog::of).toList();
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private ModelShapes model() {
        if (Stream.of(file != null, preset != null, !shapes.isEmpty())
                        .filter(given -> given)
                        .count()
                > 1) {
            throw wrong("one of --model, --preset and --shape must say what the model is, got more than one");
        }
        try {
            if (file != null) {
                return read(file);
            }
            return shapes.isEmpty() ? preset(preset == null ? "gpt2-124m" : preset) : ModelShapes.of(shapes);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private ModelShapes read(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw wrong("--model must be a file that can be read, got " + file);
        }
        try {
            return ModelShapes.read(file);
        } catch (IOException e) {
            throw wrong("--model must be a text file in UTF-8, got " + file + ": " + e);
        }
    }

    private ModelShapes preset(String name) {
        Supplier<ModelShapes> found = ModelShapes.PRESETS.get(name.toLowerCase(Locale.ROOT));
        if (found == null) {
            throw wrong("--preset knows " + ModelShapes.presetNames() + ", got " + name);
        }
        return found.get();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    // ------------------------------------------------------------------------------------- table

    private static String table(Map<String, Footprint> footprints) {
        List<Column> columns = new ArrayList<>();
        columns.add(column("rule", HorizontalAlign.LEFT));
        for (String header : List.of(
                "state floats", "per weight", "weights", "gradients", "state", "total", "state bytes", "total bytes")) {
            columns.add(column(header, HorizontalAlign.RIGHT));
        }
        Object[][] rows = footprints.entrySet().stream()
                .map(row -> cells(row.getKey(), row.getValue()))
                .toArray(Object[][]::new);
        return AsciiTable.builder()
                .border(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER)
                .data(columns.toArray(Column[]::new), rows)
                .asString();
    }

    private static Column column(String header, HorizontalAlign align) {
        return new Column().header(header).headerAlign(align).dataAlign(align);
    }

    private static Object[] cells(String rule, Footprint footprint) {
        long floats = footprint.stateBytes() / DType.FLOAT32.bytes();
        return new Object[] {
            rule,
            "%,d".formatted(floats),
            MixTable.few((double) floats / footprint.parameters()),
            Units.bytes(footprint.parameterBytes()),
            Units.bytes(footprint.gradientBytes()),
            Units.bytes(footprint.stateBytes()),
            Units.bytes(footprint.total()),
            "%,d".formatted(footprint.stateBytes()),
            "%,d".formatted(footprint.total())
        };
    }
}
