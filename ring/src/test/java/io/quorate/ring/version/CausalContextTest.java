package io.quorate.ring.version;

import static io.quorate.ring.version.Dots.dot;
import static io.quorate.ring.version.Dots.setOf;
import static io.quorate.ring.version.Dots.union;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalContextTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aContextBehavesAsTheSetOfItsDots(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            CausalContext a = Dots.randomContext(random);
            CausalContext b = Dots.randomContext(random);
            Set<Dot> inA = setOf(a);
            Set<Dot> inB = setOf(b);
            for (Dot dot : Dots.universe()) {
                assertThat(a.covers(dot)).as("%s covers %s", a, dot).isEqualTo(inA.contains(dot));
            }
            assertThat(a.covers(b)).as("%s covers %s", a, b).isEqualTo(inA.containsAll(inB));
            assertThat(setOf(a.merge(b))).isEqualTo(union(inA, inB));
            assertThat(a.merge(b)).isEqualTo(b.merge(a)).hasSameHashCodeAs(b.merge(a));
            assertThat(a.equals(b)).as("%s equals %s", a, b).isEqualTo(inA.equals(inB));
            Dot added = Dots.randomDot(random);
            assertThat(setOf(a.with(added))).isEqualTo(union(inA, Set.of(added)));
            assertThat(setOf(a)).as("the old context is untouched").isEqualTo(inA);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    @Tag("C5")
    void whatIsStrippedByABaseIsFilledByTheSameBaseAgain(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            CausalContext context = Dots.randomContext(random);
            VersionVector base = Dots.randomVector(random);
            CausalContext stripped = context.strip(base);
            assertThat(setOf(stripped.fill(base))).isEqualTo(union(setOf(context), setOf(base)));
            assertThat(setOf(context)).containsAll(setOf(stripped));
            assertThat(stripped.isEmpty()).isEqualTo(setOf(base).containsAll(setOf(context)));
            assertThat(stripped.strip(base)).isEqualTo(stripped);
            assertThat(context.fill(base).strip(base).fill(base)).isEqualTo(context.fill(base));
        }
    }

    /** Every short cut against the general rule: gather all entries and all dots, and make the context anew. */
    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void contextsOfManyActorsAndDotsMergeFillAndGrowAsIfMadeAnew(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 1000; round++) {
            CausalContext a = wide(random);
            CausalContext b = round % 5 == 0 ? a.strip(wide(random).vector()) : wide(random);
            assertThat(a.merge(b)).isEqualTo(anew(a, b));
            CausalContext base = CausalContext.of(b.vector());
            assertThat(a.fill(b.vector())).isEqualTo(anew(a, base));
            Dot dot = wideDot(random);
            assertThat(a.with(dot)).isEqualTo(anew(a, CausalContext.of(VersionVector.EMPTY, List.of(dot))));
            for (Dot each : b.dots()) {
                assertThat(a.covers(each))
                        .isEqualTo(a.dots().contains(each)
                                || each.counter() <= a.vector().get(each.actor()));
            }
            assertThat(a.merge(b).covers(a)).isTrue();
            assertThat(a.covers(b)).isEqualTo(anew(a, b).equals(a));
        }
    }

    private static Dot wideDot(Random random) {
        ActorId actor = new ActorId(NodeId.of("n" + random.nextInt(12)), 7, random.nextInt(2));
        return new Dot(actor, 1 + random.nextInt(20));
    }

    private static CausalContext wide(Random random) {
        Map<ActorId, Long> entries = new HashMap<>();
        for (int i = random.nextInt(16); i > 0; i--) {
            Dot dot = wideDot(random);
            entries.put(dot.actor(), dot.counter());
        }
        List<Dot> dots = new ArrayList<>();
        for (int i = random.nextInt(40); i > 0; i--) {
            dots.add(wideDot(random));
        }
        return CausalContext.of(VersionVector.of(entries), dots);
    }

    private static CausalContext anew(CausalContext a, CausalContext b) {
        Map<ActorId, Long> entries = new HashMap<>();
        a.vector().forEach((actor, counter) -> entries.merge(actor, counter, Math::max));
        b.vector().forEach((actor, counter) -> entries.merge(actor, counter, Math::max));
        List<Dot> dots = new ArrayList<>(a.dots());
        dots.addAll(b.dots());
        return CausalContext.of(VersionVector.of(entries), dots);
    }

    @Test
    void ownNewDotStandsBesideTheVectorAndClaimsNoEarlierDot() {
        CausalContext seen = CausalContext.of(VersionVector.EMPTY.with(Dots.ACTORS.get(2), 3));
        CausalContext after = seen.with(dot(0, 5));
        assertThat(after.covers(dot(0, 5))).isTrue();
        assertThat(after.covers(dot(0, 4))).isFalse();
        assertThat(after.vector()).isEqualTo(seen.vector());
        assertThat(after.dots()).containsExactly(dot(0, 5));
    }

    @Test
    void dotsThatCloseTheGapBecomePartOfTheVector() {
        CausalContext context = CausalContext.of(VersionVector.EMPTY, List.of(dot(0, 3), dot(0, 2)));
        assertThat(context.dots()).hasSize(2);
        CausalContext closed = context.with(dot(0, 1));
        assertThat(closed.dots()).isEmpty();
        assertThat(closed.vector().get(Dots.ACTORS.get(0))).isEqualTo(3);
    }
}
