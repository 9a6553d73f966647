package io.quorate.bench.contrast;

import java.util.EnumMap;
import java.util.Map;

/**
 * One axis of time for both runs, in seconds: a phase begins at the same place for both. Where one run's took longer, as a
 * start of a node may, the axis waits for it.
 */
final class Axis {
    private final Map<Phase, Double> starts = new EnumMap<>(Phase.class);
    private final double length;

    Axis(ContrastReport report) {
        double at = 0;
        for (Phase phase : Phase.values()) {
            starts.put(phase, at);
            at += report.runs().stream()
                    .mapToDouble(run -> run.span(phase).seconds())
                    .max()
                    .orElse(0);
        }
        this.length = at;
    }

    double length() {
        return length;
    }

    double start(Phase phase) {
        return starts.getOrDefault(phase, length);
    }

    double end(Phase phase) {
        return starts.values().stream()
                .filter(start -> start > start(phase))
                .findFirst()
                .orElse(length);
    }

    /** Where a moment of a phase is. */
    double at(ModeRun.Span span, double time) {
        return start(span.phase()) + time - span.from();
    }
}
