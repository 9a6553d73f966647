package io.quorate.node.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How single servers start, find each other and end. */
final class ServerProcessTest {
    @TempDir
    private Path folder;

    private ThreeServers servers;

    @BeforeEach
    void prepare() {
        servers = new ThreeServers(folder);
    }

    @AfterEach
    void endAll() {
        servers.close();
    }

    @Test
    void anySubsetServesWhatItsLevelsAllowInWhateverOrderNodesStart() throws Exception {
        servers.start(2);
        Http.request("PUT", servers.url(2), "/v1/buckets/carts/keys/k?level=ONE")
                .body("alone")
                .send()
                .expect(204);
        Http.get(servers.url(2), "/v1/buckets/carts/keys/k").expect(503);

        servers.start(1);
        servers.awaitLevel(1, "QUORUM", Duration.ofSeconds(20));
        Http.get(servers.url(1), "/v1/buckets/carts/keys/k").expect(200);

        servers.start(0);
        servers.awaitAllUp();
        servers.process(1).kill();
        servers.process(2).kill();
        servers.awaitLevel(0, "ONE", Duration.ofSeconds(20));

        // Started anew while nobody else is there, and then found by one that comes back.
        servers.process(0).kill();
        servers.start(0);
        servers.start(1);
        servers.awaitLevel(0, "QUORUM", Duration.ofSeconds(20));
        assertThat(Http.get(servers.url(0), "/v1/buckets/carts/keys/k")
                        .expect(200)
                        .text())
                .isEqualTo("alone");
    }

    @Test
    void membersWithoutHostsAreFoundBySeedsAlthoughTheSeedStartsLastAndLeavesAgain() throws Exception {
        servers.withoutHosts().start(0);
        Http.request("PUT", servers.url(0), "/v1/buckets/carts/keys/k?level=ONE")
                .body("alone")
                .send()
                .expect(204);
        servers.start(1);
        servers.start(2);
        servers.awaitAllUp();

        servers.process(2).kill();
        servers.awaitLevel(1, "QUORUM", Duration.ofSeconds(20));
        assertThat(Http.get(servers.url(1), "/v1/buckets/carts/keys/k")
                        .expect(200)
                        .text())
                .isEqualTo("alone");
        assertThat(servers.process(0).text()).contains("n1: n2 is at 127.0.0.1:");
    }

    @Test
    void firstLineWithTheWordReadyNamesTheAddressAndASignalEndsItInOrder() throws Exception {
        ServerProcess server = servers.start(0);
        String first = server.text()
                .lines()
                .filter(line -> line.contains("ready"))
                .findFirst()
                .orElseThrow();
        assertThat(first).isEqualTo("ready: n1 at " + servers.url(0));

        assertThat(server.terminate()).isZero();

        assertThat(server.text()).contains("n1: stopped").doesNotContain("Exception");
    }

    @Test
    void secondStartOnOneDataDirectoryIsRefusedNamingTheFirst() throws Exception {
        ServerProcess first = servers.start(0);
        ThreeServers others = new ThreeServers(folder);
        try {
            ServerProcess second = others.launch(0);
            assertThat(second.exitCode(60)).isEqualTo(2);
            assertThat(refusal(second)).contains("is in use by pid " + first.pid());
            assertThat(first.isReady()).isTrue();
        } finally {
            others.close();
        }
    }

    @Test
    void takenPortIsRefusedNamingTheAddressAndNothingStaysBehind() throws Exception {
        int port = Ports.free(1);
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            servers.with("QUORATE_HTTP_PORT", "" + port);
            ServerProcess server = servers.launch(0);

            assertThat(server.exitCode(60)).isEqualTo(2);
            assertThat(refusal(server)).contains("127.0.0.1:" + port).contains("another program uses it");
        }
    }

    @Test
    void differentSettingsOfBirthAreRefusedWithBothValues() throws Exception {
        servers.start(0).kill();

        for (Map.Entry<String, String> other : Map.of(
                        "QUORATE_PLACEMENT_PARTITIONS", "32",
                        "QUORATE_PLACEMENT_REPLICAS", "2",
                        "QUORATE_CLUSTER_NAME", "elsewhere")
                .entrySet()) {
            ThreeServers changed = new ThreeServers(folder).with(other.getKey(), other.getValue());
            try {
                ServerProcess server = changed.launch(0);
                assertThat(server.exitCode(60)).isEqualTo(2);
                assertThat(refusal(server))
                        .contains(other.getValue())
                        .containsPattern("\\b(64|3|three-nodes)\\b")
                        .contains("choose another directory");
            } finally {
                changed.close();
            }
        }
    }

    @Test
    void exhaustedHeapEndsTheProcessWithCodeThreeAndItStartsClean() throws Exception {
        servers.start(0);
        Http.request("PUT", servers.url(0), "/v1/buckets/carts/keys/kept?level=ONE")
                .body("kept")
                .send()
                .expect(204);
        servers.process(0).kill();

        ServerProcess small = servers.launch(0, "-Xmx14m");
        assertThat(small.exitCode(60)).isEqualTo(3);
        assertThat(small.text()).contains("more than half of the heap");

        servers.start(0);
        assertThat(Http.get(servers.url(0), "/v1/buckets/carts/keys/kept?level=ONE")
                        .expect(200)
                        .text())
                .isEqualTo("kept");
    }

    /** Three values of 16 MiB at once are within the limits that are set here, and more than such a heap can hold. */
    @Test
    void requestsThatFillTheHeapEndTheProcessWithCodeThreeAndItStartsClean() throws Exception {
        servers.with("QUORATE_HTTP_MAX_VALUE", "16MiB");
        ServerProcess small = servers.launch(0, "-Xmx64m");
        ThreeServers.awaitReady(small);
        Http.request("PUT", servers.url(0), "/v1/buckets/carts/keys/kept?level=ONE")
                .body("kept")
                .send()
                .expect(204);
        byte[] value = new byte[16 << 20];
        AtomicInteger cuts = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < 3; i++) {
                clients.execute(() -> {
                    while (small.isAlive()) {
                        try {
                            Http.request("PUT", servers.url(0), "/v1/buckets/carts/keys/big?level=ONE")
                                    .body(value)
                                    .send();
                        } catch (UncheckedIOException cut) {
                            // The process has ended, or ended this connection: the next round knows.
                            cuts.incrementAndGet();
                        }
                    }
                });
            }
            assertThat(small.exitCode(60)).isEqualTo(3);
            Awaitility.await("clients to see it").atMost(Duration.ofSeconds(10)).until(() -> cuts.get() >= 3);
        } finally {
            clients.shutdownNow();
        }

        servers.start(0);
        assertThat(Http.get(servers.url(0), "/v1/buckets/carts/keys/kept?level=ONE")
                        .expect(200)
                        .text())
                .isEqualTo("kept");
    }

    private static String refusal(ServerProcess server) {
        return server.text()
                .lines()
                .filter(line -> line.startsWith("quorate: "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(server.text()));
    }
}
