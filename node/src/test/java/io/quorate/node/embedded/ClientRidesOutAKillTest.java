package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.AsyncLeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.Value;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Ports;
import io.quorate.node.http.FaultControl;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.topology.NodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One node of three is killed under a client that goes on at 200 operations a second: no call may fail.
 *
 * <p>{@code -Dquorate.client.kill.operations=12000} makes it a longer run.
 */
class ClientRidesOutAKillTest {
    private static final int OPERATIONS = Integer.getInteger("quorate.client.kill.operations", 800);
    private static final int PER_SECOND = 200;
    private static final int WARM_UP = 200;

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger started = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(OPERATIONS);

    @TempDir
    private Path data;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void noCallFailsWhenANodeIsKilled() throws Exception {
        int ports = Ports.free(9);
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try (DemoCluster cluster =
                        DemoCluster.start(DemoCluster.Settings.of(data).withPorts(ports, ports + 3, ports + 6));
                QuorateClient client =
                        QuorateClients.http(URI.create(cluster.node("n3").url()))) {
            AsyncLeaderlessView carts = client.bucket("carts")
                    .at(ConsistencyLevel.QUORUM)
                    .withTimeout(Duration.ofSeconds(10))
                    .async();
            for (int i = 0; i < WARM_UP; i++) {
                carts.put("warm" + i, Value.ofText("v")).toCompletableFuture().get(60, TimeUnit.SECONDS);
            }
            var ticking = pace.scheduleAtFixedRate(() -> next(carts), 0, 1_000_000 / PER_SECOND, TimeUnit.MICROSECONDS);
            while (started.get() < OPERATIONS / 3) {
                assertThat(ended.await(10, TimeUnit.MILLISECONDS)).isFalse();
            }

            cluster.act(FaultControl.Action.KILL, NodeId.of("n3"))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);

            assertThat(ended.await(120, TimeUnit.SECONDS)).isTrue();
            ticking.cancel(false);
            assertThat(List.copyOf(failures)).isEmpty();
            // The ring was followed, so the killed node was really in use.
            assertThat(client.metrics().epoch()).isPositive();
            assertThat(client.metrics().nodes()).hasSize(3);
        } finally {
            pace.shutdownNow();
        }
    }

    private void next(AsyncLeaderlessView carts) {
        int number = started.getAndIncrement();
        if (number >= OPERATIONS) {
            return;
        }
        CompletableFuture<?> call = number % 2 == 0
                ? carts.put("k" + number, Value.ofText("v" + number)).toCompletableFuture()
                : carts.get("k" + (number - 1)).toCompletableFuture();
        var unused = call.whenComplete((result, error) -> {
            if (error != null) {
                failures.add(number + ": " + error);
            }
            ended.countDown();
        });
    }
}
