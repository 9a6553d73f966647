package io.quorate.bench.load;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** The base address of one node: {@code http://HOST:PORT}. */
record Endpoint(String host, int port) {
    private static final int HTTP_PORT = 80;

    /**
     * Reads a base address.
     *
     * @throws IllegalArgumentException if the text is anything but {@code http://HOST[:PORT]}; the message says what is wrong
     */
    static Endpoint parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is no URL: " + e.getReason(), e);
        }
        String scheme = uri.getScheme();
        if (scheme == null || !scheme.toLowerCase(Locale.ROOT).equals("http") || uri.getHost() == null) {
            throw new IllegalArgumentException("'" + text + "' is not of the form http://HOST:PORT");
        }
        String path = uri.getRawPath();
        if ((path != null && !path.isEmpty() && !path.equals("/")) || uri.getRawQuery() != null) {
            throw new IllegalArgumentException("'" + text + "' has more than http://HOST:PORT");
        }
        return new Endpoint(uri.getHost(), uri.getPort() < 0 ? HTTP_PORT : uri.getPort());
    }

    /** The host and port as the Host header has them. */
    String authority() {
        return host + ":" + port;
    }

    String url() {
        return "http://" + authority();
    }

    /** Resolves the host; the address is unresolved if that fails. */
    InetSocketAddress address() {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new InetSocketAddress(bare, port);
    }
}
