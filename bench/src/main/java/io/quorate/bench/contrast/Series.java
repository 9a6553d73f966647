package io.quorate.bench.contrast;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What came of requests in each short time of a run.
 *
 * @param at middle of the time, in seconds on the axis
 * @param perSecond requests that ended in it
 * @param times of them
 */
record Series(double at, double perSecond, Figures.Times times) {
    /** Points of each phase, of such a step; what is left of a phase that is shorter than half a step is left out. */
    static List<Series> of(ModeRun run, Axis axis, double step, Predicate<Sample> which) {
        List<Series> points = new ArrayList<>();
        for (ModeRun.Span span : run.spans()) {
            List<Sample> samples = run.in(span).stream().filter(which).toList();
            for (double from = span.from(); span.to() - from > step / 2; from += step) {
                ModeRun.Span part = new ModeRun.Span(span.phase(), from, Math.min(from + step, span.to()), "");
                List<Sample> ended = samples.stream()
                        .filter(sample -> part.contains(sample.to()))
                        .toList();
                points.add(new Series(
                        axis.at(span, from + part.seconds() / 2),
                        ended.size() / part.seconds(),
                        Figures.Times.of(ended)));
            }
        }
        return points;
    }
}
