package io.quorate.node.actor;

import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.node.transport.Received;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.CompletableFuture;

/** What a {@link ControlActor} is told besides frames. */
public sealed interface ControlMessage extends Received {
    /** Completed when every peer that is up knows of the change, or a little later without them. */
    record Define(BucketDefinition definition, CompletableFuture<Change> done) implements ControlMessage {}

    /** Completed with false if there is no such bucket. */
    record Delete(String bucket, CompletableFuture<Boolean> done) implements ControlMessage {}

    /** Says good-bye to the peers and stops. */
    record Leave(boolean sayBye) implements ControlMessage {}

    /** Nobody listens at a peer's address. */
    record Unreachable(NodeId peer) implements ControlMessage {}

    enum Signal implements ControlMessage {
        TICK
    }
}
