package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who leads a group while disks are full. */
class ReliefTest {
    private final Set<NodeId> full = new TreeSet<>();
    private final TinyGroup group = new TinyGroup(0, Store::new, CheckSlots.UNBOUNDED);
    private final List<KeyReply> replies = new ArrayList<>();

    private final class Store extends MemoryGroupStore {
        private final NodeId of;

        private Store(NodeId of) {
            this.of = of;
        }

        @Override
        public @Nullable StorageException refusal() {
            return full.contains(of) ? StorageException.noRoom("of the test") : null;
        }
    }

    @AfterEach
    void stop() {
        group.close();
    }

    private boolean leads(NodeId node) {
        return group.report(node).role().equals("leader");
    }

    private KeyReply write(NodeId through) {
        replies.clear();
        group.write(through, "k", "v", WriteLevel.SEMI_SYNC, 20_000, replies::add);
        group.await("an answer", () -> !replies.isEmpty());
        return replies.get(0);
    }

    @Test
    void nextLeaderTakesEvenTheFirstWriteOfALeaderWhoseDiskIsFull() {
        full.add(TinyGroup.N1);

        assertThat(write(TinyGroup.N1)).isInstanceOf(KeyReply.LedWritten.class);
        assertThat(leads(TinyGroup.N1)).isFalse();
        assertThat(write(TinyGroup.N1)).isInstanceOf(KeyReply.LedWritten.class);
    }

    @Test
    void groupHasAnotherLeaderAlsoWithoutAWrite() {
        full.add(TinyGroup.N1);

        group.await("another leader", () -> leads(TinyGroup.N2) || leads(TinyGroup.N3));
    }

    @Test
    void voterWhoseDiskIsFullTooDeclines() {
        for (NodeId other : List.of(TinyGroup.N2, TinyGroup.N3)) {
            full.addAll(TinyGroup.NODES);
            full.remove(other);

            group.await("the one that can write to lead", () -> leads(other));
            full.clear();
            group.await("the first home to lead", () -> leads(TinyGroup.N1));
        }
    }

    @Test
    void followerWhoseDiskIsFullTakesNoCommandsAndCatchesUpWhenThereIsRoom() {
        write(TinyGroup.N1);
        group.awaitEqual();
        full.add(TinyGroup.N2);
        long before = group.report(TinyGroup.N2).applied();
        for (int i = 0; i < 10; i++) {
            assertThat(write(TinyGroup.N1)).isInstanceOf(KeyReply.LedWritten.class);
        }
        group.turns(100);
        assertThat(group.report(TinyGroup.N2).applied()).isEqualTo(before);
        assertThat(group.report(TinyGroup.N2).leader()).isEqualTo(TinyGroup.N1);

        full.clear();
        group.await(
                "it to have all of it",
                () -> group.report(TinyGroup.N2).applied()
                        == group.report(TinyGroup.N1).commit());
    }

    @Test
    void writeThatOnlyOneDiskHasRoomForIsMadeOnceAnotherHas() {
        full.add(TinyGroup.N2);
        full.add(TinyGroup.N3);
        group.write(TinyGroup.N1, "k", "v", WriteLevel.SEMI_SYNC, 60_000, replies::add);
        group.turns(500);
        assertThat(replies).isEmpty();

        full.remove(TinyGroup.N3);
        group.await("an answer", () -> !replies.isEmpty());
        assertThat(replies.get(0)).isInstanceOf(KeyReply.LedWritten.class);
    }

    @Test
    void leadStaysForReadersWhileAllDisksAreFull() {
        full.addAll(TinyGroup.NODES);

        assertThat(write(TinyGroup.N2))
                .isInstanceOfSatisfying(
                        KeyReply.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.DISK_FULL));
        group.turns(1_000);
        assertThat(leads(TinyGroup.N1)).isTrue();
        assertThat(group.count(GroupEvent.LEADS)).isEqualTo(1);

        full.remove(TinyGroup.N3);
        group.await("the one that can write to lead", () -> leads(TinyGroup.N3));
    }

    @Test
    void firstHomeLeadsAgainOnceItHasRoom() {
        full.add(TinyGroup.N1);
        write(TinyGroup.N1);
        group.turns(1_000);
        assertThat(leads(TinyGroup.N1)).isFalse();
        // It has declined several times by now; nobody waits long for that.
        assertThat(write(TinyGroup.N2)).isInstanceOf(KeyReply.LedWritten.class);

        full.clear();
        group.await("the first home to lead", () -> leads(TinyGroup.N1));
    }

    @Test
    void whoseDiskIsFullIsNotElectedWhileAnotherCanBe() {
        for (int i = 0; i < 10; i++) {
            full.add(TinyGroup.N2);
            group.await("a settled start", () -> leads(TinyGroup.N1));
            group.turns(50);
            group.cut.add(TinyGroup.N1);
            group.await("another leader", () -> leads(TinyGroup.N2) || leads(TinyGroup.N3));
            assertThat(leads(TinyGroup.N3)).isTrue();
            group.cut.clear();
            full.clear();
        }
    }

    @Test
    void whoseDiskIsFullIsElectedRatherThanNobody() {
        full.add(TinyGroup.N2);
        full.add(TinyGroup.N3);
        group.cut.add(TinyGroup.N1);

        group.await("a leader for those who read", () -> leads(TinyGroup.N2) || leads(TinyGroup.N3));
        // Behind the first entry of the first leader: without that nobody can read.
        group.await(
                "its first entry to be committed",
                () -> group.report(TinyGroup.N2).commit() > 1
                        && group.report(TinyGroup.N3).commit() > 1);
    }
}
