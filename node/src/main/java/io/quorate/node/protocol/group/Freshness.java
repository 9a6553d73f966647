package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.request.LedRequest;
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

    /** A message of the core has come, sent at a moment of this node's clock at the earliest. */
    void heard(RaftMessage message, long term, long sentAt) {
        if (message.term() != term) {
            return;
        }
        if (message instanceof RaftMessage.Append append) {
            leaderSaid(append.commit(), sentAt);
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            leaderSaid(heartbeat.newest(), sentAt);
        }
    }

    /** The leader has said what it had committed. */
    private void leaderSaid(long commit, long at) {
        Said last = said.peekLast();
        if (last != null && last.commit() == commit) {
            said.removeLast();
        } else if (said.size() >= SAID_MAX) {
            said.removeFirst();
        }
        said.add(new Said(commit, at));
    }

    void applied(long index) {
        while (!said.isEmpty() && said.peekFirst().commit() <= index) {
            freshAt = said.removeFirst().at();
            known = true;
        }
    }

    /** Milliseconds; the highest number if nothing is known. */
    long lagMillis(long now) {
        return known ? Math.max(0, (now - freshAt) / 1_000_000) : Long.MAX_VALUE;
    }

    /** Whether what was applied is new enough for a read. */
    boolean suits(LedRequest.Read read, long now) {
        return read.maxLagMillis() < 0 || lagMillis(now) <= read.maxLagMillis();
    }
}
