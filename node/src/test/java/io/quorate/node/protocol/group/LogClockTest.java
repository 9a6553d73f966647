package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogClockTest {
    private static VersionTag write(TinyGroup group, NodeId through, String name, String request) {
        AtomicReference<@Nullable KeyReply> reply = new AtomicReference<>();
        group.write(through, name, "v", WriteLevel.SEMI_SYNC, 60_000, request, reply::set);
        group.await("an answer", () -> reply.get() != null);
        assertThat(reply.get()).isInstanceOf(LedWritten.class);
        return ((LedWritten) reply.get()).tag();
    }

    /** The next leader's wall clock is an hour ahead, which is longer than anything is remembered. */
    @Test
    void aLeaderWhoseWallClockIsAheadHasNothingForgotten() {
        try (TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED)) {
            group.ahead.put(TinyGroup.N2, 6 * GroupCommit.ERA_MILLIS);
            group.ahead.put(TinyGroup.N3, 6 * GroupCommit.ERA_MILLIS);
            VersionTag made = write(group, TinyGroup.N1, "k", "once");
            group.awaitEqual();
            group.cut.add(TinyGroup.N1);
            group.await(
                    "another leader",
                    () -> group.report(TinyGroup.N2).role().equals("leader")
                            || group.report(TinyGroup.N3).role().equals("leader"));
            write(group, TinyGroup.N2, "other", "another");
            write(group, TinyGroup.N2, "k", "later");

            assertThat(write(group, TinyGroup.N2, "k", "once")).isEqualTo(made);
        }
    }

    /** From the time that the log had come to. */
    @Test
    void theLogsTimeGoesOnAsTheLeadersClockRuns() {
        LogClock clock = new LogClock();
        clock.lead(5_000, 7_000_000_000L);

        assertThat(clock.at(7_000_000_000L)).isEqualTo(5_000);
        assertThat(clock.at(8_500_000_000L)).isEqualTo(6_500);
    }
}
