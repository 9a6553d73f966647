package io.quorate.node.actor;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.transport.Received;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a {@link ShardActor} is told besides frames. */
public sealed interface ShardMessage extends Received {
    /**
     * A client's request.
     *
     * @param takenAt when this node took it, in nanoseconds of the node's clock
     * @param reply called once, on the actor's thread
     */
    record Submit(KeyRequest request, long takenAt, long timeoutNanos, Consumer<KeyReply> reply)
            implements ShardMessage {}

    record Peers(ImmutableMap<NodeId, PeerInfo> up) implements ShardMessage {}

    record BucketsGone(ImmutableMap<String, Integer> generations) implements ShardMessage {}

    record AskCounts(CompletableFuture<Shard.Counts> counts) implements ShardMessage {}

    /** The store has finished commits. */
    enum Signal implements ShardMessage {
        WAKE,
        FLUSH,
        TICK,
        STOP
    }
}
