package io.quorate.bench.contrast;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What came of one mode.
 *
 * @param spans its phases, in order
 * @param healthy what nodes sent and synced in the healthy phase
 * @param load the machine's load average when it began
 * @param wrong what does not fit the promises of the mode; empty if all does
 */
record ModeRun(
        Mode mode,
        ImmutableList<Span> spans,
        ImmutableList<Sample> samples,
        Traffic healthy,
        double load,
        End end,
        ImmutableList<String> wrong) {

    /**
     * When a phase was, in seconds since the run of the mode began.
     *
     * @param text what was done to which node; empty if nothing
     */
    record Span(Phase phase, double from, double to, String text) {
        boolean contains(double time) {
            return from <= time && time < to;
        }

        double seconds() {
            return to - from;
        }
    }

    /**
     * What was there in the end.
     *
     * @param agreedSeconds from the end of the load until nothing was kept for others any more; above the bound if never
     * @param siblings keys with several versions
     * @param acknowledged writes
     * @param missing acknowledged writes that are neither there nor replaced
     * @param check what else was checked
     */
    record End(double agreedSeconds, int siblings, long acknowledged, long missing, String check) {}

    Span span(Phase phase) {
        return spans.stream()
                .filter(span -> span.phase() == phase)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there was no phase " + phase));
    }

    /** Requests that ended in a phase. */
    List<Sample> in(Span span) {
        return samples.stream().filter(sample -> span.contains(sample.to())).toList();
    }
}
