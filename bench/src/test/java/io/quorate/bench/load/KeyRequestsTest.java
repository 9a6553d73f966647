package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes over the wire for a level. */
final class KeyRequestsTest {
    private static final Endpoint NODE = Endpoint.parse("http://127.0.0.1:7101");

    private static KeyRequests at(String level) {
        return new KeyRequests(new LoadSettings(
                List.of(NODE),
                "accounts",
                false,
                4,
                Duration.ofSeconds(60),
                Duration.ZERO,
                100,
                50,
                40,
                64,
                level,
                Duration.ofSeconds(1),
                1,
                LoadSettings.Manner.DEFAULT));
    }

    @ParameterizedTest
    @CsvSource({"QUORUM, true, true", "LINEARIZABLE, true, false", "FOLLOWER, true, false", "SEMI_SYNC, false, true"})
    void levelOfOneKindIsAskedOfThatKindOnly(String level, boolean read, boolean written) {
        RequestBuffer request = new RequestBuffer();
        at(level).get(request, NODE, 7);
        assertThat(request.toString()).startsWith("GET /v1/buckets/accounts/keys/k7?");
        assertThat(request.toString().contains("level=" + level + "&")).isEqualTo(read);
        at(level).put(request, NODE, 7, null, new byte[] {'v'}, 0, 1);
        assertThat(request.toString())
                .startsWith("PUT /v1/buckets/accounts/keys/k7?")
                .endsWith("\r\n\r\nv");
        assertThat(request.toString().contains("level=" + level + "&")).isEqualTo(written);
    }
}
