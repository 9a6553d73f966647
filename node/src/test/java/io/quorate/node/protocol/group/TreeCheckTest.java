package io.quorate.node.protocol.group;

import static io.quorate.node.fixture.TinyGroup.MILLI;
import static io.quorate.node.fixture.TinyGroup.N1;
import static io.quorate.node.fixture.TinyGroup.N2;
import static io.quorate.node.fixture.TinyGroup.N3;
import static io.quorate.node.fixture.TinyGroup.SET;
import static io.quorate.node.fixture.TinyGroup.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replicas of a group are compared in the background; what differs is told, and nothing is changed. */
class TreeCheckTest {
    private static final long EVERY = 500 * MILLI;

    private TinyGroup group = of(EVERY, CheckSlots.UNBOUNDED);

    private static TinyGroup of(long everyNanos, CheckSlots slots) {
        return new TinyGroup(everyNanos, id -> new MemoryGroupStore(), slots);
    }

    @AfterEach
    void close() {
        group.close();
    }

    private void writeSome() {
        for (int i = 0; i < 50; i++) {
            group.write("k" + i, "v" + i);
        }
        group.awaitEqual();
    }

    private void awaitChecks(int more) {
        int wanted = group.count(GroupEvent.CHECKED) + more;
        group.await("checks", () -> {
            group.write("busy", "x");
            return group.count(GroupEvent.CHECKED) >= wanted;
        });
    }

    /** Changes what a node's disk has, behind the back of its state machine. */
    private void spoil(NodeId node, String name, KeyState state, GroupCommit.Remembered... requests) {
        GroupStore store = group.store(node);
        LeafTable leaves = store.open(SET).leaves();
        int leaf = TinyGroup.PARTITIONS.bitsBelowPartition(key(name).token(), LeafTable.LEAF_BITS);
        GroupCommit.Header header = store.open(SET).header();
        assertThat(header).isNotNull();
        store.commit(
                new GroupCommit(
                        SET,
                        store.generation(),
                        ImmutableList.of(new Commit.Change(key(name), state, false, leaf, leaves.get(leaf))),
                        header,
                        ImmutableList.copyOf(requests),
                        false),
                failure -> {});
    }

    private KeyState stateAt(NodeId node, String name) {
        return group.store(node).read(key(name));
    }

    private static KeyState withValue(KeyState state, String value) {
        Version version = state.versions().get(0);
        return new KeyState(
                ImmutableList.of(new Version(
                        version.dot(),
                        Bytes.ofUtf8(value),
                        version.contentType(),
                        version.writtenMillis(),
                        version.requestId())),
                state.context());
    }

    @Test
    void replicasUnderWritesAreEqual() {
        writeSome();
        group.write("k3", null);
        awaitChecks(4);
        assertThat(group.alarms).isEmpty();
        TinyGroup.NODES.forEach(id -> assertThat(group.report(id).alarm()).isNull());
    }

    @Test
    void anotherValueUnderTheSameTagIsToldOnceAndLeftAsItIs() {
        writeSome();
        KeyState other = withValue(stateAt(N3, "k7"), "rot");
        spoil(N3, "k7", other);

        group.await("an alarm", () -> {
            group.write("busy", "x");
            return !group.alarms.isEmpty();
        });
        long applied = group.report(N1).applied();
        group.await("more checks", () -> {
            group.write("busy", "x");
            return group.report(N1).applied() > applied + 300;
        });

        assertThat(group.alarms).hasSize(1);
        assertThat(group.alarms.get(0)).startsWith("n1: ALARM").contains("n1 and n3 differ in 1 of 1024 leaves");
        assertThat(group.count(GroupEvent.CHECK_ALARM)).isEqualTo(1);
        assertThat(group.report(N1).alarm()).contains("n1 and n3").doesNotContain("n2");
        assertThat(group.report(N2).alarm()).isNull();
        assertThat(stateAt(N3, "k7")).isEqualTo(other);
        assertThat(stateAt(N1, "k7")).isNotEqualTo(other);
    }

    @Test
    void whatIsWrittenAnewIsEqualAgain() {
        writeSome();
        spoil(N2, "k7", withValue(stateAt(N2, "k7"), "rot"));
        group.await("an alarm", () -> {
            group.write("busy", "x");
            return group.report(N1).alarm() != null;
        });

        group.write("k7", "new");

        group.await("its end", () -> {
            group.write("busy", "x");
            return group.report(N1).alarm() == null;
        });
        assertThat(group.alarms).hasSize(1);
    }

    @Test
    void aLostRecordIsToldByItsNodeAndByTheLeader() {
        writeSome();
        spoil(N2, "k9", KeyState.EMPTY);

        group.await("two alarms", () -> {
            group.write("busy", "x");
            return group.alarms.size() >= 2;
        });

        assertThat(group.report(N2).alarm()).contains("1 leaves of its hash tree do not fit its records");
        assertThat(group.report(N1).alarm()).contains("n1 and n2 differ").doesNotContain("n3");
        assertThat(stateAt(N2, "k9")).isEqualTo(KeyState.EMPTY);
    }

    @Test
    void damageOfTheLeadersDiskIsToldToo() {
        writeSome();
        spoil(N1, "k9", KeyState.EMPTY);

        group.await("three alarms", () -> {
            group.write("busy", "x");
            return group.alarms.size() >= 3;
        });

        assertThat(group.report(N1).alarm())
                .contains("this node's disk is damaged")
                .contains("n1 and n2 differ")
                .contains("n1 and n3 differ");
    }

    @Test
    void whatIsRememberedOfWritesIsComparedToo() {
        writeSome();
        spoil(
                N3,
                "k7",
                stateAt(N3, "k7"),
                new GroupCommit.Remembered(Bytes.ofUtf8("0123456789abcdef"), Integer.MAX_VALUE, 1, true, 1, 1));

        group.await("an alarm", () -> {
            group.write("busy", "x");
            return !group.alarms.isEmpty();
        });

        assertThat(group.report(N1).alarm()).isEqualTo("n1 and n3 differ in what is remembered of writes");
    }

    @Test
    void whoDoesNotAnswerIsNoAlarm() {
        writeSome();
        group.cut.add(N3);
        for (int i = 0; i < 500; i++) {
            group.write("busy", "x");
            group.turn();
        }
        assertThat(group.count(GroupEvent.CHECKED)).as("not all were compared").isLessThanOrEqualTo(1);
        group.cut.clear();
        awaitChecks(2);
        assertThat(group.alarms).isEmpty();
    }

    @Test
    void groupsThatNobodyWritesToRest() {
        writeSome();
        awaitChecks(1);
        group.turns(100);
        long applied = group.report(N1).applied();
        int checked = group.count(GroupEvent.CHECKED);

        group.turns(1_000);
        assertThat(group.report(N1).applied()).isEqualTo(applied);
        assertThat(group.count(GroupEvent.CHECKED)).isEqualTo(checked);

        group.turns(1_500);
        assertThat(group.count(GroupEvent.CHECKED)).as("disks rot unread").isEqualTo(checked + 1);
    }

    @Test
    void nothingIsComparedWhereNobodyWantsIt() {
        group.close();
        group = of(0, CheckSlots.UNBOUNDED);
        writeSome();
        long applied = group.report(N1).applied();
        group.turns(5_000);
        assertThat(group.report(N1).applied()).isEqualTo(applied);
    }

    /** One place that is free or not, and must come back as often as it is taken. */
    private static final class OnePlace implements CheckSlots {
        private boolean free = true;
        private boolean shut;
        private int taken;

        @Override
        public boolean take() {
            boolean got = free && !shut;
            free &= !got;
            taken += got ? 1 : 0;
            return got;
        }

        @Override
        public void giveBack() {
            assertThat(free).isFalse();
            free = true;
        }
    }

    @Test
    void groupsCountOneAfterTheOtherWherePlacesAreFew() {
        group.close();
        OnePlace place = new OnePlace();
        group = of(EVERY, place);
        writeSome();
        awaitChecks(3);
        assertThat(place.taken).isGreaterThanOrEqualTo(9);
        group.close();
        assertThat(place.free).isTrue();
        assertThat(group.alarms).isEmpty();
    }

    @Test
    void whoCountsLateIsWaitedFor() {
        group.close();
        OnePlace place = new OnePlace();
        group = of(EVERY, place);
        writeSome();
        group.await("the leader to count", () -> {
            group.write("busy", "x");
            return !place.free;
        });
        // Nobody else gets a place when the leader gives it back.
        place.shut = true;
        group.awaitEqual();
        long applied = group.report(N1).applied();

        for (int i = 0; i < 300; i++) {
            group.write("busy", "x");
            group.turn();
        }
        group.awaitEqual();
        assertThat(group.report(N1).applied()).as("no other check").isEqualTo(applied + 300);
        assertThat(group.count(GroupEvent.CHECKED)).isZero();

        place.shut = false;
        group.await("the end of it", () -> group.count(GroupEvent.CHECKED) == 1);
        assertThat(group.alarms).isEmpty();
    }

    @Test
    void whoFindsNoPlaceWaits() {
        group.close();
        OnePlace place = new OnePlace();
        place.free = false;
        group = of(EVERY, place);
        writeSome();
        group.turns(300);
        assertThat(group.count(GroupEvent.CHECKED)).isZero();

        place.free = true;

        awaitChecks(1);
        assertThat(group.alarms).isEmpty();
    }
}
