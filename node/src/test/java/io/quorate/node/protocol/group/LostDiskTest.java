package io.quorate.node.protocol.group;

import static io.quorate.node.fixture.TinyGroup.N1;
import static io.quorate.node.fixture.TinyGroup.N2;
import static io.quorate.node.fixture.TinyGroup.N3;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.storage.MemoryGroupStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One of three loses its disk. */
class LostDiskTest {
    private final TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED);

    @AfterEach
    void end() {
        assertThat(group.alarms).isEmpty();
        group.close();
    }

    private void awaitReturns(int times) {
        group.await("a member again", () -> group.count(GroupEvent.REJOINED) == times);
    }

    @Test
    void itIsLetInWithAStateAndCountsForAMajority() {
        group.write("before", "1");
        group.awaitEqual();
        group.loseDisk(N3, new MemoryGroupStore());
        group.write("meanwhile", "2");
        awaitReturns(1);
        group.awaitEqual();
        assertThat(group.store(N3).read(TinyGroup.key("before")).versions()).hasSize(1);
        group.cut.add(N2);
        long before = group.report(N1).applied();
        group.write("after", "3");
        group.await(
                "a majority of the first and the third", () -> group.report(N1).applied() > before);
    }

    @Test
    void nobodyIsLetInByALeaderWithoutAMajority() {
        group.write("before", "1");
        group.awaitEqual();
        group.cut.add(N2);
        group.loseDisk(N3, new MemoryGroupStore());
        group.turns(1000);
        assertThat(group.count(GroupEvent.REJOINS)).isEqualTo(1);
        assertThat(group.count(GroupEvent.REJOINED)).isZero();
        assertThat(group.store(N3).open(TinyGroup.SET).header()).isNull();
        group.cut.clear();
        awaitReturns(1);
    }

    @Test
    void theOthersGoOnWithoutALeaderThatLostItsDiskAndLetItIn() {
        group.write("before", "1");
        group.awaitEqual();
        group.loseDisk(N1, new MemoryGroupStore());
        awaitReturns(1);
        group.await("the first home leads again", () -> group.report(N1).role().equals("leader"));
        group.awaitEqual();
        assertThat(group.store(N1).read(TinyGroup.key("before")).versions()).hasSize(1);
    }

    @Test
    void oneAfterTheOther() {
        group.write("before", "1");
        group.awaitEqual();
        int times = 0;
        for (var id : TinyGroup.NODES) {
            group.loseDisk(id, new MemoryGroupStore());
            awaitReturns(++times);
        }
        group.await("the first home leads again", () -> group.report(N1).role().equals("leader"));
        group.write("after", "2");
        group.awaitEqual();
        TinyGroup.NODES.forEach(
                id -> assertThat(group.store(id).read(TinyGroup.key("before")).versions())
                        .as(id.value())
                        .hasSize(1));
    }
}
