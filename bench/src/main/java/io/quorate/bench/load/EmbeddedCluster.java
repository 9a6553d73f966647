package io.quorate.bench.load;

import io.quorate.bench.local.LocalMembers;
import io.quorate.client.QuorateClient;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.StartException;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Nodes inside this process for a run without HTTP: on free ports of 127.0.0.1, with every acknowledged write synced. HTTP
 * is there for the bucket and the metrics only.
 */
final class EmbeddedCluster implements AutoCloseable {
    static final int NODES_MAX = 7;
    private static final int REPLICAS_MAX = 3;
    private static final int PARTITIONS = 64;
    private static final Duration MUTUAL_SIGHT = Duration.ofSeconds(20);

    private final List<EmbeddedNode> nodes = new ArrayList<>();
    private final List<QuorateClient> clients = new ArrayList<>();
    private final Path data;
    private final boolean temporary;

    private EmbeddedCluster(Path data, boolean temporary) {
        this.data = data;
        this.temporary = temporary;
    }

    /**
     * Starts so many nodes and waits until each sees all others.
     *
     * @param data where the data is kept; null for a temporary folder that is deleted at the end
     * @throws LoadException if a node does not start
     */
    static EmbeddedCluster start(int count, @Nullable Path data, String bucket) throws LoadException {
        EmbeddedCluster cluster;
        try {
            Path folder = data == null ? Files.createTempDirectory("quorate-bench-") : Files.createDirectories(data);
            cluster = new EmbeddedCluster(folder, data == null);
        } catch (IOException e) {
            throw new LoadException(LoadException.EXIT_UNAVAILABLE, "no folder for the data: " + e.getMessage());
        }
        try {
            List<Member> members = LocalMembers.of(count);
            for (int i = 0; i < count; i++) {
                NodeId id = members.get(i).id();
                cluster.nodes.add(EmbeddedNode.start(new NodeConfig(
                        "bench",
                        id,
                        members,
                        PARTITIONS,
                        Math.min(REPLICAS_MAX, count),
                        cluster.data.resolve(id.value()),
                        SyncMode.GROUP,
                        new NodeConfig.Http(
                                "127.0.0.1", URI.create(members.get(i).http()).getPort()),
                        NodeConfig.Limits.DEFAULT,
                        List.of(BucketDefinition.leaderless(bucket, Math.min(REPLICAS_MAX, count))),
                        false)));
            }
            for (EmbeddedNode node : cluster.nodes) {
                if (!node.awaitPeers(count - 1, MUTUAL_SIGHT)) {
                    throw new StartException(
                            "the nodes did not find each other within " + MUTUAL_SIGHT.toSeconds() + " s");
                }
                cluster.clients.add(node.client());
            }
            return cluster;
        } catch (IOException | StartException e) {
            cluster.close();
            throw new LoadException(LoadException.EXIT_UNAVAILABLE, "no embedded nodes: " + e.getMessage());
        }
    }

    /** Their addresses, in the order of {@link #caller}'s nodes. */
    List<Endpoint> endpoints() {
        return nodes.stream().map(node -> Endpoint.parse(node.url())).toList();
    }

    /** Calls without HTTP; client i keeps to node i mod their number. */
    Caller caller(KeyShare share, SplittableRandom random, LoadSettings settings) {
        return new EmbeddedCaller(clients.get(share.client() % clients.size()), share, random, settings);
    }

    @Override
    public void close() {
        clients.forEach(QuorateClient::close);
        nodes.forEach(EmbeddedNode::close);
        if (temporary) {
            DemoCluster.deleteTree(data);
        }
    }
}
