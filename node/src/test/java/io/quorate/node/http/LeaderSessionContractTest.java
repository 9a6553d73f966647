package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Accounts;
import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.QuickPolls;
import io.quorate.node.fixture.Reply;
import io.quorate.node.fixture.SharedCluster;
import io.quorate.node.fixture.TestCluster;
import io.quorate.ring.wire.SessionToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever shows the session of an answer sees at least what that answer saw, at every replica. */
@ExtendWith({SharedCluster.class, QuickPolls.class})
final class LeaderSessionContractTest {
    private final TestCluster cluster;
    private final Accounts accounts;

    LeaderSessionContractTest(TestCluster cluster) {
        this.cluster = cluster;
        this.accounts = new Accounts(cluster);
    }

    private Http in(String session, String node, String method, String key, String query) {
        Http request = accounts.request(node, method, key, query);
        return session.isEmpty() ? request : request.header("Quorate-Session", session);
    }

    private Reply follow(String session, String node, String key) {
        return in(session, node, "GET", key, "?level=FOLLOWER&timeout=10s").send();
    }

    private static String sessionOf(Reply reply) {
        return reply.header("Quorate-Session");
    }

    private long seen(String session, int partition) {
        return Objects.requireNonNull(SessionToken.parse(session).of(partition), "nothing seen")
                .index();
    }

    @Test
    void sessionReadsItsOwnWritesAndDeletesAtEveryReplica() {
        String key = TestCluster.newKey();
        for (int i = 0; i < 4; i++) {
            for (String writer : cluster.nodes()) {
                String value = writer + " " + i;
                Reply written = accounts.put(writer, key, value).expect(204);
                for (String node : cluster.nodes()) {
                    Reply read = follow(sessionOf(written), node, key).expect(200);
                    assertThat(read.text()).isEqualTo(value);
                    assertThat(read.header("ETag")).isEqualTo(written.header("ETag"));
                }
                Reply deleted = accounts.delete(writer, key).expect(204);
                for (String node : cluster.nodes()) {
                    follow(sessionOf(deleted), node, key).problem(404, "not-found");
                }
            }
        }
    }

    @Test
    void writeOnTheLeadersDiskAloneIsReadByItsSessionToo() {
        String key = TestCluster.newKey();
        for (int i = 0; i < 5; i++) {
            Reply written =
                    accounts.put("n" + (1 + i % 3), key, "?level=ASYNC", "" + i).expect(204);
            for (String node : cluster.nodes()) {
                assertThat(follow(sessionOf(written), node, key).expect(200).text())
                        .isEqualTo("" + i);
            }
        }
    }

    @Test
    void sessionNeverGoesBackInTime() {
        String key = TestCluster.newKey();
        int partition = accounts.partition(key);
        String session = "";
        long last = 0;
        for (int i = 0; i < 5; i++) {
            // Not of this session, which sees it by reading.
            accounts.put("n1", key, "" + i).expect(204);
            Reply newest = in(session, "n2", "GET", key, "").send().expect(200);
            assertThat(newest.text()).isEqualTo("" + i);
            session = sessionOf(newest);
            for (String node : cluster.nodes()) {
                Reply read = follow(session, node, key).expect(200);
                assertThat(read.text()).isEqualTo("" + i);
                session = sessionOf(read);
                assertThat(seen(session, partition)).isGreaterThanOrEqualTo(last);
                last = seen(session, partition);
            }
        }
    }

    @Test
    void everyAnswerThatSawSomethingGivesASession() {
        String key = TestCluster.newKey();
        int partition = accounts.partition(key);
        Reply missing = accounts.get("n1", key).expect(404);
        Reply written =
                in(sessionOf(missing), "n2", "PUT", key, "").body("v").send().expect(204);
        assertThat(seen(sessionOf(written), partition))
                .isEqualTo(Accounts.indexOf(written))
                .isGreaterThan(seen(sessionOf(missing), partition));
        Reply known = in(sessionOf(written), "n3", "GET", key, "")
                .header("If-None-Match", written.header("ETag"))
                .send()
                .expect(304);
        assertThat(seen(sessionOf(known), partition)).isGreaterThanOrEqualTo(Accounts.indexOf(written));
        Reply deleted = in(sessionOf(known), "n1", "DELETE", key, "").send().expect(204);
        assertThat(seen(sessionOf(deleted), partition)).isEqualTo(Accounts.indexOf(deleted));
    }

    @Test
    void sessionGrowsOverPartitionsAndForgetsNone() {
        String session = "";
        List<String> keys = new ArrayList<>();
        List<Integer> partitions = new ArrayList<>();
        int length = 0;
        for (int i = 0; partitions.size() < 6; i++) {
            String key = TestCluster.newKey();
            int partition = accounts.partition(key);
            if (partitions.contains(partition)) {
                continue;
            }
            keys.add(key);
            partitions.add(partition);
            Reply written = in(session, "n" + (1 + i % 3), "PUT", key, "")
                    .body("value of " + key)
                    .send()
                    .expect(204);
            session = sessionOf(written);
            assertThat(session.length()).isGreaterThan(length);
            length = session.length();
            for (int known : partitions) {
                assertThat(seen(session, known)).isPositive();
            }
        }
        for (String node : cluster.nodes()) {
            for (String key : keys) {
                Reply read = follow(session, node, key).expect(200);
                assertThat(read.text()).isEqualTo("value of " + key);
                for (int known : partitions) {
                    assertThat(seen(sessionOf(read), known)).isGreaterThanOrEqualTo(seen(session, known));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "%%%", "not a token", "AAAA", "AQAAAAAA"})
    void malformedSessionIsRefused(String session) {
        refused(session);
    }

    @Test
    void damagedOrCutSessionIsRefused() {
        String session = sessionOf(accounts.put("n1", TestCluster.newKey(), "v").expect(204));
        char last = session.charAt(session.length() - 2);
        for (String wrong : new String[] {
            session.substring(0, session.length() - 2),
            session + "AA",
            session.substring(0, session.length() - 2)
                    + (last == 'A' ? 'B' : 'A')
                    + session.charAt(session.length() - 1),
            "B" + session.substring(1),
            session + "," + session,
            session + "="
        }) {
            refused(wrong);
        }
        String key = TestCluster.newKey();
        accounts.request("n1", "GET", key, "")
                .header("Quorate-Session", session)
                .header("Quorate-Session", session)
                .send()
                .problem(400, "bad-request");
    }

    @Test
    void sessionOfEntriesThatNoLogHasIsRefused() {
        String key = TestCluster.newKey();
        int partition = accounts.partition(key);
        for (long number : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / 2}) {
            refused(SessionToken.EMPTY.with(partition, number, 1).toText());
            refused(SessionToken.EMPTY.with(partition, 1, number).toText());
        }
    }

    /** As one of another cluster is: nobody here can ever show what it has seen. */
    @Test
    void sessionThatHasSeenWhatThisGroupNeverHadIsAnsweredByTheLeader() {
        String key = TestCluster.newKey();
        accounts.put("n1", key, "v").expect(204);
        long term = Long.parseLong(accounts.get("n1", key).result().getOrDefault("term", ""));
        String session = SessionToken.EMPTY
                .with(accounts.partition(key), term, 1_000_000)
                .toText();
        for (String node : cluster.nodes()) {
            Reply read = in(session, node, "GET", key, "?level=FOLLOWER&timeout=4s")
                    .send()
                    .expect(200);
            assertThat(read.text()).isEqualTo("v");
            assertThat(read.result()).containsEntry("role", "leader");
        }
    }

    private void refused(String session) {
        String key = TestCluster.newKey();
        for (Http request : new Http[] {
            in(session, "n1", "GET", key, ""),
            in(session, "n2", "GET", key, "?level=FOLLOWER"),
            in(session, "n3", "PUT", key, "").body("lost"),
            in(session, "n1", "DELETE", key, "")
        }) {
            assertThat(request.send().problem(400, "bad-request").path("detail").asText())
                    .contains("Quorate-Session");
        }
        accounts.get("n1", key).problem(404, "not-found");
    }
}
