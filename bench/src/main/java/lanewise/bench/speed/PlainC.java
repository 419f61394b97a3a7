package lanewise.bench.speed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.program.Code;
import lanewise.program.Op;
import org.jspecify.annotations.Nullable;

/**
 * Code as a loop in C, as one would write it: restrict pointers, an assignment for each operation, nothing for NaN or
 * subnormals. The C compiler of the machine makes of it what it can, fused multiply-adds among it.
 */
final class PlainC implements Loops.Compiler {
    /** The property with further options for the compiler. */
    static final String OPTIONS = "lanewise.c.options";

    private static final List<String> COMMAND =
            List.of("gcc", "-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC");

    @SuppressWarnings("restricted") // Native access is what the launcher grants.
    private static final BiFunction<Path, Arena, SymbolLookup> OPEN = SymbolLookup::libraryLookup;

    private final Map<Code, MethodHandle> compiled = new HashMap<>();
    private final Arena libraries = Arena.global();

    /** Why there is no C here, or null. */
    static @Nullable String unableBecause() {
        try {
            Process version = new ProcessBuilder(COMMAND.getFirst(), "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return version.waitFor() == 0 ? null : "gcc does not run";
        } catch (IOException e) {
            return "there is no gcc on this machine";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "it was interrupted";
        }
    }

    @Override
    public Loops.Loop compile(Code code, List<Loops.Stream> streams, MemorySegment scalars, Arena arena)
            throws IOException, InterruptedException {
        MethodHandle function = compiled.get(code);
        if (function == null) {
            function = compile(source(code));
            compiled.put(code, function);
        }
        MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, code.streams());
        for (int i = 0; i < code.streams(); i++) {
            pointers.setAtIndex(ValueLayout.ADDRESS, i, streams.get(i).memory());
        }
        MethodHandle call = function;
        return (_, from, to) -> {
            try {
                call.invokeExact(pointers, scalars, from, to);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @SuppressWarnings("restricted") // Native access is what the launcher grants.
    private MethodHandle compile(String source) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("lanewise");
        try {
            Path file = Files.writeString(folder.resolve("loop.c"), source);
            Path library = folder.resolve("loop.so");
            List<String> command = new ArrayList<>(COMMAND);
            String options = System.getProperty(OPTIONS, "");
            if (!options.isBlank()) {
                command.addAll(List.of(options.split(" ")));
            }
            command.addAll(List.of(file.toString(), "-o", library.toString()));
            Process compiler =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() != 0) {
                throw new IllegalStateException("gcc does not take this: " + said.strip());
            }
            return Linker.nativeLinker()
                    .downcallHandle(
                            OPEN.apply(library, libraries).findOrThrow("run"),
                            FunctionDescriptor.ofVoid(
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG));
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /** The loop, and a function that takes its arguments out of arrays. */
    static String source(Code code) {
        StringBuilder c = new StringBuilder("#include <math.h>\n\n__attribute__((noinline)) static void loop(long n");
        for (int stream = 0; stream < code.streams(); stream++) {
            c.append(code.stores(stream) ? ", float *restrict s" : ", const float *restrict s")
                    .append(stream);
        }
        for (int scalar = 0; scalar < code.scalars(); scalar++) {
            c.append(", float c").append(scalar);
        }
        c.append(") {\n    for (long i = 0; i < n; i++) {\n");
        String[] values = new String[code.nodes().size()];
        for (int node = 0; node < values.length; node++) {
            switch (code.nodes().get(node)) {
                case Code.Node.Scalar(int index) -> {
                    values[node] = "c" + index;
                    continue;
                }
                case Code.Node.Load(int stream) -> assign(c, node, "s" + stream + "[i]");
                case Code.Node.Compute(Op op, List<Integer> x) ->
                    assign(
                            c,
                            node,
                            expression(
                                    op,
                                    x.stream().map(operand -> values[operand]).toList()));
            }
            values[node] = "v" + node;
        }
        for (Code.Store store : code.stores()) {
            c.append("        s%d[i] = %s;\n".formatted(store.stream(), values[store.value()]));
        }
        c.append("    }\n}\n\nvoid run(float **s, const float *c, long from, long to) {\n    loop(to - from");
        c.append(IntStream.range(0, code.streams())
                .mapToObj(stream -> ", s[" + stream + "] + from")
                .collect(Collectors.joining()));
        c.append(IntStream.range(0, code.scalars())
                .mapToObj(scalar -> ", c[" + scalar + "]")
                .collect(Collectors.joining()));
        return c.append(");\n}\n").toString();
    }

    private static void assign(StringBuilder c, int node, String expression) {
        c.append("        float v%d = %s;\n".formatted(node, expression));
    }

    private static String expression(Op op, List<String> x) {
        String a = x.getFirst();
        return switch (op) {
            case ADD -> a + " + " + x.get(1);
            case SUBTRACT -> a + " - " + x.get(1);
            case MULTIPLY -> a + " * " + x.get(1);
            case DIVIDE -> a + " / " + x.get(1);
            case MAX -> "%1$s > %2$s ? %1$s : %2$s".formatted(a, x.get(1));
            case MIN -> "%1$s < %2$s ? %1$s : %2$s".formatted(a, x.get(1));
            case NEGATE -> "-" + a;
            case ABS -> "fabsf(" + a + ")";
            case SQRT -> "sqrtf(" + a + ")";
            case SIGN -> "(float) ((%1$s > 0) - (%1$s < 0))".formatted(a);
            case FLUSH -> a;
            case SELECT -> "%s > 0 ? %s : %s".formatted(a, x.get(1), x.get(2));
            case POWER -> throw new IllegalArgumentException("a power of elements is not in the language");
        };
    }
}
