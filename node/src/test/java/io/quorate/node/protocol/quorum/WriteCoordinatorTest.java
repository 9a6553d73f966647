package io.quorate.node.protocol.quorum;

import static io.quorate.node.fixture.TestKeys.dot;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.pace.ResendTimes;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WriteCoordinatorTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final NodeId C = NodeId.of("c");
    private static final List<NodeId> HOMES = List.of(A, B, C);
    private static final long DEADLINE = 1_000_000_000L;
    private static final long RESEND = 200_000_000L;
    private static final long TICK = 5_000_000L;

    private final ResendTimes resends = new ResendTimes(RESEND);
    private final List<NodeId> sent = new ArrayList<>();
    private final List<KeyReply> replies = new ArrayList<>();
    private boolean takesIn = true;
    private boolean keeps;
    private final List<String> stoodIn = new ArrayList<>();
    private final List<NodeId> kept = new ArrayList<>();
    private final WriteCoordinator.Port port = new WriteCoordinator.Port() {
        @Override
        public void standIn(NodeId fallback, NodeId home) {
            stoodIn.add(fallback + " for " + home);
        }

        @Override
        public boolean keep(NodeId home) {
            kept.add(home);
            return keeps;
        }

        @Override
        public boolean replicate(NodeId home) {
            sent.add(home);
            return takesIn;
        }

        @Override
        public void reply(KeyReply reply) {
            replies.add(reply);
        }
    };

    /** What another home makes of the write. */
    enum Fate {
        ACKS,
        FAILS,
        SILENT,
        UNREACHABLE
    }

    static Stream<Arguments> everyLevelAndFate() {
        List<Arguments> all = new ArrayList<>();
        for (int need = 1; need <= 3; need++) {
            for (Fate b : Fate.values()) {
                for (Fate c : Fate.values()) {
                    all.add(Arguments.of(need, b, c));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("everyLevelAndFate")
    void theAnswerIsWhatArithmeticSays(int need, Fate b, Fate c) {
        Set<NodeId> reachable = new LinkedHashSet<>();
        if (b != Fate.UNREACHABLE) {
            reachable.add(B);
        }
        if (c != Fate.UNREACHABLE) {
            reachable.add(C);
        }
        WriteCoordinator coordinator = coordinator(need, reachable);
        coordinator.start(0);
        assertThat(sent).containsExactlyElementsOf(reachable);
        answer(coordinator, B, b);
        answer(coordinator, C, c);
        int acked = 1 + count(Fate.ACKS, b, c);
        int silent = count(Fate.SILENT, b, c);
        if (acked >= need) {
            KeyReply.WriteDone done = (KeyReply.WriteDone) only();
            assertThat(done.reached().need()).isEqualTo(need);
            assertThat(done.reached().acked()).isEqualTo(done.reached().homes()).isBetween(need, acked);
            return;
        }
        if (acked + silent < need) {
            KeyReply.Refused refused = (KeyReply.Refused) only();
            assertThat(refused.code()).as("at once, not at the deadline").isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
            assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
            return;
        }
        assertThat(replies).isEmpty();
        coordinator.tick(DEADLINE - 1, reachable);
        assertThat(replies).isEmpty();
        coordinator.tick(DEADLINE, reachable);
        KeyReply.Refused refused = (KeyReply.Refused) only();
        assertThat(coordinator.tick(DEADLINE + WriteCoordinator.GO_ON_NANOS - 1, reachable))
                .as("the write goes on")
                .isFalse();
        assertThat(coordinator.tick(DEADLINE + WriteCoordinator.GO_ON_NANOS, reachable))
                .isTrue();
        only();
        assertThat(refused.code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(refused.acked()).isEqualTo(acked);
        assertThat(refused.need()).isEqualTo(need);
    }

    @Test
    void theLocalWriteAloneIsEnoughForOne() {
        WriteCoordinator coordinator = coordinator(1, Set.of(B, C));
        coordinator.start(0);
        assertThat(only()).isInstanceOf(KeyReply.WriteDone.class);
        assertThat(sent).containsExactly(B, C);
    }

    @Test
    void acksAfterTheAnswerStillBringTheWriteEverywhereAndAnswerNothingMore() {
        WriteCoordinator coordinator = coordinator(2, Set.of(B, C));
        coordinator.start(0);
        coordinator.answered(B, Status.OK, 1);
        assertThat(coordinator.tick(2, Set.of(B, C)))
                .as("one home is still without it")
                .isFalse();
        assertThat(coordinator.tick(RESEND, Set.of(B, C))).isFalse();
        assertThat(sent).containsExactly(B, C, C);
        coordinator.answered(C, Status.OK, RESEND + 1);
        assertThat(coordinator.tick(RESEND + 2, Set.of(B, C))).isTrue();
        assertThat(replies).hasSize(1);
    }

    @Test
    void aHomeWithoutAnswerIsSentToAgainAndNotTooSoon() {
        WriteCoordinator coordinator = coordinator(3, Set.of(B, C));
        coordinator.start(0);
        coordinator.tick(RESEND - 1, Set.of(B, C));
        assertThat(sent).containsExactly(B, C);
        coordinator.answered(B, Status.OK, RESEND - 1);
        coordinator.tick(RESEND, Set.of(B, C));
        assertThat(sent).containsExactly(B, C, C);
        coordinator.tick(2 * RESEND - 1, Set.of(B, C));
        assertThat(sent).hasSize(3);
        coordinator.tick(2 * RESEND, Set.of(B));
        assertThat(sent).as("nothing goes to a home that is down").hasSize(3);
    }

    /** Writes that two homes acknowledge after so long each, one after another; returns how often they were sent again. */
    private int repetitions(int writes, long answersAfter) {
        int repeated = 0;
        for (int i = 0; i < writes; i++) {
            sent.clear();
            WriteCoordinator coordinator = coordinator(3, Set.of(B, C));
            coordinator.start(0);
            for (long now = TICK; now < answersAfter; now += TICK) {
                coordinator.tick(now, Set.of(B, C));
            }
            coordinator.answered(B, Status.OK, answersAfter);
            coordinator.answered(C, Status.OK, answersAfter);
            repeated += sent.size() - 2;
        }
        return repeated;
    }

    @Test
    void homesWhoseAnswersBeginToTakeLongAreSoonLeftTheTime() {
        assertThat(repetitions(50, RESEND / 20)).isZero();
        assertThat(repetitions(200, 2 * RESEND - 3 * TICK)).isLessThanOrEqualTo(8);
        assertThat(repetitions(200, 2 * RESEND - 3 * TICK)).isZero();
    }

    @Test
    void aHomeThatWasAwayMeanwhileIsNotMeasured() {
        WriteCoordinator coordinator = coordinator(3, Set.of(B, C));
        coordinator.start(0);
        coordinator.tick(TICK, Set.of(C));
        coordinator.answered(B, Status.OK, 2 * RESEND);
        assertThat(resends.after(B, DEADLINE)).isEqualTo(RESEND);
        coordinator.answered(C, Status.OK, RESEND - TICK);
        assertThat(resends.after(C, DEADLINE)).isGreaterThan(RESEND);
    }

    @Test
    void aHomeToWhichNothingWentOutAtFirstIsNotMeasured() {
        takesIn = false;
        WriteCoordinator coordinator = coordinator(3, Set.of(B, C));
        coordinator.start(0);
        takesIn = true;
        coordinator.tick(RESEND, Set.of(B, C));
        assertThat(sent).containsExactly(B, C, B, C);
        coordinator.answered(B, Status.OK, RESEND + TICK);
        assertThat(resends.after(B, DEADLINE)).isEqualTo(RESEND);
    }

    @Test
    void aHomeThatComesBackIsSentToAtOnce() {
        WriteCoordinator coordinator = coordinator(2, Set.of(B));
        coordinator.start(0);
        assertThat(sent).containsExactly(B);
        coordinator.tick(1, Set.of(B, C));
        assertThat(sent).containsExactly(B, C);
        coordinator.answered(C, Status.OK, 2);
        assertThat(only()).isInstanceOf(KeyReply.WriteDone.class);
    }

    @Test
    void oneHomeCountsOnceHoweverOftenItAnswers() {
        WriteCoordinator coordinator = coordinator(3, Set.of(B, C));
        coordinator.start(0);
        coordinator.answered(B, Status.OK, 1);
        coordinator.answered(B, Status.OK, 2);
        coordinator.answered(NodeId.of("stranger"), Status.OK, 2);
        assertThat(replies).isEmpty();
        coordinator.answered(B, Status.FAILED, 3);
        assertThat(replies).as("what is durable stays so").isEmpty();
        coordinator.answered(C, Status.OK, 4);
        assertThat(only()).isInstanceOf(KeyReply.WriteDone.class);
    }

    @Test
    void whatComesFromAHomeAfterItLostItsDiskMayBeOfTheOldOneAndDoesNotCount() {
        WriteCoordinator coordinator = coordinator(3, Set.of(B, C));
        coordinator.start(0);
        coordinator.lost(B, 1);
        KeyReply.Refused refused = (KeyReply.Refused) only();
        assertThat(refused.code()).as("two are left").isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
        assertThat(refused.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);

        replies.clear();
        WriteCoordinator another = coordinator(2, Set.of(B, C));
        another.start(0);
        another.lost(B, 1);
        another.answered(B, Status.OK, 2);
        assertThat(replies).as("held up on its way, as far as anybody can tell").isEmpty();
        another.answered(C, Status.OK, 3);
        assertThat(((KeyReply.WriteDone) only()).reached().acked()).isEqualTo(2);
    }

    @Test
    void theAnswerSaysWhatBecameOfEveryHome() {
        WriteCoordinator coordinator = coordinator(2, Set.of(B));
        coordinator.start(5_000);
        coordinator.answered(B, Status.DISK_FULL, 9_000);
        KeyReply.Refused refused = (KeyReply.Refused) only();
        assertThat(refused.replicas())
                .extracting(r -> r.node() + " " + r.result())
                .containsExactly("a acked", "b error", "c unreachable");
        assertThat(refused.replicas().get(1).micros()).isEqualTo(9);
    }

    private WriteCoordinator coordinator(int need, Set<NodeId> reachable) {
        CausalContext context = CausalContext.EMPTY.with(dot("a", 3, 1, 1));
        return new WriteCoordinator(
                A,
                HOMES,
                reachable,
                List::of,
                need,
                new WriteCoordinator.Written(context, 1, 42),
                0,
                DEADLINE,
                resends,
                port);
    }

    private static void answer(WriteCoordinator coordinator, NodeId home, Fate fate) {
        if (fate == Fate.ACKS) {
            coordinator.answered(home, Status.OK, 1000);
        } else if (fate == Fate.FAILS) {
            coordinator.answered(home, Status.FAILED, 1000);
        }
    }

    private static int count(Fate fate, Fate b, Fate c) {
        return (b == fate ? 1 : 0) + (c == fate ? 1 : 0);
    }

    private KeyReply only() {
        assertThat(replies).hasSize(1);
        return replies.get(0);
    }
}
