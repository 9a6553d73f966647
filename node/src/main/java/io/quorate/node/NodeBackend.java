package io.quorate.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.actor.ControlMessage;
import io.quorate.node.actor.GroupTable;
import io.quorate.node.actor.NodeView;
import io.quorate.node.actor.ShardMessage;
import io.quorate.node.http.HttpServer;
import io.quorate.node.http.NodeReport;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.shard.ExchangeReport;
import io.quorate.node.protocol.shard.HintReport;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the HTTP routes ask of their node. */
final class NodeBackend implements HttpServer.Backend {
    private static final Duration PEER_TIMEOUT = Duration.ofSeconds(1);
    private static final long OWN_TIMEOUT_MILLIS = 5_000;

    private final NodeParts parts;
    private final LongSupplier nanoClock = Wiring.nanoClock();
    private final LongSupplier wallMillis = Wiring.wallMillis();
    private final ObjectMapper json = new ObjectMapper();
    private @Nullable HttpClient peers;

    NodeBackend(NodeParts parts) {
        this.parts = parts;
    }

    @Override
    public NodeId id() {
        return parts.id();
    }

    @Override
    public NodeView view() {
        return parts.view();
    }

    @Override
    public String state() {
        return parts.state();
    }

    @Override
    public boolean isReady() {
        return parts.isReady();
    }

    @Override
    public CompletionStage<NodeReport> report() {
        return ask(Shard::counts)
                .thenApply(found -> new NodeReport(
                        parts.id().value(),
                        Version.TEXT,
                        parts.state(),
                        parts.uptime().toSeconds(),
                        parts.ring().epoch(),
                        parts.config().cluster(),
                        ProcessHandle.current().pid(),
                        found.keys(),
                        found.versions(),
                        found.hints(),
                        parts.metrics().total("quorate.reads.repaired"),
                        parts.door().inFlight(),
                        parts.storageBytes(),
                        parts.config().sync().text(),
                        parts.view().up().keySet().stream().map(NodeId::value).toList()));
    }

    private <T> CompletableFuture<T> ask(Function<Shard, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        parts.shard().tell(new ShardMessage.Ask<>(question, answer));
        return answer.orTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<ExchangeReport> exchanges() {
        return ask(Shard::exchanges);
    }

    @Override
    public CompletionStage<ExchangeReport> compareAll() {
        return ask(shard -> {
            shard.compareAll();
            return shard.exchanges();
        });
    }

    /** Made at its first use; its threads end when nobody refers to it any more. */
    private synchronized HttpClient peers() {
        HttpClient made = peers;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .connectTimeout(PEER_TIMEOUT)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
            peers = made;
        }
        return made;
    }

    @Override
    public long wallMillis() {
        return wallMillis.getAsLong();
    }

    @Override
    public long nanos() {
        return nanoClock.getAsLong();
    }

    @Override
    public CompletionStage<HintReport> hints() {
        return ask(Shard::hints);
    }

    @Override
    public CompletionStage<ObjectNode> peerHints(Member peer) {
        return fetch(peer, "/v1/hints");
    }

    @Override
    public CompletionStage<ObjectNode> peerReport(Member peer) {
        return fetch(peer, "/v1/nodes/self");
    }

    private CompletionStage<ObjectNode> fetch(Member peer, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(peer.http() + path))
                .timeout(PEER_TIMEOUT)
                .build();
        return peers().sendAsync(request, BodyHandlers.ofByteArray()).thenApply(response -> {
            if (response.statusCode() != 200) {
                throw new IllegalStateException(peer.id() + " answers " + response.statusCode());
            }
            try {
                return json.readValue(response.body(), ObjectNode.class);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public CompletionStage<List<GroupReport>> groups() {
        return parts.groups().ask().orTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<ObjectNode> peerGroups(Member peer) {
        return fetch(peer, "/v1/groups");
    }

    @Override
    public List<GroupReport> groupsLately() {
        return parts.groups().reports();
    }

    @Override
    public CompletionStage<GroupTable.Transfer> transfer(int partition, NodeId to) {
        ReplicaSetId set = ReplicaSetId.led(parts.ring().table().replicas(), partition);
        return parts.groups().transfer(set, to).orTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void outOfMemory(String what) {
        parts.outOfMemory(what);
    }

    @Override
    public void connectionRefused(String cause) {
        parts.metrics().count("quorate.refusals", "cause", cause);
    }

    @Override
    public String metrics() {
        return parts.metrics().scrape();
    }

    @Override
    public CompletionStage<Change> define(BucketDefinition definition) {
        CompletableFuture<Change> done = new CompletableFuture<>();
        parts.control().tell(new ControlMessage.Define(definition, done));
        return done.orTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Boolean> delete(String bucket) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        parts.control().tell(new ControlMessage.Delete(bucket, done));
        return done.orTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }
}
