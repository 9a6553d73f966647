package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.http.ScriptedNode.Script;
import io.quorate.client.metrics.ClientListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which node a call goes to, and when a second one. */
class RoutingTest {
    private static final int READS = 40;

    private final ScriptedNode one = new ScriptedNode(ScriptedNode.DONE);
    private final ScriptedNode two = new ScriptedNode(ScriptedNode.DONE);
    private QuorateClient client = client(config -> config);

    @AfterEach
    void closeAll() throws IOException {
        client.close();
        one.close();
        two.close();
    }

    private QuorateClient client(UnaryOperator<HttpTransportConfig> settings) {
        HttpTransportConfig config = HttpTransportConfig.of(List.of(one.url()));
        return QuorateClients.http(settings.apply(config), Duration.ofSeconds(5));
    }

    private LeaderlessView carts() {
        return client.bucket("carts").atDefaults();
    }

    /** Two partitions; the homes of all keys in the order given. */
    private String ring(long epoch, String homes) {
        return "{\"epoch\":" + epoch + ",\"partitions\":2,\"replicas\":2,\"nodes\":["
                + "{\"id\":\"n1\",\"http\":\"" + one.url() + "\"},{\"id\":\"n2\",\"http\":\"" + two.url() + "\"}],"
                + "\"assignment\":[" + homes + "," + homes + "]}";
    }

    private void knowRing(long epoch, String homes) {
        one.servesRing(ring(epoch, homes));
        two.servesRing(ring(epoch, homes));
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            carts().get("warm");
            return client.metrics().epoch() == epoch;
        });
    }

    private static Script withEpoch(long epoch) {
        return (request, wire) -> wire.done(request, epoch);
    }

    private static Script slow(long millis) {
        return (request, wire) -> {
            wire.stall(millis);
            wire.done(request, 1);
        };
    }

    @Test
    void callsGoToTheFirstHomeOfTheirKeyOnceTheRingIsKnown() {
        knowRing(1, "[\"n2\",\"n1\"]");
        int before = one.seen().size();

        for (int i = 0; i < 10; i++) {
            carts().put("k" + i, "v");
        }

        assertThat(one.seen()).hasSize(before);
        assertThat(client.metrics().nodes()).extracting(node -> node.id()).containsExactly("n1", "n2");
    }

    @Test
    void aNewEpochInAnAnswerBringsTheNewRing() {
        knowRing(1, "[\"n1\",\"n2\"]");
        int asked = one.ringRequests().size() + two.ringRequests().size();
        one.servesRing(ring(2, "[\"n2\",\"n1\"]")).does(withEpoch(2));
        two.servesRing(ring(2, "[\"n2\",\"n1\"]")).does(withEpoch(2));

        await().atMost(Duration.ofSeconds(10)).until(() -> {
            carts().get("k");
            return client.metrics().epoch() == 2;
        });

        // Its first answer may have been a slow one.
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            int before = two.seen().size();
            carts().get("k");
            carts().get("k");
            return two.seen().size() == before + 2;
        });
        // Asked by the tag of the ring it had, and not with every answer.
        assertThat(one.ringRequests().get(one.ringRequests().size() - 1).header("If-None-Match"))
                .isNotEmpty();
        assertThat(one.ringRequests().size() + two.ringRequests().size()).isBetween(asked + 1, asked + 3);
    }

    @Test
    void withoutARingContactPointsServe() {
        for (int i = 0; i < 5; i++) {
            carts().get("k");
        }

        assertThat(one.seen()).hasSize(5);
        assertThat(client.metrics().epoch()).isEqualTo(-1);
    }

    @Test
    void aSlowNodeIsAvoidedAndUsedAgainSoonAfterItIsFast() {
        client.close();
        client = client(config -> config.withHedging(HedgeSettings.NONE));
        knowRing(1, "[\"n1\",\"n2\"]");
        // An idle other node says nothing of what is slow.
        one.does((request, wire) -> wire.problem(503, "unavailable", "not-applied", ""));
        carts().get("k");
        one.does(slow(150));
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            int before = two.seen().size();
            carts().get("k");
            return two.seen().size() > before && client.metrics().nodes().get(0).answerMillis() > 30;
        });

        int before = one.seen().size();
        for (int i = 0; i < READS; i++) {
            carts().get("k");
        }
        assertThat(one.seen().size() - before).isLessThanOrEqualTo(READS / 4);

        one.does(ScriptedNode.DONE);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            int asked = one.seen().size();
            carts().get("k");
            carts().get("k");
            return one.seen().size() == asked + 2;
        });
    }

    @Test
    void aReadThatTakesLongerThanMostIsAskedElsewhereToo() {
        knowRing(1, "[\"n1\",\"n2\"]");
        for (int i = 0; i < READS; i++) {
            carts().get("k");
        }
        one.does(slow(1500));

        long from = System.nanoTime();
        carts().get("k");

        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofMillis(1400));
        assertThat(client.metrics().hedgesWon()).isPositive();
        assertThat(client.metrics().retries()).isZero();
    }

    @Test
    void hedgesHaveABudget() {
        client.close();
        client = client(config -> config.withHedging(new HedgeSettings(0.001, 1, 0.5, Duration.ofMillis(1)))
                .withRetries(RetrySettings.NONE));
        knowRing(1, "[\"n1\",\"n2\"]");
        for (int i = 0; i < READS; i++) {
            carts().get("k");
        }
        one.does(slow(30));
        two.does(slow(30));

        for (int i = 0; i < 10; i++) {
            carts().get("k");
        }

        var metrics = client.metrics();
        assertThat(metrics.hedgesWon() + metrics.hedgesLost()).isLessThanOrEqualTo(1);
        assertThat(metrics.retries()).isZero();
    }

    @Test
    void aListenerHearsOfAttemptsAndCalls() {
        List<String> heard = new CopyOnWriteArrayList<>();
        client.close();
        client = client(config -> config.withListener(new ClientListener() {
            @Override
            public void attemptEnded(String url, String method, int status, long nanos) {
                heard.add(method + " " + status + " at " + url);
            }

            @Override
            public void callEnded(String method, String code, int attempts, long nanos) {
                heard.add(method + " " + code + " after " + attempts);
            }
        }));

        carts().put("k", "v");

        assertThat(heard).containsExactly("PUT 204 at " + one.url(), "PUT ok after 1");
        assertThat(client.metrics().calls()).isEqualTo(1);
        assertThat(client.metrics().inFlight()).isZero();
    }
}
