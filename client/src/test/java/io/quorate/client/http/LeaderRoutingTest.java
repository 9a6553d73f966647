package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.http.ScriptedNode.Request;
import io.quorate.client.http.ScriptedNode.Script;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import io.quorate.ring.wire.SessionToken;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How calls on leader buckets find the leader and leave it, and how they go to the others. */
class LeaderRoutingTest {
    private static final LeaderVersion SOME = LeaderVersion.of("\"1.5\"");

    private final ScriptedNode one = new ScriptedNode(led("n2", 1));
    private final ScriptedNode two = new ScriptedNode(led("n2", 1));
    private final ScriptedNode three = new ScriptedNode(led("n2", 1));
    private final QuorateClient client = QuorateClients.http(
            HttpTransportConfig.of(List.of(one.url())).withHedging(HedgeSettings.NONE), Duration.ofSeconds(5));
    private final LeaderView accounts = client.bucket("accounts").at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC);

    @AfterEach
    void closeAll() throws IOException {
        client.close();
        one.close();
        two.close();
        three.close();
    }

    /** Two partitions; n1, n2 and n3 are the homes of all keys. */
    @BeforeEach
    void knowRing() {
        String ring = "{\"epoch\":1,\"partitions\":2,\"replicas\":3,\"nodes\":["
                + "{\"id\":\"n1\",\"http\":\"" + one.url() + "\"},{\"id\":\"n2\",\"http\":\"" + two.url()
                + "\"},{\"id\":\"n3\",\"http\":\"" + three.url() + "\"}],"
                + "\"assignment\":[[\"n1\",\"n2\",\"n3\"],[\"n1\",\"n2\",\"n3\"]]}";
        one.servesRing(ring);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            client.bucket("accounts").atLeaderDefaults().get("warm");
            return client.metrics().epoch() == 1;
        });
        one.seen().clear();
        two.seen().clear();
        three.seen().clear();
    }

    private static Script led(String leader, long term) {
        return answer("leader", leader, term, 0);
    }

    private static Script answer(String role, String leader, long term, long lagMillis) {
        return (request, wire) -> {
            String headers = "ETag: \"1.5\"\r\nQuorate-Session: "
                    + SessionToken.EMPTY.with(0, term, 5).toText()
                    + "\r\nQuorate-Result: mode=leader, role=" + role + ", term=" + term
                    + ", index=5, level=X, lag-ms=" + lagMillis + ", epoch=1\r\nQuorate-Leader: " + leader + "\r\n";
            if (request.method().equals("GET")) {
                wire.reply(200, headers, "{\"siblings\":[]}");
            } else {
                wire.reply(204, headers, "");
            }
        };
    }

    private static Script problem(int status, String code, String outcome) {
        return (request, wire) -> wire.problem(status, code, outcome, "");
    }

    private Set<String> idempotencyKeys() {
        return Stream.of(one, two, three)
                .flatMap(node -> node.seen().stream())
                .map(request -> request.header("Idempotency-Key"))
                .collect(Collectors.toSet());
    }

    @Test
    void theLeaderThatAnAnswerNamesIsAskedFromThenOn() {
        accounts.put("k", "v");
        assertThat(one.seen()).as("the first home, which hands on").hasSize(1);

        for (int i = 0; i < 5; i++) {
            accounts.put("k", "v");
            accounts.get("k");
        }

        assertThat(one.seen()).hasSize(1);
        assertThat(two.seen()).hasSize(10);
    }

    @Test
    void theNextLeaderIsAskedAsSoonAsAnAnswerNamesIt() {
        accounts.put("k", "v");
        two.does(led("n3", 2));

        accounts.put("k", "v");
        accounts.put("k", "v");

        assertThat(two.seen()).hasSize(1);
        assertThat(three.seen()).hasSize(1);
    }

    @Test
    void aLeaderThatIsGoneIsLeftAtOnceUnderTheSameKey() throws IOException {
        accounts.put("k", "v");
        accounts.put("k", "v");
        one.does(led("n3", 2)).seen().clear();
        two.stop();

        long from = System.nanoTime();
        accounts.put("k", "v");
        accounts.put("k", "v");

        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(2));
        assertThat(one.seen()).hasSize(1);
        assertThat(three.seen()).hasSize(1);
        assertThat(client.metrics().ringRefreshes()).isEqualTo(1);
    }

    @Test
    void aWriteThatALeaderLostSightOfIsRepeatedUnderItsKeyAtAnother() {
        accounts.put("k", "v");
        one.does(led("n3", 2)).seen().clear();
        two.does(problem(504, "timeout", "maybe-applied"));

        accounts.compareAndSet("k", SOME, "v");

        assertThat(two.seen()).hasSize(1);
        assertThat(one.seen()).hasSize(1);
        assertThat(idempotencyKeys()).hasSize(1);
        Request again = one.seen().get(0);
        assertThat(again.header("If-Match")).isEqualTo(SOME.text());
        assertThat(again.body()).isEqualTo(two.seen().get(0).body()).isEqualTo("v");

        accounts.put("k", "v");
        assertThat(three.seen()).as("the new leader").hasSize(1);
    }

    @Test
    void whatIsAppliedBelowItsLevelIsNotRepeated() {
        accounts.put("k", "v");
        two.does(problem(504, "level-not-reached", "applied-below-level"));

        LevelNotReachedException error = catchThrowableOfType(
                LevelNotReachedException.class,
                () -> accounts.withWrites(WriteLevel.SYNC).put("k", "v"));

        assertThat(error.outcome()).isEqualTo(Outcome.APPLIED_BELOW_LEVEL);
        assertThat(error.attempts()).hasSize(1);
    }

    @Test
    void aNodeWithoutALeaderIsLeftForAnother() {
        one.does(problem(503, "no-leader", "not-applied"));

        accounts.put("k", "v");

        assertThat(two.seen()).hasSize(1);
    }

    @Test
    void aLeaderThatKeepsSilentGetsCompanyAndIsLeftWhenAnotherLeads() {
        accounts.put("k", "v");
        one.does(led("n3", 2)).seen().clear();
        two.does((request, wire) -> wire.stall(60_000));

        accounts.put("k", "v");
        accounts.put("k", "v");

        assertThat(two.seen()).hasSize(1);
        assertThat(one.seen()).hasSize(1);
        assertThat(three.seen()).hasSize(1);
    }

    @Test
    void aRefusedConditionIsTheEndOfTheCallWhateverBecameOfEarlierTries() {
        accounts.put("k", "v");
        two.does(ScriptedNode.BROKEN);
        Script refusal =
                (request, wire) -> wire.problem(412, "precondition-failed", "not-applied", "ETag: \"2.7\"\r\n");
        one.does(refusal);
        three.does(refusal);

        PreconditionFailedException error =
                catchThrowableOfType(PreconditionFailedException.class, () -> accounts.compareAndSet("k", SOME, "v"));

        assertThat(error.current()).contains(LeaderVersion.of("\"2.7\""));
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(error.attempts()).hasSize(2);
    }

    @Test
    void readsOfAnyReplicaAreSparedToThoseThatAreBehind() {
        one.does(answer("follower", "n2", 1, 900));
        three.does(answer("follower", "n2", 1, 3));
        LeaderView fresh = accounts.withMaxLag(Duration.ofMillis(100));
        for (int i = 0; i < 3; i++) {
            fresh.get("k");
        }
        one.seen().clear();

        for (int i = 0; i < 20; i++) {
            fresh.get("k");
        }

        // Which of the other two is asked depends on how quickly they have answered.
        assertThat(one.seen()).hasSizeLessThan(4);
        assertThat(two.seen().size() + three.seen().size()).isGreaterThan(16);
        assertThat(Stream.concat(two.seen().stream(), three.seen().stream()))
                .extracting(request -> request.target())
                .allMatch(target -> target.contains("level=FOLLOWER&max-lag=100ms&timeout="));
    }

    @Test
    void ofASessionTheKeysOwnGroupIsShown() {
        Session session = Session.start();
        session.sees(SessionToken.EMPTY.with(0, 3, 9).with(1, 4, 8));

        for (int i = 0; i < 8; i++) {
            accounts.withSession(session).get("k" + i);
        }

        Set<String> shown = Stream.of(one, two, three)
                .flatMap(node -> node.seen().stream())
                .map(request -> request.header("Quorate-Session"))
                .collect(Collectors.toSet());
        assertThat(shown)
                .containsExactlyInAnyOrder(
                        SessionToken.EMPTY.with(0, 3, 9).toText(),
                        SessionToken.EMPTY.with(1, 4, 8).toText());
    }
}
