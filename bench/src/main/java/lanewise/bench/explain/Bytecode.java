package lanewise.bench.explain;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import lanewise.kernel.Backend;
import lanewise.kernel.Emission;
import lanewise.kernel.ScalarBackend;
import lanewise.program.Code;

/** A kernel's class as a backend writes it: sizes and disassembly. Needs no CPU that could run it. */
final class Bytecode {
    private final byte[] classFile;
    private final ClassModel model;

    private Bytecode(byte[] classFile) {
        this.classFile = classFile;
        model = ClassFile.of().parse(classFile);
    }

    /**
     * The class of a code.
     *
     * @param code what it does
     * @param backend simd or scalar
     * @param lanes elements at a time
     * @return its bytecode
     */
    static Bytecode of(Code code, String backend, int lanes) {
        Backend scalar = new ScalarBackend();
        if (backend.equals(scalar.name())) {
            return new Bytecode(scalar.classFile(code, lanes));
        }
        // Not the dispatcher: it refuses a backend that can't run here.
        return new Bytecode(ServiceLoader.load(Backend.class, Backend.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.name().equals(backend))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the backend " + backend + " is not there"))
                .classFile(code, lanes));
    }

    /**
     * The size of the class and of each method beside HotSpot's limit.
     *
     * @return a sentence
     */
    String sizes() {
        return "class %s: %,d bytes; bytes of bytecode: %s; HotSpot compiles no method over %,d"
                .formatted(
                        model.thisClass().asInternalName().replace('/', '.'),
                        classFile.length,
                        model.methods().stream()
                                .filter(method -> !name(method).startsWith("<"))
                                .map(method -> "%s %,d".formatted(name(method), length(method)))
                                .collect(Collectors.joining(", ")),
                        Emission.MAX_CODE_BYTES);
    }

    private static String name(MethodModel method) {
        return method.methodName().stringValue();
    }

    private static int length(MethodModel method) {
        return ((CodeAttribute) method.code().orElseThrow()).codeLength();
    }

    /**
     * What javap makes of it.
     *
     * @return many lines, or one that says that javap is missing
     */
    String disassembly() {
        Optional<ToolProvider> javap = ToolProvider.findFirst("javap");
        if (javap.isEmpty()) {
            return "javap is not in this Java runtime; run with a JDK to see the instructions\n";
        }
        try {
            Path file = Files.createTempFile("lanewise", ".class");
            try {
                Files.write(file, classFile);
                StringWriter text = new StringWriter();
                PrintWriter writer = new PrintWriter(text);
                javap.get().run(writer, writer, "-c", "-p", file.toString());
                return text.toString();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the class could not be written for javap", e);
        }
    }
}
