package io.quorate.client.http;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How to reach the store over HTTP.
 *
 * @param contactPoints base URLs such as {@code http://127.0.0.1:7101}, tried in this order
 * @param connectTimeout how long to wait for a connection before the next contact point is tried
 * @param allowance how much longer than the store's own deadline a call may take, for the way there and back
 * @param answerBytesMax an answer with a longer body is given up
 */
public record HttpTransportConfig(
        List<URI> contactPoints, Duration connectTimeout, Duration allowance, int answerBytesMax) {
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
        if (connectTimeout.isZero() || connectTimeout.isNegative()) {
            throw new IllegalArgumentException("the connect timeout must be positive, not " + connectTimeout);
        }
        if (allowance.isZero() || allowance.isNegative()) {
            throw new IllegalArgumentException("the allowance must be positive, not " + allowance);
        }
        if (answerBytesMax < 1) {
            throw new IllegalArgumentException("the longest answer must be positive, not " + answerBytesMax);
        }
    }

    public static HttpTransportConfig of(List<URI> contactPoints) {
        return new HttpTransportConfig(
                contactPoints, DEFAULT_CONNECT_TIMEOUT, DEFAULT_ALLOWANCE, DEFAULT_ANSWER_BYTES_MAX);
    }

    public HttpTransportConfig withConnectTimeout(Duration value) {
        return new HttpTransportConfig(contactPoints, value, allowance, answerBytesMax);
    }

    public HttpTransportConfig withAllowance(Duration value) {
        return new HttpTransportConfig(contactPoints, connectTimeout, value, answerBytesMax);
    }

    public HttpTransportConfig withAnswerBytesMax(int value) {
        return new HttpTransportConfig(contactPoints, connectTimeout, allowance, value);
    }

    private static void checkBase(URI base) {
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
