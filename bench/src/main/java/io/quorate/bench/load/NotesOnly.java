package io.quorate.bench.load;

import java.io.PrintStream;

/** Shows no progress, only the notes. */
final class NotesOnly implements Progress {
    private final PrintStream out;

    NotesOnly(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begin(String phase, long total, String unit) {}

    @Override
    public void at(long done, String extra) {}

    @Override
    public void end() {}

    @Override
    public void note(String line) {
        out.println(line);
    }
}
