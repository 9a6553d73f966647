package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Replicas;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.http.HttpTransport;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.spi.StoreTransport;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Leads;
import io.quorate.node.fixture.Ports;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The same contract over HTTP and in process, and that the two say the same. */
class ClientContractTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private static Path data;

    private static DemoCluster demo;

    @BeforeAll
    static void start() {
        int base = Ports.free(9);
        demo = DemoCluster.start(DemoCluster.Settings.of(data).withPorts(base, base + 3, base + 6));
        new Leads(demo).begun();
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    private static StoreTransport http() {
        URI url = URI.create(demo.node("n1").url());
        return new HttpTransport(HttpTransportConfig.of(List.of(url)));
    }

    private static StoreTransport inProcess() {
        return demo.node("n1").transport();
    }

    @Nested
    class OverHttp extends ClientContract {
        OverHttp() {
            super(demo, ClientContractTest::http);
        }
    }

    @Nested
    class InProcess extends ClientContract {
        InProcess() {
            super(demo, ClientContractTest::inProcess);
        }
    }

    @Nested
    class LedOverHttp extends LeaderClientContract {
        LedOverHttp() {
            super(demo, ClientContractTest::http);
        }
    }

    @Nested
    class LedInProcess extends LeaderClientContract {
        LedInProcess() {
            super(demo, ClientContractTest::inProcess);
        }
    }

    @Nested
    class LedSessionsOverHttp extends LeaderSessionContract {
        LedSessionsOverHttp() {
            super(demo, ClientContractTest::http);
        }
    }

    @Nested
    class LedSessionsInProcess extends LeaderSessionContract {
        LedSessionsInProcess() {
            super(demo, ClientContractTest::inProcess);
        }
    }

    @Nested
    class BucketsOverHttp extends BucketContract {
        BucketsOverHttp() {
            super(demo, ClientContractTest::http);
        }
    }

    @Nested
    class BucketsInProcess extends BucketContract {
        BucketsInProcess() {
            super(demo, ClientContractTest::inProcess);
        }
    }

    @Test
    void bothWaysGiveTheSameRingAndExplanation() {
        withBoth((web, inside) -> {
            web.bucket("carts").at(ConsistencyLevel.ALL).put("told", "x");

            Awaitility.await("every node to have caught up, which the ring tells")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !inside.ring().contains("catching-up"));
            assertThat(inside.ring()).isEqualTo(web.ring()).contains("\"assignment\":[[");
            assertThat(withoutTimes(inside.explain("carts", "told")))
                    .isEqualTo(withoutTimes(web.explain("carts", "told")))
                    .contains("\"merged\":");
        });
    }

    @Test
    void bothWaysGiveTheSameResults() {
        withBoth((web, inside) -> {
            web.bucket("carts").at(ConsistencyLevel.ALL).put("seen", "x");
            inside.bucket("carts").at(ConsistencyLevel.ALL).put("seen", "y");

            ReadResult one = web.bucket("carts").at(ConsistencyLevel.ONE).get("seen");
            assertThat(inside.bucket("carts").at(ConsistencyLevel.ONE).get("seen"))
                    .isEqualTo(one);
            assertThat(inside.buckets().list()).isEqualTo(web.buckets().list());
        });
    }

    @Test
    void bothWaysGiveTheSameOfLeaderBuckets() {
        withBoth((web, inside) -> {
            LeaderView there = web.bucket("accounts").at(ReadLevel.LINEARIZABLE, WriteLevel.SYNC);
            LeaderView here = inside.bucket("accounts").at(ReadLevel.LINEARIZABLE, WriteLevel.SYNC);
            LeaderVersion version = there.put("seen", "x").version();

            Awaitility.await("nobody to have been elected in between")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(here.get("seen")).isEqualTo(there.get("seen")));
            assertThat(here.get("seen").version()).contains(version);
            assertThat(inside.bucket("accounts").atDefaults().get("seen"))
                    .isEqualTo(web.bucket("accounts").atDefaults().get("seen"));
            assertThat(withoutTimes(inside.explain("accounts", "seen")))
                    .isEqualTo(withoutTimes(web.explain("accounts", "seen")));
        });
    }

    @Test
    void bothWaysGiveTheSameErrors() {
        List<Consumer<QuorateClient>> wrongs = List.of(
                client -> client.bucket("none").atDefaults().get("k"),
                client -> client.bucket("carts").at(Replicas.exactly(1, 9)).put("k", "v"),
                client -> client.buckets().delete("none"),
                client -> client.explain("none", "k"),
                client -> led(client, "carts").get("k"),
                client -> led(client, "none").put("k", "v"),
                client -> led(client, "accounts").compareAndSet("told", LeaderVersion.of("\"1.1\""), "v"),
                client -> led(client, "accounts").putIfAbsent("taken", "v"),
                client -> led(client, "accounts").withWrites(WriteLevel.ASYNC).putIfAbsent("k", "v"),
                client -> client.bucket("accounts").at(ConsistencyLevel.ONE).get("k"));
        withBoth((web, inside) -> {
            led(web, "accounts").put("taken", "x");
            wrongs.forEach(wrong -> compare(wrong, web, inside));
        });
    }

    private static void compare(Consumer<QuorateClient> wrong, QuorateClient web, QuorateClient inside) {
        QuorateException there = failure(() -> wrong.accept(web));
        QuorateException here = failure(() -> wrong.accept(inside));
        assertThat(here).hasSameClassAs(there).hasMessage(there.getMessage());
        assertThat(comparable(here.problem())).isEqualTo(comparable(there.problem()));
        assertThat(here.problem().sessionText().isEmpty())
                .isEqualTo(there.problem().sessionText().isEmpty());
    }

    /** Without what each of two calls has of its own. */
    private static Problem comparable(Problem problem) {
        return problem.withAttempts(List.of()).withSession("");
    }

    private static LeaderView led(QuorateClient client, String bucket) {
        return client.bucket(bucket).at(ReadLevel.LEASE, WriteLevel.SEMI_SYNC);
    }

    private static QuorateException failure(Runnable call) {
        try {
            call.run();
        } catch (QuorateException e) {
            return e;
        }
        throw new AssertionError("the call should have failed");
    }

    private interface Comparison {
        void run(QuorateClient web, QuorateClient inside);
    }

    private static void withBoth(Comparison comparison) {
        try (QuorateClient web = QuorateClients.over(http(), TIMEOUT);
                QuorateClient inside = demo.node("n1").client()) {
            comparison.run(web, inside);
        }
    }

    private static String withoutTimes(String explanation) {
        return explanation.replaceAll("\"ms\":[0-9.E-]+", "\"ms\":0");
    }
}
