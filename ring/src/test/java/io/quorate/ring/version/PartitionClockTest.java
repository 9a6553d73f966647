package io.quorate.ring.version;

import static io.quorate.ring.version.Dots.dot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionClockTest {
    private static final int TOP = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aClockBehavesAsTheSetOfItsDots(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 60; run++) {
            PartitionClock clock = new PartitionClock();
            Set<Dot> model = new HashSet<>();
            for (int step = 0; step < 60; step++) {
                ActorId actor = Dots.ACTORS.get(random.nextInt(3));
                long from = 1L + random.nextInt(TOP);
                if (random.nextInt(4) == 0) {
                    long to = Math.min(TOP, from + random.nextInt(6));
                    clock.addRange(actor, from, to);
                    for (long c = from; c <= to; c++) {
                        model.add(new Dot(actor, c));
                    }
                } else {
                    Dot dot = new Dot(actor, from);
                    assertThat(clock.add(dot)).isEqualTo(model.add(dot));
                }
                check(clock, model);
            }
        }
    }

    private static void check(PartitionClock clock, Set<Dot> model) {
        Set<Dot> listed = new HashSet<>();
        clock.forEachRange((actor, from, to) -> {
            for (long c = from; c <= to; c++) {
                assertThat(listed.add(new Dot(actor, c))).as("ranges overlap").isTrue();
            }
            assertThat(model).as("ranges are as long as can be").doesNotContain(new Dot(actor, to + 1));
        });
        assertThat(listed).isEqualTo(model);
        for (ActorId actor : Dots.ACTORS) {
            long base = 0;
            long top = 0;
            for (long c = 1; c <= TOP; c++) {
                boolean in = model.contains(new Dot(actor, c));
                assertThat(clock.contains(new Dot(actor, c))).isEqualTo(in);
                base = in && base == c - 1 ? c : base;
                top = in ? c : top;
            }
            assertThat(clock.base(actor)).isEqualTo(base);
            assertThat(clock.base().get(actor)).isEqualTo(base);
            assertThat(clock.top(actor)).isEqualTo(top);
            assertThat(clock.gapped().contains(actor)).isEqualTo(base != top);
            assertThat(clock.actors().contains(actor)).isEqualTo(top > 0);
            PartitionClock part = clock.of(actor);
            assertThat(part.actors()).isSubsetOf(actor);
            assertThat(part.covers(clock, actor) && clock.covers(part)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aClockIsTheSameAfterItWasCopiedOrEncoded(long seed) {
        Random random = new Random(seed);
        PartitionClock clock = new PartitionClock();
        for (int i = 0; i < 60; i++) {
            clock.add(new Dot(Dots.ACTORS.get(random.nextInt(4)), 1 + random.nextInt(60)));
            ByteSink out = new ByteSink();
            VersionCodec.writeClock(out, clock);
            ByteSource in = new ByteSource(out.toBytes());
            assertThat(VersionCodec.readClock(in, 7)).isEqualTo(clock);
            in.end();
            assertThat(clock.copy()).isEqualTo(clock).hasSameHashCodeAs(clock);
        }
    }

    @Test
    void oneLongGapCostsAsLittleAsAShortOne() {
        PartitionClock clock = new PartitionClock();
        clock.add(dot(0, 1));
        clock.addRange(Dots.ACTORS.get(0), 1_000_000_000_000L, 2_000_000_000_000L);
        ByteSink out = new ByteSink();
        VersionCodec.writeClock(out, clock);
        assertThat(out.size()).isLessThan(60);
        assertThat(clock.base(Dots.ACTORS.get(0))).isEqualTo(1);
        assertThat(clock.top(Dots.ACTORS.get(0))).isEqualTo(2_000_000_000_000L);
    }

    @Test
    void impossibleRangesAreRefused() {
        PartitionClock clock = new PartitionClock();
        ActorId actor = Dots.ACTORS.get(0);
        assertThatThrownBy(() -> clock.addRange(actor, 0, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> clock.addRange(actor, 4, 3)).isInstanceOf(IllegalArgumentException.class);
        clock.addRange(actor, 1, Long.MAX_VALUE);
        assertThat(clock.contains(new Dot(actor, Long.MAX_VALUE))).isTrue();
    }
}
