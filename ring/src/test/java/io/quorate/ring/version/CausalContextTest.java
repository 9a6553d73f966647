package io.quorate.ring.version;

import static io.quorate.ring.version.Dots.dot;
import static io.quorate.ring.version.Dots.setOf;
import static io.quorate.ring.version.Dots.union;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
