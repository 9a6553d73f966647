package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a write for all voters is told that a majority has made and the last voter has not been heard of. */
class BelowLevelTest {
    private final TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED);
    private final List<KeyReply> replies = new ArrayList<>();

    @BeforeEach
    void loseAVoter() {
        group.turns(10);
        group.cut.add(TinyGroup.N3);
    }

    @AfterEach
    void stop() {
        group.close();
    }

    private void write(long timeoutMillis) {
        group.write(TinyGroup.N1, "k", "v", WriteLevel.SYNC, timeoutMillis, replies::add);
        group.turn();
    }

    private Refused told() {
        group.await("an answer", () -> !replies.isEmpty());
        assertThat(replies).singleElement().isInstanceOf(Refused.class);
        Refused told = (Refused) replies.get(0);
        assertThat(told.code()).isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
        assertThat(told.outcome()).isEqualTo(Outcome.APPLIED_BELOW_LEVEL);
        return told;
    }

    private void saysWhereItStands(Refused told) {
        KeyReply.Standing standing = told.standing();
        assertThat(standing).isNotNull();
        assertThat(standing.leads()).isTrue();
        assertThat(standing.leader()).isEqualTo(TinyGroup.N1);
        assertThat(standing.level()).isEqualTo("SEMI_SYNC");
        assertThat(standing.index()).isEqualTo(group.report(TinyGroup.N1).commit());
        assertThat(standing.lagMillis()).isZero();
    }

    private static void saysWhoHasIt(Refused told, String rest) {
        assertThat(told.need()).isEqualTo(3);
        assertThat(told.acked()).isEqualTo(2);
        assertThat(told.replicas())
                .extracting(replica -> replica.node() + " " + replica.result())
                .containsExactly("n1 acked", "n2 acked", "n3 " + rest);
    }

    @Test
    void byTheDeadline() {
        write(200);

        Refused told = told();
        saysWhoHasIt(told, "timeout");
        assertThat(told.detail()).contains("when the deadline passed");
        saysWhereItStands(told);
    }

    @Test
    void onceTheVoterIsKnownToBeMissing() {
        write(30_000);

        Refused told = told();
        assertThat(told.detail()).contains("n3 does not answer");
        saysWhoHasIt(told, "unreachable");
        saysWhereItStands(told);
    }

    /** Also where the deadline passes just as it steps down. */
    @Test
    void whoLeadsNoMoreDoesNotSayWhoHasIt() {
        for (long timeout = 250; timeout <= 450; timeout += 10) {
            try (TinyGroup each = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED)) {
                each.turns(10);
                each.cut.add(TinyGroup.N3);
                replies.clear();
                each.write(TinyGroup.N1, "k", "v", WriteLevel.SYNC, timeout, replies::add);
                each.turn();
                each.cut.add(TinyGroup.N1);
                each.await("an answer", () -> !replies.isEmpty());
                Refused told = (Refused) replies.get(0);
                KeyReply.Standing standing = told.standing();
                assertThat(standing).isNotNull();
                assertThat(told.acked()).as("by %s ms", timeout).isEqualTo(standing.leads() ? 2 : 0);
                assertThat(told.replicas()).hasSize(standing.leads() ? 3 : 0);
            }
        }
    }

    @Test
    void whenTheLeaderStepsDown() {
        write(30_000);
        long index = group.report(TinyGroup.N1).commit();
        group.cut.add(TinyGroup.N1);

        KeyReply.Standing standing = told().standing();
        assertThat(standing).isNotNull();
        assertThat(standing.leads()).isFalse();
        assertThat(standing.leader()).isNull();
        assertThat(standing.index()).isEqualTo(index);
        assertThat(standing.lagMillis()).isEqualTo(Long.MAX_VALUE);
    }
}
