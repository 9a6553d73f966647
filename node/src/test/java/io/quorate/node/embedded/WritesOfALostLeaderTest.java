package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Leads;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.TestCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A leader that is cut off takes writes until it notices, and dies: what of them is lost? Counted one by one, over what each
 * level has acknowledged.
 */
class WritesOfALostLeaderTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final int BEFORE = 20;
    private static final int AFTER_MAX = 2000;

    private final TestCluster cluster = TestCluster.start(3);
    private final Accounts accounts = new Accounts(cluster);
    private final List<String> acknowledged = new ArrayList<>();
    private int partition;
    private int partitions;

    @BeforeEach
    void findAGroupThatN1Leads() {
        String key = new Leads(cluster.demo()).begun().keyLedBy("n1");
        partition = accounts.partition(key);
        partitions = cluster.groups("n1").size();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** A fresh key of the one group. */
    private String key() {
        PartitionCount count = new PartitionCount(partitions);
        String key = TestCluster.newKey();
        while (count.partitionOf(TokenHash.tokenOf("accounts", Bytes.ofUtf8(key))) != partition) {
            key = TestCluster.newKey();
        }
        return key;
    }

    private Reply put(String node, String key, String query) {
        Reply reply = accounts.put(node, key, query, "of " + key);
        if (reply.status() == 204) {
            acknowledged.add(key);
        }
        return reply;
    }

    private boolean isPresent(String node, String key, String query) {
        Reply reply = accounts.get(node, key, query);
        assertThat(reply.status()).isIn(200, 404);
        assertThat(reply.status() == 404 || reply.text().equals("of " + key)).isTrue();
        return reply.status() == 200;
    }

    private long present(String node, String query) {
        return acknowledged.stream().filter(key -> isPresent(node, key, query)).count();
    }

    private void act(Action action) throws Exception {
        cluster.demo().act(action, N1).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** Has n1 take writes while it hears nobody, until it knows that it does not lead; how many of them came to a status. */
    private int writesOfTheOneCutOff(String query, int status) {
        cluster.demo().board().isolate(Set.of(N1));
        int count = 0;
        for (int i = 0; i < AFTER_MAX; i++) {
            Reply reply = put("n1", key(), query);
            if (reply.status() == 503) {
                assertThat(reply.problem(503, "no-leader").path("outcome").asText())
                        .isEqualTo("not-applied");
                return count;
            }
            count += reply.status() == status ? 1 : 0;
        }
        throw new AssertionError("n1 takes writes for ever");
    }

    private void theOthersGoOn() throws Exception {
        act(Action.KILL);
        cluster.demo().board().clear();
        Leads leads = new Leads(cluster.demo());
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            Optional<String> leader = leads.leaderOf("n2", acknowledged.get(0));
            return leader.isPresent() && !leader.get().equals("n1");
        });
    }

    /** Starts n1 again and waits until it has all that the others have. */
    private String sessionOfN1() throws Exception {
        act(Action.START);
        String last = key();
        // Refused at once while the leader does not hear n1.
        Reply all = await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> accounts.put("n2", last, "?level=SYNC&timeout=10s", "last"),
                        reply -> reply.status() == 204);
        return all.header("Quorate-Session");
    }

    private boolean isAtN1(String key, String session) {
        Reply reply = accounts.request("n1", "GET", key, "?level=FOLLOWER&timeout=10s")
                .header("Quorate-Session", session)
                .send();
        assertThat(reply.status()).isIn(200, 404);
        return reply.status() == 200;
    }

    @Test
    void whatTheLeadersDiskAloneAcknowledgedIsLostWithItAndNothingElse() throws Exception {
        for (int i = 0; i < BEFORE; i++) {
            put("n1", key(), "?level=ASYNC").expect(204);
        }
        // Once it is committed, so is all that stands before it in the log.
        put("n1", key(), "?level=SEMI_SYNC&timeout=10s").expect(204);
        int alone = writesOfTheOneCutOff("?level=ASYNC&timeout=1s", 204);
        assertThat(alone).as("acknowledged by n1 alone").isPositive();
        theOthersGoOn();

        assertThat(acknowledged.size() - present("n2", "?timeout=10s")).isEqualTo(alone);

        List<String> lost = acknowledged.subList(acknowledged.size() - alone, acknowledged.size());
        assertThat(lost).noneMatch(key -> isPresent("n3", key, "?timeout=10s"));
        // The disk that had them gives them up.
        String session = sessionOfN1();
        assertThat(lost).noneMatch(key -> isAtN1(key, session));
        assertThat(acknowledged.subList(0, BEFORE + 1)).allMatch(key -> isAtN1(key, session));
    }

    @Test
    void whatAMajorityAcknowledgedIsThereWithoutTheLeader() throws Exception {
        for (int i = 0; i < BEFORE; i++) {
            put("n1", key(), "?level=SEMI_SYNC&timeout=10s").expect(204);
        }
        int unknown = writesOfTheOneCutOff("?level=SEMI_SYNC&timeout=50ms", 504);
        assertThat(unknown).as("of unknown outcome").isPositive();
        assertThat(acknowledged).as("acknowledged before the cut alone").hasSize(BEFORE);
        theOthersGoOn();

        assertThat(present("n2", "?timeout=10s")).isEqualTo(BEFORE);

        String session = sessionOfN1();
        assertThat(acknowledged).allMatch(key -> isAtN1(key, session));
    }
}
