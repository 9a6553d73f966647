package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.metrics.ClientListener;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Counter;
import io.quorate.node.fixture.Leads;
import io.quorate.node.fixture.Ports;
import io.quorate.node.http.FaultControl;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The node that leads is lost under clients that count: no call fails, and what was acknowledged counts once. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class ClientRidesOutALostLeaderTest {
    private static final int TIMES = 150;
    private static final NodeId N1 = NodeId.of("n1");

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final AtomicLong longestNanos = new AtomicLong();

    @TempDir
    private Path data;

    private DemoCluster cluster;
    private QuorateClient client;
    private LeaderView accounts;

    @BeforeEach
    void start() {
        int ports = Ports.free(9);
        cluster = DemoCluster.start(DemoCluster.Settings.of(data).withPorts(ports, ports + 3, ports + 6));
        HttpTransportConfig config = HttpTransportConfig.of(
                        List.of(URI.create(cluster.node("n3").url())))
                .withListener(new ClientListener() {
                    @Override
                    public void callEnded(String method, String code, int attempts, long nanos) {
                        longestNanos.accumulateAndGet(nanos, Math::max);
                    }
                });
        client = QuorateClients.http(config, Duration.ofSeconds(10));
        accounts = client.bucket("accounts").at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC);
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
        thread.shutdownNow();
    }

    @Test
    void aLeaderThatIsKilledTakesNoAcknowledgedWriteWithIt() throws Exception {
        countWhile(() ->
                cluster.act(FaultControl.Action.KILL, N1).toCompletableFuture().get(60, TimeUnit.SECONDS));
    }

    @Test
    void aLeaderThatIsCutOffFromTheOthersAndNotFromTheClientIsLeft() throws Exception {
        countWhile(() -> cluster.board().isolate(Set.of(N1)));
    }

    private interface Fault {
        void happens() throws Exception;
    }

    private void countWhile(Fault fault) throws Exception {
        String key = new Leads(cluster).begun().keyLedBy("n1");
        Counter counter = new Counter(key, TIMES);
        Future<?> counting = thread.submit(() -> {
            counter.count(accounts, accounts);
            return null;
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> counter.counted() > TIMES / 2);

        fault.happens();

        counting.get(120, TimeUnit.SECONDS);
        assertThat(counter.total(accounts)).isEqualTo(2 * TIMES);
        assertThat(accounts.get(key).info().leader().orElse("")).isIn("n2", "n3");
        // The ring does not change when a node is lost, and is looked at every 30 s.
        assertThat(Duration.ofNanos(longestNanos.get())).isLessThan(Duration.ofSeconds(6));
    }
}
