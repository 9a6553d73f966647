package io.quorate.node.storage;

import static io.quorate.node.fixture.TinyGroup.MILLI;
import static io.quorate.node.fixture.TinyGroup.N1;
import static io.quorate.node.fixture.TinyGroup.N2;
import static io.quorate.node.fixture.TinyGroup.N3;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.group.CheckSlots;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What three disks hold of a group is compared while it is written to; what a disk has lost is told and left as it is. */
class GroupCheckTest {
    @TempDir
    private Path folder;

    private final Map<NodeId, RocksPartitionStore> stores = new LinkedHashMap<>();
    private @Nullable TinyGroup group;
    private int writes;

    @BeforeEach
    void open() {
        for (NodeId id : TinyGroup.NODES) {
            stores.put(
                    id,
                    new RocksPartitionStore(
                            RocksColumns.open(folder.resolve(id.value()), SyncMode.OFF),
                            TinyGroup.PARTITIONS,
                            Thread::new,
                            System::nanoTime,
                            WriteObserver.NONE));
        }
        // Records are read from disk, not from memory.
        group = new TinyGroup(1_000 * MILLI, id -> new RocksGroupStore(beside(id), 0), CheckSlots.UNBOUNDED);
        for (int i = 0; i < 200; i++) {
            group().write("k" + i, "v" + i);
        }
        group().awaitEqual();
    }

    @AfterEach
    void close() {
        group().close();
        stores.values().forEach(RocksPartitionStore::close);
    }

    private TinyGroup group() {
        TinyGroup present = group;
        if (present == null) {
            throw new AssertionError("there is no group");
        }
        return present;
    }

    private RocksPartitionStore beside(NodeId id) {
        RocksPartitionStore store = stores.get(id);
        if (store == null) {
            throw new AssertionError("no node " + id);
        }
        return store;
    }

    /** Writes, overwrites and deletes, other keys than those that tests look at. */
    private void write() {
        int key = writes++ % 70;
        group().write("busy" + key, key % 7 == 0 ? null : "w" + writes);
    }

    private byte @Nullable [] record(NodeId id, String name) {
        RocksColumns columns = beside(id).columns();
        return columns.get(columns.data(), GroupRecordCodec.key(TinyGroup.key(name), false));
    }

    @Test
    void replicasUnderWritesAreEqual() {
        group().await("checks", () -> {
            write();
            return group().count(GroupEvent.CHECKED) >= 5;
        });
        assertThat(writes).as("writes meanwhile").isGreaterThan(200);
        assertThat(group().alarms).isEmpty();
    }

    @Test
    void aFlippedBitIsToldByItsNodeAndByTheLeaderAndIsNotMended() {
        assertThat(RecordDamage.flipBit(beside(N2).columns(), TinyGroup.BUCKET, "k17"))
                .isEqualTo(1);
        byte[] damaged = record(N2, "k17");
        byte[] whole = record(N1, "k17");

        group().await("two alarms", () -> {
            write();
            return group().alarms.size() >= 2;
        });

        assertThat(group().report(N2).alarm())
                .contains("1 records cannot be read, the first: key k17 of bucket accounts");
        assertThat(group().report(N1).alarm()).contains("n1 and n2 differ in 1 of 1024 leaves");
        assertThat(group().report(N3).alarm()).as(group().alarms.toString()).isNull();
        assertThat(record(N2, "k17")).isEqualTo(damaged);
        assertThat(record(N1, "k17")).isEqualTo(whole).isNotEqualTo(damaged);
        assertThat(record(N3, "k17")).isEqualTo(whole);
    }

    @Test
    void lostRecordsAreToldAndStayLost() {
        assertThat(RecordDamage.lose(beside(N3).columns(), TinyGroup.BUCKET, "k1"))
                .isEqualTo(1);
        assertThat(RecordDamage.lose(beside(N3).columns(), TinyGroup.BUCKET, "k2"))
                .isEqualTo(1);

        group().await("two alarms", () -> {
            write();
            return group().alarms.size() >= 2;
        });
        int checks = group().count(GroupEvent.CHECK_ALARM);
        for (int i = 0; i < 300; i++) {
            write();
            group().turn();
        }

        assertThat(group().count(GroupEvent.CHECK_ALARM)).as("told once").isEqualTo(checks);
        assertThat(group().report(N1).alarm()).contains("n1 and n3 differ in 2 of 1024 leaves");
        assertThat(group().report(N3).alarm()).contains("2 leaves of its hash tree do not fit its records");
        assertThat(record(N3, "k1")).isNull();
        assertThat(record(N1, "k1")).isNotNull();
    }

    @Test
    void aViewIsCountedAsItWasHoweverMuchIsWrittenMeanwhile() {
        RocksGroupStore store = (RocksGroupStore) group().store(N1);
        try (GroupStore.Count first = store.count(TinyGroup.SET, TinyGroup.PARTITIONS);
                GroupStore.Count second = store.count(TinyGroup.SET, TinyGroup.PARTITIONS)) {
            while (first.next(100)) {
                write();
                group().turn();
            }
            assertThat(second.next(1 << 30)).isTrue();
            assertThat(second.next(1 << 30)).isFalse();
            assertThat(first.counted().damage()).isEmpty();
            assertThat(first.counted().contents().root())
                    .isEqualTo(second.counted().contents().root());
            assertThat(first.counted().others()).isEqualTo(second.counted().others());
            assertThat(first.counted().kept())
                    .isNotEqualTo(store.open(TinyGroup.SET).leaves().root());
        }
    }
}
