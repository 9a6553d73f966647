package io.quorate.client.http;

import io.quorate.client.metrics.ClientListener;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How to reach the store over HTTP. All but the contact points have defaults that suit a cluster nearby.
 *
 * @param contactPoints base URLs such as {@code http://127.0.0.1:7101}: asked first for the ring, and for everything while
 *     none is known, in this order
 * @param connectTimeout how long to wait for a connection before another node is tried
 * @param allowance how much longer than the store's own deadline a call may take, for the way there and back
 * @param answerBytesMax an answer with a longer body is given up
 * @param callbacks runs what follows asynchronous calls; empty: threads of the client, as many as are blocked at once.
 *     {@code Runnable::run} saves the change of threads for callers who never block there
 */
public record HttpTransportConfig(
        List<URI> contactPoints,
        Duration connectTimeout,
        Duration allowance,
        int answerBytesMax,
        ConnectionSettings connections,
        RoutingSettings routing,
        RetrySettings retries,
        HedgeSettings hedging,
        ClientListener listener,
        Optional<Executor> callbacks) {
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofMillis(500);
    public static final Duration DEFAULT_ALLOWANCE = Duration.ofMillis(250);
    /** Room for a hundred siblings of 1 MiB in base64. */
    public static final int DEFAULT_ANSWER_BYTES_MAX = 160 << 20;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the first that cannot be used
     */
    public HttpTransportConfig {
        contactPoints = List.copyOf(contactPoints);
        if (contactPoints.isEmpty()) {
            throw new IllegalArgumentException("at least one contact point is needed");
        }
        contactPoints.forEach(HttpTransportConfig::checkBase);
        Checks.positive("the connect timeout", connectTimeout);
        Checks.positive("the allowance", allowance);
        Checks.atLeast("the longest answer", answerBytesMax, 1);
    }

    public static HttpTransportConfig of(List<URI> contactPoints) {
        return new HttpTransportConfig(
                contactPoints,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_ALLOWANCE,
                DEFAULT_ANSWER_BYTES_MAX,
                ConnectionSettings.DEFAULT,
                RoutingSettings.DEFAULT,
                RetrySettings.DEFAULT,
                HedgeSettings.DEFAULT,
                ClientListener.NONE,
                Optional.empty());
    }

    public HttpTransportConfig withConnectTimeout(Duration value) {
        return new HttpTransportConfig(
                contactPoints,
                value,
                allowance,
                answerBytesMax,
                connections,
                routing,
                retries,
                hedging,
                listener,
                callbacks);
    }

    public HttpTransportConfig withAllowance(Duration value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                value,
                answerBytesMax,
                connections,
                routing,
                retries,
                hedging,
                listener,
                callbacks);
    }

    public HttpTransportConfig withAnswerBytesMax(int value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                value,
                connections,
                routing,
                retries,
                hedging,
                listener,
                callbacks);
    }

    public HttpTransportConfig withConnections(ConnectionSettings value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                answerBytesMax,
                value,
                routing,
                retries,
                hedging,
                listener,
                callbacks);
    }

    public HttpTransportConfig withRouting(RoutingSettings value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                answerBytesMax,
                connections,
                value,
                retries,
                hedging,
                listener,
                callbacks);
    }

    public HttpTransportConfig withRetries(RetrySettings value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                answerBytesMax,
                connections,
                routing,
                value,
                hedging,
                listener,
                callbacks);
    }

    public HttpTransportConfig withHedging(HedgeSettings value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                answerBytesMax,
                connections,
                routing,
                retries,
                value,
                listener,
                callbacks);
    }

    public HttpTransportConfig withListener(ClientListener value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                answerBytesMax,
                connections,
                routing,
                retries,
                hedging,
                value,
                callbacks);
    }

    public HttpTransportConfig withCallbacks(Executor value) {
        return new HttpTransportConfig(
                contactPoints,
                connectTimeout,
                allowance,
                answerBytesMax,
                connections,
                routing,
                retries,
                hedging,
                listener,
                Optional.of(value));
    }

    static void checkBase(URI base) {
        boolean plain = base.getRawPath() == null
                || base.getRawPath().isEmpty()
                || base.getRawPath().equals("/");
        boolean web = "http".equalsIgnoreCase(base.getScheme()) || "https".equalsIgnoreCase(base.getScheme());
        if (!web
                || base.getHost() == null
                || !plain
                || base.getRawQuery() != null
                || base.getRawFragment() != null
                || base.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "a contact point is a base URL such as http://127.0.0.1:7101, unlike '" + base + "'");
        }
    }
}
