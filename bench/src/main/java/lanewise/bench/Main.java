package lanewise.bench;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import lanewise.bench.explain.ExplainCommand;
import lanewise.bench.race.RaceCommand;
import lanewise.bench.speed.BenchCommand;
import lanewise.bench.verify.VerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. Exit code 0 is success, 1 a failure, 2 a wrong option or input. */
@Command(
        name = "lanewise",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "An optimizer engine for the JVM: it turns gradients into new weights.",
        synopsisSubcommandLabel = "<command>",
        commandListHeading = "%nCommands:%n",
        footer = {"", "@|bold lanewise <command> --help|@ says more about a command."},
        subcommands = {
            RaceCommand.class,
            BenchCommand.class,
            VerifyCommand.class,
            ExplainCommand.class,
            MemoryCommand.class,
            InfoCommand.class,
            JmhCommand.class
        })
public final class Main implements Runnable {
    private static final String STACK_TRACE_VARIABLE = "LANEWISE_STACKTRACE";

    /** Kept, since the log manager forgets loggers that nobody holds. */
    private static final Logger LOGGER = Logger.getLogger("lanewise");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Shows where an error comes from; so does the variable " + STACK_TRACE_VARIABLE + ".")
    private boolean stackTrace = System.getenv(STACK_TRACE_VARIABLE) != null;

    private Main() {}

    /** Runs a command and ends the JVM. */
    public static void main(String[] args) {
        if (System.getProperty("java.util.logging.config.file") == null) {
            System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s: %5$s%n");
            // The commands themselves say which backend they use.
            LOGGER.setLevel(Level.WARNING);
        }
        // The text is English, so its numbers are.
        Locale.setDefault(Locale.ROOT);
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    /** Runs a command and gives back its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine commandLine = new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((wrong, _) -> {
                    CommandLine command = wrong.getCommandLine();
                    command.getErr()
                            .println(sentence(wrong.getMessage()) + " See "
                                    + command.getCommandSpec().qualifiedName() + " --help.");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((failure, _, _) -> main.report(failure, err));
        try {
            return commandLine.execute(args);
        } catch (StackOverflowError | OutOfMemoryError | LinkageError failure) {
            return main.report(failure, err);
        }
    }

    /** One sentence, whatever went wrong. */
    private int report(Throwable failure, PrintWriter err) {
        String message = failure.getMessage();
        // What the engine says to its callers is meant to be read.
        boolean meant = failure instanceof IllegalArgumentException || failure instanceof IllegalStateException;
        err.println(sentence(meant && message != null ? message : failure.toString()));
        if (stackTrace) {
            failure.printStackTrace(err);
        }
        return meant ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private static String sentence(String message) {
        return "lanewise: " + message.strip() + (message.strip().endsWith(".") ? "" : ".");
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing; there are "
                        + String.join(", ", spec.subcommands().keySet()));
    }
}
