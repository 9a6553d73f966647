package io.quorate.client.http;

import io.quorate.client.http.engine.WireRequest;
import io.quorate.client.http.route.Aim;
import io.quorate.client.http.route.Nodes.Target;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.Need;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import io.quorate.ring.wire.SessionToken;
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
 * @param seen what a read has to be as new as
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
        Duration timeout,
        SessionToken seen) {

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
        return new Exchange(
                target, method, path, query, headers, null, reads, !reads, true, options.timeout(), SessionToken.EMPTY);
    }

    /** A call on a key of a leader bucket. */
    static Exchange onGroup(String method, Target target, List<String> query, Duration timeout) {
        boolean reads = method.equals("GET");
        String path = RawPath.key(target.bucket(), target.key());
        return new Exchange(
                target, method, path, query, List.of(), null, reads, !reads, true, timeout, SessionToken.EMPTY);
    }

    /** A call that has nothing to do with a key. */
    static Exchange plain(String method, String path, Duration timeout) {
        boolean reads = method.equals("GET");
        return new Exchange(
                null, method, path, List.of(), List.of(), null, reads, !reads, false, timeout, SessionToken.EMPTY);
    }

    Exchange withHeader(String name, String value) {
        List<String> more = new ArrayList<>(headers.size() + 2);
        more.addAll(headers);
        more.add(name);
        more.add(value);
        return new Exchange(target, method, path, query, more, body, repeatable, writes, carriesTimeout, timeout, seen);
    }

    /** The same write, each of whose repeats carries this key. */
    Exchange withIdempotencyKey(String key) {
        Exchange keyed = withHeader(HttpNames.IDEMPOTENCY_KEY, key);
        return new Exchange(
                target, method, path, query, keyed.headers, body, true, writes, carriesTimeout, timeout, seen);
    }

    Exchange withBody(Bytes bytes, String contentType) {
        return new Exchange(
                        target, method, path, query, headers, bytes, repeatable, writes, carriesTimeout, timeout, seen)
                .withHeader("Content-Type", contentType);
    }

    /** The same for somebody who has seen something already. */
    Exchange withSession(SessionToken token) {
        return new Exchange(
                target, method, path, query, headers, body, repeatable, writes, carriesTimeout, timeout, token);
    }

    /**
     * The request for a node that may take so long, at least 1 ms.
     *
     * @param partition the key's, of whose group alone the session is shown then; -1 if it is not known
     */
    WireRequest toNode(long leftMillis, int partition) {
        SessionToken shown = partition < 0 ? seen : seen.only(partition);
        Exchange complete = shown.isEmpty() ? this : withHeader(HttpNames.SESSION, shown.toText());
        return new WireRequest(method, target(leftMillis), complete.headers, body, !repeatable);
    }

    /** The path and query for a request that may take the store so long, at least 1 ms. */
    String target(long leftMillis) {
        List<String> parameters = new ArrayList<>(query);
        if (carriesTimeout) {
            parameters.add("timeout=" + leftMillis + "ms");
        }
        return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
    }

    /** Whether a group of a leader bucket answers it. */
    boolean isGroups() {
        return target != null && target.aim().isGroups();
    }

    /** Whether a second node, asked at the same time, may answer sooner. */
    boolean mayBeHedged() {
        return !writes && target != null && !(target.aim() instanceof Aim.Leader);
    }

    /** What is known of the effect when a request left and no answer came. */
    Outcome unknown() {
        return writes ? Outcome.MAYBE_APPLIED : Outcome.NOT_APPLIED;
    }
}
