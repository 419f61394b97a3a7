package lanewise.bench;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lanewise info}. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "Shows the CPU, the backend chosen and why, threads and JDK.")
final class InfoCommand implements Callable<Integer> {
    private static final int LABEL_WIDTH = 10;
    private static final int VALUE_WIDTH = 80;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> rows = Machine.rows();
        rows.put("JDK at", System.getProperty("java.home"));

        out.println(Version.text());
        out.println();
        TextTable table = TextTable.forColumns(
                Help.defaultColorScheme(Ansi.OFF),
                new Help.Column(LABEL_WIDTH, 0, Help.Column.Overflow.TRUNCATE),
                new Help.Column(VALUE_WIDTH, 0, Help.Column.Overflow.WRAP));
        table.indentWrappedLines = 0;
        rows.forEach(table::addRowValues);
        out.println(table);
        out.flush();
        return 0;
    }
}
