package io.quorate.bench.repair;

import io.quorate.bench.local.LocalMembers;
import io.quorate.bench.local.NodeHttp;
import io.quorate.client.AsyncLeaderlessView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Value;
import io.quorate.client.error.UnavailableException;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.config.Tuning;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.storage.SyncMode;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Three embedded nodes, each home of every key. Nodes are counted from 0. */
final class ThreeNodes implements AutoCloseable {
    static final int NODES = 3;
    static final int PARTITIONS = 64;
    private static final String BUCKET = "b";
    private static final int IN_FLIGHT = 64;
    private static final int TRIES = 100;
    private static final Duration SIGHT = Duration.ofSeconds(30);
    /** Of writes: their coordinator goes on with homes that did not answer for some seconds longer. */
    private static final Duration DEADLINE = Duration.ofSeconds(3);

    private final Path data;
    private final List<Member> members;
    private final @Nullable EmbeddedNode[] nodes = new EmbeddedNode[NODES];
    private final Tuning tuning;
    private final NodeHttp http = new NodeHttp();

    /**
     * Starts them.
     *
     * @param interval between comparisons of two homes
     * @param hints whether writes are kept for homes that miss them
     */
    ThreeNodes(Path data, Duration interval, boolean hints) throws IOException {
        this.data = data;
        this.members = LocalMembers.of(NODES);
        Tuning usual = Tuning.DEFAULT;
        ExchangeSettings exchange = usual.exchange();
        this.tuning = new Tuning(
                usual.disk(),
                usual.recentRecordsBytes(),
                usual.queue(),
                usual.pace(),
                usual.maxDriftMillis(),
                usual.liveness(),
                usual.drainNanos(),
                new ExchangeSettings(
                        interval.toNanos(),
                        exchange.pauseNanos(),
                        exchange.retryNanos(),
                        exchange.resendNanos(),
                        exchange.rounds(),
                        exchange.bytesPerSecond(),
                        Long.MAX_VALUE),
                hints ? usual.hints() : HintSettings.NONE,
                0);
        for (int i = 0; i < NODES; i++) {
            start(i);
        }
        for (int i = 0; i < NODES; i++) {
            if (!node(i).awaitPeers(NODES - 1, SIGHT)) {
                throw new IOException("the nodes did not find each other");
            }
        }
    }

    EmbeddedNode node(int index) {
        EmbeddedNode node = nodes[index];
        if (node == null) {
            throw new IllegalStateException("n" + (index + 1) + " is down");
        }
        return node;
    }

    void start(int index) {
        NodeId id = members.get(index).id();
        nodes[index] = EmbeddedNode.start(new NodeConfig(
                        "repair",
                        id,
                        members,
                        PARTITIONS,
                        NODES,
                        folder(index),
                        SyncMode.GROUP,
                        new NodeConfig.Http(
                                "127.0.0.1",
                                URI.create(members.get(index).http()).getPort()),
                        NodeConfig.Limits.DEFAULT,
                        List.of(BucketDefinition.leaderless(BUCKET, NODES)),
                        false)
                .withTuning(tuning));
    }

    Path folder(int index) {
        return data.resolve("n" + (index + 1));
    }

    void stop(int index) {
        node(index).close();
        nodes[index] = null;
    }

    void wipe(int index) {
        node(index).kill();
        nodes[index] = null;
        DemoCluster.deleteTree(folder(index));
    }

    /** One call of many. */
    interface Call {
        CompletionStage<?> make(AsyncLeaderlessView view, String key);
    }

    /** Makes a call for each of some keys, many at a time; fails with the first that failed. */
    void all(int via, ConsistencyLevel level, int count, IntFunction<String> key, Call call)
            throws InterruptedException, IOException {
        Semaphore room = new Semaphore(IN_FLIGHT);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        try (QuorateClient client = node(via).client()) {
            LeaderlessView view = client.bucket(BUCKET).at(level).homesOnly().withTimeout(DEADLINE);
            AsyncLeaderlessView async = view.async();
            for (int i = 0; i < count && failures.isEmpty(); i++) {
                room.acquire();
                String name = key.apply(i);
                attempt(() -> call.make(async, name), TRIES, failure -> {
                    if (failure != null) {
                        failures.add(failure);
                    }
                    room.release();
                });
            }
            room.acquire(IN_FLIGHT);
        }
        Throwable failure = failures.peek();
        if (failure != null) {
            throw new IOException("a request failed: " + failure.getMessage(), failure);
        }
    }

    /** Calls again after a refusal, which a node that has just started may well give. */
    private static void attempt(Supplier<CompletionStage<?>> call, int tries, Consumer<@Nullable Throwable> done) {
        var unused = call.get().whenComplete((result, failure) -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof UnavailableException && tries > 1) {
                CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
                        .execute(() -> attempt(call, tries - 1, done));
            } else {
                done.accept(failure);
            }
        });
    }

    void put(int via, ConsistencyLevel level, int count, IntFunction<String> key, Bytes value)
            throws InterruptedException, IOException {
        all(via, level, count, key, (view, name) -> view.put(name, Value.of(value)));
    }

    /** Writes over what is there, so that one version stays. */
    void replace(int via, ConsistencyLevel level, int count, IntFunction<String> key, Bytes value)
            throws InterruptedException, IOException {
        all(
                via,
                level,
                count,
                key,
                (view, name) -> view.get(name).thenCompose(read -> view.put(name, Value.of(value), read.context())));
    }

    private URI url(int index) {
        return URI.create(members.get(index).http());
    }

    /** A figure of a node's metrics, over all its labels. */
    double metric(int index, String name) throws IOException, InterruptedException {
        return http.metrics(url(index))
                .sum(name)
                .orElseThrow(() -> new IOException("n" + (index + 1) + " has no metric " + name));
    }

    /** The sum of a figure over the nodes that are up. */
    double total(String name) throws IOException, InterruptedException {
        double total = 0;
        for (int i = 0; i < NODES; i++) {
            total += nodes[i] == null ? 0 : metric(i, name);
        }
        return total;
    }

    /** Bytes about keys that nodes have sent each other. */
    double sent() throws IOException, InterruptedException {
        return total("quorate_link_data_sent_bytes");
    }

    boolean isWhole(int index) {
        return node(index).state().equals("serving");
    }

    /** How many keys with versions a node holds. */
    long keys(int index) throws IOException, InterruptedException {
        return http.get(url(index), "/v1/nodes/self")
                .path("counts")
                .path("keys")
                .asLong();
    }

    @Override
    public void close() {
        for (int i = 0; i < NODES; i++) {
            EmbeddedNode node = nodes[i];
            if (node != null) {
                node.close();
                nodes[i] = null;
            }
        }
    }
}
