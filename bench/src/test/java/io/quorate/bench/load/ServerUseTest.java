package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.bench.load.ServerUse.NodeScrape;
import io.quorate.bench.local.MetricsText;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerUseTest {
    @Test
    void nodesOfOneProcessCountItsProcessorTimeOnce() {
        List<NodeScrape> before = List.of(scrape("1", 10.0, 100), scrape("1", 10.1, 200));
        List<NodeScrape> after = List.of(scrape("1", 12.1, 150), scrape("1", 12.2, 210));

        ServerUse use = ServerUse.between(before, after);

        assertThat(use.cpuSeconds().orElseThrow()).isEqualTo(2.0, within(1e-9));
        assertThat(use.processes()).hasValue(1);
        assertThat(use.fsyncs()).hasValue(60);
    }

    @Test
    void processesAddUp() {
        ServerUse use = ServerUse.between(
                List.of(scrape("1", 1, 0), scrape("2", 5, 0)), List.of(scrape("1", 2, 1), scrape("2", 7, 1)));

        assertThat(use.cpuSeconds()).hasValue(3);
        assertThat(use.processes()).hasValue(2);
    }

    @Test
    void eachProcessIsToldWithItsNodes() {
        List<NodeScrape> before =
                List.of(scrape("n1", "1", "7", 1, 0.1), scrape("n2", "1", "7", 1, 0.1), scrape("n3", "2", "8", 5, 0));
        List<NodeScrape> after = List.of(
                scrape("n1", "1", "7", 2, 0.3), scrape("n2", "1", "7", 2.5, 0.4), scrape("n3", "2", "8", 9, 0.5));

        ServerUse use = ServerUse.between(before, after);

        assertThat(use.cpuSeconds()).hasValue(5);
        assertThat(use.perProcess())
                .extracting(ServerUse.ProcessUse::nodes)
                .containsExactly(List.of("n1", "n2"), List.of("n3"));
        assertThat(use.perProcess())
                .extracting(ServerUse.ProcessUse::cpuSeconds)
                .containsExactly(1.0, 4.0);
        assertThat(use.perProcess().get(0).gcSeconds().orElseThrow()).isEqualTo(0.2, within(1e-9));
        assertThat(use.perProcess().get(1).heapBytes()).hasValue(1000);
    }

    @Test
    void equalProcessIdsInSeveralContainersAreSeveralProcesses() {
        ServerUse use = ServerUse.between(
                List.of(scrape("n1", "1", "100", 1, 0), scrape("n2", "1", "200", 5, 0)),
                List.of(scrape("n1", "1", "100", 2, 0), scrape("n2", "1", "200", 7, 0)));

        assertThat(use.cpuSeconds()).hasValue(3);
        assertThat(use.processes()).hasValue(2);
    }

    @Test
    void nodeThatWasNotScrapedLeavesNoFigure() {
        ServerUse use = ServerUse.between(
                List.of(scrape("1", 1, 0), scrape("2", 5, 0)), List.of(scrape("1", 2, 1), NodeScrape.none()));

        assertThat(use).isEqualTo(ServerUse.unknown());
    }

    @Test
    void processThatWasStartedAnewLeavesNoFigure() {
        assertThat(ServerUse.between(List.of(scrape("1", 5, 9)), List.of(scrape("2", 7, 3))))
                .isEqualTo(ServerUse.unknown());
    }

    @Test
    void oneMetricMayBeThereWithoutTheOther() {
        List<NodeScrape> scrapes =
                List.of(NodeScrape.read("127.0.0.1", new MetricsText(ServerUse.FSYNCS + "{a=\"1\"} 3\n")));

        ServerUse use = ServerUse.between(scrapes, scrapes);

        assertThat(use.cpuSeconds()).isEmpty();
        assertThat(use.fsyncs()).hasValue(0);
    }

    private static NodeScrape scrape(String pid, double cpuSeconds, int fsyncs) {
        String text = ServerUse.CPU_SECONDS + "{pid=\"" + pid + "\"} " + cpuSeconds + "\n" + ServerUse.FSYNCS + " "
                + fsyncs + "\n";
        return NodeScrape.read("127.0.0.1", new MetricsText(text));
    }

    private static NodeScrape scrape(String node, String pid, String start, double cpuSeconds, double gcSeconds) {
        String text = ServerUse.CPU_SECONDS + "{node=\"" + node + "\",pid=\"" + pid + "\",start=\"" + start + "\"} "
                + cpuSeconds + "\n" + ServerUse.GC_SECONDS + "{node=\"" + node + "\"} " + gcSeconds + "\n"
                + ServerUse.HEAP_BYTES + "{node=\"" + node + "\"} 1000\n";
        return NodeScrape.read("127.0.0.1", new MetricsText(text));
    }
}
