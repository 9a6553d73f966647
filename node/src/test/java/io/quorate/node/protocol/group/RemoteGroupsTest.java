package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that came while this node's part in the group did not run. */
class RemoteGroupsTest {
    private static final long NOW = 5_000 * TinyGroup.MILLI;
    private static final LedRequest READ = new LedRequest.Read(TinyGroup.key("k"), ReadLevel.LINEARIZABLE, -1, null);
    private static final KeyReply DONE = KeyReply.Refused.of(ErrorCode.OVERLOADED, Outcome.NOT_APPLIED, "of the test");

    private record Sent(NodeId to, GroupMessage.Ask ask) {}

    private final List<Sent> sent = new ArrayList<>();
    private final List<KeyReply> replies = new ArrayList<>();
    private long ids;
    private final RemoteGroups groups = new RemoteGroups(
            TinyGroup.N1,
            set -> ImmutableList.of(TinyGroup.N2, TinyGroup.N3),
            () -> ++ids,
            GroupSettings.DEFAULT,
            GroupRules.STANDARD,
            (to, set, message) -> sent.add(new Sent(to, (GroupMessage.Ask) message)));

    RemoteGroupsTest() {
        groups.onRequest(READ, NOW + 1_000 * TinyGroup.MILLI, replies::add, NOW);
    }

    private Sent last() {
        return sent.get(sent.size() - 1);
    }

    /** Whoever was asked last does not lead. */
    private void notLed(NodeId leader) {
        Sent asked = last();
        groups.onMessage(
                asked.to(),
                TinyGroup.SET,
                new GroupMessage.NotLeading(asked.ask().id(), leader),
                NOW);
    }

    @Test
    void goToThisNodeIfItLeadsByNow() {
        assertThat(last().to()).isEqualTo(TinyGroup.N2);

        notLed(TinyGroup.N1);

        assertThat(last().to()).isEqualTo(TinyGroup.N1);
        groups.onMessage(
                TinyGroup.N1, TinyGroup.SET, new GroupMessage.Told(last().ask().id(), DONE), NOW);
        assertThat(replies).containsExactly(DONE);
    }

    @Test
    void goOnToTheOthersIfThisNodeDoesNotLeadAfterAll() {
        notLed(TinyGroup.N1);
        notLed(TinyGroup.N3);

        assertThat(last().to()).isEqualTo(TinyGroup.N3);
    }

    @Test
    void goToNobodyWhoIsNoHome() {
        notLed(NodeId.of("n9"));

        assertThat(sent).hasSize(1);
        groups.tick(NOW);
        assertThat(last().to()).isEqualTo(TinyGroup.N3);
    }
}
