package io.quorate.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.StartException;
import io.quorate.node.actor.Systems;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.serialization.SerializationExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes inside another program: this one. */
final class EmbeddedNodeTest {
    private static final String KEY = "/v1/buckets/carts/keys/k";

    @TempDir
    private Path folder;

    private static List<Member> members(int base, int count) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(new Member(
                    NodeId.of("n" + (i + 1)),
                    "dc1",
                    "z" + (i + 1),
                    1,
                    "http://127.0.0.1:" + (base + i),
                    "127.0.0.1",
                    base + count + i,
                    base + 2 * count + i));
        }
        return members;
    }

    private NodeConfig config(String cluster, List<Member> members, int index, int partitions) {
        Member self = members.get(index);
        int port = java.net.URI.create(self.http()).getPort();
        int replicas = Math.min(3, members.size());
        return new NodeConfig(
                cluster,
                self.id(),
                members,
                partitions,
                replicas,
                folder.resolve(cluster + "-" + self.id()),
                SyncMode.GROUP,
                new NodeConfig.Http("127.0.0.1", port),
                NodeConfig.Limits.DEFAULT,
                List.of(BucketDefinition.leaderless("carts", replicas)),
                false);
    }

    @Test
    void oneNodeServesAloneAndFreesItsPortsWithinFiveSeconds() {
        int base = Ports.free(3);
        NodeConfig config = config("alone", members(base, 1), 0, 8);
        for (int run = 0; run < 2; run++) {
            EmbeddedNode node = EmbeddedNode.start(config);
            assertThat(node.buckets()).containsExactly("carts");
            if (run == 0) {
                Http.request("PUT", node.url(), KEY).body("kept").send().expect(204);
            } else {
                assertThat(Http.get(node.url(), KEY).expect(200).text()).isEqualTo("kept");
            }
            long from = System.nanoTime();
            node.close();
            node.close();
            assertThat(Ports.allFree(base, 3)).isTrue();
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isLessThan(5_000);
        }
    }

    @Test
    void faultsAreOffUnlessAskedFor() {
        int base = Ports.free(3);
        try (EmbeddedNode node = EmbeddedNode.start(config("nofaults", members(base, 1), 0, 8))) {
            Http.request("POST", node.url(), "/v1/faults")
                    .json("{\"isolate\":[\"n1\"]}")
                    .send()
                    .problem(404, "no-such-route");
        }
    }

    @Test
    void nodesLiveInGivenActorSystemsWhichOutliveThem() throws Exception {
        int base = Ports.free(9);
        List<Member> members = members(base, 3);
        List<ActorSystem<Void>> systems = new ArrayList<>();
        List<EmbeddedNode> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Config config = ConfigFactory.parseString("pekko.actor.provider = remote\n"
                                + "pekko.remote.artery.transport = tcp\n"
                                + "pekko.remote.warn-about-direct-use = off\n"
                                + "pekko.loglevel = ERROR\n"
                                + "pekko.remote.artery.canonical.hostname = \"127.0.0.1\"\n"
                                + "pekko.remote.artery.canonical.port = "
                                + members.get(i).port())
                        .withFallback(ConfigFactory.load());
                systems.add(ActorSystem.create(Behaviors.empty(), "host", config));
                nodes.add(EmbeddedNode.start(config("guests", members, i, 8), systems.get(i)));
            }
            Awaitility.await("all to see each other")
                    .atMost(Duration.ofSeconds(15))
                    .until(() -> nodes.stream().allMatch(node -> node.peersUp().size() == 2));
            Http.request("PUT", nodes.get(0).url(), KEY + "?level=ALL")
                    .body("v")
                    .send()
                    .expect(204);
            assertThat(Http.get(nodes.get(2).url(), KEY + "?level=ALL")
                            .expect(200)
                            .text())
                    .isEqualTo("v");

            nodes.get(1).close();
            assertThat(systems.get(1).whenTerminated().isCompleted()).isFalse();
            nodes.set(1, EmbeddedNode.start(config("guests", members, 1, 8), systems.get(1)));
            assertThat(Http.get(nodes.get(1).url(), KEY + "?level=ONE")
                            .expect(200)
                            .text())
                    .isEqualTo("v");
        } finally {
            nodes.forEach(EmbeddedNode::close);
            systems.forEach(ActorSystem::terminate);
            for (ActorSystem<Void> system : systems) {
                scala.concurrent.Await.ready(
                        system.whenTerminated(), scala.concurrent.duration.Duration.apply(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void twoClustersInOneProgramDoNotMix() {
        int base = Ports.free(6);
        try (EmbeddedNode red = EmbeddedNode.start(config("red", members(base, 1), 0, 8));
                EmbeddedNode blue = EmbeddedNode.start(config("blue", members(base + 3, 1), 0, 16))) {
            Http.request("PUT", red.url(), KEY).body("red").send().expect(204);
            Http.get(blue.url(), KEY).problem(404, "not-found");
            assertThat(Http.get(blue.url(), "/v1/ring")
                            .json()
                            .path("partitions")
                            .asInt())
                    .isEqualTo(16);
        }
    }

    @Test
    void ownActorSystemsRefuseJavaSerialization() {
        int port = Ports.free(1);
        Member self = new Member(NodeId.of("n1"), "dc1", "z1", 1, "http://127.0.0.1:1", "127.0.0.1", port, port + 1);
        ActorSystem<Void> system = Systems.remote(Systems.nameOf("plain"), self);
        try {
            assertThat(system.settings().config().getBoolean("pekko.actor.allow-java-serialization"))
                    .isFalse();
            assertThatThrownBy(() -> SerializationExtension.get(system)
                            .serialize(new ArrayList<>(List.of("x")))
                            .get())
                    .hasMessageContaining("Java serialization");
        } finally {
            system.terminate();
        }
    }

    @Test
    void takenPortOfAnyKindIsNamedAndNothingIsLeftHalfStarted() throws Exception {
        int base = Ports.free(3);
        NodeConfig config = config("taken", members(base, 1), 0, 8);
        for (int port = base; port < base + 3; port++) {
            try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThatThrownBy(() -> EmbeddedNode.start(config))
                        .isInstanceOf(StartException.class)
                        .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
            }
            assertThat(Ports.allFree(base, 3)).isTrue();
        }
        EmbeddedNode.start(config).close();
    }

    @Test
    void folderOfARunningNodeOrOfAnotherClusterIsRefused() {
        int base = Ports.free(6);
        NodeConfig config = config("owner", members(base, 1), 0, 8);
        try (EmbeddedNode node = EmbeddedNode.start(config)) {
            List<Member> other = members(base + 3, 1);
            NodeConfig second = config("owner", other, 0, 8);
            assertThatThrownBy(() -> EmbeddedNode.start(second))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining(
                            "in use by pid " + ProcessHandle.current().pid());
            assertThat(Ports.allFree(base + 3, 3)).isTrue();
            Http.get(node.url(), "/livez").expect(200);
        }
        assertThatThrownBy(() -> EmbeddedNode.start(config("owner", members(base, 1), 0, 16)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("partitions")
                .hasMessageContaining("8")
                .hasMessageContaining("16");
        assertThat(Ports.allFree(base, 3)).isTrue();
    }
}
