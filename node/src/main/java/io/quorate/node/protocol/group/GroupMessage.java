package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;

/** What the members of one group say to each other, and what nodes ask of them. Any of it may be lost, late or doubled. */
public sealed interface GroupMessage {
    /** A message of the core. */
    record Raft(RaftMessage message) implements GroupMessage {}

    /**
     * A request of a client, handed on to whom the sender takes for the leader; never handed on once more. A write bears a
     * request id that the group remembers, so that it may come more than once.
     */
    record Ask(long id, LedRequest request, int millisLeft) implements GroupMessage {}

    /** The answer to {@link Ask}. */
    record Told(long id, KeyReply reply) implements GroupMessage {}

    /** The answer to {@link Ask} of who does not lead, and has done nothing; whom it takes for the leader, if anybody. */
    record NotLeading(long id, @Nullable NodeId leader) implements GroupMessage {}

    /** What is answered to {@link Ask}. */
    static GroupMessage answer(long id, KeyReply reply) {
        return reply instanceof KeyReply.NotLed notLed ? new NotLeading(id, notLed.leader()) : new Told(id, reply);
    }

    /** What do you have of this key? */
    record Look(long id, RecordKey key) implements GroupMessage {}

    /** The answer to {@link Look}. */
    record Looked(
            long id,
            long applied,
            boolean readable,
            @Nullable VersionTag tag) implements GroupMessage {}

    /** A leader offers a state, because its log does not lead to what the receiver has. */
    record OfferState(long transfer, long term, GroupCommit.Header header) implements GroupMessage {
        /** What the log begins behind with it. */
        Base base() {
            return new Base(header.index(), header.term(), Configuration.decode(header.configuration()));
        }
    }

    /** Whether it is wanted. */
    record StateWanted(long transfer, boolean wanted) implements GroupMessage {}

    /** A piece of it; the pieces come in order, from 1. */
    record StatePart(long transfer, int number, ImmutableList<GroupCommit.Row> rows, boolean last)
            implements GroupMessage {}

    /** A piece is durable at the receiver; it is ready for the next. */
    record StateTaken(long transfer, int number) implements GroupMessage {}

    /**
     * Let the group rest: there is nothing to do, and the log ends at an index everywhere.
     *
     * @param epoch of the leader's node, whose pulses stand for heartbeats from now on
     */
    record Sleep(long term, long index, long epoch) implements GroupMessage {}

    /** The answer to {@link Sleep} of who does; who does not says nothing. */
    record Sleeping(long term, long index, long epoch) implements GroupMessage {}

    /**
     * The rest is over.
     *
     * @param number of all that one node has said to another, by which the lack of one is noticed
     */
    record Wake(long term, long number) implements GroupMessage {}

    /**
     * A sign of life of a node, for all its groups.
     *
     * @param epoch for which it vouches
     * @param number of those that this node was sent
     * @param wakes the number of the last {@link Wake} that was sent there before
     * @param heardEpoch of the receiver, as heard last; -1 for none
     * @param heardNumber of the receiver's last pulse that was heard
     * @param age so many nanoseconds ago it was certain that whatever rests under this node did so everywhere
     */
    record Pulse(long epoch, long number, long wakes, long heardEpoch, long heardNumber, long age)
            implements GroupMessage {}

    /** What does your state at the check of this entry add up to? Part 0 is the whole, part b + 1 the leaves of branch b. */
    record Compare(long index, long term, int part) implements GroupMessage {}

    /**
     * The answer to {@link Compare}.
     *
     * @param pending whether it is not known yet
     * @param digests of part 0 those of all but versions, and of each branch; of another those of its leaves. None if it is
     *     not known, or never will be
     */
    record Compared(long index, long term, int part, boolean pending, ImmutableLongArray digests)
            implements GroupMessage {}

    /**
     * This node has lost its disk, and with it all that it promised to the group; it says and does nothing until it is let in.
     *
     * @param nonce of this loss: another with every start until then
     */
    record Rejoin(long nonce) implements GroupMessage {}

    /**
     * The answer to {@link Rejoin} of the leader.
     *
     * @param index of an entry that was made after the loss and is committed: with a state that holds it the node is a member
     *     again
     */
    record LetIn(long nonce, long index) implements GroupMessage {}
}
