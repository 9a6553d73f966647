package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writes for all voters while the part of one in the group does not run on a node that does. */
class MissingVoterTest {
    /** Each node has said once that it hears the others; time does not pass for what is known of them. */
    private static NodeLiveness alive() {
        Pulses pulses = new Pulses(1, TinyGroup.MILLI);
        TinyGroup.NODES.forEach(node -> pulses.onPulse(node, new GroupMessage.Pulse(2, 1, 0, 1, 0, 0), 0, 0));
        return pulses;
    }

    private final TinyGroup group =
            new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED, LogBudget.unbounded(), alive());

    @Test
    void areRefusedAtOnceThoughItsNodeIsThere() {
        List<KeyReply> replies = new ArrayList<>();
        group.turns(10);
        group.cut.add(TinyGroup.N3);
        // Twice the time after which a leader is missed.
        group.turns(61);

        group.write(TinyGroup.N1, "k", "v", WriteLevel.SYNC, 30_000, replies::add);

        assertThat(replies).singleElement().isInstanceOfSatisfying(KeyReply.Refused.class, told -> {
            assertThat(told.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(told.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(told.detail()).contains("n3 does not answer");
        });
        group.close();
    }
}
