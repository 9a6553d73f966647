package io.quorate.bench.load;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A moving bar for each phase, for a terminal. */
final class BarProgress implements Progress {
    private static final int REDRAW_MILLIS = 250;

    private final PrintStream terminal;
    private @Nullable ProgressBar bar;

    BarProgress(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public void begin(String phase, long total, String unit) {
        boolean millis = unit.equals("ms");
        bar = new ProgressBarBuilder()
                .setTaskName(phase)
                .setInitialMax(total)
                .setUnit(millis ? " s" : " " + unit, millis ? 1000 : 1)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(terminal))
                .build();
    }

    @Override
    public void at(long done, String extra) {
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(" " + extra);
        }
    }

    @Override
    public void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void note(String line) {
        terminal.println(line);
    }
}
