package io.quorate.bench.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Folds every event into a hash, by which two runs of a seed are compared, and keeps the last of them for people. */
public final class Trace {
    private static final int KEPT = 20000;

    private final Deque<String> lines = new ArrayDeque<>();
    private long hash = 1125899906842597L;

    public void note(long now, String text) {
        long h = hash * 31 + now;
        for (int i = 0; i < text.length(); i++) {
            h = h * 31 + text.charAt(i);
        }
        hash = h;
        lines.add(now / 1000 + " us  " + text);
        if (lines.size() > KEPT) {
            lines.poll();
        }
    }

    public long hash() {
        return hash;
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }
}
