package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.StubStore;
import io.quorate.client.StubStore.Seen;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import io.quorate.ring.wire.SessionToken;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls on leader buckets as they stand on the wire. */
class HttpLeaderTest {
    private static final String RESULT =
            "mode=leader, role=follower, term=9, index=4411, level=FOLLOWER, lag-ms=12, epoch=7";
    private static final String SESSION = SessionToken.EMPTY.with(2, 9, 4411).toText();
    private static final LeaderInfo INFO =
            new LeaderInfo("FOLLOWER", "follower", Optional.of("2n"), 9, 4411, 12, SESSION, 7);
    private static final LeaderVersion VERSION = LeaderVersion.of("\"9.4411\"");

    private final StubStore store = new StubStore();
    private final QuorateClient client = QuorateClients.http(store.url());
    private final LeaderView accounts = client.bucket("accounts").at(ReadLevel.LEASE, WriteLevel.SYNC);

    @AfterEach
    void closeAll() {
        client.close();
        store.close();
    }

    private StubStore answers(int status, String result, String body) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Quorate-Result", result);
        headers.put("Quorate-Session", SESSION);
        headers.put("Quorate-Leader", "2n");
        headers.put("ETag", VERSION.text());
        return store.answers(status, headers, body);
    }

    @Test
    void aReadNamesItsLevelAndBringsTheValueItsVersionAndWhereItComesFrom() {
        answers(200, RESULT, "{\"siblings\":[" + StubStore.sibling("d", "text/plain", "dg==") + "]}");

        LeaderRead read = accounts.get("k");

        assertThat(read)
                .isEqualTo(LeaderRead.found(
                        new Value(Bytes.ofUtf8("v"), "text/plain"),
                        VERSION,
                        Instant.parse("2026-01-02T03:04:05Z"),
                        INFO));
        assertThat(read.text()).contains("v");
        assertThat(store.last().query()).startsWith("level=LEASE&timeout=");
        assertThat(store.last().header("Quorate-Session")).isEqualTo("(none)");
    }

    @Test
    void aReadWithoutAValueHasNoVersion() {
        answers(200, RESULT, "{\"siblings\":[]}");

        assertThat(accounts.withMaxLag(Duration.ofMillis(250)).get("k")).isEqualTo(LeaderRead.missing(INFO));
        assertThat(store.last().query()).startsWith("level=FOLLOWER&max-lag=250ms&timeout=");
        var unused = accounts.withMaxLag(Duration.ofMillis(250))
                .withReads(ReadLevel.FOLLOWER)
                .get("k");
        assertThat(store.last().query()).startsWith("level=FOLLOWER&timeout=");
    }

    @Test
    void writesCarryTheirConditionsAndAKey() {
        answers(204, RESULT, "");

        assertThat(accounts.put("k", "v")).isEqualTo(new LeaderWrite(VERSION, INFO));
        Seen put = store.last();
        assertThat(put.method()).isEqualTo("PUT");
        assertThat(put.query()).startsWith("level=SYNC&timeout=");
        assertThat(put.body()).isEqualTo("v");
        assertThat(put.header("If-Match")).isEqualTo("(none)");
        assertThat(put.header("If-None-Match")).isEqualTo("(none)");
        assertThat(put.header("Idempotency-Key")).isNotEqualTo("(none)");

        accounts.putIfAbsent("k", "v");
        assertThat(store.last().header("If-None-Match")).isEqualTo("*");
        accounts.compareAndSet("k", VERSION, "v");
        assertThat(store.last().header("If-Match")).isEqualTo("\"9.4411\"");
        accounts.withIdempotencyKey("mine").compareAndDelete("k", VERSION);
        assertThat(store.last().method()).isEqualTo("DELETE");
        assertThat(store.last().header("If-Match")).isEqualTo("\"9.4411\"");
        assertThat(store.last().header("Idempotency-Key")).isEqualTo("mine");
        client.bucket("accounts").atLeaderDefaults().delete("k");
        assertThat(store.last().query()).startsWith("timeout=");
    }

    @Test
    void aSessionIsShownWithReadsAndLearnsFromAnswers() {
        Session session = Session.start();
        LeaderView mine = accounts.withSession(session);
        answers(204, RESULT, "");
        mine.put("k", "v");
        assertThat(session.token()).isEqualTo(SESSION);

        answers(200, RESULT, "{\"siblings\":[]}");
        mine.get("k");
        assertThat(store.last().header("Quorate-Session")).isEqualTo(SESSION);
    }

    private PreconditionFailedException refused(Session session, String token) {
        Map<String, String> headers =
                Map.of("Content-Type", "application/problem+json", "Quorate-Result", RESULT, "Quorate-Session", token);
        store.answers(412, headers, "{\"code\":\"precondition-failed\",\"outcome\":\"not-applied\"}");
        return catchThrowableOfType(
                PreconditionFailedException.class,
                () -> accounts.withSession(session).putIfAbsent("k", "v"));
    }

    @Test
    void aSessionLearnsFromARefusalToo() {
        Session session = Session.start();

        assertThat(refused(session, SESSION).problem().sessionText()).isEqualTo(SESSION);
        assertThat(session.token()).isEqualTo(SESSION);
        assertThat(refused(session, "nonsense").code()).isEqualTo("precondition-failed");
        assertThat(session.token()).isEqualTo(SESSION);
    }

    @Test
    void anAnswerOfTheOtherModeOrWithoutAVersionIsNotTakenForOne() {
        store.answersWrite();
        BrokenExchangeException error = catchThrowableOfType(
                BrokenExchangeException.class,
                () -> client.bucket("carts").atLeaderDefaults().put("k", "v"));
        assertThat(error.code()).isEqualTo("bad-answer");
        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);

        store.answers(204, Map.of("Quorate-Result", RESULT), "");
        assertThat(catchThrowableOfType(BrokenExchangeException.class, () -> accounts.put("k", "v")))
                .hasMessageContaining("breaks the contract");
        answers(
                200,
                RESULT,
                "{\"siblings\":[" + StubStore.sibling("d", "a/b", "dg==") + "," + StubStore.sibling("e", "a/b", "dg==")
                        + "]}");
        assertThat(catchThrowableOfType(BrokenExchangeException.class, () -> accounts.get("k")))
                .hasMessageContaining("2 versions");
    }

    @Test
    void aSessionThatCannotBeReadIsABadAnswer() {
        store.answers(204, Map.of("Quorate-Result", RESULT, "ETag", VERSION.text(), "Quorate-Session", "nonsense"), "");

        BrokenExchangeException error = catchThrowableOfType(
                BrokenExchangeException.class,
                () -> accounts.withSession(Session.start()).put("k", "v"));

        assertThat(error.code()).isEqualTo("bad-answer");
        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
    }

    @Test
    void aRefusedConditionWithoutAVersionMeansThatThereIsNoValue() {
        store.answersProblem(412, "precondition-failed", ",\"outcome\":\"not-applied\"");

        PreconditionFailedException error = catchThrowableOfType(
                PreconditionFailedException.class, () -> accounts.compareAndSet("k", VERSION, "v"));

        assertThat(error.current()).isEmpty();
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }
}
