package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
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
}
