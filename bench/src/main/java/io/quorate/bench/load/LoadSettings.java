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
 * @param manner how operations, keys and nodes are chosen
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
        long seed,
        Manner manner) {
    /**
     * How a run goes about it.
     *
     * @param zipf the exponent of the popularity of keys; 0 if all are alike
     * @param runs measured windows, one after the other
     * @param embedded nodes inside this process, called without HTTP; 0 for nodes at addresses
     */
    record Manner(Arrivals arrivals, double zipf, Route route, int runs, int embedded) {
        static final Manner DEFAULT = new Manner(Arrivals.CLOSED, 0, Route.SPREAD, 1, 0);
    }

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

    /** The same run against other nodes. */
    LoadSettings withEndpoints(List<Endpoint> others) {
        return new LoadSettings(
                others,
                bucket,
                create,
                clients,
                duration,
                warmup,
                operationsMax,
                readPercent,
                keys,
                valueSizeBytes,
                level,
                timeout,
                seed,
                manner);
    }

    /** The same run with another number in flight, share of gets and level. */
    LoadSettings withLoad(int inFlight, int reads, String otherLevel) {
        return new LoadSettings(
                endpoints,
                bucket,
                create,
                inFlight,
                duration,
                warmup,
                operationsMax,
                reads,
                keys,
                valueSizeBytes,
                otherLevel,
                timeout,
                seed,
                manner);
    }
}
