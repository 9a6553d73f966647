package io.quorate.client;

import io.quorate.client.http.HttpTransport;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.spi.StoreTransport;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Makes clients. */
public final class QuorateClients {
    /** The store's deadline for a call that names none. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

    private QuorateClients() {}

    /**
     * A client over HTTP with default settings.
     *
     * @param contactPoints base URLs such as {@code http://127.0.0.1:7101}, tried in this order
     * @throws IllegalArgumentException if there is none, or one is no plain http or https base URL
     */
    public static QuorateClient http(URI... contactPoints) {
        return http(HttpTransportConfig.of(List.of(contactPoints)), DEFAULT_TIMEOUT);
    }

    /**
     * A client over HTTP.
     *
     * @param timeout the store's deadline for calls whose view names none, 1 ms to 60 s
     */
    public static QuorateClient http(HttpTransportConfig config, Duration timeout) {
        return over(new HttpTransport(config), timeout);
    }

    /** A client over any way to reach the store; closes it when it is closed. */
    public static QuorateClient over(StoreTransport transport) {
        return over(transport, DEFAULT_TIMEOUT);
    }

    /**
     * A client over any way to reach the store; closes it when it is closed.
     *
     * @param timeout the store's deadline for calls whose view names none, 1 ms to 60 s
     */
    public static QuorateClient over(StoreTransport transport, Duration timeout) {
        return new TransportClient(transport, CallChecks.timeout(timeout));
    }
}
