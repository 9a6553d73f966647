package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.StubStore;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Replicas;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.NotFoundException;
import io.quorate.client.error.UnavailableException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpReadTest {
    private final StubStore store = new StubStore();
    private final QuorateClient client = QuorateClients.http(store.url());
    private final LeaderlessView quorum = client.bucket("carts").at(ConsistencyLevel.QUORUM);

    @AfterEach
    void closeAll() {
        client.close();
        store.close();
    }

    @Test
    void oneVersionIsFoundWithItsBytesAndContext() {
        store.answersRead(StubStore.sibling("n1-3-00000000000000aa-1", "text/plain", "aGVsbG8="));

        ReadResult result = quorum.get("k");

        assertThat(result).isInstanceOfSatisfying(ReadResult.Found.class, found -> {
            assertThat(found.value()).isEqualTo(Bytes.ofUtf8("hello"));
            assertThat(found.contentType()).isEqualTo("text/plain");
            assertThat(found.dot()).isEqualTo("n1-3-00000000000000aa-1");
            assertThat(found.written()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
            assertThat(found.context().token()).isEqualTo("ctx-read");
            assertThat(found.context().belongsTo("carts", Bytes.ofUtf8("k"))).isTrue();
        });
    }

    @Test
    void theResultHeaderIsRead() {
        store.answersRead();

        assertThat(quorum.get("k").info())
                .isEqualTo(new ResultInfo("leaderless", Optional.of("QUORUM"), 2, 3, 2, 1, 0, 1, 7));
    }

    @Test
    void severalVersionsAreSiblingsAndNoneIsMissing() {
        store.answersRead(StubStore.sibling("d-1", "a/b", "MQ=="), StubStore.sibling("d-2", "a/b", ""));
        assertThat(quorum.get("k")).isInstanceOfSatisfying(ReadResult.Siblings.class, many -> {
            assertThat(many.siblings()).extracting(s -> s.value().toUtf8()).containsExactly("1", "");
            assertThat(many.context().token()).isEqualTo("ctx-read");
        });

        store.answersRead();
        assertThat(quorum.get("k"))
                .isInstanceOfSatisfying(
                        ReadResult.Missing.class,
                        none -> assertThat(none.context().token()).isEqualTo("ctx-read"));
    }

    @Test
    void theRequestNamesLevelDeadlineAndTheOneFormThatIsRead() {
        store.answersRead();

        quorum.withTimeout(Duration.ofSeconds(5)).homesOnly().get("k");

        assertThat(store.last().method()).isEqualTo("GET");
        assertThat(store.last().path()).isEqualTo("/v1/buckets/carts/keys/k");
        assertThat(store.last().query()).matches("level=QUORUM&sloppy=false&timeout=[45][0-9]{3}ms");
        assertThat(store.last().header("Accept")).isEqualTo("application/vnd.quorate.siblings+json");
    }

    @Test
    void exactReplicasAndTheBucketsDefaultsTakeThePlaceOfALevel() {
        store.answersRead();

        client.bucket("carts").at(Replicas.exactly(1, 3)).get("k");
        assertThat(store.last().query()).matches("r=1&timeout=[0-9]+ms");

        client.bucket("carts").atDefaults().get("k");
        assertThat(store.last().query()).matches("timeout=[0-9]+ms");
    }

    @Test
    void aReadThatFailsOrHangsHasChangedNothing() {
        store.answersProblem(504, "timeout", ",\"outcome\":\"maybe-applied\"");
        assertThat(catchThrowableOfType(LevelNotReachedException.class, () -> quorum.get("k"))
                        .outcome())
                .isEqualTo(Outcome.NOT_APPLIED);

        store.staysSilent();
        LeaderlessView hurried = quorum.withTimeout(Duration.ofMillis(50));
        LevelNotReachedException late = catchThrowableOfType(LevelNotReachedException.class, () -> hurried.get("k"));
        assertThat(late.code()).isEqualTo("timeout");
        assertThat(late.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }

    @Test
    void anAnswerThatStallsInItsBodyEndsByTheDeadlineToo() {
        store.stallsInTheBody();
        LeaderlessView hurried = quorum.withTimeout(Duration.ofMillis(50));

        assertThat(catchThrowableOfType(LevelNotReachedException.class, () -> hurried.get("k"))
                        .code())
                .isEqualTo("timeout");
    }

    @Test
    void aMissingBucketIsAnErrorAndNotAMissingKey() {
        store.answersProblem(404, "no-such-bucket", ",\"outcome\":\"not-applied\"");

        NotFoundException error = catchThrowableOfType(NotFoundException.class, () -> quorum.get("k"));

        assertThat(error.code()).isEqualTo("no-such-bucket");
        assertThat(error.status()).isEqualTo(404);
        assertThat(error.detail()).isEqualTo("because of a test");
        assertThat(error.attempts())
                .singleElement()
                .satisfies(attempt ->
                        assertThat(attempt.url()).isEqualTo(store.url().toString()));
    }

    @Test
    void answersThatBreakTheContractAreCalledThat() {
        for (String body : new String[] {"", "no json", "{}", "{\"siblings\":[{\"dot\":1}]}", "{\"siblings\":[]}"}) {
            store.answers(200, Map.of(), body);
            assertThat(catchThrowableOfType(BrokenExchangeException.class, () -> quorum.get("k"))
                            .code())
                    .as(body)
                    .isEqualTo("bad-answer");
        }
    }

    @Test
    void anAnswerLongerThanTheLimitIsGivenUp() {
        HttpTransportConfig small = HttpTransportConfig.of(List.of(store.url())).withAnswerBytesMax(100);
        store.answers(200, Map.of("Quorate-Context", "c"), "x".repeat(101));
        try (QuorateClient bounded = QuorateClients.http(small, Duration.ofSeconds(5))) {
            BrokenExchangeException error = catchThrowableOfType(
                    BrokenExchangeException.class,
                    () -> bounded.bucket("b").atDefaults().get("k"));
            assertThat(error.detail()).contains("longer than 100 bytes");
        }
    }

    @Test
    void aClosedClientSendsNothing() {
        client.close();

        assertThat(catchThrowableOfType(UnavailableException.class, () -> quorum.get("k"))
                        .code())
                .isEqualTo("client-closed");
        assertThat(store.seen()).isEmpty();
    }
}
