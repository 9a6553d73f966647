package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.error.Attempt;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.NotFoundException;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.UnavailableException;
import io.quorate.client.http.ScriptedNode.Request;
import io.quorate.client.metrics.NodeMetrics;
import io.quorate.ring.wire.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client does when nodes fail, each in its own way. */
class FailingNodesTest {
    private final ScriptedNode first = new ScriptedNode(ScriptedNode.DONE);
    private final ScriptedNode second = new ScriptedNode(ScriptedNode.DONE);
    private QuorateClient client = client(config -> config);
    private LeaderlessView carts = client.bucket("carts").atDefaults();

    @AfterEach
    void closeAll() throws IOException {
        client.close();
        first.close();
        second.close();
    }

    private QuorateClient client(UnaryOperator<HttpTransportConfig> settings) {
        HttpTransportConfig config =
                HttpTransportConfig.of(List.of(first.url(), second.url())).withHedging(HedgeSettings.NONE);
        return QuorateClients.http(settings.apply(config), Duration.ofSeconds(2));
    }

    private void use(UnaryOperator<HttpTransportConfig> settings) {
        client.close();
        client = client(settings);
        carts = client.bucket("carts").atDefaults();
    }

    private NodeMetrics.State stateOf(ScriptedNode node) {
        return client.metrics().nodes().stream()
                .filter(each -> each.url().equals(node.url().toString()))
                .map(NodeMetrics::state)
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> keysSeen(ScriptedNode... nodes) {
        return List.of(nodes).stream()
                .flatMap(node -> node.seen().stream())
                .map(request -> request.header("Idempotency-Key"))
                .collect(Collectors.toSet());
    }

    @Test
    void aFrozenNodeCostsAWriteAFractionOfItsDeadlineAndLaterOnesNothing() {
        first.freeze();

        long from = System.nanoTime();
        carts.put("k", "v");
        Duration took = Duration.ofNanos(System.nanoTime() - from);

        assertThat(took).isBetween(Duration.ofMillis(200), Duration.ofMillis(1500));
        assertThat(keysSeen(first, second)).hasSize(1);
        assertThat(stateOf(first)).isEqualTo(NodeMetrics.State.DOWN);
        for (int i = 0; i < 20; i++) {
            carts.put("k" + i, "v");
        }
        assertThat(first.seen()).hasSize(1);
        assertThat(second.seen()).hasSize(21);
    }

    @Test
    void aNodeThatThawsIsUsedAgain() {
        first.freeze();
        carts.put("k", "v");

        first.thaw(ScriptedNode.DONE);

        await().atMost(Duration.ofSeconds(10)).until(() -> {
            carts.put("k", "v");
            return first.seen().size() > 1;
        });
    }

    @Test
    void aNodeThatRefusesIsPassedOverAtOnceAndUsedAgainSoonAfterItsReturn() throws IOException {
        first.stop();
        carts.put("k", "v");
        assertThat(second.seen()).hasSize(1);
        assertThat(client.metrics().retries()).isZero();

        first.startAgain();

        await().atMost(Duration.ofSeconds(10)).until(() -> {
            carts.put("k", "v");
            return !first.seen().isEmpty();
        });
    }

    @Test
    void aWriteIsRepeatedUnderItsKeyWhenHalfAnAnswerCame() {
        first.does((request, wire) -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            throw wire.breakOff();
        });

        carts.put("k", "v");
        carts.delete("k");

        assertThat(first.seen()).isNotEmpty();
        assertThat(second.seen()).hasSize(2);
        assertThat(first.seen().get(0).header("Idempotency-Key"))
                .isEqualTo(second.seen().get(0).header("Idempotency-Key"))
                .isNotEmpty();
        assertThat(keysSeen(second)).hasSize(2).doesNotContain("");
    }

    @Test
    void aNodeThatHasTooMuchToDoIsSparedAsLongAsItAsks() {
        first.does((request, wire) -> wire.problem(429, "overloaded", "not-applied", "Retry-After: 2\r\n"));

        for (int i = 0; i < 10; i++) {
            carts.put("k", "v");
        }

        assertThat(first.seen()).hasSize(1);
        assertThat(stateOf(first)).isEqualTo(NodeMetrics.State.BUSY);
        first.does(ScriptedNode.DONE);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            carts.put("k", "v");
            return first.seen().size() > 1;
        });
    }

    @Test
    void aFullNodeIsSparedWritesButNotReads() {
        first.does((request, wire) -> {
            if (request.method().equals("PUT")) {
                wire.problem(507, "disk-full", "not-applied", "");
            } else {
                wire.done(request, 1);
            }
        });

        carts.put("k", "v");
        carts.put("k", "v");
        carts.get("k");

        assertThat(first.seen()).extracting(Request::method).containsExactly("PUT", "GET");
        assertThat(second.seen()).hasSize(2);
    }

    @Test
    void whatAnyNodeWouldRefuseIsNotTriedElsewhere() {
        first.does((request, wire) -> wire.problem(404, "no-such-bucket", "not-applied", ""));

        assertThat(catchThrowableOfType(NotFoundException.class, () -> carts.put("k", "v"))
                        .attempts())
                .hasSize(1);
        assertThat(second.seen()).isEmpty();
    }

    @Test
    void anExceptionListsEachAttemptAndTheOutcomeOfAllTogether() {
        first.does(ScriptedNode.BROKEN);
        second.does((request, wire) -> wire.problem(503, "unavailable", "not-applied", ""));

        QuorateException error = catchThrowableOfType(QuorateException.class, () -> carts.put("k", "v"));

        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(error.code()).isEqualTo("connection-broken");
        assertThat(error.attempts())
                .extracting(Attempt::url, Attempt::outcome)
                .containsExactly(
                        tuple(first.url().toString(), Outcome.MAYBE_APPLIED),
                        tuple(second.url().toString(), Outcome.NOT_APPLIED));
        assertThat(error).hasMessageContaining("status 503 unavailable").hasMessageContaining("maybe applied");
    }

    @Test
    void aNodeThatStopsIsLeftAtOnceWhateverTheBudgetOfRepeats() {
        use(config -> config.withRetries(new RetrySettings(4, 0, 0, 0.25, Duration.ofMillis(250))));
        first.does((request, wire) -> wire.problem(503, "unavailable", "not-applied", ""));

        for (int i = 0; i < 20; i++) {
            carts.put("k", "v");
        }

        assertThat(second.seen()).hasSize(20);
        assertThat(first.seen())
                .as("it refused for its own sake, and is spared")
                .hasSizeLessThan(5);
    }

    @Test
    void ofTwoNodesThatMissedTheDeadlineTheOneThatKnowsOfMoreReplicasIsBelieved() {
        first.does(late(0, 1300));
        second.does(late(1, 300));

        QuorateException error = catchThrowableOfType(QuorateException.class, () -> carts.put("k", "v"));

        assertThat(error.problem().acked()).isEqualTo(1);
        first.does(late(1, 1300));
        second.does(late(0, 300));
        assertThat(catchThrowableOfType(QuorateException.class, () -> carts.put("k", "v"))
                        .problem()
                        .acked())
                .isEqualTo(1);
    }

    private static ScriptedNode.Script late(int acked, long millis) {
        return (request, wire) -> {
            wire.stall(millis);
            wire.reply(
                    504,
                    "Content-Type: application/problem+json\r\n",
                    "{\"code\":\"timeout\",\"detail\":\"late\",\"outcome\":\"maybe-applied\",\"need\":2,\"acked\":"
                            + acked + "}");
        };
    }

    @Test
    void theBudgetKeepsAFailingStoreFromTheLoadOfRepeats() {
        use(config -> config.withRetries(new RetrySettings(4, 0.1, 2, 0.25, Duration.ofMillis(250))));
        first.does((request, wire) -> wire.problem(500, "internal", "maybe-applied", ""));
        second.does((request, wire) -> wire.problem(500, "internal", "maybe-applied", ""));

        for (int i = 0; i < 30; i++) {
            assertThat(catchThrowableOfType(QuorateException.class, () -> carts.put("k", "v"))
                            .outcome())
                    .isEqualTo(Outcome.MAYBE_APPLIED);
        }

        // Two at once and a tenth of 30 calls.
        assertThat(first.seen().size() + second.seen().size()).isBetween(31, 35);
        assertThat(client.metrics().retries()).isBetween(1L, 5L);
        assertThat(client.metrics().retriesDenied()).isGreaterThan(20);
    }

    @Test
    void theFirstRepeatAfterABrokenConnectionIsFree() {
        use(config -> config.withRetries(new RetrySettings(4, 0, 0, 0.25, Duration.ofMillis(250))));
        first.does(ScriptedNode.BROKEN);

        carts.put("k", "v");

        assertThat(second.seen()).hasSize(1);
        assertThat(client.metrics().retries()).isEqualTo(1);
    }

    @Test
    void whenCompanyBreaksTooTheNextNodeIsTriedBesideTheSilentOne() throws IOException {
        try (ScriptedNode third = new ScriptedNode(ScriptedNode.DONE)) {
            use(config -> HttpTransportConfig.of(List.of(first.url(), second.url(), third.url()))
                    .withHedging(HedgeSettings.NONE));
            first.freeze();
            second.does(ScriptedNode.BROKEN);

            carts.put("k", "v");

            assertThat(second.seen()).hasSize(1);
            assertThat(third.seen()).hasSize(1);
            assertThat(keysSeen(first, second, third)).hasSize(1);
        }
    }

    @Test
    void aSilentStoreEndsTheCallByItsDeadlineAndNamesBothNodes() {
        first.freeze();
        second.freeze();

        LevelNotReachedException error = catchThrowableOfType(
                LevelNotReachedException.class,
                () -> carts.withTimeout(Duration.ofMillis(300)).put("k", "v"));

        assertThat(error.code()).isEqualTo("timeout");
        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(error.attempts())
                .extracting(Attempt::url)
                .containsExactly(first.url().toString(), second.url().toString());
    }

    @Test
    void requestsBeyondWhatMayWaitGoElsewhereOrFailUnsent() {
        use(config -> config.withConnections(new ConnectionSettings(1, 1, Duration.ofSeconds(20)))
                .withRetries(RetrySettings.NONE));
        first.freeze();
        second.freeze();
        for (int i = 0; i < 4; i++) {
            var unused = carts.withTimeout(Duration.ofSeconds(20)).async().get("busy" + i);
        }
        await().atMost(Duration.ofSeconds(5))
                .until(() -> client.metrics().nodes().stream()
                                .mapToInt(NodeMetrics::waiting)
                                .sum()
                        == 2);

        UnavailableException error = catchThrowableOfType(UnavailableException.class, () -> carts.put("k", "v"));

        assertThat(error.code()).isEqualTo("client-overloaded");
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }
}
