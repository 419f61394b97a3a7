package lanewise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Writes the script {@code target/lanewise} at the end of the build, which starts {@link Main} with the JDK that runs
 * this. Core and simd are modules there and need no flag; bench and its libraries stay on the class path, where JMH can
 * fork them. {@code explain} looks into the kernels and {@code verify} tries them, which core shows to simd alone or to nobody, hence
 * the exports.
 */
final class Launcher {
    private Launcher() {}

    public static void main(String[] args) throws IOException {
        Path script = Path.of(args[0]);
        String javaHome = System.getProperty("java.home").replace("'", "'\\''");
        Files.writeString(script, """
                #!/bin/sh
                # Written by the build (lanewise.bench.Launcher). LANEWISE_JAVA_OPTS holds further options for java.
                # JMH 1.37 still asks sun.misc.Unsafe where fields lie, hence its flag; tables and formulas are not ASCII,
                # whatever the locale says.
                here=$(dirname "$(readlink -f "$0")")
                exec '%s/bin/java' --module-path "$here/modules" --add-modules lanewise.simd \\
                    --add-exports lanewise.core/lanewise.kernel=ALL-UNNAMED \\
                    --add-exports lanewise.core/lanewise.conformance=ALL-UNNAMED \\
                    --add-exports lanewise.core/lanewise.run=ALL-UNNAMED \\
                    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
                    -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Dlanewise.home="$here" \\
                    $LANEWISE_JAVA_OPTS \\
                    -cp "$here/lanewise-bench.jar:$here/lib/*" lanewise.bench.Main "$@"
                """.formatted(javaHome));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
