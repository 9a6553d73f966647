package io.quorate.node.protocol.raft;

import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.TreeMap;

/** Standing for election, and voting: section 5.2 and 5.4.1 of the paper, pre-vote after 9.6 of the dissertation. */
final class Elections {
    private final Member member;
    private final Map<NodeId, Boolean> votes = new TreeMap<>();

    Elections(Member member) {
        this.member = member;
    }

    /** Asks whether it would be elected; true if it may stand at once. */
    boolean ask() {
        member.role = Role.PRE_CANDIDATE;
        member.leader = null;
        member.postpone();
        votes.clear();
        votes.put(member.self, true);
        for (NodeId voter : member.configuration().members()) {
            if (!voter.equals(member.self) && member.configuration().isVoter(voter)) {
                member.post.send(
                        voter,
                        new RaftMessage.PreVote(member.term() + 1, member.log.lastIndex(), member.log.lastTerm()));
            }
        }
        return isWon();
    }

    /** Stands in the next term. Its own vote counts once it is durable, like every other. */
    void stand(boolean transferred) {
        member.role = Role.CANDIDATE;
        member.leader = null;
        member.enterTerm(member.term() + 1);
        member.voteFor(member.self);
        member.postpone();
        votes.clear();
        for (NodeId voter : member.configuration().members()) {
            if (voter.equals(member.self)) {
                member.sendWhenDurable(voter, new RaftMessage.Voted(member.term(), true));
            } else if (member.configuration().isVoter(voter)) {
                member.sendWhenDurable(
                        voter,
                        new RaftMessage.Vote(
                                member.term(), member.log.lastIndex(), member.log.lastTerm(), transferred));
            }
        }
    }

    void onPreVote(NodeId from, RaftMessage.PreVote ask) {
        boolean granted =
                ask.term() > member.term() && !member.isLoyal() && member.isUpToDate(ask.lastTerm(), ask.lastIndex());
        // A refusal tells the own term, so that whoever is behind catches up with it.
        member.post.send(from, new RaftMessage.PreVoted(granted ? ask.term() : member.term(), granted));
    }

    /** In the present term. */
    void onVote(NodeId from, RaftMessage.Vote ask) {
        NodeId vote = member.vote();
        boolean granted = member.rules.mayVote(vote, from) && member.isUpToDate(ask.lastTerm(), ask.lastIndex());
        if (!granted) {
            member.post.send(from, new RaftMessage.Voted(member.term(), false));
            return;
        }
        member.voteFor(from);
        member.postpone();
        member.sendWhenDurable(from, new RaftMessage.Voted(member.term(), true));
    }

    /** Counts an answer. */
    void count(NodeId from, boolean granted) {
        votes.putIfAbsent(from, granted);
    }

    boolean isWon() {
        return member.rules.isQuorum(member.configuration(), voter -> votes.getOrDefault(voter, false));
    }

    boolean isHopeless() {
        return member.configuration().isBlockedBy(voter -> !votes.getOrDefault(voter, true));
    }
}
