package io.quorate.client.http;

import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.Need;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One request before an address is chosen.
 *
 * @param path raw
 * @param query raw, without {@code timeout}
 * @param writes true if an unknown end may mean that something was changed
 * @param carriesTimeout true if the route takes {@code timeout}
 * @param timeout the store's deadline, counted from the call
 */
record Exchange(
        String method,
        String path,
        List<String> query,
        Map<String, String> headers,
        Optional<Bytes> body,
        boolean writes,
        boolean carriesTimeout,
        Duration timeout) {

    /** A call on a key. */
    static Exchange onKey(String method, String path, String countParameter, CallOptions options) {
        List<String> query = new ArrayList<>();
        if (options.need() instanceof Need.Level level) {
            query.add("level=" + level.level().name());
        } else if (options.need() instanceof Need.Count count) {
            query.add(countParameter + "=" + count.replicas());
        }
        if (options.homesOnly()) {
            query.add("sloppy=false");
        }
        boolean writes = !method.equals("GET");
        return new Exchange(method, path, query, Map.of(), Optional.empty(), writes, true, options.timeout());
    }

    /** A call that has nothing to do with a key. */
    static Exchange plain(String method, String path, Duration timeout) {
        boolean writes = !method.equals("GET");
        return new Exchange(method, path, List.of(), Map.of(), Optional.empty(), writes, false, timeout);
    }

    Exchange withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new Exchange(method, path, query, more, body, writes, carriesTimeout, timeout);
    }

    Exchange withBody(Bytes bytes, String contentType) {
        return new Exchange(method, path, query, headers, Optional.of(bytes), writes, carriesTimeout, timeout)
                .withHeader("Content-Type", contentType);
    }

    /** The path and query for a request that may take the store so long, at least 1 ms. */
    String target(long leftMillis) {
        List<String> parameters = new ArrayList<>(query);
        if (carriesTimeout) {
            parameters.add("timeout=" + leftMillis + "ms");
        }
        return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
    }

    /** What is known of the effect when a request left and no answer came. */
    Outcome unknown() {
        return writes ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED;
    }
}
