package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.StubStore;
import io.quorate.client.data.Context;
import io.quorate.client.data.Replicas;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.ReplicaAnswer;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HttpWriteTest {
    private final StubStore store = new StubStore();
    private final QuorateClient client = QuorateClients.http(store.url());
    private final LeaderlessView quorum = client.bucket("carts").at(ConsistencyLevel.QUORUM);

    @AfterEach
    void closeAll() {
        client.close();
        store.close();
    }

    @Test
    void aPutSendsValueTypeContextAndAnIdempotencyKey() {
        store.answersWrite();
        Context seen = Context.of("carts", Bytes.ofUtf8("k"), "ctx-seen");

        WriteResult result = quorum.put("k", new Value(Bytes.ofUtf8("v"), "text/x"), seen);

        assertThat(result.context().token()).isEqualTo("ctx-write");
        assertThat(result.context().belongsTo("carts", Bytes.ofUtf8("k"))).isTrue();
        assertThat(result.info().acked()).isEqualTo(3);
        assertThat(store.last().method()).isEqualTo("PUT");
        assertThat(store.last().body()).isEqualTo("v");
        assertThat(store.last().header("Content-Type")).isEqualTo("text/x");
        assertThat(store.last().header("Quorate-Context")).isEqualTo("ctx-seen");
        assertThat(store.last().header("Idempotency-Key")).matches("[!-~]{1,64}");
        assertThat(store.last().query()).matches("level=QUORUM&timeout=[0-9]+ms");
    }

    @Test
    void blindWritesCarryNoContextAndEachItsOwnIdempotencyKey() {
        store.answersWrite();

        quorum.put("k", "1");
        quorum.put("k", "1");

        assertThat(store.seen())
                .allSatisfy(seen -> assertThat(seen.header("Quorate-Context")).isEqualTo("(none)"));
        assertThat(store.seen())
                .extracting(seen -> seen.header("Idempotency-Key"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aWriteMayCarryAKeyOfTheCallers() {
        store.answersWrite();

        quorum.withIdempotencyKey("order-17").put("k", "1");

        assertThat(store.last().header("Idempotency-Key")).isEqualTo("order-17");
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> quorum.withIdempotencyKey("a b"))
                        .code())
                .isEqualTo("bad-request");
    }

    @Test
    void anEmptyValueIsAValue() {
        store.answersWrite();

        quorum.put(Bytes.ofUtf8("k"), Bytes.EMPTY);

        assertThat(store.last().header("Content-Length")).isEqualTo("0");
    }

    @Test
    void aDeleteCarriesItsContextAndTheWriteCount() {
        store.answersWrite();
        Context seen = Context.of("carts", Bytes.ofUtf8("k"), "ctx-seen");

        client.bucket("carts").at(Replicas.exactly(1, 3)).delete("k", seen);

        assertThat(store.last().method()).isEqualTo("DELETE");
        assertThat(store.last().query()).matches("w=3&timeout=[0-9]+ms");
        assertThat(store.last().header("Idempotency-Key")).matches("[!-~]{1,64}");
        assertThat(store.last().header("Quorate-Context")).isEqualTo("ctx-seen");
    }

    @Test
    void aContextOfAnotherKeyIsRefusedBeforeAnythingIsSent() {
        Context other = Context.of("carts", Bytes.ofUtf8("other"), "c");

        RequestRefusedException error =
                catchThrowableOfType(RequestRefusedException.class, () -> quorum.put("k", "v", other));

        assertThat(error.code()).isEqualTo("bad-context");
        assertThat(store.seen()).isEmpty();
    }

    @Test
    void keysThatNoStoreTakesAreRefusedBeforeAnythingIsSent() {
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> quorum.put("", "v"))
                        .code())
                .isEqualTo("bad-key");
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> quorum.put("a\0", "v"))
                        .code())
                .isEqualTo("bad-key");
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> quorum.put("x".repeat(1025), "v"))
                        .code())
                .isEqualTo("key-too-long");
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> client.bucket("Nope"))
                        .code())
                .isEqualTo("bad-bucket");
        assertThat(store.seen()).isEmpty();
    }

    @Test
    void aSilentStoreMeansMaybeApplied() {
        store.staysSilent();

        LevelNotReachedException error = catchThrowableOfType(
                LevelNotReachedException.class,
                () -> quorum.withTimeout(Duration.ofMillis(50)).put("k", "v"));

        assertThat(error.code()).isEqualTo("timeout");
        assertThat(error.status()).isZero();
        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
    }

    @Test
    void aWriteWhoseConnectionBreaksIsRepeatedElsewhereUnderTheSameKey() {
        store.breaksConnections();
        try (StubStore second = new StubStore().answersWrite();
                QuorateClient both = QuorateClients.http(store.url(), second.url())) {
            both.bucket("carts").atDefaults().put("k", "v");

            assertThat(store.seen()).hasSize(1);
            assertThat(second.seen()).hasSize(1);
            assertThat(second.last().header("Idempotency-Key"))
                    .isEqualTo(store.last().header("Idempotency-Key"))
                    .matches("[!-~]{1,64}");
        }
    }

    @Test
    void aConnectionThatBreaksEachTimeMeansMaybeApplied() {
        store.breaksConnections();

        BrokenExchangeException error = catchThrowableOfType(
                BrokenExchangeException.class,
                () -> client.bucket("carts").atDefaults().put("k", "v"));

        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(error.code()).isEqualTo("connection-broken");
        assertThat(error.attempts())
                .hasSize(4)
                .allSatisfy(attempt -> assertThat(attempt.outcome()).isEqualTo(Outcome.MAYBE_APPLIED));
        assertThat(store.seen())
                .extracting(seen -> seen.header("Idempotency-Key"))
                .containsOnly(store.last().header("Idempotency-Key"));
    }

    @Test
    void aChangeOfBucketsThatBreaksIsNotRepeated() {
        store.breaksConnections();
        try (StubStore second = new StubStore().answers(202, Map.of(), "");
                QuorateClient both = QuorateClients.http(store.url(), second.url())) {
            BrokenExchangeException error = catchThrowableOfType(
                    BrokenExchangeException.class, () -> both.buckets().delete("b"));

            assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
            assertThat(second.seen()).isEmpty();
        }
        assertThat(store.seen()).hasSize(1);
    }

    @Test
    void aRefusedConnectionIsNotAppliedAndNamesWhatWasTried() {
        try (QuorateClient lonely = QuorateClients.http(StubStore.refusingUrl(), StubStore.refusingUrl())) {
            UnavailableException error = catchThrowableOfType(
                    UnavailableException.class,
                    () -> lonely.bucket("carts").atDefaults().put("k", "v"));

            assertThat(error.code()).isEqualTo("unreachable");
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(error.attempts()).hasSize(2);
        }
    }

    @Test
    void theNextContactPointIsTriedWhenOneCannotBeReached() {
        store.answersWrite();
        try (QuorateClient both = QuorateClients.http(StubStore.refusingUrl(), store.url())) {
            both.bucket("carts").at(ConsistencyLevel.ONE).put("k", "v");
        }
        assertThat(store.seen()).hasSize(1);
    }

    @Test
    void aNodeThatAnswersUnavailableIsPassedOver() {
        store.answersProblem(503, "unavailable", ",\"outcome\":\"not-applied\",\"need\":2,\"acked\":0");
        try (StubStore second = new StubStore().answersWrite();
                QuorateClient both = QuorateClients.http(store.url(), second.url())) {
            both.bucket("carts").atDefaults().put("k", "v");

            assertThat(store.seen()).hasSize(1);
            assertThat(second.seen()).hasSize(1);
        }
    }

    @Test
    void whereAllAreUnavailableTheFirstSaysWhy() {
        store.answersProblem(503, "unavailable", ",\"outcome\":\"not-applied\",\"need\":2,\"acked\":0");
        try (StubStore second = new StubStore().answersProblem(429, "overloaded", "");
                QuorateClient both = QuorateClients.http(store.url(), second.url())) {
            UnavailableException error = catchThrowableOfType(
                    UnavailableException.class,
                    () -> both.bucket("carts").atDefaults().put("k", "v"));
            assertThat(error.code()).isEqualTo("unavailable");
            assertThat(error.attempts()).hasSize(2);
            assertThat(second.seen()).hasSize(1);
        }
    }

    @Test
    void aRefusalForTooManySiblingsCarriesTheContext() {
        store.answers(
                409,
                Map.of("Content-Type", "application/problem+json", "Quorate-Context", "ctx-all"),
                "{\"code\":\"too-many-siblings\",\"outcome\":\"not-applied\"}");

        RequestRefusedException error = catchThrowableOfType(RequestRefusedException.class, () -> quorum.put("k", "v"));

        assertThat(error.problem().context()).contains("ctx-all");
        assertThat(store.seen()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "504, timeout, maybe-applied, LevelNotReachedException",
        "504, level-not-reached, applied-below-level, LevelNotReachedException",
        "503, unavailable, not-applied, UnavailableException",
        "429, overloaded, not-applied, UnavailableException",
        "507, disk-full, not-applied, UnavailableException",
        "409, too-many-siblings, not-applied, RequestRefusedException",
        "412, precondition-failed, not-applied, PreconditionFailedException",
        "422, level-not-in-mode, not-applied, RequestRefusedException",
        "501, not-implemented, not-applied, RequestRefusedException",
        "404, no-such-bucket, not-applied, NotFoundException",
        "500, internal, maybe-applied, BrokenExchangeException",
    })
    void problemsKeepTheirCodeAndOutcome(int status, String code, String outcome, String type) {
        store.answersProblem(status, code, ",\"outcome\":\"" + outcome + "\"");

        QuorateException error = catchThrowableOfType(QuorateException.class, () -> quorum.put("k", "v"));

        assertThat(error.getClass().getSimpleName()).isEqualTo(type);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.outcome().text()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeOfTheContractBecomesAnExceptionWithThatCode(ErrorCode code) {
        store.answersProblem(code.status(), code.text(), "");

        assertThat(catchThrowableOfType(QuorateException.class, () -> quorum.put("k", "v"))
                        .code())
                .isEqualTo(code.text());
    }

    @Test
    void aProblemTellsWhatEachReplicaDid() {
        store.answersProblem(
                504,
                "level-not-reached",
                ",\"outcome\":\"maybe-applied\",\"need\":2,\"acked\":1,"
                        + "\"replicas\":[{\"node\":\"n3\",\"result\":\"unreachable\"}]");

        QuorateException error = catchThrowableOfType(QuorateException.class, () -> quorum.put("k", "v"));

        assertThat(error.problem().need()).isEqualTo(2);
        assertThat(error.problem().acked()).isEqualTo(1);
        assertThat(error.problem().replicas()).containsExactly(new ReplicaAnswer("n3", "unreachable"));
        assertThat(error).hasMessageContaining("because of a test").hasMessageContaining("1 of 2 replicas");
    }

    @Test
    void anErrorThatIsNotTheStoresLeavesAWriteInDoubt() {
        store.answers(503, Map.of("Content-Type", "text/html"), "<html>bad gateway</html>");
        assertThat(catchThrowableOfType(BrokenExchangeException.class, () -> quorum.put("k", "v"))
                        .outcome())
                .isEqualTo(Outcome.MAYBE_APPLIED);

        store.answers(204, Map.of(), "");
        assertThat(catchThrowableOfType(BrokenExchangeException.class, () -> quorum.put("k", "v"))
                        .outcome())
                .isEqualTo(Outcome.MAYBE_APPLIED);
    }

    @Test
    void stagesFailWithTheSameExceptions() {
        store.answersProblem(503, "unavailable", ",\"outcome\":\"not-applied\"");

        Throwable error = catchThrowable(() ->
                quorum.async().put("k", Value.ofText("v")).toCompletableFuture().join());

        assertThat(error).isInstanceOf(CompletionException.class).hasCauseInstanceOf(UnavailableException.class);
        assertThat(quorum.async().get("").toCompletableFuture()).isCompletedExceptionally();
    }
}
