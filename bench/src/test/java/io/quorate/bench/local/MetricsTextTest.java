package io.quorate.bench.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.local.MetricsText.Sample;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
    @Test
    void samplesOfTheExactNameAreFound() {
        MetricsText metrics = new MetricsText("""
                # HELP quorate_a_total What it counts.
                # TYPE quorate_a_total counter
                quorate_a_total 3
                quorate_a_total_more 4
                quorate_a_total{pid="12"} 1.5e3 1700000000000
                """);

        assertThat(metrics.samples("quorate_a_total"))
                .containsExactly(new Sample(Map.of(), 3), new Sample(Map.of("pid", "12"), 1500));
        assertThat(metrics.sum("quorate_a_total")).hasValue(1503);
        assertThat(metrics.samples("quorate_b")).isEmpty();
        assertThat(metrics.sum("quorate_b")).isEmpty();
    }

    @Test
    void labelsMayHoldBracesQuotesAndCommas() {
        MetricsText metrics = new MetricsText("m{a=\"x}y\",b=\"say \\\"hi\\\", \\\\ you\",c=\"1\\n2\",} 7\n");

        assertThat(metrics.samples("m"))
                .containsExactly(new Sample(Map.of("a", "x}y", "b", "say \"hi\", \\ you", "c", "1\n2"), 7));
    }

    @Test
    void brokenLinesArePassedOver() {
        MetricsText metrics = new MetricsText("m{a=\"1\nm{a\nm one\nm\nm \nm{a=\"1\"}\nm 2");

        assertThat(metrics.samples("m")).containsExactly(new Sample(Map.of(), 2));
    }
}
