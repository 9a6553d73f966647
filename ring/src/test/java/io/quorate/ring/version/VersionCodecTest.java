package io.quorate.ring.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionCodecTest {
    private static CausalContext decoded(ByteSink out) {
        ByteSource in = new ByteSource(out.toByteArray());
        CausalContext context = VersionCodec.readContext(in, 7);
        in.end();
        return context;
    }

    private static List<Dot> randomDots(Random random, int count) {
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ActorId actor = new ActorId(NodeId.of("n" + random.nextInt(12)), 7, random.nextInt(3) - 1);
            dots.add(new Dot(actor, 1 + random.nextInt(30)));
        }
        return dots;
    }

    /** The same format, written with one node name for each entry, in whatever order. */
    private static ByteSink written(List<Dot> entries, List<Dot> dots) {
        List<Dot> all = new ArrayList<>(entries);
        all.addAll(dots);
        ByteSink out = new ByteSink();
        out.varint(all.size());
        all.forEach(dot -> out.text(dot.actor().node().value()));
        out.varint(entries.size());
        for (int i = 0; i < all.size(); i++) {
            if (i == entries.size()) {
                out.varint(dots.size());
            }
            out.varint(i)
                    .u64(all.get(i).actor().incarnation())
                    .varint(all.get(i).counter());
        }
        if (dots.isEmpty()) {
            out.varint(0);
        }
        return out.varint(HybridTime.NONE.packed());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void contextsInAnyOrderAreReadAsThoseInOrder(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 1000; round++) {
            Map<ActorId, Long> entries = new HashMap<>();
            randomDots(random, random.nextInt(12)).forEach(dot -> entries.put(dot.actor(), dot.counter()));
            List<Dot> dots = randomDots(random, random.nextInt(30));
            CausalContext context = CausalContext.of(VersionVector.of(entries), dots);
            ByteSink ordered = new ByteSink();
            VersionCodec.writeContext(ordered, context);
            assertThat(decoded(ordered)).isEqualTo(context);

            List<Dot> shuffled = new ArrayList<>();
            entries.forEach((actor, counter) -> shuffled.add(new Dot(actor, counter)));
            Collections.shuffle(shuffled, random);
            assertThat(decoded(written(shuffled, dots))).isEqualTo(context);
        }
    }

    @Test
    void anActorThatStandsTwiceInAVectorIsRefused() {
        Dot a = Dots.dot(0, 3);
        Dot b = Dots.dot(2, 1);
        for (List<Dot> entries : List.of(List.of(a, a), List.of(a, b, a), List.of(b, a, b))) {
            ByteSink out = written(entries, List.of());
            assertThatThrownBy(() -> decoded(out))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("twice");
        }
    }

    @Test
    void moreNodesThanAreSearchedOneByOneKeepTheirNames() {
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            dots.add(new Dot(new ActorId(NodeId.of("n" + i), 7, i), 2 + i));
        }
        CausalContext context = CausalContext.of(VersionVector.EMPTY, dots);
        ByteSink out = new ByteSink();
        VersionCodec.writeContext(out, context);
        assertThat(decoded(out)).isEqualTo(context);
    }
}
