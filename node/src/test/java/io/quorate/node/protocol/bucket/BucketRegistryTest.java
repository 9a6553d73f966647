package io.quorate.node.protocol.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketRegistryTest {
    private static final BucketDefinition CARTS = BucketDefinition.leaderless("carts", 3);

    private final BucketRegistry one = new BucketRegistry(NodeId.of("n1"));
    private final BucketRegistry two = new BucketRegistry(NodeId.of("n2"));

    private static BucketDefinition reading(ConsistencyLevel level, int n) {
        return new BucketDefinition(
                "carts",
                CARTS.mode(),
                n,
                level,
                CARTS.write(),
                CARTS.sloppy(),
                CARTS.conflicts(),
                CARTS.readRepair(),
                CARTS.maxSiblings());
    }

    private static int generation(BucketRegistry registry) {
        BucketEntry entry = registry.find("carts");
        return entry == null ? -1 : entry.generation();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nodesThatChangeBucketsAnyhowEndWithTheSame(long seed) {
        Random random = new Random(seed);
        List<BucketRegistry> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nodes.add(new BucketRegistry(NodeId.of("n" + i)));
        }
        ConsistencyLevel[] levels = ConsistencyLevel.values();
        for (int step = 0; step < 2000; step++) {
            BucketRegistry node = nodes.get(random.nextInt(3));
            switch (random.nextInt(4)) {
                case 0, 1 ->
                    node.define(
                            reading(levels[random.nextInt(levels.length)], 1 + random.nextInt(3)), random.nextInt(50));
                case 2 -> {
                    if (random.nextInt(5) == 0) {
                        node.delete("carts");
                    }
                }
                default -> node.merge(nodes.get(random.nextInt(3)).all());
            }
        }
        for (int round = 0; round < 2; round++) {
            for (BucketRegistry to : nodes) {
                nodes.forEach(from -> to.merge(from.all()));
            }
        }
        for (BucketRegistry node : nodes) {
            assertThat(node.all()).isEqualTo(nodes.get(0).all());
            assertThat(node.digest()).isEqualTo(nodes.get(0).digest());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mergingEntriesIsCommutativeAssociativeAndIdempotent(long seed) {
        Random random = new Random(seed);
        List<BucketEntry> reached = new ArrayList<>();
        List<BucketRegistry> nodes = List.of(one, two);
        for (int step = 0; step < 300; step++) {
            BucketRegistry node = nodes.get(random.nextInt(2));
            if (random.nextInt(6) == 0) {
                node.delete("carts");
            } else if (random.nextInt(3) == 0) {
                node.merge(nodes.get(random.nextInt(2)).all());
            } else {
                ConsistencyLevel[] levels = ConsistencyLevel.values();
                node.define(reading(levels[random.nextInt(levels.length)], 3), random.nextInt(30));
            }
            reached.addAll(node.all());
        }
        for (int i = 0; i < 3000; i++) {
            BucketEntry a = reached.get(random.nextInt(reached.size()));
            BucketEntry b = reached.get(random.nextInt(reached.size()));
            BucketEntry c = reached.get(random.nextInt(reached.size()));
            assertThat(a.merge(b)).isEqualTo(b.merge(a));
            assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
            assertThat(a.merge(a)).isEqualTo(a);
        }
    }

    @Test
    void twoCreationsOfOneNameEndAsTheEarlierOne() {
        one.define(reading(ConsistencyLevel.ONE, 3), 20);
        two.define(reading(ConsistencyLevel.ALL, 2), 10);
        one.merge(two.all());
        two.merge(one.all());
        assertThat(one.all()).isEqualTo(two.all());
        BucketEntry entry = Objects.requireNonNull(one.find("carts"));
        assertThat(entry.definition().n()).as("the shape of the first").isEqualTo(2);
        assertThat(entry.definition().read()).as("the defaults of the last").isEqualTo(ConsistencyLevel.ONE);
    }

    @Test
    void aBucketIsMadeOnceAndItsShapeNeverChanges() {
        assertThat(one.define(CARTS, 1)).isEqualTo(Change.CREATED);
        assertThat(one.define(CARTS, 2)).isEqualTo(Change.SAME);
        assertThat(one.define(reading(ConsistencyLevel.ONE, 3), 3)).isEqualTo(Change.CHANGED);
        assertThat(one.define(reading(ConsistencyLevel.ONE, 2), 4)).isEqualTo(Change.IMMUTABLE);
        assertThat(generation(one)).isEqualTo(1);
    }

    @Test
    void aChangeIsLaterThanWhatItReplacesEvenIfTheClockIsNot() {
        one.define(CARTS, 1_000);
        two.merge(one.all());
        two.define(reading(ConsistencyLevel.ONE, 3), 5);
        one.merge(two.all());
        BucketEntry entry = Objects.requireNonNull(one.find("carts"));
        assertThat(entry.definition().read()).isEqualTo(ConsistencyLevel.ONE);
    }

    @Test
    void aBucketMadeAnewIsAnotherGenerationAndOutlivesTheDeleteOfTheOldOne() {
        one.define(CARTS, 1);
        two.merge(one.all());
        assertThat(one.delete("carts")).isNotNull();
        assertThat(one.find("carts")).isNull();
        assertThat(one.delete("carts")).isNull();
        one.define(CARTS, 2);
        assertThat(generation(one)).isEqualTo(2);
        two.delete("carts");
        one.merge(two.all());
        assertThat(generation(one)).isEqualTo(2);
        two.merge(one.all());
        assertThat(generation(two)).isEqualTo(2);
    }

    @Test
    void onlyNewsAreReportedByMerging() {
        one.define(CARTS, 1);
        assertThat(two.merge(one.all())).hasSize(1);
        assertThat(two.merge(one.all())).isEmpty();
        assertThat(two.digest()).isEqualTo(one.digest());
    }

    @Test
    void thereAreNoMoreBucketsThanTheLimitAndDeletedNamesCount() {
        for (int i = 0; i < BucketRegistry.BUCKETS_MAX; i++) {
            one.define(BucketDefinition.leaderless("b" + i, 1), 1);
        }
        one.delete("b7");
        assertThat(one.define(CARTS, 1)).isEqualTo(Change.TOO_MANY);
        assertThat(one.define(BucketDefinition.leaderless("b7", 1), 2)).isEqualTo(Change.CREATED);
    }
}
