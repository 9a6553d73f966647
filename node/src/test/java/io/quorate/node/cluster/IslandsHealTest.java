package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Ports;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.FaultBoard;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters of actor systems that were formed apart become one when their nodes hear each other. */
final class IslandsHealTest {
    private static final int NODES = 3;

    @TempDir
    private Path folder;

    private final FaultBoard board = new FaultBoard();
    private final List<EmbeddedNode> running = new ArrayList<>();

    @AfterEach
    void endAll() {
        running.forEach(EmbeddedNode::close);
    }

    private EmbeddedNode start(int number, int ports) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            members.add(new Member(
                    NodeId.of("n" + (i + 1)),
                    "dc1",
                    "z" + i,
                    1,
                    "http://127.0.0.1:" + (ports + i),
                    "127.0.0.1",
                    ports + NODES + i,
                    ports + 2 * NODES + i));
        }
        NodeConfig config = new NodeConfig(
                "islands",
                NodeId.of("n" + number),
                members,
                8,
                3,
                folder.resolve("n" + number),
                SyncMode.GROUP,
                new NodeConfig.Http("127.0.0.1", ports + number - 1),
                NodeConfig.Limits.DEFAULT,
                List.of(),
                false);
        EmbeddedNode node = EmbeddedNode.start(config, new EmbeddedNode.Extras(null, board, null));
        running.add(node);
        return node;
    }

    private static void awaitIsland(EmbeddedNode node, String... ids) {
        Awaitility.await(node.id() + " to be with " + List.of(ids))
                .atMost(Duration.ofSeconds(90))
                .until(() -> Set.copyOf(node.clusterMembers())
                        .equals(Set.of(List.of(ids).stream().map(NodeId::of).toArray(NodeId[]::new))));
    }

    @Test
    void nodesThatFormedApartEndUpTogetherAndServeAllTheTime() {
        int ports = Ports.free(3 * NODES);
        board.isolate(Set.of(NodeId.of("n1")));
        EmbeddedNode n1 = start(1, ports);
        EmbeddedNode n2 = start(2, ports);
        EmbeddedNode n3 = start(3, ports);
        awaitIsland(n1, "n1");
        awaitIsland(n2, "n2", "n3");
        awaitIsland(n3, "n2", "n3");

        board.clear();

        for (EmbeddedNode node : running) {
            awaitIsland(node, "n1", "n2", "n3");
        }
        assertThat(n1.awaitPeers(2, Duration.ofSeconds(10))).isTrue();

        // A node that starts anew comes into what is there, although it could have formed one of its own.
        n1.kill();
        running.remove(n1);
        EmbeddedNode again = start(1, ports);
        awaitIsland(again, "n1", "n2", "n3");
        awaitIsland(n2, "n1", "n2", "n3");
    }
}
