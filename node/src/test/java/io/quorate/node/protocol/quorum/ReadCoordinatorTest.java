package io.quorate.node.protocol.quorum;

import static io.quorate.node.fixture.TestKeys.dot;
import static io.quorate.node.fixture.TestKeys.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadCoordinatorTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final NodeId C = NodeId.of("c");
    private static final Dot OLD = dot("a", 3, 1, 1);
    private static final Dot NEW = dot("b", 3, 1, 1);

    private final Homes homes = new Homes();

    private static KeyState holding(Dot... dots) {
        CausalContext context = CausalContext.EMPTY;
        List<io.quorate.ring.version.Version> versions = new ArrayList<>();
        for (Dot dot : dots) {
            context = context.with(dot);
            versions.add(version(dot, dot.toText()));
        }
        return KeyState.of(versions, context);
    }

    /** NEW over OLD. */
    private static KeyState overwritten() {
        return KeyState.of(
                List.of(version(NEW, "new")), CausalContext.EMPTY.with(OLD).with(NEW));
    }

    private static KeyState deleted() {
        return KeyState.of(List.of(), CausalContext.EMPTY.with(OLD));
    }

    private void all(KeyState state) {
        List.of(A, B, C).forEach(home -> homes.states.put(home, state));
    }

    static Stream<Arguments> everyLevelAndFate() {
        List<Arguments> all = new ArrayList<>();
        List<String> fates = List.of("answers", "fails", "is silent");
        for (int need = 1; need <= 3; need++) {
            for (String a : fates) {
                for (String b : fates) {
                    for (String c : fates) {
                        all.add(Arguments.of(need, a, b, c));
                    }
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("everyLevelAndFate")
    void theAnswerIsWhatArithmeticSays(int need, String a, String b, String c) {
        all(holding(OLD));
        Map<NodeId, String> fates = Map.of(A, a, B, b, C, c);
        fates.forEach((home, fate) -> {
            if (fate.equals("fails")) {
                homes.statuses.put(home, Status.FAILED);
            } else if (fate.equals("is silent")) {
                homes.silent.add(home);
            }
        });
        homes.read(List.of(A, B, C), need, ReadRepair.BLOCKING);
        for (long now = Homes.SPARE; now < Homes.DEADLINE; now += Homes.SPARE) {
            homes.tick(now);
        }
        long answering = fates.values().stream().filter("answers"::equals).count();
        long failing = fates.values().stream().filter("fails"::equals).count();
        if (answering >= need) {
            assertThat(homes.done().state()).isEqualTo(holding(OLD));
        } else if (3 - failing < need) {
            KeyReply.Refused refused = (KeyReply.Refused) homes.only();
            assertThat(refused.code()).isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
            assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        } else {
            assertThat(homes.replies).isEmpty();
            homes.tick(Homes.DEADLINE);
            KeyReply.Refused refused = (KeyReply.Refused) homes.only();
            assertThat(refused.code()).isEqualTo(ErrorCode.TIMEOUT);
            assertThat(refused.acked()).isEqualTo((int) answering);
        }
    }

    @Test
    void equalDigestsNeedNoFurtherMessage() {
        all(holding(OLD, NEW));
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.log).containsExactly("ask a STATE", "ask b DIGEST", "reply");
        assertThat(homes.done().reached().repaired()).isZero();
        assertThat(homes.done().reached().acked()).isEqualTo(2);
    }

    @Test
    @Tag("C5")
    void statesThatAreOnlyStrippedDifferentlyAreNoDifference() {
        homes.states.put(A, holding(OLD));
        homes.states.put(
                B,
                KeyState.of(
                        holding(OLD).versions(), CausalContext.EMPTY.with(OLD).with(NEW)));
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.log).containsExactly("ask a STATE", "ask b DIGEST", "reply");
    }

    @Test
    void aStaleHomeIsRepairedBeforeTheReplyAndAnUnaskedOneStaysAsItIs() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, overwritten());
        homes.states.put(C, holding(OLD));
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.log)
                .containsExactly("ask a STATE", "ask b DIGEST", "ask a PROVED", "ask b PROVED", "repair a", "reply");
        assertThat(homes.done().state().dots()).containsExactly(NEW);
        assertThat(homes.done().reached().repaired()).isEqualTo(1);
        assertThat(homes.states.get(A)).isEqualTo(overwritten());
        assertThat(homes.states.get(C)).isEqualTo(holding(OLD));
    }

    @Test
    void aHomeThatMissedADeleteIsRepairedAndNotTheOthers() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, deleted());
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.done().state().versions()).isEmpty();
        assertThat(homes.log).contains("repair a").doesNotContain("repair b");
        assertThat(homes.states.get(A))
                .extracting(KeyState::versions)
                .isEqualTo(deleted().versions());
    }

    @Test
    void aHomeThatNeverKnewADeletedVersionIsToldOfTheDelete() {
        homes.states.put(A, deleted());
        homes.states.put(B, KeyState.EMPTY);
        homes.states.put(C, holding(OLD));
        homes.read(List.of(A, B, C), 3, ReadRepair.BLOCKING);
        assertThat(homes.done().state().versions()).isEmpty();
        assertThat(homes.log).contains("repair b", "repair c").doesNotContain("repair a");
        assertThat(homes.done().reached().repaired()).isEqualTo(2);
        assertThat(homes.states.get(B))
                .isNotNull()
                .matches(state -> state.context().covers(OLD));
    }

    @Test
    void notFoundAtOneHomeAndAValueAtTwoGivesTheValue() {
        all(holding(OLD));
        homes.states.put(A, KeyState.EMPTY);
        homes.read(List.of(A, B, C), 3, ReadRepair.BLOCKING);
        assertThat(homes.done().state().dots()).containsExactly(OLD);
        assertThat(homes.states.get(A).dots()).containsExactly(OLD);
    }

    @Test
    void concurrentWritesAreBothReturnedAndBothHomesGetTheOther() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, holding(NEW));
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.done().state().dots()).containsExactly(OLD, NEW);
        assertThat(homes.log).contains("repair a", "repair b");
        assertThat(homes.done().reached().repaired()).isEqualTo(2);
    }

    @Test
    void whenARepairIsLostAnotherHomeTakesItsPlace() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, overwritten());
        homes.states.put(C, holding(OLD));
        homes.losesRepairs.add(A);
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.replies).as("one home holds it, and two must").isEmpty();
        homes.tick(Homes.SPARE);
        assertThat(homes.log).contains("ask c PROVED", "repair c");
        assertThat(homes.done().state().dots()).containsExactly(NEW);
        assertThat(homes.states.get(C)).isEqualTo(overwritten());
    }

    @Test
    @Tag("V2")
    void aRepairThatIsLostEverywhereEndsInATimeoutAndNotInAnAnswer() {
        homes.states.put(A, overwritten());
        homes.states.put(B, holding(OLD));
        homes.states.put(C, holding(OLD));
        homes.losesRepairs.addAll(List.of(B, C));
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        for (long now = Homes.RESEND; now <= Homes.DEADLINE; now += Homes.RESEND) {
            homes.tick(now);
        }
        assertThat(homes.only())
                .isInstanceOfSatisfying(
                        KeyReply.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(homes.log.stream().filter("repair b"::equals))
                .as("it was tried again")
                .hasSizeGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @Tag("V2")
    void whatAQuorumReadHasShownEveryLaterQuorumReadShows(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 300; run++) {
            List<NodeId> order = new ArrayList<>(List.of(A, B, C));
            List<KeyState> choices =
                    List.of(KeyState.EMPTY, holding(OLD), overwritten(), deleted(), holding(NEW), holding(OLD, NEW));
            order.forEach(home -> homes.states.put(home, choices.get(random.nextInt(choices.size()))));
            java.util.Collections.shuffle(order, random);
            homes.losesRepairs.clear();
            if (random.nextBoolean()) {
                homes.losesRepairs.add(order.get(random.nextInt(3)));
            }
            homes.read(order, 2, ReadRepair.BLOCKING);
            homes.tick(Homes.SPARE);
            homes.tick(2 * Homes.SPARE);
            if (homes.replies.isEmpty()) {
                continue;
            }
            List<Dot> shown = homes.done().state().dots();
            homes.losesRepairs.clear();
            java.util.Collections.shuffle(order, random);
            homes.read(order, 2, ReadRepair.BLOCKING);
            KeyState later = homes.done().state();
            for (Dot dot : shown) {
                assertThat(later.has(dot) || later.context().covers(dot))
                        .as("%s was shown, then %s", dot, later)
                        .isTrue();
            }
        }
    }

    @Test
    void aWriteThatReachedOneHomeIsOnAQuorumOnceAQuorumReadHasShownIt() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, overwritten());
        homes.states.put(C, holding(OLD));
        homes.read(List.of(B, C, A), 2, ReadRepair.BLOCKING);
        assertThat(homes.done().state().dots()).containsExactly(NEW);
        assertThat(homes.states.values().stream().filter(state -> state.has(NEW)))
                .hasSize(2);
        homes.read(List.of(A, C, B), 2, ReadRepair.BLOCKING);
        assertThat(homes.done().state().dots()).containsExactly(NEW);
    }

    @Test
    void withoutRepairTheMergedStateIsReturnedAndNothingIsWritten() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, holding(NEW));
        homes.read(List.of(A, B, C), 2, ReadRepair.NONE);
        assertThat(homes.done().state().dots()).containsExactly(OLD, NEW);
        assertThat(homes.log).noneMatch(line -> line.startsWith("repair"));
    }

    @Test
    void withRepairInTheBackgroundTheReplyComesFirst() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, overwritten());
        homes.read(List.of(A, B, C), 2, ReadRepair.ASYNC);
        assertThat(homes.log.indexOf("reply"))
                .isLessThan(homes.log.indexOf("repair a"))
                .isPositive();
        assertThat(homes.states.get(A)).isEqualTo(overwritten());
        assertThat(homes.done().reached().repaired()).isZero();
    }

    @Test
    void aLevelBelowAQuorumDoesNotWaitForRepairs() {
        homes.states.put(A, holding(OLD));
        homes.statuses.put(A, Status.CORRUPT);
        homes.states.put(B, holding(NEW));
        homes.read(List.of(A, B, C), 1, ReadRepair.BLOCKING);
        assertThat(homes.done().state().dots()).containsExactly(NEW);
        assertThat(homes.log).containsExactly("ask a STATE", "ask b STATE", "reply");
    }

    @Test
    void aDamagedHomeIsReplacedAndNamed() {
        all(holding(OLD));
        homes.statuses.put(A, Status.CORRUPT);
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.done().state().dots()).containsExactly(OLD);
        assertThat(homes.running().damaged()).containsExactly(A);
        assertThat(homes.log).contains("ask c STATE");
    }

    @Test
    @Tag("C9")
    void aHomeThatCannotProveItsAbsenceDropsNothing() {
        // Without its record b says "none" to a question for a digest, and "damaged" when it must prove it.
        homes.states.put(A, holding(OLD));
        homes.states.put(C, holding(OLD));
        homes.states.put(B, KeyState.EMPTY);
        homes.silent.add(B);
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        homes.running().answered(B, Status.OK, Want.DIGEST, KeyState.EMPTY.digest(), null, 1);
        homes.deliver();
        homes.running().answered(B, Status.OK, Want.STATE, KeyState.EMPTY.digest(), KeyState.EMPTY, 2);
        assertThat(homes.replies)
                .as("a state that was not asked to be proved is no proof")
                .isEmpty();
        homes.running().answered(B, Status.CORRUPT, Want.PROVED, 0, null, 3);
        homes.deliver();
        assertThat(homes.done().state().dots()).containsExactly(OLD);
        assertThat(homes.running().damaged()).containsExactly(B);
    }

    @Test
    @Tag("C9")
    void aHomeThatWasAskedForSpeedAndAnswersAfterOthersDifferedIsAskedForItsProof() {
        homes.states.put(A, holding(OLD));
        homes.states.put(B, holding(OLD, NEW));
        homes.states.put(C, holding(OLD));
        homes.silent.addAll(List.of(B, C));
        homes.hedging = new ReadCoordinator.Hedging(1, 3);
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        homes.tick(2);
        assertThat(homes.log).contains("ask c DIGEST");
        homes.silent.clear();
        homes.statuses.put(B, Status.CORRUPT);
        homes.running().answered(B, Status.OK, Want.DIGEST, holding(OLD, NEW).digest(), KeyState.EMPTY, 3);
        homes.deliver();
        homes.running().answered(C, Status.OK, Want.DIGEST, holding(OLD).digest(), KeyState.EMPTY, 4);
        homes.deliver();
        assertThat(homes.log).contains("ask c PROVED");
        assertThat(homes.done().state().dots()).containsExactly(OLD);
    }

    @Test
    void damagedHomesOnAllSidesAreAnErrorAndNeverNotFound() {
        List.of(A, B, C).forEach(home -> homes.statuses.put(home, Status.CORRUPT));
        homes.read(List.of(A, B, C), 1, ReadRepair.BLOCKING);
        KeyReply.Refused refused = (KeyReply.Refused) homes.only();
        assertThat(refused.code()).isEqualTo(ErrorCode.LEVEL_NOT_REACHED);
        assertThat(refused.detail()).contains("a has a damaged record");
    }

    @Test
    void aSilentHomeThatOwedTheStateIsReplacedByOneThatGivesIt() {
        all(holding(OLD));
        homes.silent.add(A);
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        assertThat(homes.replies).isEmpty();
        homes.tick(Homes.SPARE - 1);
        assertThat(homes.log).doesNotContain("ask c STATE");
        homes.tick(Homes.SPARE);
        assertThat(homes.log).contains("ask c STATE");
        assertThat(homes.done().state().dots()).containsExactly(OLD);
    }

    @Test
    void aQuestionWithoutAnswerIsRepeated() {
        all(holding(OLD));
        homes.silent.add(B);
        homes.read(List.of(A, B), 2, ReadRepair.BLOCKING);
        homes.silent.clear();
        homes.tick(Homes.RESEND - 1);
        assertThat(homes.replies).isEmpty();
        homes.tick(Homes.RESEND);
        assertThat(homes.log).containsExactly("ask a STATE", "ask b DIGEST", "ask b DIGEST", "reply");
    }

    @Test
    void nothingIsAnsweredTwice() {
        all(holding(OLD));
        homes.read(List.of(A, B, C), 2, ReadRepair.BLOCKING);
        homes.running().answered(C, Status.OK, Want.STATE, 0, KeyState.EMPTY, 5);
        homes.running().answered(A, Status.FAILED, Want.STATE, 0, null, 5);
        homes.tick(Homes.DEADLINE);
        assertThat(homes.replies).hasSize(1);
    }
}
