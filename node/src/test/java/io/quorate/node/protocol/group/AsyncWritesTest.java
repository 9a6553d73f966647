package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AsyncWritesTest {
    /** Those that are answered leave the others' places as they are. */
    @Test
    void eachIsToldItsOwnVersionWhileOthersWaitForAMajority() {
        try (TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED)) {
            group.turns(10);
            long before = group.report(TinyGroup.N1).commit();
            group.cut.add(TinyGroup.N2);
            group.cut.add(TinyGroup.N3);
            Map<Integer, KeyReply> replies = new TreeMap<>();
            for (int i = 1; i <= 30; i++) {
                int number = i;
                WriteLevel level = i % 3 == 0 ? WriteLevel.SEMI_SYNC : WriteLevel.ASYNC;
                group.write(TinyGroup.N1, "k" + i, "v", level, 60_000, reply -> replies.put(number, reply));
            }
            group.turns(5);

            assertThat(replies).hasSize(20);
            replies.forEach((number, reply) -> assertThat(reply).isInstanceOfSatisfying(LedWritten.class, written -> {
                assertThat(written.tag().index()).isEqualTo(before + number);
                assertThat(written.standing().index()).isEqualTo(before + number);
                assertThat(written.standing().level()).isEqualTo("ASYNC");
            }));
        }
    }

    @Test
    void leaderThatWasCutOffCountsAndTellsWhatItHadForItselfAlone() {
        try (TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED)) {
            group.turns(10);
            long before = group.report(TinyGroup.N1).commit();
            long term = group.report(TinyGroup.N1).term();
            group.cut.add(TinyGroup.N1);
            List<KeyReply> replies = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                group.write(TinyGroup.N1, "k" + i, "v", WriteLevel.ASYNC, 60_000, replies::add);
            }
            group.await("all to be acknowledged", () -> replies.size() == 1_000);
            assertThat(replies).allSatisfy(reply -> assertThat(reply).isInstanceOf(LedWritten.class));
            group.await(
                    "another leader",
                    () -> group.report(TinyGroup.N2).role().equals("leader")
                            || group.report(TinyGroup.N3).role().equals("leader"));
            assertThat(group.count(GroupEvent.ENTRY_DROPPED)).isZero();

            group.cut.clear();
            group.awaitEqual();

            assertThat(group.count(GroupEvent.ENTRY_DROPPED)).isEqualTo(1_000);
            assertThat(group.notes)
                    .contains("n1: dropped 1000 entries that were not committed, from " + term + "." + (before + 1)
                            + " to " + term + "." + (before + 1_000) + ": another leader went on without them");
        }
    }
}
