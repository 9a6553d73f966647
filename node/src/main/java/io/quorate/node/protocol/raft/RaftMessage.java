package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;

/**
 * What members of a group say to each other. Any message may be lost, late, doubled or overtaken. Each bears the sender's
 * term, but {@link PreVote}, which asks about the next one.
 */
public sealed interface RaftMessage {
    long term();

    /** Would you vote for me in this term? Changes nothing at the one who is asked. */
    record PreVote(long term, long lastIndex, long lastTerm) implements RaftMessage {}

    /**
     * The answer to {@link PreVote}.
     *
     * @param term the one asked about if granted, else the answering node's own
     */
    record PreVoted(long term, boolean granted) implements RaftMessage {}

    /**
     * Vote for me.
     *
     * @param transferred the leader wants it, so a follower that hears from it votes nevertheless
     */
    record Vote(long term, long lastIndex, long lastTerm, boolean transferred) implements RaftMessage {}

    /** The answer to {@link Vote}, given once it is durable. */
    record Voted(long term, boolean granted) implements RaftMessage {}

    /**
     * Entries that follow the previous one.
     *
     * @param commit of the leader
     * @param round of its requests for confirmation, so that an answer confirms that the leader led after that round began
     */
    record Append(long term, long prevIndex, long prevTerm, ImmutableList<Entry> entries, long commit, long round)
            implements RaftMessage {}

    /**
     * All up to {@code match} is durable here and equal to the leader's log.
     *
     * @param round of the {@link Append} that is answered
     */
    record Appended(long term, long match, long round) implements RaftMessage {}

    /**
     * The entry before those of an {@link Append} is not here.
     *
     * @param prevIndex of that message
     * @param hintIndex the last entry here at or before that one whose term is not above that one's
     * @param hintTerm its term
     */
    record Refused(long term, long prevIndex, long hintIndex, long hintTerm, long round) implements RaftMessage {}

    /**
     * A sign of life.
     *
     * @param commit what the leader has committed of what the receiver is known to have
     * @param newest up to where anything may have been committed, by which the receiver tells how far it is behind
     * @param age of {@code newest}, in nanoseconds: so long ago the sender led for certain; the highest number if it has no
     *     proof that it ever did
     */
    record Heartbeat(long term, long commit, long newest, long age, long round) implements RaftMessage {}

    /** The answer to {@link Heartbeat}. */
    record Alive(long term, long round) implements RaftMessage {}

    /** Stand for election at once: the leader wants you in its place. */
    record StandNow(long term) implements RaftMessage {}

    /** Up to where is the log committed that a read begun now has to see? Asked by a follower. */
    record AskIndex(long term, long id) implements RaftMessage {}

    /**
     * The answer to {@link AskIndex}.
     *
     * @param index -1 if this node is no leader or cannot tell
     */
    record ToldIndex(long term, long id, long index) implements RaftMessage {}
}
