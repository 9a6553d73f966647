package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.topology.NodeId;

/** A request in flight at this node, waiting for other nodes. */
interface Task {
    /** An answer to a message that carried this task's id. */
    void onAnswer(NodeId from, PeerMessage.Data answer, long now);

    /** Time has passed or peers have come or gone; true when the task is over. */
    boolean tick(long now);

    /** A node has another disk than before: what it said of the lost one counts for nothing any more (rule V1). */
    default void disk(NodeId node, long now) {}

    /** Others need its place: what it would still have done for those that did not answer, it leaves to be done later. */
    default void letGo() {}

    /** The node ends: whoever waits for this task is told so. */
    void abandon();
}
