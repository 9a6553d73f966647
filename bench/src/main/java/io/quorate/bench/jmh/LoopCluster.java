package io.quorate.bench.jmh;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.protocol.shard.Surroundings;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionRules;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes' data planes in one thread: messages are handed over as objects through a queue, without codec, frames or
 * network; only the stores may have threads of their own. For one thread.
 */
final class LoopCluster {
    static final int NODES = 3;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final RingState ring = Samples.ring(NODES);
    private final Map<NodeId, Shard> shards = new LinkedHashMap<>();
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final BlockingQueue<Runnable> fromStores = new LinkedBlockingQueue<>();
    private long tickedAt = System.nanoTime();
    private int open;

    /** Starts the nodes, each with a store of its own of the given kind. */
    LoopCluster(Stores stores, String kind) {
        AtomicLong numbers = new AtomicLong(1);
        for (int i = 0; i < NODES; i++) {
            NodeId id = Samples.node(i);
            PartitionStore store = stores.open(kind);
            Shard shard = new Shard(
                    new Surroundings(
                            id,
                            store,
                            VersionRules.STANDARD,
                            true,
                            Losses.NONE,
                            () -> numbers.getAndAdd(1L << 32),
                            () -> 1_700_000_000_000L,
                            new Shard.Output() {
                                @Override
                                public void send(NodeId to, PeerMessage.Data message) {
                                    steps.add(() -> shard(to).onMessage(id, message, System.nanoTime()));
                                }

                                @Override
                                public void corruption(String what) {
                                    throw new IllegalStateException(what);
                                }
                            }),
                    ring,
                    ShardSettings.DEFAULT,
                    System.nanoTime());
            store.listen(completion -> fromStores.add(() -> shard.onCompletion(completion, System.nanoTime())));
            shards.put(id, shard);
        }
        long clockOffset = 1_700_000_000_000L - System.nanoTime() / 1_000_000;
        shards.forEach((id, shard) -> {
            ImmutableMap.Builder<NodeId, PeerInfo> peers = ImmutableMap.builder();
            for (NodeId peer : shards.keySet()) {
                if (!peer.equals(id)) {
                    peers.put(peer, new PeerInfo(1, true, 0, ring.epoch(), -1, 0, clockOffset, 1, false, false));
                }
            }
            shard.onPeers(peers.buildOrThrow(), System.nanoTime());
        });
    }

    /** Gives a request to the first home of its key. */
    void begin(KeyRequest request, Consumer<KeyReply> reply) {
        open++;
        NodeId home = ring.preference(request.address().partition()).homes(1).get(0);
        shard(home)
                .onRequest(
                        request,
                        TIMEOUT_NANOS,
                        done -> {
                            open--;
                            reply.accept(done);
                        },
                        System.nanoTime());
    }

    /** Runs until all requests are answered; what the slowest home has still to do stays for later. */
    void untilAnswered() throws InterruptedException {
        while (open > 0) {
            step();
        }
    }

    private void step() throws InterruptedException {
        Runnable next = steps.poll();
        if (next == null) {
            next = fromStores.poll(1, TimeUnit.MILLISECONDS);
        } else {
            Runnable also = fromStores.poll();
            if (also != null) {
                steps.add(also);
            }
        }
        if (next != null) {
            next.run();
        }
        long now = System.nanoTime();
        if (now - tickedAt >= TICK_NANOS) {
            tickedAt = now;
            shards.values().forEach(shard -> shard.tick(now));
        }
    }

    private Shard shard(NodeId id) {
        @Nullable Shard shard = shards.get(id);
        if (shard == null) {
            throw new IllegalStateException("no node " + id);
        }
        return shard;
    }
}
