package lanewise.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The command line in a JVM whose profiles other rules have shaped. */
public final class AfterOthers {
    private AfterOthers() {}

    /** Verifies some rules, then does what the arguments say. */
    public static void main(String[] args) throws IOException {
        Path report = Files.createTempFile("others", ".html");
        try (PrintWriter nowhere = new PrintWriter(Writer.nullWriter())) {
            int exit = Main.run(
                    nowhere,
                    nowhere,
                    "verify",
                    "rmsprop",
                    "nadam",
                    "lamb",
                    "--lanes",
                    "4",
                    "--report",
                    report.toString());
            if (exit != 0) {
                throw new IllegalStateException("the other rules ended with exit code " + exit);
            }
        } finally {
            Files.delete(report);
        }
        Main.main(args);
    }
}
