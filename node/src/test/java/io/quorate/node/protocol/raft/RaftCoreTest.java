package io.quorate.node.protocol.raft;

import static io.quorate.node.protocol.raft.RaftRig.A;
import static io.quorate.node.protocol.raft.RaftRig.B;
import static io.quorate.node.protocol.raft.RaftRig.C;
import static io.quorate.node.protocol.raft.RaftRig.ELECTION;
import static io.quorate.node.protocol.raft.RaftRig.log;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RaftCoreTest {
    private static final NodeId D = NodeId.of("d");

    private RaftRig group = new RaftRig(A, B, C);

    @Test
    void aGroupElectsOneAndAppliesWhatItTakes() {
        group.run(3 * ELECTION);
        List<NodeId> leaders = group.members.keySet().stream()
                .filter(id -> group.core(id).role() == Role.LEADER)
                .toList();
        assertThat(leaders).hasSize(1);
        group.propose(leaders.get(0), "x", "y");
        group.run(ELECTION / 2);
        for (NodeId id : List.of(A, B, C)) {
            assertThat(group.applied(id)).containsExactly("x", "y");
            assertThat(group.core(id).leader()).isEqualTo(leaders.get(0));
        }
    }

    @Test
    void nothingIsCommittedBeforeItIsOnTheDiskOfAQuorum() {
        group = new RaftRig(A);
        group.elect(A);
        group.slowDisks();
        group.propose(A, "x");
        group.settle();
        assertThat(group.applied(A)).isEmpty();
        group.write(A);
        assertThat(group.applied(A)).containsExactly("x");
    }

    @Test
    void aVoteIsToldOnceItIsOnTheDisk() {
        group.slowDisks();
        group.step(B, A, new RaftMessage.Vote(1, 0, 0, false));
        assertThat(group.sent).isEmpty();
        group.write(A);
        assertThat(group.sent).containsExactly(new RaftRig.Sent(A, B, new RaftMessage.Voted(1, true)));
        group.sent.clear();
        group.step(C, A, new RaftMessage.Vote(1, 0, 0, false));
        assertThat(group.sent).containsExactly(new RaftRig.Sent(A, C, new RaftMessage.Voted(1, false)));
    }

    @Test
    void whoStandsHasItsTermOnTheDiskFirst() {
        group.slowDisks();
        group.lose(message -> message.is(RaftMessage.PreVote.class));
        group.run(2 * ELECTION, A);
        group.step(B, A, new RaftMessage.PreVoted(1, true));
        assertThat(group.core(A).role()).isEqualTo(Role.CANDIDATE);
        assertThat(group.sent).isEmpty();
        group.write(A);
        assertThat(group.sent)
                .extracting(RaftRig.Sent::message)
                .contains(new RaftMessage.Vote(1, 0, 0, false), new RaftMessage.Voted(1, true));
    }

    @Test
    void aNewerLogWinsOverALongerOne() {
        group.add(A, new HardState(5, null), log(1, 5), A, B, C);
        // Who has just started may have heard a leader just before, and helps nobody else into its place.
        group.step(B, A, new RaftMessage.Vote(6, 9, 5, false));
        assertThat(group.sent).isEmpty();
        group.now += ELECTION;
        group.step(B, A, new RaftMessage.Vote(6, 9, 4, false));
        group.step(C, A, new RaftMessage.Vote(6, 2, 5, false));
        assertThat(group.sent)
                .containsExactly(
                        new RaftRig.Sent(A, B, new RaftMessage.Voted(6, false)),
                        new RaftRig.Sent(A, C, new RaftMessage.Voted(6, true)));
    }

    private void append(long prevIndex, long prevTerm, Entry... entries) {
        group.step(B, A, new RaftMessage.Append(3, prevIndex, prevTerm, ImmutableList.copyOf(entries), 0, 7));
    }

    @Test
    void aLogIsCutWhereItDiffersAndNowhereElse() {
        group.add(A, new HardState(2, null), log(1, 1, 2, 2), A, B, C);
        List<Entry> entries = log(1, 1, 3);
        append(0, 0, entries.get(0), entries.get(1));
        assertThat(group.core(A).lastIndex())
                .as("what agrees stays, and what is behind it")
                .isEqualTo(4);
        assertThat(group.sent)
                .as("but nothing is said of what is behind it")
                .containsExactly(new RaftRig.Sent(A, B, new RaftMessage.Appended(3, 2, 7)));
        append(2, 1, entries.get(2));
        assertThat(group.core(A).lastIndex()).isEqualTo(3);
        assertThat(group.at(A).lost).containsExactly(new Ready.Position(3, 2), new Ready.Position(4, 2));
        append(0, 0, entries.get(0));
        assertThat(group.core(A).lastIndex()).as("a late message cuts nothing").isEqualTo(3);
    }

    @Test
    void logsThatPartLongAgoComeTogetherATermAtATime() {
        long[] theirs = new long[400];
        long[] ours = new long[400];
        for (int i = 0; i < 400; i++) {
            theirs[i] = i < 10 ? 1 : 2 + 2L * (i / 100);
            ours[i] = i < 10 ? 1 : 3 + 2L * (i / 100);
        }
        group.add(A, new HardState(10, null), log(ours), A, B);
        group.add(B, new HardState(10, null), log(theirs), A, B);
        long[] refusals = {0};
        group.lose(message -> {
            refusals[0] += message.is(RaftMessage.Refused.class) ? 1 : 0;
            return message.to().equals(C);
        });
        group.elect(A);
        group.run(ELECTION);
        assertThat(group.core(B).commit()).isEqualTo(401);
        assertThat(refusals[0]).isBetween(1L, 6L);
    }

    @Test
    void whatWasOverwrittenWhileItWasWrittenIsDurableOnlyWithItsLastWrite() {
        group.slowDisks();
        Entry first = log(1).get(0);
        Entry second = new Entry(1, 2, Entry.Kind.COMMAND, Bytes.ofUtf8("other"));
        group.step(B, A, new RaftMessage.Append(1, 0, 0, ImmutableList.of(first), 0, 0));
        group.step(C, A, new RaftMessage.Append(2, 0, 0, ImmutableList.of(second), 0, 0));
        group.step(B, A, new RaftMessage.Append(3, 0, 0, ImmutableList.of(first), 1, 0));
        group.write(A);
        assertThat(group.applied(A))
                .as("an earlier write of the same entry proves nothing")
                .isEmpty();
        group.write(A);
        assertThat(group.applied(A)).isEmpty();
        group.write(A);
        assertThat(group.applied(A)).containsExactly("e1t1");
    }

    @Test
    void whoWasCutOffUnseatsNobody() {
        group.elect(A);
        group.lose(message -> message.from().equals(C) || message.to().equals(C));
        group.run(20 * ELECTION);
        assertThat(group.core(C).term()).isEqualTo(1);
        group.lose(message -> false);
        group.run(3 * ELECTION);
        assertThat(group.core(A).role()).isEqualTo(Role.LEADER);
        assertThat(group.core(A).term()).isEqualTo(1);
    }

    @Test
    void aLeaderThatHearsNobodyStepsDown() {
        group.elect(A);
        group.lose(message -> message.to().equals(A));
        group.run(2 * ELECTION, A);
        assertThat(group.core(A).role()).isNotEqualTo(Role.LEADER);
        group.sent.clear();
        group.run(4 * ELECTION, B, C);
        assertThat(List.of(group.core(B).role(), group.core(C).role())).contains(Role.LEADER);
    }

    @Test
    void aLeaderThatWakesFromAPauseTellsNobodyThatItLeads() {
        group.elect(A);
        group.now += 2 * ELECTION;
        group.core(A).tick(group.now);
        group.carryOut(A);
        assertThat(group.sent).isEmpty();
        assertThat(group.core(A).role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void aLeaderKnowsSinceWhenItMayNotLead() {
        group.elect(A);
        group.run(ELECTION / 2);
        assertThat(group.core(A).ledNanosAgo(Long.MIN_VALUE, group.now)).isZero();
        assertThat(group.core(B).ledNanosAgo(Long.MIN_VALUE, group.now)).isEqualTo(Long.MAX_VALUE);
        group.lose(message -> message.to().equals(A));
        long lease = ELECTION * 3 / 4;
        for (int i = 0; i < 100 && group.core(A).ledNanosAgo(Long.MIN_VALUE, group.now) == 0; i++) {
            group.run(5 * RaftRig.MILLI, A);
        }
        assertThat(group.core(A).role()).isEqualTo(Role.LEADER);
        assertThat(group.core(A).ledNanosAgo(Long.MIN_VALUE, group.now)).isBetween(lease, lease + 5 * RaftRig.MILLI);
        assertThat(group.core(A).ledNanosAgo(group.now - 10, group.now)).isZero();
    }

    @Test
    void aLeaderWhoseDiskHangsStepsDown() {
        group.elect(A);
        group.slowDisks();
        group.propose(A, "x");
        group.run(ELECTION + 20 * RaftRig.MILLI);
        assertThat(group.core(A).role()).isNotEqualTo(Role.LEADER);
    }

    @Test
    void aReadWaitsForTheFirstCommitOfItsLeader() {
        group.lose(message -> message.is(RaftMessage.Appended.class));
        group.elect(A);
        group.core(A).read(1, group.now);
        group.carryOut(A);
        group.settle();
        assertThat(group.at(A).reads).isEmpty();
        group.lose(message -> false);
        group.run(ELECTION / 2);
        assertThat(group.at(A).reads).containsExactly(new Ready.Read(1, 1));
    }

    @Test
    void aReadIsConfirmedByAnswersToWhatWasAskedAfterIt() {
        group.elect(A);
        group.propose(A, "x");
        group.settle();
        long[] round = {0};
        group.lose(sent -> {
            if (sent.message() instanceof RaftMessage.Heartbeat heartbeat) {
                round[0] = heartbeat.round();
            }
            return sent.from().equals(A);
        });
        group.core(A).read(1, group.now);
        group.carryOut(A);
        // Answers to heartbeats of before.
        group.step(B, A, new RaftMessage.Alive(1, round[0] - 1));
        group.step(C, A, new RaftMessage.Alive(1, round[0] - 1));
        assertThat(group.at(A).reads).isEmpty();
        group.step(B, A, new RaftMessage.Alive(1, round[0]));
        assertThat(group.at(A).reads).containsExactly(new Ready.Read(1, 2));
    }

    @Test
    void aLeaderReadsByLeaseWhileAMajorityHasLatelyAnswered() {
        group.elect(A);
        assertThat(group.core(B).leasedIndex(group.now)).isEqualTo(-1);
        group.run(ELECTION / 2);
        assertThat(group.core(A).leasedIndex(group.now)).isEqualTo(1);
        group.lose(message -> message.to().equals(A));
        // From when it asked, not from when the answer came.
        group.run(ELECTION * 3 / 4 + 1);
        assertThat(group.core(A).leasedIndex(group.now)).isEqualTo(-1);
    }

    @Test
    void aLeaderThatHasAskedAnotherToStandReadsByLeaseNoMore() {
        group.elect(A);
        group.run(ELECTION / 2);
        group.lose(message -> message.is(RaftMessage.StandNow.class));
        assertThat(group.core(A).transfer(B, group.now)).isTrue();
        // The word may still arrive, however long after.
        group.run(ELECTION);
        assertThat(group.core(A).role()).isEqualTo(Role.LEADER);
        assertThat(group.core(A).leasedIndex(group.now)).isEqualTo(-1);
    }

    @Test
    void aFollowerAsksTheLeaderForItsReads() {
        group.elect(A);
        group.propose(A, "x");
        group.run(ELECTION / 2);
        group.core(B).read(5, group.now);
        group.carryOut(B);
        group.settle();
        assertThat(group.at(B).reads).containsExactly(new Ready.Read(5, 2));
    }

    @Test
    void aLeaderHandsOverToWhoHasAllOfTheLog() {
        group.elect(A);
        group.propose(A, "x");
        group.settle();
        assertThat(group.core(A).transfer(B, group.now)).isTrue();
        assertThat(group.core(A).propose(List.of(Bytes.ofUtf8("y")), group.now)).isNull();
        group.carryOut(A);
        group.settle();
        assertThat(group.core(B).role()).isEqualTo(Role.LEADER);
        assertThat(group.core(A).role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void whatDoesNotComeAboutInTimeIsGivenUp() {
        group.elect(A);
        group.lose(message -> message.is(RaftMessage.StandNow.class));
        assertThat(group.core(A).transfer(B, group.now)).isTrue();
        assertThat(group.core(A).transfer(D, group.now)).as("no member").isFalse();
        group.run(ELECTION + 10 * RaftRig.MILLI);
        group.propose(A, "y");
        group.settle();
        assertThat(group.applied(A)).containsExactly("y");
    }

    @Test
    void aGroupMovesToOtherMembersWithoutAMomentOfTwoQuorums() {
        group.add(D, HardState.NONE, List.of(), A, B, C);
        group.lose(message -> message.from().equals(D) && group.core(D).role() != Role.FOLLOWER);
        group.elect(A);
        assertThat(group.core(A).change(Set.of(B, C, D), Set.of(), group.now))
                .as("it has nothing of the log")
                .isNull();
        assertThat(group.core(A).change(Set.of(A, B, C), Set.of(D), group.now)).isNotNull();
        group.carryOut(A);
        group.run(ELECTION, A, B, C);
        assertThat(group.core(A).change(Set.of(B, C, D), Set.of(), group.now)).isNotNull();
        group.carryOut(A);
        assertThat(group.core(A).configuration().isJoint()).isTrue();
        group.run(3 * ELECTION);
        assertThat(group.core(A).role()).as("it has gone").isNotEqualTo(Role.LEADER);
        assertThat(group.core(B).configuration()).isEqualTo(Configuration.of(List.of(B, C, D)));
    }

    @Test
    void whoWasAwayWhileWhatItWasSentWentFromTheLogIsSentAState() {
        group.elect(A);
        group.propose(A, "x");
        group.settle();
        group.lose(message -> message.to().equals(C) || message.from().equals(C));
        group.propose(A, "y");
        group.propose(A, "z");
        group.settle();
        group.core(A).compact(4);
        group.lose(message -> false);
        group.run(ELECTION / 2, A, B);
        assertThat(group.at(A).needState).containsExactly(C);
        // The state is said to have been sent, and has not come: it is found out again.
        group.core(A).stateSent(C, group.now);
        group.carryOut(A);
        group.settle();
        assertThat(group.at(A).needState).containsExactly(C, C);
    }

    @Test
    void aProbeThatIsLostIsRepeatedThoughNothingIsProposed() {
        group.lose(message -> message.to().equals(C) || message.from().equals(C));
        group.elect(A);
        group.propose(A, "x");
        group.run(ELECTION / 2, A, B);
        group.core(A).stateSent(C, group.now);
        group.lose(message -> message.is(RaftMessage.Append.class));
        group.run(ELECTION / 2);
        group.lose(message -> false);
        group.run(ELECTION / 2);
        assertThat(group.applied(C)).containsExactly("x");
    }

    @Test
    void whoLacksWhatNoLogHasAnyMoreIsSentAState() {
        group.lose(message -> message.to().equals(C) || message.from().equals(C));
        group.elect(A);
        group.propose(A, "x", "y", "z");
        group.run(ELECTION / 2, A, B);
        group.core(A).compact(3);
        group.lose(message -> false);
        group.run(ELECTION / 2, A, B);
        Base base = group.core(A).baseAt(4);
        assertThat(group.core(C).offered(A, 1, base, group.now)).isTrue();
        group.core(C).installed(A, base, group.now);
        group.carryOut(C);
        group.settle();
        group.propose(A, "w");
        group.run(ELECTION / 2, A, B, C);
        assertThat(group.applied(C)).containsExactly("w");
        assertThat(group.core(C).offered(A, 1, base, group.now))
                .as("it has more")
                .isFalse();
    }

    @Test
    void whatOneHasForgottenCountsNoMoreAndAnEntryIsMadeAfterIt() {
        group.elect(A);
        group.propose(A, "x");
        group.settle();
        assertThat(standing(B).match()).isEqualTo(2);
        assertThat(group.core(B).forgotten(A, group.now))
                .as("by who does not lead")
                .isNull();
        assertThat(group.core(A).forgotten(D, group.now)).as("of a stranger").isNull();
        group.lose(message -> message.to().equals(B) || message.to().equals(C));
        assertThat(group.core(A).forgotten(B, group.now)).isEqualTo(new Ready.Position(3, 1));
        assertThat(standing(B).match()).isZero();
        // What it said before comes late, and says nothing of the new entry.
        group.step(B, A, new RaftMessage.Appended(1, 2, 0));
        assertThat(group.core(A).commit()).isEqualTo(2);
        group.step(C, A, new RaftMessage.Appended(1, 3, 0));
        assertThat(group.core(A).commit()).isEqualTo(3);
    }

    private RaftCore.Standing standing(NodeId node) {
        return Objects.requireNonNull(group.core(A).standingOf(node));
    }

    @Test
    void noTermBeforeThatOfTheStateIsGoneBackTo() {
        Configuration members = Configuration.of(List.of(A, B, C));
        RaftCore core = new RaftCore(
                A,
                new Base(0, 0, members),
                HardState.NONE,
                List.of(),
                new Base(7, 5, members),
                RaftSettings.DEFAULT,
                RaftRules.STANDARD,
                new Random(1),
                0);
        assertThat(core.term()).isEqualTo(5);
        core.step(B, new RaftMessage.Append(4, 3, 3, ImmutableList.of(), 3, 1), 0);
        Ready ready = core.takeReady();
        assertThat(ready.messages()).extracting(Ready.Outgoing::message).containsExactly(new RaftMessage.Alive(5, 0));
        assertThat(ready.write())
                .isEqualTo(new Ready.Write(1, new HardState(5, null), new Base(7, 5, members), ImmutableList.of()));
    }
}
