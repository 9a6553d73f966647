package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What one that has lost its disk says and takes. */
class RejoiningTest {
    private static final long SECOND = 1_000 * TinyGroup.MILLI;
    private static final NodeId SELF = TinyGroup.N3;
    private static final NodeId LEADER = TinyGroup.N1;
    private static final long NONCE = 77;

    private record Sent(NodeId to, GroupMessage message) {}

    private final MemoryGroupStore store = new MemoryGroupStore();
    private final List<Sent> sent = new ArrayList<>();
    private final List<GroupEvent> events = new ArrayList<>();
    private int returns;

    private final Rejoining rejoining = new Rejoining(
            new Group.Around(
                    SELF,
                    TinyGroup.SET,
                    ImmutableList.copyOf(TinyGroup.NODES),
                    store,
                    TinyGroup.PARTITIONS,
                    NodeLiveness.NONE,
                    () -> 1,
                    () -> NONCE,
                    new Random(1),
                    CheckSlots.UNBOUNDED,
                    LogBudget.unbounded()),
            GroupSettings.DEFAULT,
            GroupRules.STANDARD,
            new PartOutput() {
                @Override
                public void send(NodeId to, GroupMessage message) {
                    sent.add(new Sent(to, message));
                }

                @Override
                public void install(InstallStep step, InstallStep.Ended ended) {
                    step.run(store, failure -> ended.ended(failure, 0));
                }

                @Override
                public void note(String what, boolean alarming) {
                    throw new AssertionError(what);
                }

                @Override
                public void happened(GroupEvent event) {
                    events.add(event);
                }
            },
            () -> returns++);

    private List<Sent> said(GroupMessage message) {
        sent.clear();
        rejoining.onMessage(LEADER, message, 0);
        return List.copyOf(sent);
    }

    private static GroupMessage.OfferState offer(long index) {
        return new GroupMessage.OfferState(
                5,
                4,
                new GroupCommit.Header(
                        index, 4, Configuration.of(TinyGroup.NODES).encode(), 1, 0, GroupCommit.RequestCount.NONE));
    }

    private List<Sent> answer(boolean wanted) {
        return List.of(new Sent(LEADER, new GroupMessage.StateWanted(5, wanted)));
    }

    @Test
    void itAsksAllOtherHomesEverySecond() {
        for (long turn = 0; turn < 30; turn++) {
            rejoining.tick(turn * SECOND / 10);
        }
        assertThat(sent)
                .containsExactlyElementsOf(ImmutableList.<Sent>builder()
                        .addAll(asks())
                        .addAll(asks())
                        .addAll(asks())
                        .build());
        assertThat(events).containsExactly(GroupEvent.REJOINS);
    }

    private static List<Sent> asks() {
        return List.of(
                new Sent(TinyGroup.N1, new GroupMessage.Rejoin(NONCE)),
                new Sent(TinyGroup.N2, new GroupMessage.Rejoin(NONCE)));
    }

    @Test
    void itHearsNothingOfWhatMembersSay() {
        for (RaftMessage message : List.of(
                new RaftMessage.PreVote(9, 100, 8),
                new RaftMessage.Vote(9, 100, 8, true),
                new RaftMessage.Append(9, 0, 0, ImmutableList.of(), 0, 1),
                new RaftMessage.Heartbeat(9, 100, 100, 0, 1),
                new RaftMessage.StandNow(9))) {
            assertThat(said(new GroupMessage.Raft(message))).isEmpty();
        }
        assertThat(said(new GroupMessage.Sleep(9, 100, 1))).isEmpty();
        assertThat(said(new GroupMessage.Ask(6, new LedRequest.Explain(TinyGroup.key("k")), 100)))
                .containsExactly(new Sent(LEADER, new GroupMessage.NotLeading(6, null)));
    }

    @Test
    void itIsNeededWhereAStateWasGivenUp() {
        store.endInstall(TinyGroup.SET, offer(50).header(), failure -> {});
        assertThat(Rejoining.isNeeded(store, TinyGroup.SET)).isFalse();
        store.giveUp(TinyGroup.SET, failure -> {});
        assertThat(Rejoining.isNeeded(store, TinyGroup.SET)).isTrue();
        rejoining.tick(0);
        said(new GroupMessage.LetIn(NONCE, 60));
        assertThat(said(offer(60))).isEqualTo(answer(true));
        said(new GroupMessage.StatePart(5, 1, ImmutableList.of(), true));
        assertThat(returns).isEqualTo(1);
        assertThat(Rejoining.isNeeded(store, TinyGroup.SET)).isFalse();
    }

    @Test
    void itTakesNoStateButOneThatHoldsTheEntryThatLetsItIn() {
        assertThat(said(offer(100))).as("before any word").isEqualTo(answer(false));
        assertThat(said(new GroupMessage.LetIn(NONCE + 1, 90))).isEmpty();
        assertThat(said(offer(100))).as("let in by a word to an earlier start").isEqualTo(answer(false));
        assertThat(said(new GroupMessage.LetIn(NONCE, 100))).isEmpty();
        assertThat(said(offer(99))).as("a state that lacks the entry").isEqualTo(answer(false));
        assertThat(said(offer(100))).isEqualTo(answer(true));
        assertThat(Rejoining.isNeeded(store, TinyGroup.SET)).isTrue();
        assertThat(returns).isZero();
        assertThat(said(new GroupMessage.StatePart(5, 1, ImmutableList.of(), true)))
                .containsExactly(new Sent(LEADER, new GroupMessage.StateTaken(5, 1)));
        assertThat(returns).isEqualTo(1);
        assertThat(events).containsExactly(GroupEvent.REJOINED);
        assertThat(Rejoining.isNeeded(store, TinyGroup.SET)).isFalse();
        sent.clear();
        rejoining.tick(100 * SECOND);
        assertThat(sent).as("it is over").isEmpty();
    }
}
