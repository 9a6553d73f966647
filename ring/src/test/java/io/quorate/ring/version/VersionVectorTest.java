package io.quorate.ring.version;

import static io.quorate.ring.version.Dots.dot;
import static io.quorate.ring.version.Dots.setOf;
import static io.quorate.ring.version.Dots.union;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionVectorTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aVectorBehavesAsTheSetOfItsDots(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            VersionVector a = Dots.randomVector(random);
            VersionVector b = Dots.randomVector(random);
            Set<Dot> inA = setOf(a);
            Set<Dot> inB = setOf(b);
            for (Dot dot : Dots.universe()) {
                assertThat(a.covers(dot)).isEqualTo(inA.contains(dot));
            }
            assertThat(a.covers(b)).isEqualTo(inA.containsAll(inB));
            assertThat(setOf(a.merge(b))).isEqualTo(union(inA, inB));
            assertThat(a.merge(b)).isEqualTo(b.merge(a)).hasSameHashCodeAs(b.merge(a));
            assertThat(a.equals(b)).isEqualTo(inA.equals(inB));
            Dot raised = Dots.randomDot(random);
            VersionVector with = a.with(raised.actor(), raised.counter());
            assertThat(with.get(raised.actor())).isEqualTo(Math.max(a.get(raised.actor()), raised.counter()));
            assertThat(setOf(a)).as("the old vector is untouched").isEqualTo(inA);
            VersionVector above = a.above(b);
            assertThat(union(setOf(above), inB)).isEqualTo(union(inA, inB));
            assertThat(above.isEmpty()).isEqualTo(inB.containsAll(inA));
        }
    }

    @Test
    void zeroEntriesAreNoEntriesAndNegativeOnesAreRefused() {
        ActorId actor = dot(0, 1).actor();
        assertThat(VersionVector.of(Map.of(actor, 0L))).isSameAs(VersionVector.EMPTY);
        assertThatThrownBy(() -> VersionVector.of(Map.of(actor, -1L))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void incarnationsOfOneNodeAreDifferentActors() {
        VersionVector vector = VersionVector.EMPTY.with(Dots.ACTORS.get(0), 5);
        assertThat(vector.covers(dot(0, 5))).isTrue();
        assertThat(vector.covers(dot(1, 1))).isFalse();
    }
}
