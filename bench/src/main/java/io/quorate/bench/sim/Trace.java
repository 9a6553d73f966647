package io.quorate.bench.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** Folds every event into a hash, by which two runs of a seed are compared, and keeps the last of them for people. */
public final class Trace {
    private static final int KEPT = 20000;

    private final Deque<Line> lines = new ArrayDeque<>();
    private long hash = 1125899906842597L;

    private record Line(long now, Supplier<String> text) {}

    public void note(long now, String text) {
        long h = hash * 31 + now;
        for (int i = 0; i < text.length(); i++) {
            h = h * 31 + text.charAt(i);
        }
        hash = h;
        keep(now, () -> text);
    }

    /**
     * An event whose text is made only if somebody looks at it: what it is made of must not change.
     *
     * @param fold what tells it from others
     */
    public void note(long now, int fold, Supplier<String> text) {
        hash = (hash * 31 + now) * 31 + fold;
        keep(now, text);
    }

    private void keep(long now, Supplier<String> text) {
        lines.add(new Line(now, text));
        if (lines.size() > KEPT) {
            lines.poll();
        }
    }

    public long hash() {
        return hash;
    }

    public List<String> lines() {
        return lines.stream()
                .map(line -> line.now() / 1000 + " us  " + line.text().get())
                .toList();
    }
}
