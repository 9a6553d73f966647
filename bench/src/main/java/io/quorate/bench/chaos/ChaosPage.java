package io.quorate.bench.chaos;

import java.util.List;
import java.util.Locale;

/** A run as a page: requests in each second as a drawing, faults as bands behind them, and the same in tables. */
final class ChaosPage {
    private static final int WIDTH = 1100;
    private static final int LEFT = 60;
    private static final int PLOT = 260;
    private static final int LANE = 16;

    private final ChaosRun.Report report;
    private final Timeline timeline;
    private final String title;
    private final StringBuilder html = new StringBuilder(20_000);
    private final double span;
    private final double top;

    private ChaosPage(ChaosRun.Report report, Timeline timeline, String title) {
        this.report = report;
        this.timeline = timeline;
        this.title = title;
        this.span = Math.max(1, timeline.seconds().size());
        this.top = Math.max(
                1,
                timeline.seconds().stream()
                        .mapToLong(second -> second.done() + second.refused() + second.unknown())
                        .max()
                        .orElse(1));
    }

    /** The whole page, without anything from elsewhere. */
    static String of(ChaosRun.Report report, Timeline timeline, String title) {
        return new ChaosPage(report, timeline, title).write();
    }

    private String write() {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(title))
                .append("</title>\n<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:1150px}")
                .append("table{border-collapse:collapse}td,th{padding:.15em .9em .15em 0;text-align:left}")
                .append("td.n{text-align:right}svg text{font:12px system-ui,sans-serif}")
                .append("li{white-space:pre-wrap}.bad{color:#b00020}.good{color:#1b6e3c}</style></head><body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n");
        verdict();
        drawing();
        events();
        counts();
        return html.append("</body></html>\n").toString();
    }

    private void verdict() {
        if (report.wrong().isEmpty()) {
            line("p class=\"good\"", "Everything that was promised was kept.");
            return;
        }
        line("p class=\"bad\"", report.wrong().size() + " promises were broken:");
        html.append("<ul>");
        report.wrong().stream().limit(100).forEach(wrong -> line("li", wrong));
        html.append("</ul>\n");
    }

    private void line(String tag, String text) {
        String name = tag.split(" ", 2)[0];
        html.append('<')
                .append(tag)
                .append('>')
                .append(escaped(text))
                .append("</")
                .append(name)
                .append(">\n");
    }

    private double x(double second) {
        return LEFT + (WIDTH - LEFT) * Math.min(second, span) / span;
    }

    private double y(double count) {
        return PLOT - (PLOT - 20) * count / top;
    }

    private void drawing() {
        List<Timeline.Event> events = timeline.events();
        int lanes = 1 + events.stream().mapToInt(this::lane).max().orElse(0);
        int height = PLOT + 30 + lanes * LANE;
        html.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" width=\"100%%\" role=\"img\" aria-label=\"Requests a second, and faults;"
                        + " the tables below say the same\">%n",
                WIDTH,
                height));
        for (Timeline.Event event : events) {
            html.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"20\" width=\"%.1f\" height=\"%d\" fill=\"#e8a33d\" opacity=\".22\"><title>%s,"
                            + " %.1f to %.1f s</title></rect>%n",
                    x(event.from()),
                    Math.max(1, x(event.to()) - x(event.from())),
                    PLOT - 20,
                    escaped(event.text()),
                    event.from(),
                    event.to()));
        }
        curve("#1f6fb4", "done", second -> second.done());
        curve("#b00020", "refused", second -> second.refused());
        curve("#7a3db8", "unknown", second -> second.unknown());
        axis();
        for (Timeline.Event event : events) {
            double lane = PLOT + 30.0 + lane(event) * LANE;
            html.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"#e8a33d\"><title>%s, %.1f to %.1f"
                            + " s</title></rect>%n",
                    x(event.from()),
                    lane,
                    Math.max(2, x(event.to()) - x(event.from())),
                    LANE - 4,
                    escaped(event.text()),
                    event.from(),
                    event.to()));
        }
        for (int lane = 0; lane < lanes; lane++) {
            html.append(String.format(
                    Locale.ROOT,
                    "<text x=\"2\" y=\"%d\">%s</text>%n",
                    PLOT + 40 + lane * LANE,
                    lane == 0 ? "all" : "n" + lane));
        }
        html.append("</svg>\n");
    }

    /** One for each node, as its events begin with its name; the first for what is about all. */
    private int lane(Timeline.Event event) {
        String first = event.text().split(" ", 2)[0];
        return first.matches("n[0-9]+") ? Integer.parseInt(first.substring(1)) : 0;
    }

    private interface Count {
        long of(Timeline.Second second);
    }

    private void curve(String colour, String name, Count count) {
        StringBuilder points = new StringBuilder();
        List<Timeline.Second> seconds = timeline.seconds();
        for (int i = 0; i < seconds.size(); i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i + 0.5), y((double) count.of(seconds.get(i)))));
        }
        html.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"><title>%s</title></polyline>%n",
                points.toString().strip(),
                colour,
                name));
    }

    private void axis() {
        html.append(String.format(
                Locale.ROOT,
                "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#555\"/>"
                        + "<text x=\"2\" y=\"24\">%.0f/s</text><text x=\"2\" y=\"%d\">0</text>"
                        + "<text x=\"%d\" y=\"%d\">0 s</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f s</text>"
                        + "<text x=\"%d\" y=\"14\" fill=\"#1f6fb4\">done</text>"
                        + "<text x=\"%d\" y=\"14\" fill=\"#b00020\">refused, nothing happened</text>"
                        + "<text x=\"%d\" y=\"14\" fill=\"#7a3db8\">may have happened</text>%n",
                LEFT,
                PLOT,
                WIDTH,
                PLOT,
                top,
                PLOT,
                LEFT,
                PLOT + 16,
                WIDTH,
                PLOT + 16,
                span,
                LEFT,
                LEFT + 60,
                LEFT + 230));
    }

    private void events() {
        html.append("<h2>What was done</h2>\n<p>")
                .append(escaped(report.ordeal()))
                .append("</p>\n<table><tr><th>from, s</th><th>to, s</th><th>what</th></tr>\n");
        for (Timeline.Event event : timeline.events()) {
            html.append(String.format(
                    Locale.ROOT,
                    "<tr><td class=\"n\">%.1f</td><td class=\"n\">%.1f</td><td>%s</td></tr>%n",
                    event.from(),
                    event.to(),
                    escaped(event.text())));
        }
        html.append("</table>\n");
    }

    private void counts() {
        Timeline.Second all = report.requests();
        html.append("<h2>What came of it</h2>\n<table>\n");
        report.counts().forEach(this::row);
        row("requests done", all.done());
        row("requests refused, nothing happened", all.refused());
        row("writes that may have happened", all.unknown());
        report.errors().forEach((code, count) -> row("of these: " + code, count));
        html.append("</table>\n");
        report.settled()
                .forEach((goal, seconds) ->
                        line("p", String.format(Locale.ROOT, "%.1f s after the last fault %s.", seconds, goal)));
    }

    private void row(String name, long count) {
        html.append("<tr><td>")
                .append(escaped(name))
                .append("</td><td class=\"n\">")
                .append(count)
                .append("</td></tr>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
