package io.quorate.node.http;

import io.quorate.node.door.Strength;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.ring.wire.ErrorCode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request; whatever its route does not take is refused by name. */
final class Query {
    static final long DEFAULT_TIMEOUT_NANOS = 1_000_000_000L;
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s)");

    private final Map<String, String> values = new LinkedHashMap<>();

    Query(String raw, Set<String> allowed) {
        if (raw.isEmpty()) {
            return;
        }
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!allowed.contains(name)) {
                throw new HttpProblem(
                        ErrorCode.BAD_REQUEST,
                        "parameter '" + name + "' is not one of this call's"
                                + (allowed.isEmpty() ? "; it takes none" : ": " + String.join(", ", allowed)));
            }
            if (values.put(name, value) != null) {
                throw new HttpProblem(ErrorCode.BAD_REQUEST, "parameter '" + name + "' is given twice");
            }
        }
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, "malformed percent-encoding in the query: " + text);
        }
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    long timeoutNanos() {
        String text = values.get("timeout");
        return text == null ? DEFAULT_TIMEOUT_NANOS : duration("timeout", text);
    }

    /** How old what a follower has may be; -1 for any age. */
    int maxLagMillis() {
        String text = values.get("max-lag");
        return text == null ? -1 : (int) (duration("max-lag", text) / 1_000_000);
    }

    private static long duration(String name, String text) {
        Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
        long nanos = matcher.matches()
                ? Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("s") ? 1_000_000_000L : 1_000_000L)
                : -1;
        if (nanos < 1_000_000 || nanos > ShardSettings.REQUEST_MAX_NANOS) {
            throw new HttpProblem(
                    ErrorCode.BAD_REQUEST,
                    name + "=" + text + " is no duration from 1ms to 60s; write it like 250ms or 2s");
        }
        return nanos;
    }

    /** What {@code level} or the exact parameter ({@code r} or {@code w}) asks for. */
    Strength strength(String exact) {
        String level = values.get("level");
        String count = values.get(exact);
        if (level != null && count != null) {
            throw new HttpProblem(
                    ErrorCode.BAD_REQUEST, "level=" + level + " and " + exact + "=" + count + ": give one of the two");
        }
        if (level != null) {
            return new Strength.Named(level);
        }
        if (count == null) {
            return new Strength.BucketDefault();
        }
        try {
            return new Strength.Exactly(exact, Integer.parseInt(count));
        } catch (NumberFormatException e) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, exact + "=" + count + " is no number of replicas");
        }
    }

    /** Whether other nodes may stand in for homes; null if the bucket is to say. */
    @Nullable
    Boolean sloppy() {
        String sloppy = values.get("sloppy");
        if (sloppy == null) {
            return null;
        }
        if (!sloppy.equals("true") && !sloppy.equals("false")) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, "sloppy=" + sloppy + " must be true or false");
        }
        return sloppy.equals("true");
    }
}
