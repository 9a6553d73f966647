package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Value;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.led.Session;
import io.quorate.client.spi.StoreTransport;
import io.quorate.node.demo.DemoCluster;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every client has of sessions with leader buckets, whatever its way to the node. */
abstract class LeaderSessionContract extends Connected {
    LeaderSessionContract(DemoCluster cluster, Supplier<StoreTransport> ways) {
        super(cluster, ways);
    }

    @Test
    void aSessionReadsItsOwnWritesAnywhere() {
        Session session = Session.start();
        LeaderView mine = accounts.withReads(ReadLevel.FOLLOWER).withSession(session);
        for (int i = 0; i < 20; i++) {
            mine.put(key + i % 3, "v" + i);
            assertThat(mine.get(key + i % 3).text()).contains("v" + i);
        }
        assertThat(Session.of(session.token()).seen()).isEqualTo(session.seen());
    }

    @Test
    void aSessionGoesOnInAnotherClientAtANodeThatIsBehind() {
        String key = leads.keyLedBy("n1");
        Session session = Session.start();
        LeaderView mine = accounts.withSession(session);
        cluster.board().delay(NodeId.of("n2"), 150);
        try (QuorateClient elsewhere = cluster.node("n2").client()) {
            LeaderView there = accountsOf(elsewhere).withReads(ReadLevel.FOLLOWER);
            for (int i = 0; i < 3; i++) {
                mine.put(key, "v" + i);
                LeaderView handed = there.withSession(Session.of(session.token()));
                assertThat(handed.get(key).text()).contains("v" + i);
                // What it has read once it never reads older again, nor does the one that it hands on to.
                assertThat(handed.get(key).text()).contains("v" + i);
            }
        } finally {
            heal();
        }
    }

    @Test
    void aSessionDoesNotGoBackBehindWhatARefusalHasSeen() {
        String key = leads.keyLedBy("n1");
        cluster.board().delay(NodeId.of("n2"), 150);
        try (QuorateClient elsewhere = cluster.node("n2").client()) {
            for (int i = 0; i < 3; i++) {
                Session session = Session.start();
                accounts.put(key, "v" + i);
                assertThatThrownBy(() -> accounts.withSession(session).putIfAbsent(key, "x"))
                        .isInstanceOf(PreconditionFailedException.class);
                LeaderView there = accountsOf(elsewhere).withReads(ReadLevel.FOLLOWER);
                assertThat(there.withSession(session).get(key).text()).contains("v" + i);
            }
        } finally {
            heal();
        }
    }

    @Test
    void aSessionGoesOnAfterWritesThatOnlyALostLeaderHad() throws Exception {
        String key = leads.keyLedBy("n1");
        Session session = Session.start();
        LeaderView mine = accounts.withSession(session);
        mine.put(key, "0");
        cluster.board().isolate(Set.of(NodeId.of("n1")));
        try {
            // More than the next leader writes of itself, and before the old one gives up.
            CompletableFuture<?>[] lost = new CompletableFuture<?>[8];
            for (int i = 0; i < lost.length; i++) {
                lost[i] = mine.withWrites(WriteLevel.ASYNC)
                        .async()
                        .put(key, Value.ofText("lost"))
                        .toCompletableFuture();
            }
            CompletableFuture.allOf(lost).get(20, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !leads.leaderOf("n2", key).orElse("n1").equals("n1"));
        } finally {
            heal();
        }

        for (int i = 0; i < 6; i++) {
            assertThat(mine.withReads(ReadLevel.FOLLOWER).get(key).text()).isPresent();
        }
    }
}
