package lanewise.bench.report;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --report} of the commands that write one. */
public final class ReportOption {
    /** Where the launcher lies: it passes its own folder. */
    private static final String HOME = "lanewise.home";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--report",
            paramLabel = "<file>",
            description = "Where the report goes; by default beside the program, with the name of the command.")
    private @Nullable Path report;

    /**
     * The folder of the program.
     *
     * @return where reports go unless told otherwise
     */
    public static Path home() {
        return Path.of(System.getProperty(HOME, ""));
    }

    /** Made by picocli. */
    public ReportOption() {}

    /**
     * Where the report goes. Asked before the work, so that nothing is lost to a wrong name.
     *
     * @return a file that can be written
     * @throws ParameterException if there is no such folder, or the file cannot be written
     */
    public Path file() {
        return file(mixee.name());
    }

    /**
     * Where one of several reports of a command goes.
     *
     * @param name its name, without an ending, unless the user gives one
     * @return a file that can be written
     * @throws ParameterException if there is no such folder, or the file cannot be written
     */
    public Path file(String name) {
        Path file = (report == null ? home().resolve(name + ".html") : report)
                .toAbsolutePath()
                .normalize();
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw wrong("must be a file in a folder that is there, got " + file + "; make the folder first");
        }
        if (Files.isDirectory(file)) {
            throw wrong("must be a file, got the folder " + file);
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw wrong("must be a file that can be written, got " + file + "; name another");
        }
        return file;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(mixee.commandLine(), "--report " + message);
    }
}
