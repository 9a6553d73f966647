package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.topology.NodeId;

/** What a follower does with what its leader sends: section 5.3 of the paper. */
final class Following {
    private final Member member;
    /** The last term in which commands have come that were not taken for want of room. */
    private long lackedIn = -1;

    Following(Member member) {
        this.member = member;
    }

    /** In the present term. */
    void onAppend(NodeId from, RaftMessage.Append append) {
        RaftLog log = member.log;
        if (append.prevIndex() < log.baseIndex()) {
            // What it would bring has been applied long ago.
            member.sendWhenDurable(from, new RaftMessage.Appended(member.term(), log.commit(), append.round()));
            return;
        }
        if (append.prevIndex() > log.lastIndex()
                || !member.rules.isSame(log.term(append.prevIndex()), append.prevTerm())) {
            long hint = Math.max(log.baseIndex(), log.lastNotAbove(append.prevIndex(), append.prevTerm()));
            member.post.send(
                    from,
                    new RaftMessage.Refused(member.term(), append.prevIndex(), hint, log.term(hint), append.round()));
            return;
        }
        ImmutableList<Entry> entries = taken(append);
        boolean tellsNothing = !append.entries().isEmpty() || append.prevIndex() == log.lastIndex();
        if (!member.fit && lackedIn == member.term() && entries.isEmpty() && tellsNothing) {
            // A leader that is told again up to where this has come sends the same again at once.
            return;
        }
        long lastNew = append.prevIndex() + entries.size();
        long conflict = log.firstDifferent(entries, append.prevIndex());
        long cut = member.rules.cutAt(conflict, append.prevIndex() + 1, log.lastIndex());
        if (cut <= lastNew) {
            member.lost.addAll(log.replace(entries.subList((int) (cut - append.prevIndex() - 1), entries.size())));
        }
        log.commitTo(Math.min(append.commit(), lastNew));
        // Up to the last that came: what stands behind it may differ from the leader's.
        member.sendWhenDurable(from, new RaftMessage.Appended(member.term(), lastNew, append.round()));
    }

    /**
     * What is taken of an append. Who is not fit has no room for commands that it has not yet: they are passed over as if they
     * had been lost, and all that stands behind them. The first entry of a leader is tiny, and others may need it to read.
     */
    private ImmutableList<Entry> taken(RaftMessage.Append append) {
        ImmutableList<Entry> entries = append.entries();
        int count = entries.size();
        if (!member.fit) {
            count = (int) (member.log.firstDifferent(entries, append.prevIndex()) - append.prevIndex() - 1);
            while (count < entries.size() && entries.get(count).kind() != Entry.Kind.COMMAND) {
                count++;
            }
        }
        if (count < entries.size()) {
            lackedIn = member.term();
        }
        return entries.subList(0, count);
    }

    /** Whether a state of the state machine is wanted: whether it holds more than this member knows to be committed. */
    boolean wants(Base base) {
        return member.rules.takesState(base.index(), member.log.commit());
    }

    /** In the present term: the state machine has taken a state in its place, durably. */
    void installed(NodeId from, Base base) {
        RaftLog log = member.log;
        if (member.rules.resetsLog(log.term(base.index()), base.term())) {
            member.lost.addAll(log.reset(base));
            member.reset = base;
        } else {
            log.skipTo(base.index());
        }
        member.sendWhenDurable(from, new RaftMessage.Appended(member.term(), base.index(), 0));
    }

    /** In the present term. What the leader says is committed is here: it knows that from this member's own answer. */
    void onHeartbeat(NodeId from, RaftMessage.Heartbeat heartbeat) {
        member.log.commitTo(heartbeat.commit());
        member.post.send(from, new RaftMessage.Alive(member.term(), heartbeat.round()));
    }
}
