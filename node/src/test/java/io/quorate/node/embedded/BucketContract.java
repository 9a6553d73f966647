package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.LeaderView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.bucket.Conflicts;
import io.quorate.client.bucket.ReadRepair;
import io.quorate.client.data.Context;
import io.quorate.client.data.Replicas;
import io.quorate.client.error.NotFoundException;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.spi.StoreTransport;
import io.quorate.node.demo.DemoCluster;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** How every client makes and changes buckets, and what their definitions forbid, whatever its way to the node. */
abstract class BucketContract extends Connected {
    BucketContract(DemoCluster cluster, Supplier<StoreTransport> ways) {
        super(cluster, ways);
    }

    @Test
    void administersBuckets() {
        String bucket = "b-" + key;
        BucketDefinition asked = BucketDefinition.leaderless()
                .withReplicas(2)
                .withLevels("ONE", "TWO")
                .withReadRepair(ReadRepair.NONE)
                .withMaxSiblings(7);
        BucketDefinition complete = asked.withSloppy(true).withConflicts(Conflicts.SIBLINGS);

        assertThat(client.buckets().create(bucket, asked))
                .isEqualTo(new BucketChange(true, new BucketInfo(bucket, complete)));
        assertThat(client.buckets().create(bucket, complete).created()).isFalse();
        assertThat(client.buckets().get(bucket)).isEqualTo(new BucketInfo(bucket, complete));
        assertThat(client.buckets().list()).contains(new BucketInfo(bucket, complete));
        assertThat(client.buckets()
                        .create(bucket, asked.withMaxSiblings(9))
                        .bucket()
                        .definition())
                .isEqualTo(complete.withMaxSiblings(9));

        assertThatThrownBy(() -> client.buckets().create(bucket, asked.withReplicas(3)))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("bucket-immutable");

        client.buckets().delete(bucket);
        assertThat(client.buckets().list()).noneMatch(info -> info.name().equals(bucket));
        assertThatThrownBy(() -> client.buckets().get(bucket)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.buckets().delete(bucket)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void refusesDefinitionsThatCannotBe() {
        assertThatThrownBy(() -> client.buckets()
                        .create("x-" + key, BucketDefinition.leaderless().withReplicas(9)))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("field 'n' is 9; it must be a whole number from 1 to 3")
                .hasMessageContaining("bad-bucket");
        assertThatThrownBy(() -> client.buckets()
                        .create("x-" + key, BucketDefinition.leader().withSloppy(true)))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("field 'sloppy' belongs to leaderless buckets");
        assertThatThrownBy(() -> client.buckets()
                        .create("x-" + key, BucketDefinition.leaderless().withRead("SOME")))
                .hasMessageContaining("field 'read' is \"SOME\"");
    }

    @Test
    void refusesLevelsThatTheBucketDoesNotHave() {
        assertThatThrownBy(
                        () -> client.bucket("carts").at(Replicas.exactly(4, 1)).get(key))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("r=4 is out of range");
        assertThatThrownBy(
                        () -> client.bucket("carts").at(Replicas.exactly(1, 4)).put(key, "x"))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("w=4 is out of range");
        assertThat(client.bucket("carts")
                        .at(ConsistencyLevel.ANY)
                        .put(key, "x")
                        .info()
                        .acked())
                .isPositive();
    }

    @Test
    void refusesMoreSiblingsThanTheBucketTakes() {
        String bucket = "few-" + key;
        client.buckets().create(bucket, BucketDefinition.leaderless().withMaxSiblings(2));
        LeaderlessView few = client.bucket(bucket).at(ConsistencyLevel.QUORUM);
        few.put(key, "1");
        few.put(key, "2");

        RequestRefusedException error = catchThrowableOfType(RequestRefusedException.class, () -> few.put(key, "3"));
        assertThat(error.code()).isEqualTo("too-many-siblings");
        assertThat(error.status()).isEqualTo(409);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        client.buckets().delete(bucket);
    }

    @Test
    void servesKeysThatLiveElsewhere() {
        String bucket = "one-" + key;
        client.buckets().create(bucket, BucketDefinition.leaderless().withReplicas(1));
        LeaderlessView single = client.bucket(bucket).atDefaults().withTimeout(Duration.ofSeconds(10));
        for (int i = 0; i < 20; i++) {
            Context context = single.put("k" + i, "old").context();
            single.put("k" + i, "v" + i, context);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(texts(single.get("k" + i))).containsExactly("v" + i);
        }
        client.buckets().delete(bucket);
    }

    @Test
    void saysThatABucketDoesNotExist() {
        LeaderlessView none = client.bucket("none").at(ConsistencyLevel.ONE);

        assertThatThrownBy(() -> none.get(key)).isInstanceOf(NotFoundException.class);
        NotFoundException error = catchThrowableOfType(NotFoundException.class, () -> none.put(key, "x"));
        assertThat(error.code()).isEqualTo("no-such-bucket");
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThatThrownBy(() -> client.explain("none", key)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void administersLeaderBuckets() {
        String bucket = "led-" + key;
        BucketDefinition plain =
                BucketDefinition.leader().withReplicas(3).withLevels(ReadLevel.LINEARIZABLE.name(), "SEMI_SYNC");

        assertThat(client.buckets().create(bucket, BucketDefinition.leader()))
                .isEqualTo(new BucketChange(true, new BucketInfo(bucket, plain)));
        BucketDefinition weaker = plain.withLevels("FOLLOWER", "ASYNC");
        assertThat(client.buckets().create(bucket, weaker).created()).isFalse();
        assertThat(client.buckets().get(bucket)).isEqualTo(new BucketInfo(bucket, weaker));
        assertThat(client.buckets().list()).contains(new BucketInfo(bucket, weaker));
        assertThatThrownBy(() -> client.buckets().create(bucket, BucketDefinition.leaderless()))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("bucket-immutable");
        client.buckets().delete(bucket);
    }

    @Test
    void theBucketsOwnLevelsCount() {
        String bucket = "led-" + key;
        client.buckets().create(bucket, BucketDefinition.leader().withLevels("LEASE", "SYNC"));
        LeaderView view = client.bucket(bucket).atLeaderDefaults().withTimeout(PATIENT);

        assertThat(view.put(key, "1").info().level()).isEqualTo("SYNC");
        assertThat(view.get(key).info().level()).isEqualTo("LEASE");
        client.buckets().delete(bucket);
    }
}
