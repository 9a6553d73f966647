package io.quorate.node.protocol.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far one follower has come, as its leader knows. While the leader does not know where their logs part it probes: one
 * message at a time. Then it streams, up to a window of bytes that are not acknowledged.
 */
final class Progress {
    private record Sent(long lastIndex, long bytes) {}

    private final Deque<Sent> window = new ArrayDeque<>();
    private long bytes;
    private boolean streaming;
    private boolean asked;
    private boolean repeats;
    private boolean awaitsState;
    private long match;
    private long next;
    private long heardAt;
    /** When the leader asked what this one has answered last. */
    private long answeredFrom = Long.MIN_VALUE;

    Progress(long next, long now) {
        this.next = next;
        this.heardAt = now;
    }

    long match() {
        return match;
    }

    long next() {
        return next;
    }

    void heard(long now) {
        heardAt = now;
    }

    void answered(long askedAt) {
        answeredFrom = Math.max(answeredFrom, askedAt);
    }

    long answeredFrom() {
        return answeredFrom;
    }

    long heardAt() {
        return heardAt;
    }

    boolean wasHeardSince(long moment) {
        return heardAt - moment >= 0;
    }

    boolean isStreaming() {
        return streaming;
    }

    /** Whether entries may be sent now. */
    boolean maySend(long windowBytes) {
        return !awaitsState && (streaming ? bytes < windowBytes : !asked);
    }

    /** It lacks what no log has any more, and is to be sent a state; nothing else goes to it until that has come. */
    void needsState() {
        awaitsState = true;
    }

    boolean awaitsState() {
        return awaitsState;
    }

    void sent(long lastIndex, long sentBytes) {
        if (streaming) {
            window.add(new Sent(lastIndex, sentBytes));
            bytes += sentBytes;
            next = lastIndex + 1;
        } else {
            asked = true;
        }
    }

    /** A sign of life says nothing of what was sent, which may be lost: a probe is repeated. */
    void alive() {
        repeats |= asked;
        asked = false;
    }

    /** Whether the next probe has been made before; what it brought may be on its way to the follower's disk still. */
    boolean repeats() {
        return repeats;
    }

    /** A probe without entries is on its way. */
    void asked() {
        asked = true;
    }

    /** All up to an index is durable there; false if that is no news. */
    boolean matched(long index) {
        while (!window.isEmpty() && window.peek().lastIndex() <= index) {
            bytes -= window.remove().bytes();
        }
        boolean news = index > match;
        awaitsState &= !news;
        match = Math.max(match, index);
        next = Math.max(next, match + 1);
        if (!streaming) {
            streaming = true;
            next = match + 1;
        }
        asked = false;
        repeats = false;
        return news;
    }

    /** Whether a refusal speaks of what was asked last, and not of something long ago. */
    boolean isOf(long prevIndex) {
        return prevIndex > match && (streaming || prevIndex == next - 1);
    }

    /** The logs part before what was sent: the next probe is at an index. */
    void probe(long index) {
        streaming = false;
        asked = false;
        repeats = false;
        awaitsState = false;
        window.clear();
        bytes = 0;
        next = Math.max(match + 1, index);
    }
}
