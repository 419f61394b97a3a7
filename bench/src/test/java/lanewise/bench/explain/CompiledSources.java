package lanewise.bench.explain;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Classes compiled in memory, with all of javac's warnings as errors. */
final class CompiledSources extends ClassLoader {
    private final Map<String, ByteArrayOutputStream> classFiles = new HashMap<>();

    /**
     * Compiles sources, each a top-level class without a package.
     *
     * @param sources by name of class
     */
    CompiledSources(Map<String, String> sources) {
        super(CompiledSources.class.getClassLoader());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileManager files = new ForwardingJavaFileManager<>(compiler.getStandardFileManager(null, null, null)) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return classFiles.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
                    }
                };
            }
        };
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((name, source) -> units.add(
                new SimpleJavaFileObject(URI.create("memory:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                }));
        StringWriter problems = new StringWriter();
        boolean compiled = compiler.getTask(
                        problems,
                        files,
                        null,
                        List.of(
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-Xlint:all,-incubating",
                                "-Werror",
                                "-proc:none"),
                        null,
                        units)
                .call();
        if (!compiled) {
            throw new AssertionError(problems.toString());
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        ByteArrayOutputStream classFile = classFiles.get(name);
        if (classFile == null) {
            throw new ClassNotFoundException(name);
        }
        byte[] bytes = classFile.toByteArray();
        return defineClass(name, bytes, 0, bytes.length);
    }
}
