package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.tcp.TcpSettings;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes serve whatever carries their frames. */
final class CarrierTest {
    private static final String KEY = "/v1/buckets/carts/keys/k?level=ALL&timeout=10s";

    @TempDir
    private Path folder;

    private static void assertServes(String writer, String reader) {
        Http.request("PUT", writer, KEY).body("carried").send().expect(204);
        assertThat(Http.get(reader, KEY).expect(200).text()).isEqualTo("carried");
    }

    @Test
    void nodesServeOverTheRemotingOfTheirActorSystems() {
        int base = Ports.free(9);
        DemoCluster.Settings settings = new DemoCluster.Settings(
                3,
                3,
                8,
                base,
                base + 3,
                base + 6,
                folder,
                SyncMode.GROUP,
                NodeConfig.Limits.DEFAULT,
                new NodeConfig.Links(NodeConfig.Carrier.ARTERY, null, TcpSettings.DEFAULT));
        try (DemoCluster cluster = DemoCluster.start(settings)) {
            assertServes(cluster.urls().get(0), cluster.urls().get(2));
            assertThat(Ports.allFree(base + 6, 3))
                    .as("nobody listens for frames")
                    .isTrue();
        }
    }

    @Test
    void aGivenActorSystemNeedsNoRemotingAndFramesMayComeInAtAnyAddress() {
        int base = Ports.free(6);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String http = "http://127.0.0.1:" + (base + i);
            members.add(new Member(
                    NodeId.of("n" + (i + 1)), "dc1", "z1", 1, http, "127.0.0.1", base + 2 + i, base + 4 + i));
        }
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(),
                "host",
                ConfigFactory.parseString("pekko.actor.provider = local, pekko.loglevel = ERROR")
                        .withFallback(ConfigFactory.load()));
        List<EmbeddedNode> nodes = new ArrayList<>();
        try {
            for (Member member : members) {
                nodes.add(EmbeddedNode.start(config(members, member), system));
            }
            assertThat(nodes.get(0).awaitPeers(1, Duration.ofSeconds(15))).isTrue();
            assertThat(nodes.get(1).awaitPeers(1, Duration.ofSeconds(15))).isTrue();
            assertServes(nodes.get(0).url(), nodes.get(1).url());
        } finally {
            nodes.forEach(EmbeddedNode::close);
            system.terminate();
        }
    }

    private NodeConfig config(List<Member> members, Member self) {
        return new NodeConfig(
                "plain",
                self.id(),
                members,
                8,
                2,
                folder.resolve(self.id().value()),
                SyncMode.GROUP,
                new NodeConfig.Http(
                        "127.0.0.1", java.net.URI.create(self.http()).getPort()),
                NodeConfig.Limits.DEFAULT,
                List.of(BucketDefinition.leaderless("carts", 2)),
                false,
                new NodeConfig.Links(NodeConfig.Carrier.TCP, "0.0.0.0", TcpSettings.DEFAULT));
    }
}
