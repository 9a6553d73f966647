package io.quorate.client.http;

import io.quorate.client.http.engine.WireRequest;
import io.quorate.client.http.route.Nodes.Target;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.Need;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request before an address is chosen.
 *
 * @param target the key that it is about; null if about none
 * @param path raw
 * @param query raw, without {@code timeout}
 * @param headers names and values in turn
 * @param repeatable true if a second one, there or elsewhere, changes nothing that the first did not
 * @param writes true if an unknown end may mean that something was changed
 * @param carriesTimeout true if the route takes {@code timeout}
 * @param timeout the store's deadline, counted from the call
 */
record Exchange(
        @Nullable Target target,
        String method,
        String path,
        List<String> query,
        List<String> headers,
        @Nullable Bytes body,
        boolean repeatable,
        boolean writes,
        boolean carriesTimeout,
        Duration timeout) {

    /** A call on a key. */
    static Exchange onKey(
            String method,
            Target target,
            String suffix,
            String countParameter,
            CallOptions options,
            List<String> headers) {
        List<String> query = new ArrayList<>(3);
        if (options.need() instanceof Need.Level level) {
            query.add("level=" + level.level().name());
        } else if (options.need() instanceof Need.Count count) {
            query.add(countParameter + "=" + count.replicas());
        }
        if (options.homesOnly()) {
            query.add("sloppy=false");
        }
        boolean reads = method.equals("GET");
        String path = RawPath.key(target.bucket(), target.key()) + suffix;
        return new Exchange(target, method, path, query, headers, null, reads, !reads, true, options.timeout());
    }

    /** A call that has nothing to do with a key. */
    static Exchange plain(String method, String path, Duration timeout) {
        boolean reads = method.equals("GET");
        return new Exchange(null, method, path, List.of(), List.of(), null, reads, !reads, false, timeout);
    }

    Exchange withHeader(String name, String value) {
        List<String> more = new ArrayList<>(headers.size() + 2);
        more.addAll(headers);
        more.add(name);
        more.add(value);
        return new Exchange(target, method, path, query, more, body, repeatable, writes, carriesTimeout, timeout);
    }

    /** The same write, each of whose repeats carries this key. */
    Exchange withIdempotencyKey(String key) {
        Exchange keyed = withHeader(HttpNames.IDEMPOTENCY_KEY, key);
        return new Exchange(target, method, path, query, keyed.headers, body, true, writes, carriesTimeout, timeout);
    }

    Exchange withBody(Bytes bytes, String contentType) {
        return new Exchange(target, method, path, query, headers, bytes, repeatable, writes, carriesTimeout, timeout)
                .withHeader("Content-Type", contentType);
    }

    /** The request for a node that may take so long, at least 1 ms. */
    WireRequest toNode(long leftMillis) {
        return new WireRequest(method, target(leftMillis), headers, body, !repeatable);
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
