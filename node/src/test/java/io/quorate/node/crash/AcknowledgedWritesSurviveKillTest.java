package io.quorate.node.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.ReadResult;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.node.fixture.Ports;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All nodes are killed in the middle of writes, again and again on the same data, and after each start every key must show
 * what its writers may expect.
 *
 * <p>{@code -Dquorate.kill.rounds=10 -Dquorate.kill.writes=5000} makes it a longer run.
 */
class AcknowledgedWritesSurviveKillTest {
    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgedWritesSurviveKillTest.class);
    private static final int ROUNDS = Integer.getInteger("quorate.kill.rounds", 2);
    private static final int WRITES = Integer.getInteger("quorate.kill.writes", 600);
    private static final int WRITERS = 12;
    private static final int OWN_KEYS = 10;
    private static final int SHARED_KEYS = 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final List<KeyHistory> histories = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 14, unit = TimeUnit.MINUTES)
    void everyAcknowledgedWriteIsThereAfterAKillAndNothingElse() throws Exception {
        makeWriters(new SplittableRandom(20260101));
        int ports = Ports.free(9);
        int total = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            try (DemoProcess demo = DemoProcess.start(folder, ports)) {
                check(demo, "start " + round);
                int acknowledged = writeAndKill(demo);
                assertThat(acknowledged).isGreaterThanOrEqualTo(WRITES);
                total += acknowledged;
            }
        }
        try (DemoProcess demo = DemoProcess.start(folder, ports)) {
            check(demo, "the last start");
        }
        LOG.info("{} kills survived, {} acknowledged writes checked", ROUNDS, total);
    }

    private void makeWriters(SplittableRandom random) {
        List<KeyHistory> shared = makeKeys("shared", SHARED_KEYS);
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(makeKeys("writer" + i, OWN_KEYS), shared, random.split()));
        }
    }

    private List<KeyHistory> makeKeys(String prefix, int count) {
        List<KeyHistory> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(new KeyHistory(prefix + "-" + i));
        }
        histories.addAll(made);
        return made;
    }

    private int writeAndKill(DemoProcess demo) throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        CountDownLatch stop = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        List<QuorateClient> clients = new ArrayList<>();
        List<CompletableFuture<Void>> running = new ArrayList<>();
        try {
            for (int i = 0; i < WRITERS; i++) {
                QuorateClient client = client(demo, i);
                clients.add(client);
                Writer writer = writers.get(i);
                LeaderlessView view = carts(client, ConsistencyLevel.QUORUM);
                running.add(CompletableFuture.runAsync(() -> writer.run(view, acknowledged, stop), threads));
            }
            Awaitility.await("the round's writes")
                    .atMost(Duration.ofMinutes(5))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> acknowledged.get() >= WRITES
                            || running.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
            demo.close();
        } finally {
            stop.countDown();
            threads.shutdown();
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        clients.forEach(QuorateClient::close);
        return acknowledged.get();
    }

    private void check(DemoProcess demo, String when) {
        List<String> wrongs = new ArrayList<>();
        int siblings = 0;
        for (int node = 0; node < 3; node++) {
            try (QuorateClient client = client(demo, node)) {
                // The last look asks all replicas: what the majority hides must be right, too.
                LeaderlessView view = carts(client, node < 2 ? ConsistencyLevel.QUORUM : ConsistencyLevel.ALL);
                for (KeyHistory history : histories) {
                    ReadResult read = view.get(history.key());
                    siblings += read.siblings().size() > 1 ? 1 : 0;
                    wrongs.addAll(history.wrongs(read.siblings()));
                }
            }
        }
        LOG.info("{}: {} reads, {} of them with siblings", when, 3 * histories.size(), siblings);
        assertThat(wrongs).as(when).isEmpty();
    }

    private static QuorateClient client(DemoProcess demo, int first) {
        return QuorateClients.http(HttpTransportConfig.of(demo.urls(first)), TIMEOUT);
    }

    private static LeaderlessView carts(QuorateClient client, ConsistencyLevel level) {
        return client.bucket("carts").at(level);
    }
}
