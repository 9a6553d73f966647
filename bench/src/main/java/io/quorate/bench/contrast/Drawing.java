package io.quorate.bench.contrast;

import java.util.List;
import java.util.Locale;

/**
 * Pieces of a drawing in SVG, below each other, over one axis of time: bands for the outages, curves, and strips. Its
 * colours are classes that {@link #STYLE} names, for a light and for a dark background.
 */
final class Drawing {
    /** Of the page and of the picture. */
    static final String STYLE = """
            .page{fill:#fcfcfa}.ink{fill:#1d232a}.dim{fill:#5a6570}.rule{stroke:#a8b0b8;stroke-width:1}
            .band{fill:#e8a33d;opacity:.2}.dark{fill:#5b6570}
            .leaderless{stroke:#1f5fa8;fill:none;stroke-width:2}.leader{stroke:#c2571a;fill:none;stroke-width:2}
            .leaderless.fine,.leader.fine{stroke-width:1.2;stroke-dasharray:4 3}
            text.leaderless{fill:#1f5fa8;stroke:none}text.leader{fill:#c2571a;stroke:none}
            @media (prefers-color-scheme:dark){
            .page{fill:#14181d}.ink{fill:#e6eaee}.dim{fill:#a3aeb9}.rule{stroke:#55606b}.band{opacity:.28}.dark{fill:#a3aeb9}
            .leaderless{stroke:#7db4f2}.leader{stroke:#f0a06a}text.leaderless{fill:#7db4f2}text.leader{fill:#f0a06a}}
            """;

    static final int WIDTH = 960;
    private static final int LEFT = 70;
    private static final int RIGHT = 14;

    private final StringBuilder svg = new StringBuilder(8_000);
    private final Axis axis;
    private double y;

    Drawing(Axis axis) {
        this.axis = axis;
    }

    /** How a value is placed between the bottom of a panel and its top. */
    interface Scale {
        /** From 0 to 1. */
        double of(double value);
    }

    /** A line through points, by its class. */
    record Curve(String style, List<Point> points) {}

    /** One point; {@code begins} if no line leads to it from the one before. */
    record Point(double at, double value, boolean begins) {}

    private double x(double at) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.min(1, Math.max(0, at / axis.length()));
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    /** A line of text of its own. */
    void heading(String text) {
        y += 24;
        add("<text class=\"ink\" x=\"%d\" y=\"%.0f\" font-weight=\"600\">%s</text>", 4, y, escaped(text));
        y += 8;
    }

    /** The names of the modes, in their colours. */
    void legend(String leaderless, String leader) {
        y += 20;
        add("<text class=\"leaderless\" x=\"%d\" y=\"%.0f\">%s</text>", 4, y, escaped(leaderless));
        add("<text class=\"leader\" x=\"%d\" y=\"%.0f\">%s</text>", WIDTH / 2, y, escaped(leader));
        y += 4;
    }

    /** The names of the phases. */
    void phases() {
        y += 16;
        for (Phase phase : Phase.values()) {
            add(
                    "<text class=\"dim\" x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>",
                    x((axis.start(phase) + axis.end(phase)) / 2), y, phase.text());
        }
        y += 6;
    }

    private void bands(double height) {
        for (Phase phase : Phase.values()) {
            double from = x(axis.start(phase));
            if (phase.isOutage()) {
                add(
                        "<rect class=\"band\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                        from, y, x(axis.end(phase)) - from, height);
            }
        }
    }

    /**
     * Curves over each other.
     *
     * @param marks values that get a line and their text
     */
    void panel(double height, List<Double> marks, Scale scale, List<Curve> curves) {
        bands(height);
        double bottom = y + height;
        for (double mark : marks) {
            double at = bottom - height * scale.of(mark);
            add(
                    "<line class=\"rule\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" opacity=\".5\"/>"
                            + "<text class=\"dim\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT, at, WIDTH - RIGHT, at, LEFT - 6, at + 4, ContrastTable.number(mark, 0));
        }
        for (Curve curve : curves) {
            StringBuilder path = new StringBuilder();
            for (Point point : curve.points()) {
                double height01 = Math.min(1, Math.max(0, scale.of(point.value())));
                path.append(String.format(
                        Locale.ROOT,
                        "%s%.1f %.1f",
                        point.begins() ? "M" : "L",
                        x(point.at()),
                        bottom - height * height01));
            }
            add("<path class=\"%s\" d=\"%s\"/>", curve.style(), path);
        }
        y = bottom;
    }

    /** A row for each partition, dark where it took no write. */
    void strip(ModeRun run, List<List<Gap>> partitions, double rowHeight) {
        double height = partitions.size() * rowHeight;
        bands(height);
        add(
                "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"none\" class=\"rule\"/>",
                LEFT, y, WIDTH - LEFT - RIGHT, height);
        for (int partition = 0; partition < partitions.size(); partition++) {
            for (Gap gap : partitions.get(partition)) {
                for (ModeRun.Span span : run.spans()) {
                    if (gap.within(span) > 0) {
                        double from = x(axis.at(span, Math.max(gap.from(), span.from())));
                        double to = x(axis.at(span, Math.min(gap.to(), span.to())));
                        add(
                                "<rect class=\"dark\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                                from, y + partition * rowHeight, to - from, rowHeight);
                    }
                }
            }
        }
        y += height;
    }

    /** Seconds along the bottom. */
    void seconds() {
        y += 16;
        double step = axis.length() > 60 ? 20 : axis.length() > 25 ? 10 : 5;
        for (double at = 0; at <= axis.length(); at += step) {
            add("<text class=\"dim\" x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%.0f s</text>", x(at), y, at);
        }
        y += 6;
    }

    /**
     * The whole of it.
     *
     * @param alone whether it is a file of its own, with its style and a background
     */
    String end(String title, boolean alone) {
        double height = y + 8;
        String open = String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%s\" role=\"img\""
                        + " aria-label=\"%s\" font-family=\"system-ui, sans-serif\" font-size=\"13\">%n",
                WIDTH,
                height,
                alone ? Integer.toString(WIDTH) : "100%",
                escaped(title));
        String back = alone
                ? "<title>" + escaped(title) + "</title>\n<style>\n" + STYLE + "</style>\n"
                        + String.format(
                                Locale.ROOT,
                                "<rect class=\"page\" width=\"%d\" height=\"%.0f\" rx=\"8\"/>%n",
                                WIDTH,
                                height)
                : "";
        return open + back + svg + "</svg>\n";
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
