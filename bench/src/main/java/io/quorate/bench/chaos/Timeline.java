package io.quorate.bench.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What happened when: faults as they begin and end, and how requests fared in each second. For several threads. */
final class Timeline {
    private final long startedNanos;
    private final Consumer<String> out;
    private final List<Event> events = new ArrayList<>();
    private final List<Second> seconds = new ArrayList<>();

    /** Something that was done, in seconds since the start; {@code to} is where it ended. */
    record Event(String text, double from, double to) {}

    /** How many requests ended in one second, and how. */
    record Second(long done, long refused, long unknown) {
        private static final Second NONE = new Second(0, 0, 0);

        private Second plus(Second other) {
            return new Second(done + other.done, refused + other.refused, unknown + other.unknown);
        }
    }

    /** Begins now; {@code out} is told of what happens. */
    Timeline(Consumer<String> out) {
        this.out = out;
        this.startedNanos = System.nanoTime();
    }

    double now() {
        return (System.nanoTime() - startedNanos) / 1e9;
    }

    private synchronized void add(Second one) {
        int second = (int) now();
        while (seconds.size() <= second) {
            seconds.add(Second.NONE);
        }
        seconds.set(second, seconds.get(second).plus(one));
    }

    void done() {
        add(new Second(1, 0, 0));
    }

    /** A request was refused: nothing happened. */
    void refused() {
        add(new Second(0, 1, 0));
    }

    /** Nobody knows whether a write happened. */
    void unknown() {
        add(new Second(0, 0, 1));
    }

    /** Something lasts from {@code from} until now. */
    synchronized void lasted(String text, double from) {
        events.add(new Event(text, from, now()));
    }

    void say(String text) {
        out.accept(String.format(Locale.ROOT, "%7.1f s  %s", now(), text));
    }

    /** How requests have fared since {@code second}, a second. */
    synchronized String rates(int second) {
        int to = seconds.size();
        int from = Math.min(Math.max(0, second), to);
        Second sum = Second.NONE;
        for (Second each : seconds.subList(from, to)) {
            sum = sum.plus(each);
        }
        double span = Math.max(1, to - from);
        return String.format(
                Locale.ROOT,
                "%.0f requests/s done, %.1f/s refused, %.1f/s unknown",
                sum.done() / span,
                sum.refused() / span,
                sum.unknown() / span);
    }

    synchronized Second total() {
        return seconds.stream().reduce(Second.NONE, Second::plus);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized List<Second> seconds() {
        return List.copyOf(seconds);
    }
}
