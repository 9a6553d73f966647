package io.quorate.client.http;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.ResultInfo;
import io.quorate.ring.wire.HttpNames;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code Quorate-Result}, a dictionary of RFC 9651 whose values are tokens, integers, strings or booleans. Members
 * of other forms and parameters are passed over, so that the store may add to it.
 */
final class ResultHeader {
    private ResultHeader() {}

    static ResultInfo parse(String header) {
        Map<String, String> members = members(header);
        return new ResultInfo(
                members.getOrDefault("mode", ""),
                Optional.ofNullable(members.get("level")),
                number(members, "need"),
                number(members, "acked"),
                number(members, "homes"),
                number(members, "hinted"),
                number(members, "repaired"),
                number(members, "siblings"),
                longNumber(members, "epoch"));
    }

    /**
     * Reads that of a leader bucket.
     *
     * @throws IllegalArgumentException if it is none
     */
    static LeaderInfo led(Answer answer) {
        return tryLed(answer)
                .orElseThrow(() -> new IllegalArgumentException("it is none of a leader bucket, as " + HttpNames.RESULT
                        + " says: " + answer.header(HttpNames.RESULT).orElse("")));
    }

    /** Reads that of a leader bucket; empty if it is none. */
    static Optional<LeaderInfo> tryLed(Answer answer) {
        Map<String, String> members = members(answer.header(HttpNames.RESULT).orElse(""));
        if (!members.getOrDefault("mode", "").equals("leader")) {
            return Optional.empty();
        }
        return Optional.of(new LeaderInfo(
                members.getOrDefault("level", ""),
                members.getOrDefault("role", ""),
                answer.header(HttpNames.LEADER),
                longNumber(members, "term"),
                longNumber(members, "index"),
                longNumber(members, "lag-ms"),
                answer.header(HttpNames.SESSION).orElse(""),
                longNumber(members, "epoch")));
    }

    /** The epoch that an answer carries, -1 if none: looked up on every answer, so without reading the rest. */
    static long epoch(Answer answer) {
        String header = answer.header(HttpNames.RESULT).orElse("");
        int at = header.indexOf("epoch=");
        if (at < 0) {
            return -1;
        }
        long epoch = 0;
        int from = at + 6;
        int i = from;
        while (i < header.length() && i - from < 15 && header.charAt(i) >= '0' && header.charAt(i) <= '9') {
            epoch = epoch * 10 + (header.charAt(i) - '0');
            i++;
        }
        return i == from ? -1 : epoch;
    }

    private static Map<String, String> members(String header) {
        Map<String, String> members = new HashMap<>();
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= header.length(); i++) {
            char c = i == header.length() ? ',' : header.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && (!quoted || i == header.length())) {
                addMember(members, header.substring(start, Math.min(i, header.length())));
                start = i + 1;
            }
        }
        return members;
    }

    private static void addMember(Map<String, String> members, String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            return;
        }
        String value = text.substring(equals + 1).strip();
        if (value.startsWith("\"")) {
            int end = value.lastIndexOf('"');
            value = value.substring(1, Math.max(1, end)).replace("\\\"", "\"").replace("\\\\", "\\");
        } else if (value.indexOf(';') >= 0) {
            value = value.substring(0, value.indexOf(';')).strip();
        }
        members.put(text.substring(0, equals).strip(), value);
    }

    private static int number(Map<String, String> members, String name) {
        long value = longNumber(members, name);
        return value > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) value;
    }

    private static long longNumber(Map<String, String> members, String name) {
        String text = members.getOrDefault(name, "");
        boolean digits = !text.isEmpty() && text.length() <= 15;
        for (int i = 0; digits && i < text.length(); i++) {
            digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return digits ? Long.parseLong(text) : -1;
    }
}
