package io.quorate.bench.contrast;

import java.util.List;

/** A run as a page that needs nothing from elsewhere. */
final class ContrastPage {
    private static final String SETTING =
            "Four servers of one ring in three zones, so that each zone has one home of every"
                    + " partition; the first zone has two nodes, of which one stands in for a home when the zone is cut off. The"
                    + " modes run one after the other on these servers, each with the whole machine to itself: at once, the one"
                    + " that waits would leave the processors to the other and make it look fast. Both are warmed up before"
                    + " either is measured. Every second client is on the side that is cut off and asks the home there, which"
                    + " hands requests of a leader bucket on to the leader; a client that cannot reach a node asks another home,"
                    + " and after a failure it waits 20 ms. Each sends when its last answer has come, so while clients of one side"
                    + " wait, the others have more of the machine. Each key has one writer, every tenth has two, one on either"
                    + " side. A read is stale if a write that was acknowledged before it began is neither shown nor replaced by"
                    + " what is shown. A leaderless read of the side that is cut off is answered where its stand-in has kept"
                    + " something for the key since, else refused: that it keeps nothing says nothing of the key. Bands are the"
                    + " outages. Where a phase took longer in one run, as the start of a node may, the other shows nothing.";

    private final ContrastReport report;
    private final StringBuilder html = new StringBuilder(200_000);

    private ContrastPage(ContrastReport report) {
        this.report = report;
    }

    /**
     * The whole page.
     *
     * @param asked what the run was asked to do
     * @param machine where it ran
     */
    static String of(ContrastReport report, String asked, String machine) {
        return new ContrastPage(report).write(asked, machine);
    }

    private String write(String asked, String machine) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append(
                        "<meta name=\"color-scheme\" content=\"light dark\"><title>Leaderless beside leader</title>\n<style>")
                .append("body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:1100px;padding:0 1em}")
                .append(
                        "table{border-collapse:collapse;font-size:13px}td,th{padding:.15em .8em .15em 0;text-align:right}")
                .append(
                        "td:nth-child(-n+2),th:nth-child(-n+2){text-align:left}tr:nth-child(odd) td{padding-bottom:.5em}")
                .append(".bad{color:#c62828}.good{color:#2e8b57}\n")
                .append(Drawing.STYLE)
                .append("</style></head><body>\n<h1>Leaderless beside leader</h1>\n");
        verdict();
        line("p", asked + ". " + machine + ".");
        line("p", SETTING);
        ContrastDrawings drawings = new ContrastDrawings(report);
        line("h2", "Who takes writes");
        html.append(drawings.writes(false));
        line("h2", "What is answered");
        html.append(drawings.answers());
        for (Mode mode : Mode.values()) {
            html.append(drawings.times(mode));
        }
        line("h2", "Where writes stand still");
        line(
                "p",
                "A row for each partition, dark where no write was acknowledged for " + Gap.SIDE_SECONDS_MIN
                        + " s or longer, as the clients of either side saw it.");
        for (Mode mode : Mode.values()) {
            html.append(drawings.standstills(mode));
        }
        line("h2", "In figures");
        table();
        html.append("<ul>\n");
        ContrastTable.sentences(report).forEach(sentence -> line("li", sentence));
        html.append("</ul>\n");
        return html.append("</body></html>\n").toString();
    }

    private void verdict() {
        List<String> wrong = report.wrong();
        if (wrong.isEmpty()) {
            line("p class=\"good\"", "Each mode has kept what it promises.");
            return;
        }
        line("p class=\"bad\"", wrong.size() + " promises were broken:");
        html.append("<ul>\n");
        wrong.forEach(each -> line("li", each));
        html.append("</ul>\n");
    }

    private void line(String tag, String text) {
        int space = tag.indexOf(' ');
        html.append('<')
                .append(tag)
                .append('>')
                .append(Drawing.escaped(text))
                .append("</")
                .append(space < 0 ? tag : tag.substring(0, space))
                .append(">\n");
    }

    private void table() {
        html.append("<table><tr>");
        ContrastTable.HEADS.forEach(head -> line("th", head));
        html.append("</tr>\n");
        for (List<String> row : ContrastTable.rows(report)) {
            html.append("<tr>");
            row.forEach(cell -> line("td", cell));
            html.append("</tr>\n");
        }
        html.append("</table>\n");
        line("p", ContrastTable.UNITS + ".");
    }
}
