package io.quorate.node.http;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.Condition.Kind;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.wire.ErrorCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The conditions of a request (RFC 9110, section 13.1), as a leader bucket takes them. */
final class Conditions {
    private static final int TAGS_MAX = 32;
    /** One element of a list of tags, which may be empty, and the comma behind it. */
    private static final Pattern TAG = Pattern.compile("[ \t]*+(?:(?<weak>W/)?(?<tag>\"[^\"]*\"))?+[ \t]*+(?:,|$)");

    private Conditions() {}

    /**
     * Of a read: only what a leaderless bucket has to refuse. What tags a reader knows is looked at when the answer is there.
     */
    static Condition ofRead(Exchange exchange) {
        if (exchange.joined("If-Match") != null) {
            return of(exchange, "If-Match", Kind.MATCH, Kind.MATCH_ANY);
        }
        return "*".equals(exchange.joined("If-None-Match"))
                ? new Condition(Kind.NONE_MATCH_ANY, ImmutableList.of())
                : Condition.NONE;
    }

    /** Of a write: what must hold for it to be made. */
    static Condition ofWrite(Exchange exchange) {
        boolean match = exchange.joined("If-Match") != null;
        boolean noneMatch = exchange.joined("If-None-Match") != null;
        if (match && noneMatch) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, "If-Match and If-None-Match: give one of the two");
        }
        if (match) {
            return of(exchange, "If-Match", Kind.MATCH, Kind.MATCH_ANY);
        }
        return noneMatch ? of(exchange, "If-None-Match", Kind.NONE_MATCH, Kind.NONE_MATCH_ANY) : Condition.NONE;
    }

    /**
     * Tags that this store does not give are no version's: they match nothing. If-Match compares strongly, so that a weak tag
     * matches nothing there either. What is no tag at all is refused: If-None-Match would hold, and the write be made, for a
     * tag whose quotes were lost.
     */
    private static Condition of(Exchange exchange, String header, Kind some, Kind any) {
        String text = exchange.joined(header);
        if (text == null || text.isBlank()) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, header + " is empty; give * or the ETag of an answer");
        }
        if (text.trim().equals("*")) {
            return new Condition(any, ImmutableList.of());
        }
        ImmutableList.Builder<VersionTag> tags = ImmutableList.builder();
        int count = 0;
        Matcher tag = TAG.matcher(text);
        for (int at = 0; at < text.length(); at = tag.end()) {
            tag.region(at, text.length());
            if (!tag.lookingAt()) {
                throw new HttpProblem(
                        ErrorCode.BAD_REQUEST,
                        header + ": " + text
                                + " is no list of tags; give *, or ETags as answers gave them, each with its"
                                + " quotes");
            }
            if (tag.group("tag") != null) {
                count++;
                if (some != Kind.MATCH || tag.group("weak") == null) {
                    VersionTag.parse(tag.group("tag")).ifPresent(tags::add);
                }
            }
        }
        if (count == 0 || count > TAGS_MAX) {
            throw new HttpProblem(
                    ErrorCode.BAD_REQUEST,
                    header + ": " + text + " has " + count + " tags; give *, or 1 to " + TAGS_MAX
                            + " ETags as answers gave them");
        }
        return new Condition(some, tags.build());
    }
}
