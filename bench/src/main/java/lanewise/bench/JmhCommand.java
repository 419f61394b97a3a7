package lanewise.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code lanewise jmh}: JMH with this launcher's JDK, modules and libraries. */
@Command(
        name = "jmh",
        description = {
            "Runs JMH benchmarks; all arguments are JMH's, see lanewise jmh -h.",
            "For example: lanewise jmh StepBenchmark -p size=4096,1048576 -p threads=1"
        })
final class JmhCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        arguments.remove("--");
        org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
