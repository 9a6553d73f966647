package io.quorate.bench.contrast;

import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.http.HedgeSettings;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.http.RetrySettings;
import io.quorate.client.http.RoutingSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * A way to each node that stays with it: no ring, no other node, no second try. So each request is one request, and a client
 * on one side of a cut never gets to the other.
 */
final class Seats implements AutoCloseable {
    private final List<QuorateClient> nodes;

    private Seats(List<QuorateClient> nodes) {
        this.nodes = nodes;
    }

    static Seats at(List<URI> urls, Duration timeout) {
        return new Seats(urls.stream()
                .map(url -> QuorateClients.http(
                        HttpTransportConfig.of(List.of(url))
                                .withRouting(RoutingSettings.DEFAULT.withRingAware(false))
                                .withRetries(RetrySettings.NONE)
                                .withHedging(HedgeSettings.NONE),
                        timeout))
                .toList());
    }

    QuorateClient node(int node) {
        return nodes.get(node);
    }

    @Override
    public void close() {
        nodes.forEach(QuorateClient::close);
    }
}
