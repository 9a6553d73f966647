package io.quorate.bench.load;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A line every few seconds, for a file or a pipe. */
final class LineProgress implements Progress {
    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PrintStream out;
    private final LongSupplier nanoClock;
    private String phase = "";
    private String unit = "";
    private long total;
    private long lastNanos;

    LineProgress(PrintStream out, LongSupplier nanoClock) {
        this.out = out;
        this.nanoClock = nanoClock;
    }

    @Override
    public void begin(String newPhase, long newTotal, String newUnit) {
        phase = newPhase;
        total = newTotal;
        unit = newUnit;
        lastNanos = nanoClock.getAsLong();
    }

    @Override
    public void at(long done, String extra) {
        long now = nanoClock.getAsLong();
        if (now - lastNanos >= INTERVAL_NANOS) {
            lastNanos = now;
            out.println((phase + ": " + done + " of " + total + " " + unit + " " + extra).strip());
        }
    }

    @Override
    public void end() {}

    @Override
    public void note(String line) {
        out.println(line);
    }
}
