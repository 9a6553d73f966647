package io.quorate.client.http.engine;

import java.net.URI;
import java.util.Locale;

/** A server: scheme, host and port. Two are equal if they are written alike. */
public record Origin(String scheme, String host, int port) {
    /** The origin of a base URL that has a scheme and a host. */
    public static Origin of(URI base) {
        String scheme = base.getScheme().toLowerCase(Locale.ROOT);
        int defaultPort = scheme.equals("https") ? 443 : 80;
        return new Origin(
                scheme, base.getHost().toLowerCase(Locale.ROOT), base.getPort() < 0 ? defaultPort : base.getPort());
    }

    public boolean isSecure() {
        return scheme.equals("https");
    }

    /** What stands in the {@code Host} header. */
    public String authority() {
        return host + ":" + port;
    }

    /** The host for a resolver, without the brackets of an IPv6 address. */
    String bareHost() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The base URL. */
    @Override
    public String toString() {
        return scheme + "://" + authority();
    }
}
