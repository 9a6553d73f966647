package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.client.Codec;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.TypedLeaderView;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Leads;
import io.quorate.node.fixture.Ports;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Typed values of leader buckets and their updates, over HTTP and in process. */
class LeaderUpdateContractTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int STEPS = 10;
    private static final Codec<Long> NUMBERS = Codec.of(
            "text/plain", number -> Bytes.ofUtf8(Long.toString(number)), data -> Long.parseLong(data.toUtf8()));

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private static Path data;

    private static DemoCluster cluster;
    private static List<QuorateClient> ways = List.of();

    private final String key = UUID.randomUUID().toString();

    @BeforeAll
    static void start() {
        int base = Ports.free(9);
        cluster = DemoCluster.start(DemoCluster.Settings.of(data).withPorts(base, base + 3, base + 6));
        new Leads(cluster).begun();
        ways = List.of(
                QuorateClients.http(URI.create(cluster.node("n2").url())),
                cluster.node("n1").client());
    }

    @AfterAll
    static void stop() {
        ways.forEach(QuorateClient::close);
        cluster.close();
    }

    private static long oneMore(Optional<Long> now) {
        return now.orElse(0L) + 1;
    }

    private static TypedLeaderView<Long> numbers(QuorateClient client) {
        return client.bucket("accounts")
                .at(ReadLevel.FOLLOWER, WriteLevel.SEMI_SYNC)
                .withTimeout(TIMEOUT)
                .as(NUMBERS)
                .withRoundsMax(50);
    }

    @Test
    void countersOfSeveralAtOnceLoseNoStepAndCountNoneTwice() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (QuorateClient way : List.of(ways.get(0), ways.get(1), ways.get(0), ways.get(1))) {
                ends.add(threads.submit(() -> {
                    for (int i = 0; i < STEPS; i++) {
                        numbers(way).update(key, LeaderUpdateContractTest::oneMore);
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get(100, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        for (QuorateClient way : ways) {
            TypedLeaderView.Updated<Long> last = numbers(way)
                    .updateAsync(Bytes.ofUtf8(key), now -> now.orElse(0L))
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            assertThat(last.value()).isEqualTo(4 * STEPS);
        }
    }

    @Test
    void shownValueIsReplacedOnlyWhileItStands() {
        for (QuorateClient way : ways) {
            String fresh = UUID.randomUUID().toString();
            TypedLeaderView<Long> numbers = numbers(way);
            TypedLeaderView.Updated<Long> made = numbers.update(fresh, now -> 7L);
            TypedLeaderView.Shown<Long> shown = new TypedLeaderView.Shown<>(
                    Optional.of(7L),
                    Optional.of(made.written().version()),
                    made.written().info());
            numbers.compareAndSet(fresh, shown, 8L);
            assertThatThrownBy(() -> numbers.compareAndSet(fresh, shown, 9L))
                    .isInstanceOf(PreconditionFailedException.class);
        }
    }

    /** What a caller needs to go on from a refusal is there on both ways. */
    @Test
    void refusalsBringTheSameContextOnBothWays() {
        List<Problem> problems = new ArrayList<>();
        for (QuorateClient way : ways) {
            way.bucket("carts").at(ConsistencyLevel.ALL).delete("full");
            way.buckets().get("carts").definition().maxSiblings().ifPresent(max -> {
                for (int i = 0; i <= max; i++) {
                    try {
                        way.bucket("carts").at(ConsistencyLevel.ALL).put("full", "v" + i);
                    } catch (RequestRefusedException e) {
                        problems.add(e.problem());
                    }
                }
            });
        }
        assertThat(problems)
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem.context()).isPresent())
                .extracting(Problem::code)
                .containsOnly("too-many-siblings");
    }
}
