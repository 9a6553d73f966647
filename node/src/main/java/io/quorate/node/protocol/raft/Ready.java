package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What a group wants done after an input.
 *
 * @param write to be made durable; null if nothing is. Writes are made in the order given, and told by
 *     {@link RaftCore#persisted}
 * @param messages that may leave now
 * @param committed to be applied, in order
 * @param reads that may be answered once what they wait for is applied
 * @param needState members that a state of the state machine is to be sent to, told by {@link RaftCore#stateSent}
 * @param lost proposals of this node that another leader's entries have taken the place of, or may
 */
public record Ready(
        @Nullable Write write,
        ImmutableList<Outgoing> messages,
        ImmutableList<Entry> committed,
        ImmutableList<Read> reads,
        ImmutableList<NodeId> needState,
        ImmutableList<Position> lost) {
    /**
     * One write: all of it or nothing.
     *
     * @param id rises by one
     * @param base what the log begins behind from now on, all that stood in it gone; null if it stays
     * @param entries what stands from the first one's index on is replaced by them; none if the log stays
     */
    public record Write(long id, HardState state, @Nullable Base base, ImmutableList<Entry> entries) {}

    /** A message to another member. */
    public record Outgoing(NodeId to, RaftMessage message) {}

    /** A place in the log. */
    public record Position(long index, long term) {}

    /**
     * A read.
     *
     * @param index that has to be applied before the read is answered; -1 if it failed, and is to be tried again
     */
    public record Read(long id, long index) {}
}
