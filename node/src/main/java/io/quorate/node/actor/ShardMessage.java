package io.quorate.node.actor;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.transport.Received;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongPredicate;

/** What a {@link ShardActor} is told besides frames. */
public sealed interface ShardMessage extends Received {
    /**
     * A client's request; it comes through the {@link ShardInlet}.
     *
     * @param takenAt when this node took it, in nanoseconds of the node's clock
     * @param takenUp told before the reply how many nanoseconds the request has waited for the actor, on its thread; false if
     *     the request is not to be begun, and has its reply
     * @param reply called once, on the actor's thread
     */
    record Submit(
            KeyRequest request, long takenAt, long timeoutNanos, LongPredicate takenUp, Consumer<KeyReply> reply) {}

    /**
     * What the node knows of its surroundings; it comes through the {@link ShardInlet}, and only the newest counts.
     *
     * @param goneGenerations the last deleted generation of each bucket name
     * @param replicaCounts the n of all buckets
     */
    record News(
            ImmutableMap<NodeId, PeerInfo> up,
            ImmutableMap<String, Integer> goneGenerations,
            Losses losses,
            ImmutableSet<Integer> replicaCounts) {}

    /** Asks something of the shard, on its own thread; the answer must be free of what the shard goes on changing. */
    record Ask<T>(Function<Shard, T> question, CompletableFuture<T> answer) implements ShardMessage {
        void put(Shard shard) {
            try {
                answer.complete(question.apply(shard));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }

    /** Something waits in the inlet; a turn ends; time passes. */
    enum Signal implements ShardMessage {
        WAKE,
        FLUSH,
        TICK
    }
}
