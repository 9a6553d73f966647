package io.quorate.node.protocol.group;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How old what a follower has applied may be. What the leader said it had committed at a moment is all that was committed by
 * then: once that is applied, the follower is as new as that moment.
 */
final class Freshness {
    private static final int SAID_MAX = 256;

    private record Said(long commit, long at) {}

    private final Deque<Said> said = new ArrayDeque<>();
    private long freshAt;
    private boolean known;

    /** The leader has said up to where anything may be committed, at a moment of this node's clock at the earliest. */
    void leaderSaid(long commit, long at) {
        for (Said last = said.peekLast(); last != null && last.commit() >= commit; last = said.peekLast()) {
            if (last.at() - at > 0) {
                return;
            }
            said.removeLast();
        }
        if (said.size() >= SAID_MAX) {
            said.removeFirst();
        }
        said.add(new Said(commit, at));
    }

    void applied(long index) {
        while (!said.isEmpty() && said.peekFirst().commit() <= index) {
            long at = said.removeFirst().at();
            freshAt = known ? Math.max(freshAt, at) : at;
            known = true;
        }
    }

    /** Milliseconds, rounded up; the highest number if nothing is known. */
    long lagMillis(long now) {
        return known ? Math.max(0, (now - freshAt + 999_999) / 1_000_000) : Long.MAX_VALUE;
    }
}
