package io.quorate.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps what it was told. */
final class SpyProgress implements Progress {
    final List<String> phases = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    Consumer<String> onBegin = phase -> {};

    @Override
    public void begin(String phase, long total, String unit) {
        phases.add(phase);
        onBegin.accept(phase);
    }

    @Override
    public void at(long done, String extra) {}

    @Override
    public void end() {}

    @Override
    public void note(String line) {
        notes.add(line);
    }
}
