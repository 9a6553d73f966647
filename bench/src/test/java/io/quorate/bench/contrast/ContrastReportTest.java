package io.quorate.bench.contrast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.bench.contrast.ModeRun.Span;
import io.quorate.bench.local.MetricsText;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Runs that are made up: ten seconds a phase, two partitions, a request every tenth of a second from either side. */
class ContrastReportTest {
    private static final int PARTITIONS = 2;

    private interface Rule {
        Sample change(Sample sample);
    }

    private static ModeRun run(Mode mode, Rule rule, String... wrong) {
        List<Span> spans = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            double from = spans.size() * 10;
            spans.add(new Span(phase, from, from + 10, phase.isOutage() ? "n1 & n2 are <gone>" : ""));
            for (int i = 0; i < 200; i++) {
                double at = from + i / 20.0;
                samples.add(rule.change(new Sample(
                        at, at + 0.01, i % 4 < 2, i % 2 == 0, i / 4 % PARTITIONS, "", i % 4 < 2 ? 0 : 1, false)));
            }
        }
        return new ModeRun(
                mode,
                ImmutableList.copyOf(spans),
                ImmutableList.copyOf(samples),
                new Traffic(21_000, 250, 400),
                1.5,
                new ModeRun.End(0.5, 1, 500, 0, "checked"),
                ImmutableList.copyOf(wrong));
    }

    private static boolean isInCut(Sample sample) {
        return sample.from() >= 30 && sample.from() < 40;
    }

    private static Sample failed(Sample sample, String code) {
        return new Sample(
                sample.from(), sample.to(), sample.write(), sample.away(), sample.partition(), code, 0, false);
    }

    private static Sample withoutMajority(Sample sample) {
        return isInCut(sample) && sample.away() ? failed(sample, "no-leader") : sample;
    }

    private static ContrastReport report(ModeRun leaderless, ModeRun leader) {
        return new ContrastReport(ImmutableList.of(leaderless, leader), PARTITIONS, 640, new Traffic(100, 5, 0));
    }

    private static ContrastReport asPromised() {
        return report(run(Mode.LEADERLESS, sample -> sample), run(Mode.LEADER, ContrastReportTest::withoutMajority));
    }

    @Test
    void figuresAreOfThePhase() {
        Figures cut = asPromised().figures(Mode.LEADER, Phase.CUT);

        assertThat(cut.answered()).isEqualTo(100);
        assertThat(cut.perSecond()).isEqualTo(10);
        assertThat(cut.failures()).containsOnlyKeys("no-leader").containsEntry("no-leader", 100L);
        assertThat(cut.away()).isEqualTo(new Figures.Side(0, 0, 100, cut.away().dark()));
        assertThat(cut.rest().writes()).isEqualTo(50);
        assertThat(cut.rest().reads()).isEqualTo(50);
        assertThat(cut.writes().p50()).isBetween(9.9, 10.1);
    }

    @Test
    void aPartitionIsDarkWhileItTakesNoWrite() {
        Figures cut = asPromised().figures(Mode.LEADER, Phase.CUT);

        assertThat(cut.away().dark().most()).isEqualTo(10);
        assertThat(cut.away().dark().sum()).isEqualTo(20);
        assertThat(cut.rest().dark().sum()).isZero();
        assertThat(asPromised().figures(Mode.LEADER, Phase.HEALED).away().dark().sum())
                .as("until its first write")
                .isBetween(0.0, 0.5);
    }

    @Test
    void timesAreThoseThatSuchAShareDoesNotExceed() {
        List<Sample> samples = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            samples.add(new Sample(0, i / 1e3, true, true, 0, "", 0, false));
        }

        assertThat(Figures.Times.of(samples)).isEqualTo(new Figures.Times(500, 990, 999));
        assertThat(Figures.Times.of(List.of())).isEqualTo(new Figures.Times(0, 0, 0));
    }

    @Test
    void whatIdleNodesDoIsTakenOff() {
        assertThat(asPromised().perOperation(Mode.LEADERLESS)).isEqualTo(new Traffic(100, 1, 2));
    }

    @Test
    void trafficIsReadFromTheMetricsOfANode() {
        Traffic traffic = Traffic.read(new MetricsText("""
                quorate_link_data_sent_bytes{node="n1"} 5
                quorate_link_group_sent_bytes{node="n1"} 70
                quorate_link_control_sent_bytes{node="n1"} 900
                quorate_storage_fsync_seconds_count{node="n1"} 4
                quorate_storage_batch_sum{node="n1"} 12
                """));

        assertThat(traffic).isEqualTo(new Traffic(975, 4, 12));
    }

    @Test
    void nothingIsWrongIfBothKeptTheirPromises() {
        assertThat(asPromised().wrong()).isEmpty();
    }

    @Test
    void anAnswerOfTheSideWithoutAMajorityBreaksThePromise() {
        ModeRun answered = run(Mode.LEADER, sample -> sample);

        assertThat(report(run(Mode.LEADERLESS, sample -> sample), answered).wrong())
                .singleElement()
                .asString()
                .contains("without a majority was answered 50 writes and 50 reads");
    }

    @Test
    void aSideOfTheLeaderlessBucketThatStandsStillBreaksThePromise() {
        ModeRun still = run(Mode.LEADERLESS, sample -> isInCut(sample) ? failed(sample, "unavailable") : sample);

        assertThat(report(still, run(Mode.LEADER, ContrastReportTest::withoutMajority))
                        .wrong())
                .singleElement()
                .asString()
                .contains("did not go on");
    }

    @Test
    void aStaleReadOfTheLeaderBucketAndWhatChecksFoundBreakPromises() {
        ModeRun stale = run(
                Mode.LEADER,
                sample -> sample.from() == 1.0
                        ? new Sample(1, 1.01, false, true, 0, "", 1, true)
                        : withoutMajority(sample),
                "a write is missing");

        assertThat(report(run(Mode.LEADERLESS, sample -> sample), stale).wrong())
                .containsExactlyInAnyOrder("leader: a write is missing", "leader: 1 reads were stale");
    }

    @Test
    void thePageSaysWhatTheTableSaysAndItsDrawingsCanBeRead() throws Exception {
        ContrastReport report = asPromised();
        String page = ContrastPage.of(report, "asked <this>", "a machine");

        assertThat(page)
                .contains("Each mode has kept what it promises", "asked &lt;this&gt;", "n1 &amp; n2 are &lt;gone&gt;")
                .doesNotContain("<gone>", "NaN", "Infinity", "http://localhost", "src=");
        ContrastTable.rows(report)
                .forEach(row -> row.forEach(cell -> assertThat(page).contains(cell)));
        int drawings = 0;
        for (int at = page.indexOf("<svg"); at >= 0; at = page.indexOf("<svg", at + 1)) {
            parse(page.substring(at, page.indexOf("</svg>", at) + 6));
            drawings++;
        }
        assertThat(drawings).isEqualTo(6);
        parse(new ContrastDrawings(report).writes(true));
    }

    private static void parse(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        assertThat(factory.newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)))
                        .getDocumentElement()
                        .getTagName())
                .isEqualTo("svg");
    }

    @Test
    void brokenPromisesStandFirstOnThePage() {
        ModeRun answered = run(Mode.LEADER, sample -> sample);

        assertThat(ContrastPage.of(report(run(Mode.LEADERLESS, sample -> sample), answered), "asked", "here"))
                .contains("1 promises were broken", "without a majority was answered");
    }

    @Test
    void theTableHasARowForEachPhaseAndMode() {
        String text = ContrastTable.text(asPromised());

        assertThat(text.lines().limit(11).skip(1)).hasSize(10).allMatch(line -> line.contains("leader"));
        assertThat(text)
                .contains("failed: no-leader 100", "1.00 times as many", "0 of 500 acknowledged writes missing");
    }

    @Test
    void aPhaseThatTookLongerInOneRunMakesTheOtherWait() {
        ModeRun leader = run(Mode.LEADER, ContrastReportTest::withoutMajority);
        List<Span> spans = new ArrayList<>();
        for (Span span : leader.spans()) {
            double late = span.phase().compareTo(Phase.BACK) > 0 ? 5 : 0;
            double longer = span.phase() == Phase.BACK ? 5 : late;
            spans.add(new Span(span.phase(), span.from() + late, span.to() + longer, span.text()));
        }
        ModeRun slow = new ModeRun(
                leader.mode(),
                ImmutableList.copyOf(spans),
                leader.samples(),
                leader.healthy(),
                leader.load(),
                leader.end(),
                leader.wrong());
        ContrastReport report = report(run(Mode.LEADERLESS, sample -> sample), slow);
        Axis axis = new Axis(report);

        assertThat(axis.length()).isEqualTo(55);
        assertThat(axis.start(Phase.CUT)).isEqualTo(35);
        assertThat(axis.at(report.run(Mode.LEADERLESS).span(Phase.CUT), 31)).isEqualTo(36);
        assertThat(axis.at(slow.span(Phase.CUT), 36)).isEqualTo(36);
        assertThat(axis.end(Phase.HEALED)).isEqualTo(55);
    }

    @Test
    void marksAreRoundNumbers() {
        assertThat(ContrastDrawings.top(0)).isEqualTo(1);
        assertThat(ContrastDrawings.top(573)).isEqualTo(600);
        assertThat(ContrastDrawings.top(1000)).isEqualTo(1000);
        assertThat(ContrastDrawings.top(9100)).isEqualTo(10_000);
    }
}
