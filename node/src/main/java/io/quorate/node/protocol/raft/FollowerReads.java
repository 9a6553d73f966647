package io.quorate.node.protocol.raft;

import java.util.NavigableMap;
import java.util.TreeMap;

/** Reads of a member that does not lead: the leader is asked up to where each may see the log. */
final class FollowerReads {
    private final Member member;
    /** By their ids, which rise: when the leader was asked. */
    private final NavigableMap<Long, Long> asked = new TreeMap<>();

    FollowerReads(Member member) {
        this.member = member;
    }

    void asked(long id) {
        asked.put(id, member.now);
    }

    /** The leader has told an index, or that it cannot; nothing if that comes too late. */
    void told(RaftMessage.ToldIndex told) {
        if (asked.remove(told.id()) != null) {
            member.reads.add(new Ready.Read(told.id(), told.index()));
        }
    }

    /** All that wait have failed. */
    void fail() {
        failBefore(member.now);
    }

    /** Those of which the leader has told nothing for so long have failed, by a message lost or because it leads no more. */
    void failBefore(long moment) {
        while (!asked.isEmpty() && asked.firstEntry().getValue() - moment <= 0) {
            member.reads.add(new Ready.Read(asked.pollFirstEntry().getKey(), -1));
        }
    }
}
