package io.quorate.bench.contrast;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of a run as rows of text, the same on the terminal and on the page. */
final class ContrastTable {
    /** What the columns are. */
    static final List<String> HEADS = List.of(
            "phase",
            "mode",
            "answered/s",
            "write p50",
            "p99",
            "p99.9",
            "read p50",
            "p99",
            "p99.9",
            "failed",
            "dark most",
            "dark sum",
            "stale reads",
            "sibling reads");

    static final String UNITS = "times in ms, of answered requests; dark: seconds in which a partition took no write,"
            + " of gaps of at least " + Gap.SECONDS_MIN + " s, the most of one partition and the sum over all";

    private ContrastTable() {}

    /** One row for each phase and mode. */
    static List<List<String>> rows(ContrastReport report) {
        List<List<String>> rows = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            for (Mode mode : Mode.values()) {
                Figures figures = report.figures(mode, phase);
                List<String> row = new ArrayList<>(List.of(phase.text(), mode.text(), number(figures.perSecond(), 0)));
                for (Figures.Times times : List.of(figures.writes(), figures.reads())) {
                    row.add(number(times.p50(), 1));
                    row.add(number(times.p99(), 1));
                    row.add(number(times.p999(), 1));
                }
                row.add(Long.toString(figures.failed()));
                row.add(number(figures.dark().most(), 1));
                row.add(number(figures.dark().sum(), 1));
                row.add(Long.toString(figures.stale()));
                row.add(Long.toString(figures.siblingReads()));
                rows.add(row);
            }
        }
        return rows;
    }

    static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value).replace(',', ' ');
    }

    /** What the table has no column for, a sentence each. */
    static List<String> sentences(ContrastReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "leaderless answers %.2f times as many requests as leader while all is healthy, and %.2f times as many in"
                        + " the end",
                ratio(report, Phase.HEALTHY),
                ratio(report, Phase.HEALED)));
        for (Mode mode : Mode.values()) {
            ModeRun run = report.run(mode);
            for (ModeRun.Span span : run.spans()) {
                Map<String, Long> failures = report.figures(mode, span.phase()).failures();
                if (!span.text().isEmpty() || !failures.isEmpty()) {
                    lines.add(mode.text() + ", " + span.phase().text() + ": "
                            + (span.text().isEmpty() ? "" : span.text() + "; ")
                            + "failed: " + (failures.isEmpty() ? "none" : counts(failures)));
                }
            }
            Figures cut = report.figures(mode, Phase.CUT);
            lines.add(mode.text() + ", during the cut: " + side("the side cut off", cut.away()) + "; "
                    + side("the other side", cut.rest()));
            Traffic each = report.perOperation(mode);
            lines.add(String.format(
                    Locale.ROOT,
                    "%s, healthy, an operation: %.0f bytes between nodes, %.2f fsyncs of all nodes, %.2f changes"
                            + " written (what idle nodes do is taken off)",
                    mode.text(),
                    each.bytes(),
                    each.fsyncs(),
                    each.changes()));
            ModeRun.End end = run.end();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s, in the end: %d of %d acknowledged writes missing, %d keys with siblings; nothing kept for"
                            + " others after %.1f s; %s; load average at its start %.1f",
                    mode.text(),
                    end.missing(),
                    end.acknowledged(),
                    end.siblings(),
                    end.agreedSeconds(),
                    end.check(),
                    run.load()));
        }
        lines.add(String.format(
                Locale.ROOT,
                "idle: %.0f bytes and %.1f fsyncs a second, of all nodes",
                report.idle().bytes(),
                report.idle().fsyncs()));
        return lines;
    }

    private static double ratio(ContrastReport report, Phase phase) {
        return report.figures(Mode.LEADERLESS, phase).perSecond()
                / Math.max(1, report.figures(Mode.LEADER, phase).perSecond());
    }

    private static String counts(Map<String, Long> failures) {
        return failures.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String side(String name, Figures.Side side) {
        return String.format(
                Locale.ROOT,
                "%s was acknowledged %d writes and answered %d reads, %d failed (dark, of gaps of a second: most %.1f s, sum"
                        + " %.1f s)",
                name,
                side.writes(),
                side.reads(),
                side.failed(),
                side.dark().most(),
                side.dark().sum());
    }

    /** The table with columns of even width. */
    static String text(ContrastReport report) {
        List<List<String>> all = new ArrayList<>();
        all.add(HEADS);
        all.addAll(rows(report));
        int[] widths = new int[HEADS.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                // Words to the left, numbers to the right.
                String format = i < 2 ? "%-" + widths[i] + "s" : "%" + widths[i] + "s";
                text.append(i == 0 ? "" : "  ").append(String.format(Locale.ROOT, format, row.get(i)));
            }
            text.append('\n');
        }
        text.append(UNITS).append('\n');
        sentences(report).forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
