package io.quorate.ring.version;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the container of a key adds where the last writer wins: a winner, and times that outlive versions. */
@Tag("V6")
class LastWriterTest {
    private static final VersionRules RULES = VersionRules.STANDARD;
    private static final WallTime NOW = new WallTime(1000, 1000, 60_000);

    private static Dot dot(String node, long counter) {
        return new Dot(new ActorId(NodeId.of(node), 7, 1), counter);
    }

    private static Version version(Dot dot, long stamp) {
        return new Version(dot, Bytes.ofUtf8(dot.toText()), "t", 0, Bytes.ofUtf8("r"), new HybridTime(stamp));
    }

    private static Dot winner(Version... versions) {
        return Objects.requireNonNull(
                        KeyState.of(List.of(versions), CausalContext.EMPTY).winner())
                .dot();
    }

    @Test
    void theHighestStampWinsAndOfEqualOnesTheHigherDot() {
        assertThat(winner(version(dot("n1", 1), 5), version(dot("n2", 1), 4))).isEqualTo(dot("n1", 1));
        assertThat(winner(version(dot("n1", 1), 5), version(dot("n2", 1), 5))).isEqualTo(dot("n2", 1));
        assertThat(winner(version(dot("n2", 1), 5), version(dot("n1", 1), 5))).isEqualTo(dot("n2", 1));
    }

    @Test
    void aVersionWithoutAStampIsTheOldest() {
        assertThat(winner(version(dot("n9", 9), 0), version(dot("n1", 1), 1))).isEqualTo(dot("n1", 1));
    }

    @Test
    void mergingKeepsLosersUntilAContextCoversThem() {
        KeyState a = KeyState.of(List.of(version(dot("n1", 1), 5)), CausalContext.EMPTY);
        KeyState b = KeyState.of(List.of(version(dot("n2", 1), 6)), CausalContext.EMPTY);
        KeyState merged = RULES.merge(a, b);
        assertThat(merged.versions()).hasSize(2);
        assertThat(merged.decided().dots()).containsExactly(dot("n2", 1));
    }

    @Test
    void aWriteGoesOverAllThatItsCoordinatorKnowsOfTheKey() {
        Version loser = version(dot("n1", 4), 5);
        Version winner = version(dot("n2", 1), 900);
        CausalContext known =
                CausalContext.of(VersionVector.EMPTY.with(dot("n1", 1).actor(), 3));
        KeyState local = KeyState.of(List.of(loser, winner), known);
        HybridTime stamp = RULES.stamp(new HybridClock(HybridTime.NONE), CausalContext.EMPTY, local, NOW);
        CausalContext over = RULES.overruled(CausalContext.EMPTY, local, stamp);
        assertThat(stamp).isGreaterThan(winner.stamp()).isEqualTo(over.time());
        assertThat(List.of(loser.dot(), winner.dot(), dot("n1", 2))).allMatch(over::covers);
    }

    @Test
    void aStampExceedsTheTimeOfTheWritersContextThoughNothingIsHeldHere() {
        CausalContext seen = CausalContext.EMPTY.atLeast(HybridTime.ofMillis(30_000));
        assertThat(RULES.stamp(new HybridClock(HybridTime.NONE), seen, KeyState.EMPTY, NOW))
                .isEqualTo(seen.time().next());
    }

    @Test
    void aKeyWithoutVersionsNeedNotKeepATimeThatItsClockKeeps() {
        PartitionClock clock = new PartitionClock();
        clock.add(dot("n1", 1));
        KeyState gone =
                KeyState.of(List.of(), CausalContext.EMPTY.with(dot("n1", 1)).atLeast(new HybridTime(9)));
        assertThat(RULES.strip(gone, clock).context().time()).isEqualTo(new HybridTime(9));
        clock.raiseTime(new HybridTime(9));
        assertThat(RULES.strip(gone, clock)).isEqualTo(KeyState.EMPTY);
    }

    @Test
    void timesJoinToTheHigherAndCoverNothing() {
        CausalContext early = CausalContext.EMPTY.with(dot("n1", 1)).atLeast(new HybridTime(3));
        CausalContext late = CausalContext.EMPTY.atLeast(new HybridTime(8));
        assertThat(early.merge(late).time()).isEqualTo(new HybridTime(8));
        assertThat(late.merge(early)).isEqualTo(early.merge(late));
        assertThat(early.intersect(late).time()).isEqualTo(new HybridTime(8));
        assertThat(late.covers(dot("n1", 1))).isFalse();
        assertThat(early.covers(late)).isTrue();
        assertThat(late.isEmpty()).isFalse();
        assertThat(late.withoutTime()).isEqualTo(CausalContext.EMPTY);
    }
}
