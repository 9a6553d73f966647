package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.HostAndPort;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.StartException;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.tcp.Discovery;
import io.quorate.node.transport.tcp.TcpSettings;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes whose members have no hosts. */
final class FoundMembersTest {
    private static final int NODES = 3;

    @TempDir
    private Path folder;

    private final int ports = Ports.free(3 * NODES);
    private final List<EmbeddedNode> running = new ArrayList<>();

    @AfterEach
    void endAll() {
        running.forEach(EmbeddedNode::close);
    }

    private String url(int number) {
        return "http://127.0.0.1:" + (ports + number - 1);
    }

    private int peerPort(int number) {
        return ports + 2 * NODES + number - 1;
    }

    /** A node that knows where one other is: the next one. */
    private NodeConfig config(int number, String bindHost) {
        List<Member> members = new ArrayList<>();
        for (int i = 1; i <= NODES; i++) {
            members.add(
                    new Member(NodeId.of("n" + i), "dc1", "z" + i, 1, url(i), "", ports + NODES + i - 1, peerPort(i)));
        }
        ImmutableList<HostAndPort> seeds =
                ImmutableList.of(HostAndPort.fromParts("127.0.0.1", peerPort(number % NODES + 1)));
        return new NodeConfig(
                "found",
                NodeId.of("n" + number),
                members,
                8,
                3,
                folder.resolve("n" + number),
                SyncMode.GROUP,
                new NodeConfig.Http("127.0.0.1", ports + number - 1),
                NodeConfig.Limits.DEFAULT,
                List.of(BucketDefinition.leaderless("carts", 3)),
                false,
                new NodeConfig.Links(
                        NodeConfig.Carrier.TCP, bindHost, TcpSettings.DEFAULT, Discovery.of("cluster.seeds", seeds)));
    }

    private EmbeddedNode start(int number, String bindHost) {
        EmbeddedNode node = EmbeddedNode.start(config(number, bindHost));
        running.add(node);
        return node;
    }

    private void kill(EmbeddedNode node) {
        node.kill();
        running.remove(node);
    }

    private void put(int number, String level) {
        Http.request("PUT", url(number), "/v1/buckets/carts/keys/k?level=" + level)
                .body("v")
                .send()
                .expect(204);
    }

    private static void awaitPeers(EmbeddedNode node, int peers) {
        assertThat(node.awaitPeers(peers, Duration.ofSeconds(20)))
                .as(node.id() + " sees " + node.peersUp())
                .isTrue();
    }

    private static void awaitCluster(EmbeddedNode node) {
        Set<NodeId> all = Set.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));
        Awaitility.await(node.id() + " to be with " + all)
                .atMost(Duration.ofSeconds(60))
                .until(() -> Set.copyOf(node.clusterMembers()).equals(all));
    }

    @Test
    void nodesServeWhatTheirLevelsAllowInWhateverOrderTheyStartAndComeBackAtAnotherAddress() {
        EmbeddedNode n2 = start(2, "127.0.0.1");
        put(2, "ONE");

        EmbeddedNode n1 = start(1, "127.0.0.1");
        awaitPeers(n1, 1);
        awaitPeers(n2, 1);
        put(1, "QUORUM");

        EmbeddedNode n3 = start(3, "127.0.0.1");
        running.forEach(node -> awaitPeers(node, 2));
        put(3, "ALL");
        running.forEach(FoundMembersTest::awaitCluster);

        kill(n1);
        kill(n2);
        EmbeddedNode moved = start(1, "127.0.0.5");
        awaitPeers(moved, 0);
        put(1, "ONE");
        start(2, "127.0.0.1");
        running.forEach(node -> awaitPeers(node, 2));
        put(1, "ALL");
        awaitCluster(moved);
        awaitCluster(n3);
    }

    @Test
    void takenAddressIsNamedAlthoughNoHostIsConfigured() throws IOException {
        try (ServerSocket taken = new ServerSocket(peerPort(1), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> start(1, "127.0.0.1"))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("127.0.0.1:" + peerPort(1));
        }
    }
}
