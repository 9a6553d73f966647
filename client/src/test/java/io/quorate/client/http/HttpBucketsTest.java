package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.StubStore;
import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.bucket.Conflicts;
import io.quorate.client.bucket.ReadRepair;
import io.quorate.client.bucket.ReplicationMode;
import io.quorate.client.error.NotFoundException;
import io.quorate.client.error.RequestRefusedException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpBucketsTest {
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    private final StubStore store = new StubStore();
    /** Asks for the ring when it is told to, and only then. */
    private final QuorateClient client = QuorateClients.http(
            HttpTransportConfig.of(List.of(store.url())).withRouting(RoutingSettings.DEFAULT.withRingAware(false)),
            QuorateClients.DEFAULT_TIMEOUT);

    @AfterEach
    void closeAll() {
        client.close();
        store.close();
    }

    @Test
    void onlyWhatTheDefinitionSaysIsSent() {
        store.answers(201, Map.of(), "");

        BucketChange change = client.buckets().create("b", BucketDefinition.leaderless());

        assertThat(change.created()).isTrue();
        assertThat(store.last().method()).isEqualTo("PUT");
        assertThat(store.last().target()).isEqualTo("/v1/buckets/b");
        assertThat(store.last().body()).isEqualTo("{\"mode\":\"leaderless\"}");
    }

    @Test
    void aWholeDefinitionGoesThereAndBack() {
        BucketDefinition whole = BucketDefinition.leaderless()
                .withReplicas(3)
                .withLevels("ONE", "ALL")
                .withSloppy(false)
                .withConflicts(Conflicts.LWW)
                .withReadRepair(ReadRepair.NONE)
                .withMaxSiblings(9);
        store.answers(200, Map.of(), "");
        assertThat(client.buckets().create("b", whole)).isEqualTo(new BucketChange(false, new BucketInfo("b", whole)));

        store.answers(200, JSON, store.last().body());
        assertThat(client.buckets().get("b")).isEqualTo(new BucketInfo("b", whole));
    }

    @Test
    void bucketsAreListed() {
        String two =
                "[{\"name\":\"a\",\"mode\":\"leaderless\",\"new\":1},{\"name\":\"b\",\"mode\":\"leader\",\"n\":3}]";
        List<BucketInfo> expected = List.of(
                new BucketInfo("a", BucketDefinition.leaderless()),
                new BucketInfo("b", BucketDefinition.of(ReplicationMode.LEADER).withReplicas(3)));

        store.answers(200, JSON, two);
        assertThat(client.buckets().list()).isEqualTo(expected);
        store.answers(200, JSON, "{\"buckets\":" + two + "}");
        assertThat(client.buckets().list()).isEqualTo(expected);
    }

    @Test
    void refusalsAndMissingBucketsAreErrors() {
        store.answersProblem(409, "bucket-immutable", "");
        assertThat(catchThrowableOfType(
                                RequestRefusedException.class,
                                () -> client.buckets().create("b", BucketDefinition.leader()))
                        .code())
                .isEqualTo("bucket-immutable");

        store.answersProblem(404, "no-such-bucket", "");
        assertThat(catchThrowableOfType(
                                NotFoundException.class, () -> client.buckets().delete("b"))
                        .code())
                .isEqualTo("no-such-bucket");
    }

    @Test
    void aBucketIsDeletedWhenTheStoreHasAcceptedIt() {
        store.answers(202, Map.of(), "");

        client.buckets().delete("b");

        assertThat(store.last().method()).isEqualTo("DELETE");
    }

    @Test
    void ringAndExplainAreTheStoresJson() {
        store.answersRing(JSON, "{\"epoch\": 7}");

        assertThat(client.ring()).isEqualTo("{\"epoch\":7}");
        assertThat(store.last().target()).isEqualTo("/v1/ring");
        assertThat(client.explain("b", "a/b")).isEqualTo("{\"epoch\":7}");
        assertThat(store.last().path()).isEqualTo("/v1/buckets/b/keys/a%2Fb/explain");
    }

    @Test
    void contactPointsMustBeBaseUrls() {
        for (String url : new String[] {"ftp://h", "127.0.0.1", "http://h/path", "http://u@h", "http://h?x", ""}) {
            assertThatIllegalArgumentException().as(url).isThrownBy(() -> QuorateClients.http(URI.create(url)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> QuorateClients.http());
    }
}
