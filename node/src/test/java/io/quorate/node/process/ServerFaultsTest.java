package io.quorate.node.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.ReadResult;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Java client's user sees of it when one of three servers is killed, frozen, or restarted: nothing. */
final class ServerFaultsTest {
    private static final int RATE = 200;
    private static final int READS_AT_ONCE = 32;
    private static final int WRITES_A_PHASE = Integer.getInteger("quorate.process.writes", 400);

    /** Long enough for a machine whose few cores are all busy with a process that starts. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir
    private static Path folder;

    private static ThreeServers servers;

    @BeforeAll
    static void start() throws Exception {
        servers = new ThreeServers(folder);
        servers.startAll();
        warmUp();
    }

    /** A process that has just started compiles its code; that is not what is looked at here. */
    private static void warmUp() {
        try (QuorateClient client = QuorateClients.http(servers.urls().toArray(URI[]::new));
                SteadyLoad load = SteadyLoad.start(
                        client.bucket("warm").at(ConsistencyLevel.QUORUM).async(), "warm", RATE)) {
            Awaitility.await("writes to be quick")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        load.takeLongest();
                        load.awaitMore(RATE);
                        return load.takeLongest().toMillis() < 300;
                    });
        }
    }

    @AfterAll
    static void endAll() {
        servers.close();
    }

    private interface Fault {
        void happen() throws Exception;
    }

    /** Writes and reads steadily while the fault happens and after, and reads back all that was written. */
    private void noRequestFailsWhile(String what, Fault fault) throws Exception {
        try (QuorateClient client = QuorateClients.http(servers.urls().toArray(URI[]::new))) {
            LeaderlessView view =
                    client.bucket("carts").at(ConsistencyLevel.QUORUM).withTimeout(TIMEOUT);
            SteadyLoad load = SteadyLoad.start(view.async(), what, RATE);
            load.awaitMore(WRITES_A_PHASE);
            Duration before = load.takeLongest();
            fault.happen();
            load.awaitMore(WRITES_A_PHASE);
            load.close();
            System.out.printf(
                    "%s: %d writes, %d failed, longest %d ms (before: %d ms)%n",
                    what,
                    load.begun(),
                    load.failures().size(),
                    load.takeLongest().toMillis(),
                    before.toMillis());
            assertThat(load.failures().stream().limit(5)).as(what).isEmpty();
            assertThat(load.reads()).as("reads beside the writes").isGreaterThan(WRITES_A_PHASE / 4);
            List<Integer> lost = new ArrayList<>();
            for (int from = 0; from < load.begun(); from += READS_AT_ONCE) {
                List<CompletableFuture<ReadResult>> reads = IntStream.range(
                                from, Math.min(load.begun(), from + READS_AT_ONCE))
                        .mapToObj(i -> view.async().get(load.key(i)).toCompletableFuture())
                        .toList();
                for (int i = 0; i < reads.size(); i++) {
                    if (!SteadyLoad.isThere(reads.get(i).join(), from + i)) {
                        lost.add(from + i);
                    }
                }
            }
            assertThat(lost).as("acknowledged and not there").isEmpty();
        }
    }

    @Test
    void noRequestFailsWhenOneIsKilledAndComesBack() throws Exception {
        noRequestFailsWhile("kill -9", () -> servers.process(0).kill());
        servers.start(0);
        servers.awaitAllUp();
    }

    @Test
    void noRequestFailsWhenOneIsFrozenAndThawed() throws Exception {
        try {
            noRequestFailsWhile("SIGSTOP", () -> servers.process(1).freeze());
        } catch (AssertionError e) {
            servers.process(1).thaw();
            throw e;
        }
        noRequestFailsWhile("SIGCONT", () -> servers.process(1).thaw());
        servers.awaitAllUp();
    }

    @Test
    void noRequestFailsWhenAllAreRestartedInTurn() throws Exception {
        noRequestFailsWhile("rolling restart", () -> {
            for (int node = 0; node < ThreeServers.NODES; node++) {
                long from = System.nanoTime();
                assertThat(servers.process(node).terminate()).isZero();
                assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
                servers.start(node);
                servers.awaitAllUp();
            }
        });
    }
}
