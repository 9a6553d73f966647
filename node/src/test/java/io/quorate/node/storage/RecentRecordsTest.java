package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentRecordsTest {
    private static final ReplicaSetId SET = new ReplicaSetId(3, 7);
    private static final ActorId ACTOR = new ActorId(NodeId.of("n1"), 7, 1);

    private final RecentRecords recent = new RecentRecords(20_000);

    private static RecordKey key(int i) {
        return new RecordKey(SET, i, "carts", 1, Bytes.ofUtf8("k" + i));
    }

    private static KeyState state(long counter) {
        Version version = new Version(
                new Dot(ACTOR, counter), Bytes.wrap(new byte[1000]), "text/plain", 5, Bytes.ofUtf8("r" + counter));
        return KeyState.of(List.of(version), CausalContext.EMPTY);
    }

    private static Commit batch(RecordKey key, KeyState state) {
        return new Commit(
                1,
                SET,
                ImmutableList.of(new Commit.Change(key, state, false, 0, LeafTable.Sum.ZERO)),
                new Commit.Header(1, Bytes.EMPTY, 1, 1, 0),
                null);
    }

    @Test
    void whatWasReadIsKept() {
        recent.read(key(1), state(1), recent.writes());
        assertThat(recent.get(key(1))).isEqualTo(state(1));
        assertThat(recent.get(key(2))).isNull();
    }

    @Test
    void whatWasReadBeforeABatchEndedIsNotKept() {
        long before = recent.writes();
        recent.written(batch(key(2), state(2)));
        recent.read(key(1), state(1), before);
        assertThat(recent.get(key(1))).isNull();
        assertThat(recent.get(key(2))).isEqualTo(state(2));
    }

    @Test
    void aRemovedRecordIsForgotten() {
        recent.written(batch(key(1), state(1)));
        recent.written(batch(key(1), KeyState.EMPTY));
        assertThat(recent.get(key(1))).isNull();
    }

    @Test
    void afterAFailedBatchNothingIsTrusted() {
        recent.written(batch(key(1), state(1)));
        long before = recent.writes();
        recent.clear();
        recent.read(key(2), state(2), before);
        assertThat(recent.get(key(1))).isNull();
        assertThat(recent.get(key(2))).isNull();
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() {
        for (int i = 0; i < 10; i++) {
            recent.written(batch(key(i), state(1)));
        }
        assertThat(recent.get(key(0))).isNotNull();
        for (int i = 10; i < 20; i++) {
            recent.written(batch(key(i), state(1)));
            assertThat(recent.get(key(0))).isNotNull();
        }
        assertThat(recent.get(key(1))).isNull();
        assertThat(recent.get(key(19))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void itNeverTellsAnythingButWhatTheDiskHas(long seed) {
        Random random = new Random(seed);
        Map<RecordKey, KeyState> disk = new HashMap<>();
        for (int round = 1; round < 5000; round++) {
            RecordKey key = key(random.nextInt(30));
            KeyState known = recent.get(key);
            if (known != null) {
                assertThat(known).isEqualTo(disk.get(key));
            }
            long before = recent.writes();
            KeyState read = disk.getOrDefault(key, KeyState.EMPTY);
            if (random.nextBoolean()) {
                RecordKey written = key(random.nextInt(30));
                KeyState next = random.nextInt(4) == 0 ? KeyState.EMPTY : state(round);
                disk.put(written, next);
                recent.written(batch(written, next));
            }
            if (!read.isEmpty()) {
                recent.read(key, read, before);
            }
        }
    }
}
