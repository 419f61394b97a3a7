package lanewise.bench.report;

import java.io.Console;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on a terminal, nothing elsewhere; gone when the table comes. */
public final class Progress implements AutoCloseable {
    private static final int BAR_WIDTH = 80;

    private final Optional<ProgressBar> bar;

    /**
     * Shows the bar.
     *
     * @param task a word for what is done
     * @param units how many steps there will be
     */
    // It is null again where there is no terminal: JDK-8351435.
    @SuppressWarnings("SystemConsoleNull")
    public Progress(String task, long units) {
        Console console = System.console();
        bar = console == null || !console.isTerminal()
                ? Optional.empty()
                : Optional.of(new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(units)
                        .setUpdateIntervalMillis(200)
                        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err, BAR_WIDTH))
                        .clearDisplayOnFinish()
                        .build());
    }

    /**
     * One step done. Any thread may say so.
     *
     * @param message what it was
     */
    public void step(String message) {
        bar.ifPresent(shown -> {
            shown.setExtraMessage(message);
            shown.step();
        });
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }
}
