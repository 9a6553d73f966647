package io.quorate.ring.version;

import static io.quorate.ring.version.Dots.dot;
import static io.quorate.ring.version.Dots.version;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRulesTest {
    private static final VersionRules RULES = VersionRules.STANDARD;

    @Test
    void replicasHoldExactlyTheConcurrentWritesOfWholeCausalHistories() {
        for (long seed = 1; seed <= 400; seed++) {
            assertThat(new ReplicaModel(RULES, seed).run(120))
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(ReplicaModel.Broken.class)
    void everyBrokenRuleIsNoticed(ReplicaModel.Broken broken) {
        int noticed = 0;
        for (long seed = 1; seed <= 100; seed++) {
            noticed += new ReplicaModel(broken.rules(), seed).run(120).isEmpty() ? 0 : 1;
        }
        assertThat(noticed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void mergingIsCommutativeAssociativeAndIdempotent(long seed) {
        assertThat(brokenLaws(RULES, seed)).isZero();
    }

    @Test
    @Tag("V3")
    void collapsingRetriesWhileMergingWouldBreakTheLaws() {
        int broken = 0;
        for (long seed = 1; seed <= 8; seed++) {
            broken += brokenLaws(ReplicaModel.Broken.MERGE_COLLAPSES_RETRIES.rules(), seed);
        }
        assertThat(broken).isPositive();
    }

    private static int brokenLaws(VersionRules rules, long seed) {
        ReplicaModel model = new ReplicaModel(RULES, seed);
        assertThat(model.run(400)).isEmpty();
        List<KeyState> states = new ArrayList<>(model.reached());
        assertThat(states).hasSizeGreaterThan(5);
        Random random = new Random(seed);
        int broken = 0;
        for (int i = 0; i < 2000; i++) {
            KeyState a = states.get(random.nextInt(states.size()));
            KeyState b = states.get(random.nextInt(states.size()));
            KeyState c = states.get(random.nextInt(states.size()));
            boolean holds = rules.merge(a, b).equals(rules.merge(b, a))
                    && rules.merge(rules.merge(a, b), c).equals(rules.merge(a, rules.merge(b, c)))
                    && rules.merge(a, a).equals(a);
            broken += holds ? 0 : 1;
        }
        return broken;
    }

    @Test
    @Tag("C2")
    void blindWriterDoesNotCoverTheSiblingsThatItWasNotShown() {
        KeyState store = RULES.merge(KeyState.EMPTY, put(CausalContext.EMPTY, dot(0, 1), "r1"));
        store = RULES.merge(store, put(CausalContext.EMPTY, dot(0, 2), "r2"));
        assertThat(store.dots()).containsExactly(dot(0, 1), dot(0, 2));
        CausalContext answer = CausalContext.EMPTY.with(dot(0, 2));
        store = RULES.merge(store, put(answer, dot(0, 3), "r3"));
        assertThat(store.dots()).containsExactly(dot(0, 1), dot(0, 3));
    }

    @Test
    @Tag("C2")
    void twoWritersEachGoingOnFromTheirOwnAnswersKeepBothLines() {
        KeyState store = KeyState.EMPTY;
        CausalContext one = CausalContext.EMPTY;
        CausalContext two = CausalContext.EMPTY;
        for (int i = 1; i <= 200; i += 2) {
            store = RULES.merge(store, put(one, dot(0, i), "one" + i));
            one = one.with(dot(0, i));
            store = RULES.merge(store, put(two, dot(0, i + 1), "two" + i));
            two = two.with(dot(0, i + 1));
            assertThat(store.dots()).containsExactly(dot(0, i), dot(0, i + 1));
        }
    }

    @Test
    void twoWritersThatReadBeforeTheyWriteNeverLeaveMoreThanTwoSiblings() {
        KeyState store = KeyState.EMPTY;
        long counter = 0;
        for (int i = 0; i < 100; i++) {
            CausalContext seenByBoth = store.context();
            store = RULES.merge(store, put(seenByBoth, dot(0, ++counter), "a" + i));
            store = RULES.merge(store, put(seenByBoth, dot(0, ++counter), "b" + i));
            assertThat(store.versions()).hasSize(2);
        }
        store = RULES.merge(store, put(store.context(), dot(0, ++counter), "last"));
        assertThat(store.dots()).containsExactly(dot(0, counter));
    }

    @Test
    void anOldContextRemovesOnlyWhatItSaw() {
        KeyState store = put(CausalContext.EMPTY, dot(0, 1), "r1");
        CausalContext old = store.context();
        store = RULES.merge(store, put(CausalContext.EMPTY, dot(2, 1), "r2"));
        store = RULES.merge(store, RULES.delete(old, dot(0, 2)).state());
        assertThat(store.dots()).containsExactly(dot(2, 1));
    }

    @Test
    @Tag("C3")
    void onlyLiveAndNamedDotsEnterAClock() {
        CausalContext seen = CausalContext.of(VersionVector.EMPTY.with(Dots.ACTORS.get(2), 9));
        VersionedObject delete = RULES.delete(seen, dot(0, 4));
        assertThat(RULES.appliedBy(delete)).containsExactly(dot(0, 4));
        assertThat(RULES.appliedBy(RULES.put(seen, version(dot(0, 5), "r")))).containsExactly(dot(0, 5));
        assertThat(RULES.appliedBy(VersionedObject.of(KeyState.of(List.of(), seen))))
                .isEmpty();
    }

    @Test
    @Tag("C4")
    void aStateIsStrippedByTheContiguousBaseAndNotByWhatLiesBeyond() {
        PartitionClock clock = new PartitionClock();
        clock.add(dot(0, 1));
        clock.add(dot(0, 3));
        KeyState empty = KeyState.of(List.of(), CausalContext.EMPTY.with(dot(0, 3)));
        assertThat(RULES.strip(empty, clock)).isEqualTo(empty);
        clock.add(dot(0, 2));
        assertThat(RULES.strip(empty, clock)).isEqualTo(KeyState.EMPTY);
    }

    @Test
    @Tag("V3")
    void retriesOfOneWriteAreShownOnceAndKeptTwice() {
        KeyState store =
                RULES.merge(put(CausalContext.EMPTY, dot(2, 1), "same"), put(CausalContext.EMPTY, dot(0, 1), "same"));
        store = RULES.merge(store, put(CausalContext.EMPTY, dot(3, 1), "other"));
        assertThat(store.versions()).hasSize(3);
        assertThat(store.shown()).extracting(Version::dot).containsExactly(dot(0, 1), dot(3, 1));
    }

    @Test
    void digestTellsLiveDotsApartAndNothingElse() {
        KeyState state = put(CausalContext.EMPTY, dot(0, 1), "r");
        KeyState filled = RULES.fill(state, VersionVector.EMPTY.with(Dots.ACTORS.get(3), 6));
        assertThat(filled.digest()).isEqualTo(state.digest());
        assertThat(put(CausalContext.EMPTY, dot(1, 1), "r").digest()).isNotEqualTo(state.digest());
        assertThat(put(CausalContext.EMPTY, dot(0, 2), "r").digest()).isNotEqualTo(state.digest());
        assertThat(KeyState.of(List.of(), state.context()).digest()).isEqualTo(KeyState.EMPTY.digest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void statesAndObjectsAreReadBack(long seed) {
        ReplicaModel model = new ReplicaModel(RULES, seed);
        assertThat(model.run(300)).isEmpty();
        for (KeyState state : model.reached()) {
            VersionedObject object = new VersionedObject(state, ImmutableList.of(dot(0, 9)));
            ByteSink out = new ByteSink();
            VersionCodec.writeObject(out, object);
            ByteSource in = new ByteSource(out.toBytes());
            assertThat(VersionCodec.readObject(in, 7)).isEqualTo(object);
            in.end();
        }
    }

    private static KeyState put(CausalContext seen, Dot dot, String request) {
        return RULES.put(seen, version(dot, request)).state();
    }
}
