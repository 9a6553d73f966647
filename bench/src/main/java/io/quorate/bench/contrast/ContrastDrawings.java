package io.quorate.bench.contrast;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** What a run looks like: throughput of both modes, their times, and where writes stood still. */
final class ContrastDrawings {
    private static final double RATE_STEP = 0.5;
    private static final double TIME_STEP = 1;
    /** Curves do not go over a longer time of which nothing is known. */
    private static final double HOLE_SECONDS = 1.6;

    private static final List<Double> ROUND = List.of(1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0);
    private static final double MILLIS_MIN = 0.1;
    private static final double MILLIS_MAX = 2000;

    private final ContrastReport report;
    private final Axis axis;

    ContrastDrawings(ContrastReport report) {
        this.report = report;
        this.axis = new Axis(report);
    }

    /** Acknowledged writes a second, as the clients of either side see it. */
    String writes(boolean alone) {
        Drawing drawing = new Drawing(axis);
        drawing.legend("leaderless: " + Mode.LEADERLESS.levels(), "leader: " + Mode.LEADER.levels());
        drawing.phases();
        List<Drawing.Curve> away = rates(sample -> sample.isAcknowledgedWrite() && sample.away());
        List<Drawing.Curve> rest = rates(sample -> sample.isAcknowledgedWrite() && !sample.away());
        double top = Math.max(top(away), top(rest));
        panel(drawing, "acknowledged writes a second, of clients in the zone that is cut off", top, away);
        panel(drawing, "the same, of clients elsewhere", top, rest);
        drawing.seconds();
        return drawing.end(
                "Acknowledged writes a second of a leaderless and a leader bucket, while a node is killed and a zone cut off",
                alone);
    }

    /** All answered requests a second, and all that failed. */
    String answers() {
        Drawing drawing = new Drawing(axis);
        drawing.phases();
        List<Drawing.Curve> answered = rates(Sample::isAnswered);
        panel(drawing, "answered requests a second, of all clients", top(answered), answered);
        List<Drawing.Curve> failed = rates(sample -> !sample.isAnswered());
        panel(drawing, "failed requests a second, of all clients", top(failed), failed);
        drawing.seconds();
        return drawing.end("Answered and failed requests a second", false);
    }

    private static void panel(Drawing drawing, String heading, double top, List<Drawing.Curve> curves) {
        drawing.heading(heading);
        drawing.panel(130, List.of(0.0, top / 2, top), value -> value / top, curves);
    }

    private List<Drawing.Curve> rates(Predicate<Sample> which) {
        List<Drawing.Curve> curves = new ArrayList<>();
        for (ModeRun run : report.runs()) {
            curves.add(curve(run, "", Series.of(run, axis, RATE_STEP, which), Series::perSecond));
        }
        return curves;
    }

    private static Drawing.Curve curve(ModeRun run, String fine, List<Series> points, ToDoubleFunction<Series> value) {
        List<Drawing.Point> line = new ArrayList<>();
        double last = Double.NEGATIVE_INFINITY;
        for (Series point : points) {
            line.add(new Drawing.Point(point.at(), value.applyAsDouble(point), point.at() - last > HOLE_SECONDS));
            last = point.at();
        }
        return new Drawing.Curve(run.mode().text() + fine, line);
    }

    /** The next round number above all of them. */
    private static double top(List<Drawing.Curve> curves) {
        double most = curves.stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(Drawing.Point::value)
                .max()
                .orElse(0);
        return top(most);
    }

    static double top(double most) {
        double unit = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1))));
        return ROUND.stream()
                .map(times -> times * unit)
                .filter(top -> top >= most)
                .findFirst()
                .orElse(10 * unit);
    }

    /** Times of answered requests of one mode: half of them, 99 and 99.9 of a hundred, on a logarithmic scale. */
    String times(Mode mode) {
        ModeRun run = report.run(mode);
        List<Series> points = Series.of(run, axis, TIME_STEP, Sample::isAnswered).stream()
                .filter(point -> point.perSecond() > 0)
                .toList();
        Drawing drawing = new Drawing(axis);
        drawing.heading(mode.text() + ": ms until an answer; p50, and dashed p99 and p99.9");
        drawing.panel(
                130,
                List.of(1.0, 10.0, 100.0, 1000.0),
                value -> Math.log(Math.max(value, MILLIS_MIN) / MILLIS_MIN) / Math.log(MILLIS_MAX / MILLIS_MIN),
                List.of(
                        curve(run, "", points, point -> point.times().p50()),
                        curve(run, " fine", points, point -> point.times().p99()),
                        curve(run, " fine", points, point -> point.times().p999())));
        drawing.seconds();
        return drawing.end("Times of answered requests, " + mode.text(), false);
    }

    /** Partitions over time, for the clients of either side. */
    String standstills(Mode mode) {
        ModeRun run = report.run(mode);
        Drawing drawing = new Drawing(axis);
        for (boolean away : List.of(true, false)) {
            drawing.heading(mode.text() + ", clients " + (away ? "in the zone that is cut off" : "elsewhere"));
            List<Sample> samples = run.samples().stream()
                    .filter(sample -> sample.away() == away)
                    .toList();
            drawing.strip(run, Gap.of(run, samples, report.partitions(), Gap.SIDE_SECONDS_MIN), 2);
        }
        drawing.seconds();
        return drawing.end("Times without an acknowledged write, " + mode.text(), false);
    }
}
