package io.quorate.bench.load;

import java.time.Duration;
import java.util.List;

/**
 * What a run is to do.
 *
 * @param endpoints the nodes; client i starts with endpoint i mod their number
 * @param create whether to make the bucket if it is missing
 * @param operationsMax the most operations of the measured window
 * @param readPercent how many of 100 operations are gets; the others are puts
 * @param timeout the deadline sent with every operation
 */
record LoadSettings(
        List<Endpoint> endpoints,
        String bucket,
        boolean create,
        int clients,
        Duration duration,
        Duration warmup,
        long operationsMax,
        int readPercent,
        int keys,
        int valueSizeBytes,
        String level,
        Duration timeout,
        long seed) {
    /** How much longer than the deadline of an operation this client waits for its answer. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(5);

    LoadSettings {
        endpoints = List.copyOf(endpoints);
    }

    boolean reads() {
        return readPercent > 0;
    }

    Duration socketTimeout() {
        return timeout.plus(ANSWER_GRACE);
    }

    Endpoint endpointOf(int client) {
        return endpoints.get(client % endpoints.size());
    }
}
